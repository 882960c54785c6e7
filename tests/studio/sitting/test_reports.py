from __future__ import annotations

import random
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.adapters.tables import JobRow
from consent.errors import Refusal
from consent.reports import MAX_CONTACT, MAX_JOINED, MAX_STATEMENT, WORDS_KEPT, Dispute, Outcome
from consent.types import RecordState
from outputs.adapters.database import OutputDatabase
from outputs.errors import OutputMissing
from outputs.library import Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.types import StoredOutput
from studio.sitting.reports import Reports
from tests.fakes import LOG_SIGNER, NOON, FixedClock, a_record, a_subject

WORDS = "This is my face, and nobody asked me."


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    path = tmp_path_factory.mktemp("reports") / "app.db"
    database = Database(f"sqlite:///{path}", MasterKey(b"\x02" * 32), LOG_SIGNER)
    database.migrate()
    database.truncate_wal()
    database.close()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    shutil.copy(migrated, tmp_path / "app.db")
    database = Database(f"sqlite:///{tmp_path}/app.db", MasterKey(b"\x02" * 32), LOG_SIGNER)
    yield database
    database.close()


@pytest.fixture
def library(database):
    objects = SealedObjects(ObjectStore("memory://"), DatabaseVault(database))
    return Library(objects, OutputDatabase(database))


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def reports(database, library, clock):
    return Reports(database, library, clock, random.Random(7))


class Person:
    """A subject with a record, who made outputs."""

    def __init__(self, database: Database, library: Library, name: str) -> None:
        self.database, self.library = database, library
        self.subject = a_subject(name)
        self.record = a_record(self.subject, name=f"record of {name}")
        with database.transaction() as unit:
            unit.subjects.add(self.subject)
            unit.vault.create(self.subject.id)
            unit.records.add(self.record)

    def makes(self, output_id: str) -> StoredOutput:
        output = StoredOutput(
            id=output_id,
            subject_id=self.subject.id,
            record_id=self.record.record_id,
            job_id=output_id,
            style="toon",
            sha256="ab" * 32,
            media_type="image/png",
            width=1024,
            height=1024,
            created_at=NOON,
        )
        key = f"outputs/{self.subject.id}/{output_id}/first"
        self.library.objects.put(
            f"{key}/bytes.png", b"bytes", subject_id=self.subject.id, kind="output"
        )
        with self.database.transaction() as unit:
            unit.session.add(self._job(output_id))
        with self.library.ledger.transaction() as rows:
            self.library.add_row(rows, output, key, receipt_hash="5e" * 32)
        return output

    def _job(self, job_id: str) -> JobRow:
        return JobRow(
            id=job_id,
            subject_id=self.subject.id,
            record_id=self.record.record_id,
            capture_id="capture",
            probe_id="probe",
            style="toon",
            family="illustrated",
            controls="{}",
            seed=1,
            state="done",
            message="",
            progress=1.0,
            created_at=NOON,
            updated_at=NOON,
        )

    def frozen(self, output_id: str) -> bool:
        (found,) = (each for each in self.library.list(self.subject.id) if each.id == output_id)
        return found.frozen_at is not None


@pytest.fixture
def ada(database, library):
    person = Person(database, library, "ada")
    person.makes("output-1")
    return person


def refused(call, *arguments) -> str:
    with pytest.raises(Refusal) as error:
        call(*arguments)
    parts = error.value.parts()
    assert all(parts.values())
    return error.value.code


def test_report_holds_the_avatar_back_at_once(reports, ada, clock):
    answer = reports.report("output-1", WORDS, "")
    assert ada.frozen("output-1")
    assert reports.waiting() == 1
    assert "nobody gets this picture" in answer.next
    (case,) = reports.cases()
    assert case.report.id == answer.report_id
    assert case.report.reported_at == clock.now()
    assert case.output.style == "toon"
    assert case.consent is RecordState.GIVEN


def test_owner_may_still_delete_what_is_held_back(reports, ada, library):
    answer = reports.report("output-1", WORDS, "")
    library.delete(ada.subject.id, "output-1")
    case = reports.case(answer.report_id)
    assert not case.output.is_here
    assert reports.lift(answer.report_id).id == answer.report_id


def test_avatar_that_its_owner_deleted_can_still_be_reported(reports, ada, library):
    """Else deleting would be the way not to be heard of."""
    library.delete(ada.subject.id, "output-1")
    answer = reports.report("output-1", WORDS, "")
    assert reports.case(answer.report_id).output.style == "toon"


@pytest.mark.parametrize(
    "output_id",
    ["", "output-2", "x" * 65, "../output-1", "output-1\x00", "\ud800", "output-1 ", "%"],
)
def test_unknown_avatar_is_refused_in_the_same_words(reports, ada, output_id):
    with pytest.raises(OutputMissing) as error:
        reports.report(output_id, WORDS, "")
    assert error.value.code == "output_unknown"
    with pytest.raises(OutputMissing) as other:
        reports.report("a-made-up-id", WORDS, "")
    assert error.value.parts() == other.value.parts()
    assert reports.waiting() == 0


@pytest.mark.parametrize(
    ("statement", "contact"),
    [("", ""), (" \n ", ""), ("x" * (MAX_STATEMENT + 1), ""), (WORDS, "x" * (MAX_CONTACT + 1))],
    ids=["nothing", "blanks", "too long", "contact too long"],
)
def test_report_that_cannot_be_read_holds_nothing_back(reports, ada, statement, contact):
    assert refused(reports.report, "output-1", statement, contact) == "report_invalid"
    assert not ada.frozen("output-1")


def test_longest_report_is_kept_whole(reports, ada):
    answer = reports.report("output-1", "ä" * MAX_STATEMENT, "x" * MAX_CONTACT)
    (said,) = reports.case(answer.report_id).report.statements
    assert (len(said.text), len(said.contact)) == (MAX_STATEMENT, MAX_CONTACT)


def test_reports_of_one_avatar_join(reports, ada):
    first = reports.report("output-1", WORDS, "a@example.org")
    second = reports.report("output-1", "Mine too.", "")
    assert first == second
    assert reports.waiting() == 1
    said = reports.case(first.report_id).report.statements
    assert [(each.text, each.contact) for each in said] == [
        (WORDS, "a@example.org"),
        ("Mine too.", ""),
    ]


def test_reports_at_the_same_moment_join(reports, ada):
    with ThreadPoolExecutor(4) as pool:
        answers = set(pool.map(lambda n: reports.report("output-1", f"{n}", ""), range(8)))
    assert len(answers) == 1
    assert len(reports.case(answers.pop().report_id).report.statements) == 8


def test_flood_of_reports_is_counted_and_not_kept(reports, ada):
    for _ in range(MAX_JOINED + 3):
        answer = reports.report("output-1", WORDS, "")
    report = reports.case(answer.report_id).report
    assert (len(report.statements), report.further) == (MAX_JOINED, 3)


def test_words_lie_sealed_on_the_disk(reports, ada, database, tmp_path):
    reports.report("output-1", WORDS, "a@example.org")
    database.truncate_wal()
    written = b"".join(file.read_bytes() for file in tmp_path.glob("app.db*"))
    assert b"output-1" in written
    assert b"my face" not in written
    assert b"example.org" not in written


def test_words_of_one_report_do_not_open_as_another_s(reports, ada, database):
    ada.makes("output-2")
    reports.report("output-1", WORDS, "")
    reports.report("output-2", WORDS, "")
    with database.transaction() as unit:
        swap = "UPDATE reports SET sealed_words = (SELECT max(sealed_words) FROM reports)"
        unit.session.execute(text(swap))
    cases = reports.cases()
    assert sorted(case.report.is_readable for case in cases) == [False, True]
    (damaged,) = (case.report for case in cases if not case.report.is_readable)
    assert damaged.statements == ()
    assert reports.lift(damaged.id), "a damaged report can still be decided"


def test_lifting_hands_the_avatar_out_again(reports, ada, database):
    answer = reports.report("output-1", WORDS, "")
    reports.lift(answer.report_id[:8])
    assert not ada.frozen("output-1")
    assert reports.waiting() == 0
    assert reports.case(answer.report_id).report.outcome is Outcome.LIFTED
    assert refused(reports.lift, answer.report_id) == "report_closed"
    assert refused(reports.remove, answer.report_id) == "report_closed"
    with database.reading() as unit:
        assert unit.reports.dispute_of("output-1") is None


def test_new_report_after_lifting_holds_back_again_and_says_so(reports, ada):
    first = reports.report("output-1", WORDS, "")
    reports.lift(first.report_id)
    second = reports.report("output-1", WORDS, "")
    assert second.report_id != first.report_id
    assert ada.frozen("output-1")
    assert reports.case(second.report_id).lifted_before == 1


def test_removing_deletes_the_avatar_and_keeps_its_id_out(reports, ada, library, database):
    answer = reports.report("output-1", WORDS, "")
    output, key = _row(library, "output-1")
    reports.remove(answer.report_id)
    assert library.list(ada.subject.id) == []
    assert library.objects.objects.list_prefix(f"outputs/{ada.subject.id}") == []
    assert refused(reports.report, "output-1", WORDS, "") == "output_removed"
    with database.reading() as unit:
        assert unit.reports.dispute_of("output-1") is Dispute.REMOVED
    with library.ledger.transaction() as rows, pytest.raises(OutputMissing) as error:
        rows.add(replace(output, frozen_at=None), key)
    assert error.value.code == "output_removed"


def test_removing_what_its_owner_deleted_keeps_its_id_out_too(reports, ada, library):
    answer = reports.report("output-1", WORDS, "")
    library.delete(ada.subject.id, "output-1")
    reports.remove(answer.report_id)
    assert refused(reports.report, "output-1", WORDS, "") == "output_removed"


def test_removal_that_broke_off_can_be_done_again(reports, ada, library, monkeypatch):
    answer = reports.report("output-1", WORDS, "")

    def full(*_):
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(Library, "discard", full)
        with pytest.raises(OSError, match="disk full"):
            reports.remove(answer.report_id)
    assert reports.waiting() == 1
    reports.remove(answer.report_id)
    assert reports.waiting() == 0


@pytest.mark.parametrize("start", ["", "zz", "%", "_"])
def test_report_that_is_not_there_is_refused(reports, ada, start):
    reports.report("output-1", WORDS, "")
    assert refused(reports.case, start) == "report_unknown"


def test_start_that_fits_two_reports_is_refused(reports, ada, database):
    for number in range(2, 20):
        ada.makes(f"output-{number}")
        reports.report(f"output-{number}", WORDS, "")
    starts = [case.report.id[0] for case in reports.cases()]
    common = next(start for start in starts if starts.count(start) > 1)
    assert refused(reports.remove, common) == "report_unknown"
    assert reports.waiting() == 18


def test_words_are_forgotten_a_month_after_closing_and_the_decision_stays(reports, ada, clock):
    answer = reports.report("output-1", WORDS, "")
    clock.at += WORDS_KEPT * 2
    assert reports.forget() == 0, "an open report keeps its words"
    reports.remove(answer.report_id)
    clock.at += WORDS_KEPT
    assert reports.forget() == 0
    clock.at += timedelta(seconds=1)
    assert reports.forget() == 1
    assert reports.forget() == 0
    report = reports.case(answer.report_id).report
    assert report.statements == ()
    assert report.outcome is Outcome.REMOVED
    assert refused(reports.report, "output-1", WORDS, "") == "output_removed"


def test_withdrawal_leaves_the_report_and_nothing_of_the_subject(reports, ada, database, library):
    answer = reports.report("output-1", WORDS, "")
    library.purge(ada.subject.id)
    with database.transaction() as unit:
        unit.session.delete(unit.session.get(JobRow, "output-1"))
    case = reports.case(answer.report_id)
    assert case.output is None
    assert case.consent is None
    reports.lift(answer.report_id)


def test_reporting_never_tells_who_the_subject_is(reports, ada, database, library):
    """Ada made an avatar; Bea, who has avatars of her own here, reports it and hears nothing."""
    bea = Person(database, library, "bea")
    bea.makes("output-of-bea")
    heard = [str(reports.report("output-1", WORDS, "bea@example.org"))]
    for output_id in ("output-9", "output-1"):
        try:
            heard.append(str(reports.report(output_id, WORDS, "")))
        except Refusal as refusal:
            heard.append(str(refusal.parts()))
    reports.remove(reports.cases()[0].report.id)
    with pytest.raises(Refusal) as error:
        reports.report("output-1", WORDS, "")
    heard.append(str(error.value.parts()))
    for secret in (ada.subject.id, ada.record.record_id, "toon", bea.subject.id):
        assert all(secret not in words for words in heard)
    assert not bea.frozen("output-of-bea")
    assert library.list(bea.subject.id)[0].id == "output-of-bea"


def _row(library: Library, output_id: str):
    with library.ledger.reading() as rows:
        return rows.load(output_id)
