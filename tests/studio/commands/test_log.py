"""`log check`, `log prove` and `log vkey` on a studio's own data."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update

import app
from consent.adapters.database import Base, Database
from consent.adapters.keys import MasterKey
from consent.adapters.tables import DeletionRow, LogLeafRow, OutputRow, RecordRow
from consent.entries import announce_policy, log_consent, log_output, log_shred
from consent.log import InclusionProof, Leaf, LeafKind, verify_inclusion, verify_opening
from consent.statements import time_value
from studio.commands.log import run_log
from tests.fakes import LOG_SIGNER, NOON, a_record, a_subject, identifier


@pytest.fixture
def database(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'app.db'}", MasterKey(b"\x02" * 32), LOG_SIGNER)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def studio(database):
    """A studio with rules, one consent and one avatar in its log."""
    subject = a_subject("ada")
    output = identifier("output")
    with database.transaction() as unit:
        announce_policy(unit, {"make": ["live"]}, NOON)
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        record = replace(a_record(subject), log_index=None)
        record = replace(record, log_index=log_consent(unit, record, NOON))
        unit.records.add(record)
        at = NOON + timedelta(minutes=1)
        index = log_output(unit, subject.id, output, record.record_id, "0" * 64, at)
        unit.session.add(an_output(output, subject.id, record.record_id, index, at))
    return database


def an_output(name, subject_id, record_id, index, at):
    return OutputRow(
        id=name,
        job_id=name,
        subject_id=subject_id,
        record_id=record_id,
        style="toon",
        sha256="0" * 64,
        media_type="image/png",
        width=1024,
        height=1024,
        object_key="key",
        created_at=at,
        log_index=index,
    )


def run(database, *arguments):
    options = app._parser().parse_args(["log", *arguments])
    return run_log(options, database, LOG_SIGNER, ())


def test_a_log_that_holds_is_told_in_sentences_and_in_json(studio, capsys):
    assert run(studio, "check") == 0
    told = capsys.readouterr().out
    assert "holds 3 entries" in told
    assert "3 entries say what the database says" in told
    assert "No witness" in told
    assert run(studio, "check", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["kinds"] == {"consent": 1, "output": 1, "policy": 1}
    assert (found["opened"], found["closed"], found["older"]) == (3, 0, 0)


def test_an_empty_log_is_told(database, capsys):
    assert run(database, "check") == 1
    assert "log_empty" in capsys.readouterr().err


def test_a_changed_entry_is_named_and_the_status_tells(studio, capsys):
    edited = Leaf(LeafKind.CONSENT, NOON, "1" * 64).to_bytes()
    with studio.transaction() as unit:
        unit.session.execute(update(LogLeafRow).where(LogLeafRow.index == 1).values(leaf=edited))
    assert run(studio, "check") == 1
    assert "tree_changed: One of the entries 0 to 1 was changed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "values"),
    [
        (RecordRow, {"log_index": 0}),
        (RecordRow, {"log_index": 2}),
        (RecordRow, {"signature": b"other"}),
        (OutputRow, {"log_index": 1}),
        (OutputRow, {"sha256": "1" * 64}),
    ],
)
def test_a_row_that_no_longer_is_what_was_logged_is_named(studio, capsys, row, values):
    with studio.transaction() as unit:
        unit.session.execute(update(row).values(values))
    assert run(studio, "check") == 1
    told = capsys.readouterr().err
    assert told.startswith("entry_wrong: ")
    assert identifier("output") in told or "consent" in told


def test_a_record_that_was_deleted_is_missed(studio, capsys):
    with studio.transaction() as unit:
        unit.session.execute(delete(OutputRow))
        unit.session.execute(delete(RecordRow))
    assert run(studio, "check") == 1
    assert (
        "record_missing: The log knows of 1 consents, the database of 0" in capsys.readouterr().err
    )


def test_a_row_that_points_beyond_the_log_is_named(studio, capsys):
    with studio.transaction() as unit:
        unit.session.execute(update(OutputRow).values(log_index=7))
    assert run(studio, "check") == 1
    assert "leaf_missing" in capsys.readouterr().err


def test_entries_whose_key_is_destroyed_are_counted_and_stay_closed(studio, capsys):
    with studio.transaction() as unit:
        unit.vault.destroy(a_subject("ada").id)
    assert run(studio, "check", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["opened"], found["closed"]) == (1, 2)
    assert run(studio, "prove", identifier("output")) == 0
    proved = json.loads(capsys.readouterr().out)
    assert proved["opening"] is None
    assert proved["payload"] is None


@pytest.fixture
def deleted(studio):
    """The same studio after a deletion with its receipt."""
    document, nonce = {"deleted": ["all"]}, b"\x07" * 32
    with studio.transaction() as unit:
        index = log_shred(unit, document, nonce, NOON + timedelta(minutes=2))
        kept = json.dumps({"document": document, "nonce": nonce.hex()})
        row = DeletionRow(subject_id=a_subject("ada").id, reason="withdrawal", begun_at=NOON)
        row.found, row.receipt, row.log_index = "", kept, index
        unit.session.add(row)
    return studio


def test_a_deletion_is_compared_with_its_entry(deleted, capsys):
    assert run(deleted, "check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["opened"] == 4
    with deleted.transaction() as unit:
        unit.session.execute(update(DeletionRow).values(receipt=None))
    assert run(deleted, "check", "--json") == 0
    assert json.loads(capsys.readouterr().out)["closed"] == 1


@pytest.mark.parametrize(
    "values",
    [
        {"log_index": 0},
        {"receipt": "{}"},
        {"receipt": '{"document": {"deleted": []}, "nonce": "07"}'},
    ],
)
def test_a_deletion_that_is_not_what_was_logged_is_named(deleted, capsys, values):
    with deleted.transaction() as unit:
        unit.session.execute(update(DeletionRow).values(values))
    assert run(deleted, "check") == 1
    assert "entry_wrong" in capsys.readouterr().err


def test_what_is_older_than_the_log_is_counted(studio, capsys):
    with studio.transaction() as unit:
        unit.session.execute(update(OutputRow).values(log_index=None))
    assert run(studio, "check") == 0
    assert "older than the log: 1." in capsys.readouterr().out
    assert run(studio, "prove", identifier("output")) == 1


@pytest.mark.parametrize("name", ["output", "record"])
def test_what_is_printed_as_proof_can_be_checked_by_itself(studio, capsys, name):
    record = a_record(a_subject("ada"))
    asked = identifier("output") if name == "output" else record.record_id
    assert run(studio, "prove", asked) == 0
    proved = json.loads(capsys.readouterr().out)
    root = LOG_SIGNER.verifier().verify(proved["checkpoint"]).root
    fields = proved["leaf"]
    leaf = Leaf(LeafKind(fields["type"]), time_value(fields["time"]), fields["commitment"])
    path = tuple(base64.b64decode(each) for each in proved["proof"])
    verify_inclusion(leaf.to_bytes(), InclusionProof(proved["index"], proved["size"], path), root)
    payload = base64.b64decode(proved["payload"])
    verify_opening(leaf, bytes.fromhex(proved["opening"]), payload)
    assert asked.encode() in payload
    assert proved["log_vkey"] == LOG_SIGNER.vkey
    assert "RFC 9162" in proved["how_to_check"]


def test_an_entry_is_proved_by_its_number_too(studio, capsys):
    assert run(studio, "prove", "0") == 0
    assert json.loads(capsys.readouterr().out)["leaf"]["type"] == "policy"
    assert run(studio, "prove", "3") == 1
    assert "leaf_missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "code"),
    [("nothing", "consent_unknown"), ("9" * 18, "leaf_missing"), ("9" * 5000, "consent_unknown")],
)
def test_what_nobody_knows_is_not_proved(studio, capsys, name, code):
    assert run(studio, "prove", name) == 1
    assert code in capsys.readouterr().err


def test_the_logs_key_is_printed(studio, capsys):
    assert run(studio, "vkey") == 0
    assert capsys.readouterr().out.split() == [LOG_SIGNER.vkey]
