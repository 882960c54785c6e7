"""Whoever can write into the database, or copies it, gets nothing made and is found out."""

# ruff: noqa: S608 - the statements are this file's own

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.checkpoints import LogSigner
from consent.entries import log_consent
from consent.errors import Refusal
from consent.gate import Gate
from consent.policy import export_rules, standard_rules
from consent.records import narrowed_record
from consent.signing import ServiceSigner
from tests.consent.conftest import MASTER
from tests.fakes import (
    LOG_SIGNER,
    NOON,
    SIGNER,
    STANDARDS,
    FixedClock,
    a_capture,
    a_choice,
    a_gate,
    a_probe,
    a_record,
    a_request,
    a_subject,
    identifier,
)

NOW = NOON + timedelta(minutes=5)
BOTH = frozenset({"illustrated", "painted"})
ADA, BOB, EVE = (identifier(name) for name in ("ada", "bob", "eve"))


def keep(database, name):
    """Store a sitting, and return the request that it allows."""
    subject = a_subject(name)
    record = a_record(subject, choice=a_choice(families=BOTH))
    capture = a_capture(record)
    probe = a_probe(capture)
    with database.transaction() as unit:
        unit.subjects.add(subject)
        unit.vault.create(subject.id)
        index = log_consent(unit, record, NOON)
        at = capture.captured_at
        unit.records.add(replace(record, log_index=index, assented_at=at))
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    return a_request(record, capture, probe)


@pytest.fixture
def requests(database):
    return {name: keep(database, name) for name in ("ada", "bob", "eve")}


def run(database, *statements):
    with database.transaction() as unit:
        for statement in statements:
            unit.session.connection().exec_driver_sql(statement)


def refused(database, request, gate=None, *, lock=True):
    with database.transaction() as unit, pytest.raises(Refusal) as refusal:
        (gate or a_gate(FixedClock(NOW))).grant(request, unit, lock=lock)
    return refusal.value


def swap(column, table="records"):
    """Return what swaps a column between the rows of two people."""
    key = "subject_id" if table != "log_leaves" else "`index`"
    one, other = (f"'{ADA}'", f"'{BOB}'") if table != "log_leaves" else ("0", "1")
    taken = f"(SELECT t.{column} FROM {table} t WHERE t.{key} = "
    return (
        f"CREATE TEMP TABLE kept AS SELECT {column} AS value FROM {table} WHERE {key} = {one}",
        f"UPDATE {table} SET {column} = {taken}{other}) WHERE {key} = {one}",
        f"UPDATE {table} SET {column} = (SELECT value FROM kept) WHERE {key} = {other}",
        "DROP TABLE kept",
    )


OF_ADA = f"WHERE subject_id = '{ADA}'"
TAMPERED = {
    "edited": (
        [f"UPDATE records SET statement = replace(statement, 'private', 'public') {OF_ADA}"],
        {"signature_invalid"},
    ),
    "truncated": (
        [f"UPDATE records SET statement = substr(statement, 1, 900) {OF_ADA}"],
        {"record_schema"},
    ),
    "signature truncated": (
        [f"UPDATE records SET signature = substr(signature, 1, 63) {OF_ADA}"],
        {"signature_invalid"},
    ),
    "signed by nobody known": (
        [f"UPDATE records SET key_id = 'ab' {OF_ADA}"],
        {"unknown_key"},
    ),
    "statements swapped": (swap("statement"), {"record_swapped"}),
    "signatures swapped": (swap("signature"), {"signature_invalid"}),
    "statements and signatures swapped": (
        [*swap("statement"), *swap("signature"), *swap("log_index")],
        {"record_swapped"},
    ),
    "put under another person": (
        [f"UPDATE records SET subject_id = '{EVE}' {OF_ADA}"],
        {"record_swapped"},
    ),
    "entry of another person": (swap("log_index"), {"not_logged"}),
    "entry forgotten": ([f"UPDATE records SET log_index = NULL {OF_ADA}"], {"not_logged"}),
    "entry that does not exist": (
        [f"UPDATE records SET log_index = 7 {OF_ADA}"],
        {"leaf_missing"},
    ),
    "leaf deleted": (["DELETE FROM log_leaves WHERE `index` = 0"], {"leaf_missing"}),
    "next leaf deleted": (
        ["DELETE FROM log_leaves WHERE `index` = 1"],
        {"leaf_missing", "tree_changed"},
    ),
    "leaves swapped": (swap("leaf", "log_leaves"), {"not_logged"}),
    "leaf edited": (
        [
            "UPDATE log_leaves SET leaf = CAST(replace(leaf, '12:00', '11:00') AS BLOB)"
            " WHERE `index` = 0"
        ],
        {"proof_invalid"},
    ),
    "head forged": (["UPDATE log_head SET size = 2"], {"not_logged", "proof_invalid"}),
    "head unsigned": (["UPDATE log_head SET note = 'nothing'"], {"checkpoint_invalid"}),
    "log emptied": (
        ["DELETE FROM log_leaves", "DELETE FROM log_nodes", "DELETE FROM log_head"],
        {"leaf_missing"},
    ),
    "template swapped": (swap("template", "captures"), {"sealed_damaged"}),
    "selfie's numbers swapped": (swap("sealed_numbers", "probes"), {"sealed_damaged"}),
    "selfie of another capture": (swap("capture_id", "probes"), {"row_changed"}),
    "capture of another consent": (
        swap("record_id", "captures"),
        {"row_changed"},
    ),
    "key swapped": (swap("wrapped", "wrapped_keys"), {"sealed_damaged"}),
    "replaced by another person's": (
        [
            f"UPDATE records SET replaced_by = (SELECT id FROM records WHERE subject_id = '{BOB}')"
            f" {OF_ADA}"
        ],
        {"other_subject"},
    ),
}


@pytest.mark.parametrize("defect", TAMPERED)
def test_what_was_tampered_with_is_named_and_makes_nothing(database, requests, defect):
    statements, codes = TAMPERED[defect]
    run(database, *statements)
    refusal = refused(database, requests["ada"])
    assert refusal.code in codes
    assert refusal.what
    assert refusal.next_step


HIS_OWN_ONLY = [  # the others touch the log, or another person's rows
    "edited",
    "truncated",
    "signature truncated",
    "signed by nobody known",
    "entry forgotten",
    "entry that does not exist",
    "replaced by another person's",
]


@pytest.mark.parametrize("defect", HIS_OWN_ONLY)
def test_what_was_done_to_one_person_s_rows_harms_nobody_else(database, requests, defect):
    run(database, *TAMPERED[defect][0])
    with database.transaction() as unit:
        assert a_gate(FixedClock(NOW)).grant(requests["eve"], unit)


def test_a_record_among_another_person_s_is_shown_to_nobody(database, requests):
    run(database, *TAMPERED["put under another person"][0])
    with database.reading() as unit:
        assert unit.records.of_subject(ADA) == ()
        with pytest.raises(Refusal) as refusal:
            unit.records.of_subject(EVE)
    assert refusal.value.code == "record_swapped"
    assert refused(database, requests["eve"]).code == "record_swapped"


def test_a_consent_does_not_live_longer_by_the_columns_beside_it(database, requests):
    run(database, f"UPDATE records SET expires_at = '2099-01-01 00:00:00.000000' {OF_ADA}")
    late = NOON + timedelta(days=90)
    request = replace(requests["ada"], capture_id="", probe_ids=())
    with database.transaction() as unit, pytest.raises(Refusal) as caught:
        a_gate(FixedClock(late)).permit_export(request, unit)
    assert caught.value.code == "consent_expired"


def test_an_old_look_into_the_camera_is_not_made_a_new_one(database, requests):
    late = NOON + timedelta(days=1)
    run(database, f"UPDATE captures SET captured_at = '{late:%Y-%m-%d} 11:00:00.000000'")
    assert refused(database, requests["ada"], a_gate(FixedClock(late))).code == "row_changed"


def narrowed(database, request):
    """Replace a consent by a narrower one, as the desk does."""
    with database.transaction() as unit:
        earlier = unit.records.load(request.record_id)
        record = SIGNER.sign(
            narrowed_record(
                earlier,
                scope=replace(earlier.scope, families=frozenset({"illustrated"})),
                expires_at=earlier.expires_at,
                summary="Less.",
                record_id=identifier("narrower"),
                nonce=identifier("nonce"),
                now=NOON + timedelta(minutes=2),
            )
        )
        index = log_consent(unit, record, NOON + timedelta(minutes=2))
        unit.records.add(replace(record, log_index=index, assented_at=earlier.assented_at))
        unit.records.replace(earlier.record_id, record.record_id, NOON + timedelta(minutes=2))
    return record


REPLAYED = {
    "set aside": [
        "UPDATE records SET replaced_at = NULL, replaced_by = NULL",
    ],
    "laid into the other's row": [
        "UPDATE records SET statement = (SELECT o.statement FROM records o WHERE o.id = '{old}'),"
        " signature = (SELECT o.signature FROM records o WHERE o.id = '{old}'),"
        " log_index = 0 WHERE id = '{new}'",
    ],
    "swapped with the narrower one": [
        "CREATE TEMP TABLE kept AS SELECT * FROM records WHERE id = '{new}'",
        "UPDATE records SET replaced_by = NULL, replaced_at = NULL WHERE id = '{old}'",
        "UPDATE records SET statement = (SELECT o.statement FROM records o WHERE o.id = '{old}'),"
        " signature = (SELECT o.signature FROM records o WHERE o.id = '{old}'),"
        " log_index = 0 WHERE id = '{new}'",
        "UPDATE records SET statement = (SELECT statement FROM kept), signature ="
        " (SELECT signature FROM kept), log_index = (SELECT log_index FROM kept),"
        " replaced_by = '{new}' WHERE id = '{old}'",
        "DROP TABLE kept",
    ],
}


@pytest.mark.parametrize("defect", REPLAYED)
def test_a_wider_consent_of_before_cannot_be_played_again(database, requests, defect):
    request = replace(requests["ada"], family="painted")
    narrower = narrowed(database, request)
    assert refused(database, request).code == "out_of_scope"
    names = {"old": request.record_id, "new": narrower.record_id}
    run(database, *(statement.format(**names) for statement in REPLAYED[defect]))
    assert refused(database, request).code in {"record_set_back", "record_swapped"}
    again = replace(request, record_id=narrower.record_id)
    assert refused(database, again).code in {"out_of_scope", "record_swapped"}


def test_a_withdrawal_cannot_be_taken_back_in_the_database(database, requests):
    request = requests["ada"]
    with database.transaction() as unit:
        unit.records.withdraw(request.record_id, NOW)
    DatabaseVault(database).destroy(request.subject_id)
    run(database, f"UPDATE records SET withdrawn_at = NULL {OF_ADA}")
    assert refused(database, request).code == "key_destroyed"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"verifier": ServiceSigner(Ed25519PrivateKey.from_private_bytes(b"\x0d" * 32))},
         "unknown_key"),
        ({"log": LogSigner(LOG_SIGNER.origin,
                           Ed25519PrivateKey.from_private_bytes(b"\x0e" * 32)).verifier()},
         "checkpoint_invalid"),
    ],
)  # fmt: skip
def test_a_copied_database_is_worth_nothing_beside_other_keys(
    database, requests, tmp_path, change, code
):
    database.truncate_wal()
    path = tmp_path / "copied.db"
    shutil.copy(tmp_path / "app.db", path)
    standards = replace(STANDARDS, **change)
    gate = Gate(standard_rules(standards), export=export_rules(standards), clock=FixedClock(NOW))
    same = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    assert refused(same, requests["ada"], gate).code == code
    same.close()
    other = Database(f"sqlite:///{path}", MasterKey(b"\x09" * 32), LOG_SIGNER)
    assert refused(other, requests["ada"]).code == "sealed_damaged"
    other.close()


def test_a_clock_that_was_set_back_makes_nothing(database, requests):
    clock = FixedClock(NOON + timedelta(minutes=5))
    with database.transaction() as unit:
        log_consent(unit, unit.records.load(requests["ada"].record_id), clock.now())
    clock.advance(minutes=-3)
    assert refused(database, requests["ada"], a_gate(clock)).code == "clock_back"
