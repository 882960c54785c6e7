"""A deletion that dies at any moment, or is asked for twice at once, ends as it would have."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.purgers import CapturePurger
from consent.adapters.tables import BrowserSessionRow
from consent.deletions import Found
from consent.entries import log_consent
from consent.errors import ConsentError, ConsentRefused
from consent.log import LeafKind
from consent.proof_check import Verdict
from consent.receipt_check import check_receipt
from consent.receipt_form import fault_of
from consent.types import Export, RecordState
from consent.withdrawal import THE_KEY, Withdrawal
from tests.consent.conftest import MASTER
from tests.fakes import (
    LOG_SIGNER,
    NOON,
    SIGNER,
    FixedClock,
    a_capture,
    a_gate,
    a_probe,
    a_record,
    a_request,
    a_subject,
    near,
)

STEPS = 24  # at which a withdrawal of this studio may die
EXPORT = Export("a" * 32, "image/png", "b" * 64, NOON)


class Crash(BaseException):
    """Stands for the end of the process."""


class Fuse:
    """Blows at the n-th step."""

    def __init__(self, at: int = -1) -> None:
        self.steps = 0
        self.at = at

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise Crash


class Fused:
    """Passes every call on, with a step before and after it."""

    def __init__(self, inner: object, fuse: Fuse) -> None:
        self._inner = inner
        self._fuse = fuse

    def __getattr__(self, name):
        method = getattr(self._inner, name)

        def call(*arguments, **keywords):
            self._fuse.step()
            result = method(*arguments, **keywords)
            self._fuse.step()
            return result

        return call


class FusedLedger:
    """A database that may die before, inside and after each transaction."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        self._database = database
        self._fuse = fuse

    @contextmanager
    def transaction(self):
        self._fuse.step()
        with self._database.transaction() as unit:
            yield unit
            self._fuse.step()
        self._fuse.step()

    def reading(self):
        return self._database.reading()


class Shelf:
    """Files of a subject that go one by one."""

    def __init__(self, fuse: Fuse, number: int = 3) -> None:
        self.files = list(range(number))
        self.fuse = fuse

    def count(self, subject_id):
        return [Found(len(self.files), "selfie", "selfies")]

    def purge(self, subject_id):
        gone = 0
        while self.files:
            self.files.pop()
            gone += 1
            self.fuse.step()
        return [Found(gone, "selfie", "selfies")]


class Jobs:
    """Two jobs, of which one runs."""

    def __init__(self) -> None:
        self.live = 2

    def unfinished(self, subject_id):
        return self.live

    def stop(self, subject_id):
        stopped, self.live = self.live, 0
        return stopped


class Studio:
    """A subject with everything, and a withdrawal that may die."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(NOON + timedelta(minutes=5))
        self.jobs = Jobs()
        self.shelf = Shelf(Fuse())
        subject = a_subject("ada")
        record = a_record(subject)
        capture = a_capture(record)
        probe = a_probe(capture)
        self.request = a_request(record, capture, probe)
        with database.transaction() as unit:
            unit.subjects.add(subject)
            unit.vault.create(subject.id)
            index = log_consent(unit, record, NOON)
            signed = replace(record, log_index=index, assented_at=capture.captured_at)
            unit.records.add(signed)
            unit.captures.add(capture)
            unit.captures.add_probe(probe)
            unit.exports.add(subject.id, EXPORT)

    @property
    def ada(self) -> str:
        return self.request.subject_id

    def withdrawal(self, fuse: Fuse | None = None, database: Database | None = None) -> Withdrawal:
        fuse, database = fuse or Fuse(), database or self.database
        self.shelf.fuse = fuse
        return Withdrawal(
            ledger=FusedLedger(database, fuse),
            vault=Fused(DatabaseVault(database), fuse),
            stopper=Fused(self.jobs, fuse),
            purgers=[self.shelf, Fused(CapturePurger(database), fuse)],
            signer=SIGNER,
            clock=self.clock,
            entropy=lambda size: b"\x05" * size,
        )

    def grant(self):
        with self.database.reading() as unit:
            return a_gate(self.clock).grant(self.request, unit)

    def kinds(self):
        with self.database.reading() as unit:
            return [unit.log.leaf(index).kind for index in range(unit.log.size())]


@pytest.fixture
def studio(database):
    return Studio(database)


DELETED = [
    "3 selfies",
    "1 comparison of a selfie",
    "1 camera capture with its face template",
    "1 note of a file that you downloaded",
    THE_KEY,
]


def require_whole(studio, receipt):
    """The receipt is true, there is one entry of each kind, and nothing is left."""
    assert receipt.document["deleted"] == DELETED
    assert receipt.document["stopped_jobs"] == 2
    (exported,) = receipt.document["exported_files"]
    assert (exported["output_id"], exported["sha256"]) == (EXPORT.output_id, EXPORT.sha256)
    kinds = studio.kinds()
    assert kinds.count(LeafKind.WITHDRAWAL) == kinds.count(LeafKind.SHRED) == 1
    assert studio.shelf.files == []
    with studio.database.reading() as unit:
        assert not unit.subjects.holds_data(studio.ada)
        assert unit.captures.ids(studio.ada) == ((), ())
        assert unit.exports.of_subject(studio.ada) == ()
        assert unit.deletions.unfinished() == ()


def test_a_whole_withdrawal(studio):
    assert studio.grant()
    require_whole(studio, studio.withdrawal().withdraw(studio.ada))
    with pytest.raises(ConsentRefused):
        studio.grant()


def test_every_step_is_among_those_at_which_it_dies_below(studio):
    fuse = Fuse()
    studio.withdrawal(fuse).withdraw(studio.ada)
    assert fuse.steps == STEPS


@pytest.mark.parametrize("moment", range(1, STEPS + 1))
def test_whoever_dies_at_any_moment_leaves_all_or_what_retention_completes(studio, moment):
    with pytest.raises(Crash):
        studio.withdrawal(Fuse(moment)).withdraw(studio.ada)
    with studio.database.reading() as unit:
        is_committed = unit.deletions.load(studio.ada) is not None
    if not is_committed:
        assert studio.grant()  # nothing had happened yet
        assert len(studio.shelf.files) == 3
        receipts = [studio.withdrawal().withdraw(studio.ada)]
    else:
        with pytest.raises(ConsentRefused):
            studio.grant()
        receipts = studio.withdrawal().end_retention(studio.clock.now())
    again = studio.withdrawal().withdraw(studio.ada)
    assert all(receipt.document == again.document for receipt in receipts)
    require_whole(studio, again)


@pytest.mark.parametrize("moment", range(1, STEPS + 1, 5))
def test_whoever_dies_and_withdraws_again_gets_the_same(studio, moment):
    with pytest.raises(Crash):
        studio.withdrawal(Fuse(moment)).withdraw(studio.ada)
    studio.clock.advance(hours=1)
    require_whole(studio, studio.withdrawal().withdraw(studio.ada))


@pytest.mark.parametrize("separate", [False, True], ids=["two threads", "two databases"])
def test_two_withdrawals_at_once_are_one(studio, separate, request):
    other = studio.database
    if separate:
        url = str(studio.database.engine.url)
        other = Database(url, MASTER, LOG_SIGNER)
        request.addfinalizer(other.close)
    start = threading.Barrier(2)
    receipts, failures = [], []

    def withdraw(database):
        start.wait()
        try:
            receipts.append(studio.withdrawal(database=database).withdraw(studio.ada))
        except ConsentError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=withdraw, args=[each]) for each in (studio.database, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    first, second = receipts
    assert (first.document, first.signature) == (second.document, second.signature)
    require_whole(studio, first)


def test_a_purge_that_fails_after_the_key_went_is_done_later(studio):
    withdrawal = studio.withdrawal()
    calls = []

    class Late:
        def count(self, subject_id):
            return []

        def purge(self, subject_id):
            calls.append(subject_id)
            if len(calls) == 2:
                raise OSError("the disk")
            return []

    failing = replace(withdrawal, purgers=[*withdrawal.purgers, Late()])
    with pytest.raises(ConsentRefused) as refused:
        failing.withdraw(studio.ada)
    assert refused.value.code == "deletion_unfinished"
    with studio.database.reading() as unit:
        assert not unit.subjects.holds_data(studio.ada)
        assert unit.deletions.unfinished() == (studio.ada,)
    (receipt,) = failing.end_retention(studio.clock.now())
    assert len(calls) == 4
    require_whole(studio, receipt)


def test_a_log_that_is_still_read_delays_the_receipt_and_not_the_withdrawal(studio, monkeypatch):
    with monkeypatch.context() as busy:
        busy.setattr(Database, "truncate_wal", _still_read)
        with pytest.raises(ConsentRefused) as refused:
            studio.withdrawal().withdraw(studio.ada)
    assert "still being read" in str(refused.value.__cause__)
    with pytest.raises(ConsentRefused):
        studio.grant()
    (receipt,) = studio.withdrawal().end_retention(studio.clock.now())
    require_whole(studio, receipt)


def _still_read(self, **_):
    raise ConsentError("The write-ahead log is still being read")


def test_nothing_personal_is_kept_of_a_deletion_but_its_receipt_for_a_while(studio):
    studio.withdrawal().withdraw(studio.ada)
    with studio.database.reading() as unit:
        (found,) = unit.session.scalars(text("SELECT found FROM deletions"))
    assert json.loads(found) == {
        "found": [],
        "stopped_jobs": 0,
        "exported": [],
        "had_key": False,
    }
    with studio.database.transaction() as unit:
        assert unit.deletions.drop_receipts(studio.clock.now()) == 0
        assert unit.deletions.drop_receipts(studio.clock.now() + timedelta(seconds=1)) == 1
        assert unit.deletions.load(studio.ada).receipt is None


def test_captures_that_no_rule_can_accept_are_found_one_by_one(database):
    subject = a_subject("ada")
    record = a_record(subject)
    over = replace(a_record(subject, name="over"), withdrawn_at=NOON)
    first, second, third = (
        a_capture(record, name=name, at=NOON + timedelta(hours=hours))
        for name, hours in (("first", 1), ("second", 2), ("third", 3))
    )
    ended = a_capture(over, name="ended", at=NOON + timedelta(hours=2.5))
    probe = a_probe(first)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(record)
        unit.records.add(over)
        for capture in (first, second, third, ended):
            unit.captures.add(replace(capture, template=near(capture.template, 0.01)))
        unit.captures.add_probe(probe)
        found = unit.captures.useless(NOON + timedelta(hours=13.5), timedelta(hours=12))
        assert found == (first.id, ended.id)
        assert unit.captures.useless(NOON + timedelta(days=80), timedelta(hours=12)) == (
            first.id,
            second.id,
            ended.id,
        )  # never the newest: it opens the sitting again
        gone = unit.captures.remove(first.id)
        assert (gone.captured_at, gone.probe_ids) == (first.captured_at, (probe.id,))
        assert unit.captures.remove(first.id) is None
        assert unit.captures.probes(subject.id) == ()


def test_sessions_that_nobody_can_come_back_to_go(database):
    day = timedelta(days=1)
    now = NOON + 400 * day
    sessions = {
        "new": now - timedelta(hours=1),
        "unused": now - 2 * day,
        "signed_in": now - 2 * day,
        "bound": now - 200 * day,
        "old": now - 366 * day,
    }
    with database.transaction() as unit:
        unit.subjects.add(a_subject("ada"))
        ada = a_subject("ada").id
        for name, at in sessions.items():
            unit.sessions.create(name, now=at)
        for name in ("bound", "old"):
            unit.sessions.bind(name, ada, None, now=sessions[name])
        row = unit.session.get(BrowserSessionRow, "signed_in")
        row.account_id, row.signed_in_until = "b" * 32, now + day
    with database.transaction() as unit:
        limits = {"unbound_before": now - day, "created_before": now - 365 * day, "now": now}
        assert unit.sessions.prune(**limits) == 2
        assert [unit.sessions.known(name) for name in sessions] == [True, False, True, True, False]
        assert unit.sessions.subjects_of("old") == ()
        assert [each.bound_at for each in unit.sessions.of_subject(ada)] == [sessions["bound"]]


def test_a_longer_consent_that_nobody_agreed_to_before_the_camera_prolongs_nothing(studio):
    subject, drafted = a_subject("ada"), NOON + timedelta(days=89)
    longer = a_record(subject, name="longer", now=drafted)
    with studio.database.transaction() as unit:
        unit.records.add(longer)
    with studio.database.reading() as unit:
        assert unit.subjects.ended(drafted + timedelta(hours=23)) == ()
        assert unit.subjects.ended(NOON + timedelta(days=90, seconds=1)) == (studio.ada,)


def test_a_consent_that_led_to_no_look_into_the_camera_ends_with_its_data(database):
    subject = a_subject("eve")
    record = a_record(subject)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(replace(record, log_index=log_consent(unit, record, NOON)))
    over = NOON + timedelta(days=1, seconds=1)
    withdrawal = Withdrawal(
        database, DatabaseVault(database), Jobs(), [], SIGNER, FixedClock(over), bytes
    )
    (receipt,) = withdrawal.end_retention(over)
    assert receipt.document["reason"] == "dpv:ConsentExpired"
    with database.reading() as unit:
        assert unit.records.load(record.record_id).state(over) is RecordState.WITHDRAWN


def test_the_receipt_follows_its_schema_and_can_be_checked_offline(studio):
    document = json.loads(json.dumps(studio.withdrawal().withdraw(studio.ada).as_json()))
    findings = check_receipt(document, now=studio.clock.now())
    assert not [each for each in findings if each.verdict is Verdict.FAILS]
    assert fault_of({**document, "deleted": "all"}) is not None
    changed = {**document, "stopped_jobs": 0}
    findings = check_receipt(changed, now=studio.clock.now())
    assert [each for each in findings if each.verdict is Verdict.FAILS]


def damage(studio, change, **values):
    with studio.database.transaction() as unit:
        unit.session.execute(text(change), values)


def test_a_damaged_record_keeps_nobody_from_withdrawing(studio):
    damage(studio, "UPDATE records SET statement = '{}'")
    require_whole(studio, studio.withdrawal().withdraw(studio.ada))


def test_a_damaged_record_runs_out_like_any_other(studio):
    damage(studio, "UPDATE records SET statement = '{}'")
    studio.clock.advance(days=400)
    (receipt,) = studio.withdrawal().end_retention(studio.clock.now())
    assert receipt.document["reason"] == "dpv:ConsentExpired"
    assert studio.shelf.files == []


def test_whose_row_holds_anothers_statement_ends_their_own_consent_only(studio):
    eve = a_subject("eve")
    with studio.database.transaction() as unit:
        unit.subjects.add(eve)
        unit.vault.create(eve.id)
        theirs = a_record(eve)
        unit.records.add(theirs)
    damage(
        studio,
        "UPDATE records SET statement = (SELECT statement FROM records WHERE id = :theirs) "
        "WHERE id = :mine",
        theirs=theirs.record_id,
        mine=studio.request.record_id,
    )
    receipt = studio.withdrawal().withdraw(studio.ada)
    assert receipt.document["records"] == [studio.request.record_id]
    with studio.database.reading() as unit:
        assert unit.records.load(theirs.record_id).state(studio.clock.now()) is RecordState.GIVEN
        assert unit.subjects.holds_data(eve.id)


def test_a_damaged_key_keeps_nobody_from_withdrawing(studio):
    with studio.database.transaction() as unit:
        unit.session.execute(text("UPDATE wrapped_keys SET wrapped = x'00'"))
    receipt = studio.withdrawal().withdraw(studio.ada)
    assert receipt.document["deleted"] == DELETED
    assert studio.kinds().count(LeafKind.SHRED) == 1
    with studio.database.reading() as unit:
        assert not unit.subjects.holds_data(studio.ada)
