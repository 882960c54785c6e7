"""Numbers about a face are sealed like the face itself, those of older versions too."""

import json
import math
import sqlite3
import struct
from dataclasses import replace
from datetime import timedelta

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import update

from consent.adapters.database import Database
from consent.adapters.tables import ProbeRow, RecordRow
from consent.entries import log_consent
from consent.errors import ConsentRefused, LogInvalid, RecordInvalid
from consent.records import canonical_bytes, receipt_hash
from consent.types import Colour, Look, Origin, OriginKind, SubjectKind
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
    identifier,
)

LOOK = Look(yaw=-12.5, pitch=3.25, luma=131.5, side_light=0.25, smile=0.75, sharpness=77.125)


def keep(database, name="ada", kind=SubjectKind.PERSON, **probe_changes):
    subject = a_subject(name, kind)
    record = a_record(subject)
    capture = a_capture(record)
    probe = replace(a_probe(capture), **probe_changes)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(record)
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    return record, capture, probe


def everything_on_disk(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_probe_s_look_comes_back_as_it_was_measured(database):
    _, _, probe = keep(database, look=LOOK)
    with database.reading() as unit:
        assert unit.captures.load_probe(probe.id) == probe
        assert unit.captures.probes(probe.subject_id) == (probe,)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        Origin(OriginKind.CAPTURE),
        Origin(OriginKind.UPLOAD, "valid", ("digitalCapture", "humanEdits")),
    ],
    ids=["unknown", "live", "upload"],
)
def test_what_a_probe_s_file_said_of_itself_comes_back_and_is_sealed(database, tmp_path, origin):
    _, _, probe = keep(database, origin=origin)
    with database.reading() as unit:
        assert unit.captures.load_probe(probe.id) == probe
    assert b"humanEdits" not in everything_on_disk(tmp_path)


def test_a_probe_of_before_there_were_origins_is_read(database):
    _, _, probe = keep(database)
    old = {"distance": probe.distance, "z": probe.z, "look": None}
    with database.transaction() as unit:
        sealed = unit.vault.seal(probe.subject_id, "numbers", json.dumps(old).encode())
        row = update(ProbeRow).where(ProbeRow.id == probe.id).values(sealed_numbers=sealed)
        unit.captures._session.execute(row)
    with database.reading() as unit:
        assert unit.captures.load_probe(probe.id) == probe


def test_what_was_not_measured_stays_unknown(database):
    _, _, probe = keep(database, z=math.nan, look=replace(LOOK, side_light=math.nan))
    with database.reading() as unit:
        found = unit.captures.load_probe(probe.id)
    assert math.isnan(found.z)
    assert found.look is not None
    assert math.isnan(found.look.side_light)
    assert found.look.yaw == LOOK.yaw


def test_the_colours_that_were_shown_come_back_in_their_order(database):
    subject = a_subject()
    record = a_record(subject)
    colours = (Colour.CYAN, Colour.CORAL, Colour.CYAN)
    capture = replace(a_capture(record), colours=colours)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        unit.records.add(record)
        unit.captures.add(capture)
        assert unit.captures.load(capture.id) == capture


def test_no_number_of_a_face_is_readable_in_the_file(database, tmp_path):
    keep(database, distance=0.123456789, look=replace(LOOK, luma=131.987654321))
    database.truncate_wal()
    kept = everything_on_disk(tmp_path)
    for trace in (b"0.123456", b"131.98765", b"sharpness", b'"frames"', b"side_light"):
        assert trace not in kept


def test_numbers_of_one_probe_do_not_open_for_another_subject(database):
    _, _, ada = keep(database, "ada")
    keep(database, "bob")
    with database.transaction() as unit:
        unit.session.connection().exec_driver_sql(
            "UPDATE probes SET subject_id = ? WHERE id = ?", (identifier("bob"), ada.id)
        )
    with database.reading() as unit, pytest.raises(RecordInvalid):
        unit.captures.load_probe(ada.id)


def test_with_its_key_a_probe_s_numbers_are_gone(database):
    _, capture, probe = keep(database)
    with database.transaction() as unit:
        unit.vault.destroy(probe.subject_id)
        for load in (
            lambda: unit.captures.load_probe(probe.id),
            lambda: unit.captures.load(capture.id),
        ):
            with pytest.raises(ConsentRefused):
                load()


# A database of the version before.


@pytest.fixture
def old(tmp_path):
    """The path of a database with a person's and a baked subject's sitting, written at 0001."""
    path = tmp_path / "old.db"
    database = Database(f"sqlite:///{path}", MASTER)
    config = Config()
    config.set_main_option("script_location", "consent.adapters:migrations")
    config.set_main_option("path_separator", "os")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    for kind, name in ((SubjectKind.PERSON, "ada"), (SubjectKind.SYNTHETIC, "nobody")):
        _write_plainly(database, name, kind)
    database.close()
    return path


def an_old_record(name, kind):
    """Return a record as it was signed before there were logs and summaries."""
    return SIGNER.sign(replace(a_record(a_subject(name, kind)), version=1, summary=""))


def _sql(at):
    return at.replace(tzinfo=None).isoformat(" ")


def _write_plainly(database, name, kind):
    subject = a_subject(name, kind)
    record = an_old_record(name, kind)
    capture = a_capture(record)
    with database.transaction() as unit:
        run = unit.session.connection().exec_driver_sql
        run(
            "INSERT INTO subjects (id, kind, created_at) VALUES (?,?,?)",
            (subject.id, kind.value, _sql(subject.created_at)),
        )
        unit.vault.create(subject.id)
        run(
            "INSERT INTO records (id, subject_id, statement, key_id, signature, receipt_hash,"
            " given_at, expires_at) VALUES (?,?,?,?,?,?,?,?)",
            (
                record.record_id,
                subject.id,
                canonical_bytes(record).decode(),
                record.key_id,
                record.signature,
                receipt_hash(record),
                _sql(record.given_at),
                _sql(record.expires_at),
            ),
        )
        packed = b"".join(struct.pack("<d", value) for value in capture.template)
        template = unit.vault.seal(subject.id, "template", packed)
        live = kind is SubjectKind.PERSON
        kept = dict(capture.evidence) if live else list(capture.frame_hashes)
        at = _sql(capture.captured_at)
        run(
            "INSERT INTO captures (id, subject_id, record_id, kind, nonce, captured_at, assent,"
            " baked_subject, evidence, template) VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                capture.id,
                subject.id,
                record.record_id,
                kind.value,
                capture.nonce,
                at,
                capture.assent.value if live else None,
                None if live else capture.baked_subject,
                json.dumps(kept),
                template,
            ),
        )
        probe = a_probe(capture)
        run(
            "INSERT INTO probes (id, subject_id, capture_id, sha256, distance, z, verified_at)"
            " VALUES (?,?,?,?,?,?,?)",
            (probe.id, subject.id, capture.id, probe.sha256, 0.2123456, None if live else -5.0, at),
        )


def migrated(path):
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    database.migrate()
    return database


@pytest.mark.parametrize(("kind", "name"), [("person", "ada"), ("synthetic", "nobody")])
def test_rows_of_the_version_before_come_through_without_loss(old, kind, name):
    database = migrated(old)
    capture = a_capture(a_record(a_subject(name, SubjectKind(kind))))
    with database.reading() as unit:
        assert unit.captures.load(capture.id) == capture
        (probe,) = unit.captures.probes(capture.subject_id)
    database.close()
    assert probe.distance == 0.2123456
    assert math.isnan(probe.z) == (kind == "person")
    assert probe.look is None


def test_a_consent_of_before_the_log_can_be_read_and_withdrawn_and_draws_no_more(old):
    database = migrated(old)
    record = an_old_record("nobody", SubjectKind.SYNTHETIC)
    capture = a_capture(record)
    request = a_request(record, capture, a_probe(capture))
    gate = a_gate(FixedClock(NOON + timedelta(minutes=5)))
    with database.transaction() as unit:
        found = unit.records.load(record.record_id)
        assert canonical_bytes(found) == canonical_bytes(record)
        assert SIGNER.verify(found)
        assert found.assented_at == capture.captured_at
        with pytest.raises(LogInvalid) as refused:
            gate.grant(request, unit, lock=True)
        unit.records.withdraw(record.record_id, NOON)
        assert unit.records.load(record.record_id).withdrawn_at == NOON
    assert refused.value.code == "not_logged"
    database.close()


def test_the_gate_reads_what_was_sealed(old):
    database = migrated(old)
    record = an_old_record("nobody", SubjectKind.SYNTHETIC)
    capture = a_capture(record)
    gate = a_gate(FixedClock(NOON + timedelta(minutes=5)))
    with database.transaction() as unit:
        index = log_consent(unit, record, NOON)
        unit.session.get(RecordRow, record.record_id).log_index = index
        assert gate.grant(a_request(record, capture, a_probe(capture)), unit, lock=True)
    database.close()


def test_nothing_of_the_old_plain_numbers_stays_on_the_disk(old, tmp_path):
    before = everything_on_disk(tmp_path)
    assert b'"frames"' in before
    assert struct.pack(">d", 0.2123456) in before
    migrated(old).close()
    kept = everything_on_disk(tmp_path)
    assert b'"frames"' not in kept
    assert struct.pack(">d", 0.2123456) not in kept  # as SQLite writes it
    assert b"ab" * 32 not in kept


def test_what_belonged_to_a_destroyed_key_goes_with_the_migration(old):
    connection = sqlite3.connect(old)
    connection.execute("DELETE FROM wrapped_keys WHERE subject_id = ?", (identifier("ada"),))
    connection.commit()
    connection.close()
    database = migrated(old)
    with database.reading() as unit:
        assert unit.captures.latest(identifier("ada")) is None
        assert unit.captures.probes(identifier("ada")) == ()
        assert unit.captures.latest(identifier("nobody")) is not None
    database.close()


def test_migrating_again_seals_nothing_twice(old):
    migrated(old).close()
    database = migrated(old)
    with database.reading() as unit:
        assert unit.captures.latest(identifier("ada")) is not None
    database.close()
