from __future__ import annotations

import math
import shutil
import struct
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.adapters.purgers import CapturePurger
from consent.adapters.tables import Base, RecordRow, WrappedKeyRow
from consent.entries import log_consent
from consent.errors import ConsentError, ConsentRefused, RecordInvalid
from consent.types import SubjectKind
from consent.withdrawal import Withdrawal
from tests.fakes import (
    NOON,
    SIGNER,
    FakeStopper,
    FixedClock,
    a_capture,
    a_gate,
    a_probe,
    a_record,
    a_request,
    a_subject,
    identifier,
)


def logged(unit, record):
    """Log a record's commitment and return the record as it is stored then."""
    return replace(record, log_index=log_consent(unit, record, record.given_at))


def keep(database, name="ada", kind=SubjectKind.PERSON):
    """Store a whole sitting and return the request that it allows."""
    subject = a_subject(name, kind)
    record = a_record(subject)
    capture = a_capture(record)
    probe = a_probe(capture)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(logged(unit, record))
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    return a_request(record, capture, probe)


@pytest.mark.parametrize("kind", SubjectKind)
def test_what_is_stored_comes_back_equal(database, kind):
    request = keep(database, kind=kind)
    subject = a_subject("ada", kind)
    record = replace(a_record(subject), log_index=0)
    capture = a_capture(record)
    with database.reading() as unit:
        assert unit.subjects.load(subject.id) == subject
        assert unit.records.load(record.record_id) == record
        assert unit.records.of_subject(subject.id) == (record,)
        assert unit.captures.load(request.capture_id) == capture
        assert unit.captures.latest(subject.id) == capture
        assert unit.captures.probes(subject.id) == (a_probe(capture),)
        assert SIGNER.verify(unit.records.load(record.record_id))


def test_the_gate_works_on_the_database(database):
    request = keep(database)
    gate = a_gate(FixedClock(NOON + timedelta(minutes=5)))
    with database.transaction() as unit:
        assert gate.grant(request, unit, lock=True).subject_id == request.subject_id


def test_a_job_engines_own_session_is_a_unit(database):
    request = keep(database)
    with Session(database.engine) as session, session.begin():
        unit = database.unit_of(session)
        assert unit.records.load(request.record_id, lock=True).record_id == request.record_id


@pytest.mark.parametrize("load", ["subjects", "records", "captures"])
def test_what_is_not_there_is_refused(database, load):
    with database.reading() as unit, pytest.raises(ConsentRefused):
        getattr(unit, load).load("unknown")


def test_an_unknown_probe_and_an_unknown_withdrawal_are_refused(database):
    with database.transaction() as unit:
        with pytest.raises(ConsentRefused):
            unit.captures.load_probe("unknown")
        with pytest.raises(ConsentRefused):
            unit.records.withdraw("unknown", NOON)
        assert unit.captures.latest("unknown") is None


def test_an_exception_leaves_nothing_behind(database):
    def halfway():
        with database.transaction() as unit:
            unit.subjects.add(a_subject())
            unit.subjects.load("unknown")

    with pytest.raises(ConsentRefused):
        halfway()
    with database.reading() as unit, pytest.raises(ConsentRefused):
        unit.subjects.load(a_subject().id)


def test_a_withdrawal_is_read_back_and_keeps_its_first_time(database):
    request = keep(database)
    with database.transaction() as unit:
        unit.records.withdraw(request.record_id, NOON + timedelta(hours=1))
        unit.records.withdraw(request.record_id, NOON + timedelta(hours=2))
        record = unit.records.load(request.record_id)
    assert record.withdrawn_at == NOON + timedelta(hours=1)


def test_a_record_edited_in_the_database_does_not_verify(database):
    request = keep(database)
    with database.transaction() as unit:
        row = unit.session.get(RecordRow, request.record_id)
        row.statement = row.statement.replace('"private"', '"commercial"')
    with database.reading() as unit, pytest.raises(RecordInvalid):
        SIGNER.verify(unit.records.load(request.record_id))


def test_a_record_damaged_in_the_database_is_refused(database):
    request = keep(database)
    with database.transaction() as unit:
        unit.session.get(RecordRow, request.record_id).statement = "{}"
    with database.reading() as unit, pytest.raises(RecordInvalid):
        unit.records.load(request.record_id)


def test_a_challenge_cannot_pass_twice(database):
    keep(database)
    again = replace(a_capture(a_record(a_subject())), id=identifier("another capture"))
    with pytest.raises(IntegrityError), database.transaction() as unit:
        unit.captures.add(again)


def test_a_capture_needs_a_record(database):
    subject = a_subject()
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        with pytest.raises(IntegrityError):
            unit.captures.add(a_capture(a_record(subject)))
        unit.session.rollback()


def test_a_distance_without_a_cohort_is_kept_as_unknown(database):
    request = keep(database)
    capture = a_capture(a_record(a_subject()))
    with database.transaction() as unit:
        unit.captures.add_probe(
            replace(
                a_probe(capture, name="second"), z=math.nan, verified_at=NOON + timedelta(hours=1)
            )
        )
        assert math.isnan(unit.captures.probes(request.subject_id)[1].z)


def test_a_naive_time_is_an_error(database):
    subject = replace(a_subject(), created_at=datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose
    with pytest.raises(StatementError), database.transaction() as unit:
        unit.subjects.add(subject)


def test_readers_do_not_wait_for_a_writer(database):
    request = keep(database)
    with database.transaction() as unit:
        unit.records.withdraw(request.record_id, NOON)
        with database.reading() as reader:
            assert reader.records.load(request.record_id).withdrawn_at is None


def test_a_withdrawal_waits_for_a_storing_step_and_then_wins(database):
    request = keep(database)
    storing, finished = Event(), []

    def withdraw():
        storing.wait(5)
        with database.transaction() as unit:
            unit.records.withdraw(request.record_id, NOON)
            finished.append("withdrawn")

    thread = Thread(target=withdraw)
    thread.start()
    with database.transaction() as unit:
        assert unit.records.load(request.record_id, lock=True).withdrawn_at is None
        storing.set()
        thread.join(0.2)
        finished.append("stored")
    thread.join(5)
    assert finished == ["stored", "withdrawn"]


# Keys.


def test_sealed_bytes_open_for_their_subject_and_kind_only(database):
    ada, bob = keep(database, "ada").subject_id, keep(database, "bob").subject_id
    vault = DatabaseVault(database)
    sealed = vault.seal(ada, "selfie", b"picture")
    assert b"picture" not in sealed
    assert vault.unseal(ada, "selfie", sealed) == b"picture"
    for subject_id, kind, data in (
        (bob, "selfie", sealed),
        (ada, "output", sealed),
        (ada, "selfie", sealed[:-1] + bytes([sealed[-1] ^ 1])),
        (ada, "selfie", b"\x02" + sealed[1:]),
        (ada, "selfie", b""),
    ):
        with pytest.raises(RecordInvalid):
            vault.unseal(subject_id, kind, data)


def test_another_master_key_opens_nothing(database):
    ada = keep(database).subject_id
    sealed = DatabaseVault(database).seal(ada, "selfie", b"picture")
    other = Database(str(database.engine.url), MasterKey(b"\x09" * 32))
    with pytest.raises(RecordInvalid):
        DatabaseVault(other).unseal(ada, "selfie", sealed)
    other.close()


def test_a_key_made_in_a_transaction_that_fails_does_not_exist(database):
    subject = a_subject()
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.session.rollback()
    with pytest.raises(ConsentRefused):
        DatabaseVault(database).seal(subject.id, "selfie", b"")


def everything_on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_after_a_withdrawal_no_file_holds_the_wrapped_key(database, tmp_path):
    ada, bob = keep(database, "ada").subject_id, keep(database, "bob").subject_id
    with database.reading() as unit:
        query = select(WrappedKeyRow.wrapped).where(WrappedKeyRow.subject_id == ada)
        wrapped = unit.session.scalar(query)
    assert wrapped in everything_on_disk(tmp_path)
    emptied = []

    class Watched(DatabaseVault):
        def destroy(self, subject_id):
            super().destroy(subject_id)
            emptied.append((tmp_path / "app.db-wal").stat().st_size)

    vault = Watched(database)
    sealed = vault.seal(ada, "selfie", b"picture")
    Withdrawal(
        ledger=database,
        vault=vault,
        stopper=FakeStopper(),
        purgers=[CapturePurger(database)],
        signer=SIGNER,
        clock=FixedClock(),
        entropy=bytes,
    ).withdraw(ada)
    assert wrapped not in everything_on_disk(tmp_path)
    assert emptied == [0]  # what came after is the deletion's own entry in the log
    with pytest.raises(ConsentRefused) as refused:
        vault.unseal(ada, "selfie", sealed)
    assert refused.value.code == "key_destroyed"
    with database.reading() as unit:
        assert unit.captures.latest(ada) is None
        assert unit.captures.probes(ada) == ()
        assert unit.captures.latest(bob) is not None
        assert len(unit.records.of_subject(ada)) == 1


def test_destroying_waits_until_readers_have_let_go(database):
    ada = keep(database).subject_id
    reader = Session(database.engine.execution_options(selfsame_read_only=True))
    reader.scalars(select(RecordRow)).all()
    with database.transaction() as unit:
        unit.vault.destroy(ada)
    waited = []

    def let_go(seconds):
        waited.append(seconds)
        reader.close()

    database.truncate_wal(wait=let_go)
    assert len(waited) == 1


def test_a_deletion_that_cannot_complete_is_reported(database):
    ada = keep(database).subject_id
    with Session(database.engine.execution_options(selfsame_read_only=True)) as reader:
        reader.scalars(select(RecordRow)).all()
        with database.transaction() as unit:
            unit.vault.destroy(ada)
        with pytest.raises(ConsentError, match="not complete"):
            database.truncate_wal(wait=lambda _: None, patience=0.1)


def test_subjects_whose_consents_are_over_are_found_until_their_key_is_gone(database):
    ada, bob = keep(database, "ada"), keep(database, "bob")
    with database.transaction() as unit:
        assert unit.subjects.ended(NOON) == ()
        unit.records.withdraw(ada.record_id, NOON)
        assert unit.subjects.ended(NOON) == (ada.subject_id,)
        both = sorted([ada.subject_id, bob.subject_id])
        assert list(unit.subjects.ended(NOON + timedelta(days=90))) == both
        unit.vault.destroy(ada.subject_id)
        assert unit.subjects.ended(NOON) == ()


# Browser sessions.


def test_an_unknown_browser_is_nobody(database):
    with database.reading() as unit:
        assert unit.sessions.current("token", now=NOON) == (None, False)


def test_a_second_subject_closes_the_first_ones(database):
    ada, bob = keep(database, "ada").subject_id, keep(database, "bob").subject_id
    with database.transaction() as unit:
        sessions = unit.sessions
        sessions.create("token", now=NOON)
        sessions.bind("token", ada, NOON + timedelta(hours=12), now=NOON)
        assert sessions.current("token", now=NOON) == (ada, True)
        sessions.bind("token", bob, None, now=NOON + timedelta(minutes=1))
        assert sessions.current("token", now=NOON) == (bob, False)
        assert sessions.subjects_of("token") == (bob, ada)
        sessions.bind("token", ada, None, now=NOON + timedelta(minutes=2))
        assert sessions.current("token", now=NOON) == (ada, False)


def test_what_was_open_closes_after_its_time_and_on_demand(database):
    ada = keep(database).subject_id
    with database.transaction() as unit:
        sessions = unit.sessions
        sessions.create("token", now=NOON)
        sessions.bind("token", ada, NOON + timedelta(hours=12), now=NOON)
        assert sessions.current("token", now=NOON + timedelta(hours=12)) == (ada, False)
        sessions.lock("token")
        assert sessions.current("token", now=NOON) == (ada, False)


def test_a_subject_is_closed_in_every_session(database):
    ada, bob = keep(database, "ada").subject_id, keep(database, "bob").subject_id
    until = NOON + timedelta(hours=12)
    with database.transaction() as unit:
        for token, subject in (("laptop", ada), ("tablet", ada), ("other", bob)):
            unit.sessions.create(token, now=NOON)
            unit.sessions.bind(token, subject, until, now=NOON)
        unit.sessions.close_subject(ada)
    with database.reading() as unit:
        tokens = ("laptop", "tablet", "other")
        states = [unit.sessions.current(token, now=NOON) for token in tokens]
    assert states == [(ada, False), (ada, False), (bob, True)]


def test_a_session_cannot_be_bound_before_it_exists(database):
    ada = keep(database).subject_id
    with pytest.raises(IntegrityError), database.transaction() as unit:
        unit.sessions.bind("token", ada, None, now=NOON)


# Migrations.


def test_the_migrations_make_the_tables_that_the_code_declares(migrated, tmp_path):
    path = tmp_path / "copy.db"
    shutil.copy(migrated, path)
    copy = Database(f"sqlite:///{path}", MasterKey(b"\x02" * 32))
    with copy.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    copy.close()


def test_migrating_again_changes_nothing(database):
    request = keep(database)
    database.migrate()
    with database.reading() as unit:
        assert unit.records.load(request.record_id)


def test_sqlite_is_set_up_to_forget(database):
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "secure_delete", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1}


def test_the_template_is_not_readable_in_the_file(database, tmp_path):
    request = keep(database)
    with database.reading() as unit:
        template = unit.captures.load(request.capture_id).template
    assert struct.pack("<4d", *template[:4]) not in everything_on_disk(tmp_path)


def test_an_error_of_the_database_tells_nothing_of_what_was_to_be_stored(database):
    keep(database)
    with pytest.raises(IntegrityError) as broken, database.transaction() as unit:
        unit.records.add(a_record(a_subject()))
    assert a_subject().id not in str(broken.value)
    assert "INSERT INTO records" in str(broken.value)
