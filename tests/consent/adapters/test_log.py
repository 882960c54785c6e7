"""The log in a database: what it adds and what it proves."""

from __future__ import annotations

import importlib
import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from consent.adapters.keys import MasterKey, load_log_signer, rotate_log_key
from consent.adapters.log import JITTER, SqlLog
from consent.adapters.tables import LogLeafRow, LogNodeRow
from consent.checkpoints import Checkpoint, LogSigner, LogVerifier
from consent.errors import ConsentRefused
from consent.log import verify_consistency, verify_inclusion
from consent.merkle import fold, grown, leaf_hash, peaks
from tests.consent.adapters.logs import (
    VERIFIER,
    a_leaf,
    change_leaf,
    check,
    damage_node,
    fill,
    refused,
    rewrite,
)
from tests.fakes import LOG_SIGNER, NOON


@pytest.fixture
def log_of_21(database):
    fill(database, 21)
    return database


def test_an_empty_log_has_no_head_and_no_entry(database):
    with database.reading() as unit:
        assert unit.log.head() is None
        assert unit.log.size() == 0
        assert unit.log.last_time() is None
        assert refused(unit.log.leaf, 0).code == "leaf_missing"
        assert refused(unit.log.prove, 0).code == "leaf_missing"
        assert refused(unit.log.consistency, 0).code == "leaf_missing"
    assert refused(check, database).code == "log_empty"


def test_every_entry_is_proved_in_every_tree(log_of_21):
    with log_of_21.reading() as unit:
        for size in range(1, 22):
            root = unit.log.root(size)
            for index in range(size):
                logged = unit.log.prove(index, size)
                assert logged.leaf == a_leaf(index)
                assert VERIFIER.verify(logged.checkpoint).root == root
                verify_inclusion(logged.leaf.to_bytes(), logged.proof, root)


def test_every_growth_is_proved(log_of_21):
    with log_of_21.reading() as unit:
        for new in range(22):
            for old in range(new + 1):
                proof = unit.log.consistency(old, new)
                verify_consistency(proof, unit.log.root(old), unit.log.root(new))


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64",
    reason="the other implementation has a wheel for this platform only",
)
def test_another_implementation_agrees_with_what_the_database_proves(log_of_21):
    other = importlib.import_module("metamorphic_log")
    with log_of_21.reading() as unit:
        for index in range(21):
            logged = unit.log.prove(index)
            other.checkpoint_verify_inclusion(
                logged.checkpoint,
                [LOG_SIGNER.vkey],
                index,
                leaf_hash(logged.leaf.to_bytes()),
                list(logged.proof.path),
            )
            older = unit.log.prove(0, index + 1).checkpoint
            grew = unit.log.consistency(index + 1)
            other.checkpoint_verify_consistency(
                older, logged.checkpoint, [LOG_SIGNER.vkey], list(grew.path)
            )


def test_the_head_is_signed_at_every_entry(database):
    for number in range(9):
        fill(database, 1, start=number)
        with database.reading() as unit:
            head = VERIFIER.verify(unit.log.head())
            assert head.size == unit.log.size() == number + 1
            assert head.root == unit.log.root(number + 1)
            assert unit.log.last_time() == a_leaf(number).at


def test_what_is_rolled_back_leaves_no_entry(database):
    def halfway():
        with database.transaction() as unit:
            unit.log.append(a_leaf(0))
            unit.subjects.load("unknown")

    with pytest.raises(ConsentRefused):
        halfway()
    fill(database, 3)
    assert check(database).checkpoint.size == 3


def test_entries_of_many_writers_stand_in_one_line(database):
    def add(number):
        with database.transaction() as unit:
            return unit.log.append(a_leaf(number, at=NOON))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(24))) == list(range(24))
    assert check(database).checkpoint.size == 24


def test_a_database_opened_without_the_logs_key_adds_nothing(log_of_21):
    with log_of_21.transaction() as unit:
        without_key = SqlLog(unit.session, None)
        with pytest.raises(RuntimeError):
            without_key.append(a_leaf(30))
        assert without_key.prove(3).leaf == a_leaf(3)


@pytest.mark.parametrize(("index", "size"), [(21, None), (-1, None), (5, 5), (0, 22), (0, -1)])
def test_nothing_is_proved_beyond_the_log(log_of_21, index, size):
    with log_of_21.reading() as unit:
        assert refused(unit.log.prove, index, size).code == "leaf_missing"


@pytest.mark.parametrize(("old", "new"), [(22, None), (5, 4), (-1, 4), (0, 22)])
def test_no_growth_is_proved_beyond_the_log(log_of_21, old, new):
    with log_of_21.reading() as unit:
        assert refused(unit.log.consistency, old, new).code == "leaf_missing"


@pytest.mark.parametrize("size", [20, 21])
def test_nothing_is_signed_on_top_of_what_somebody_changed(database, size):
    """Whoever may write to the database, but has no key, must not get their history signed."""
    fill(database, size)
    change_leaf(database, size - 1, a_leaf(size, at=a_leaf(size - 1).at).to_bytes())
    damage_node(database, 2, 4)
    with database.transaction() as unit:
        assert refused(unit.log.append, a_leaf(size)).code == "tree_changed"
    with database.reading() as unit:
        assert refused(unit.log.prove, 0, 17).code in {"tree_changed", "log_forked"}


def test_nothing_is_signed_on_top_of_a_head_that_the_log_did_not_sign(database):
    stranger = LogSigner(LOG_SIGNER.origin, Ed25519PrivateKey.from_private_bytes(b"\x44" * 32))
    rewrite(database, [a_leaf(number) for number in range(9)], stranger)
    with database.transaction() as unit:
        assert refused(unit.log.append, a_leaf(9)).code == "checkpoint_invalid"
    with database.reading() as unit:
        assert refused(unit.log.prove, 0, 8).code == "checkpoint_invalid"


@pytest.fixture
def questions(database):
    """Counts what is asked of the database."""
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    return asked


@pytest.mark.parametrize(
    "row", [LogLeafRow(index=21, leaf=b""), LogNodeRow(level=1, index=10, hash=bytes(32))]
)
def test_what_lies_where_the_next_entry_belongs_is_named(log_of_21, row):
    with log_of_21.transaction() as unit:
        unit.session.add(row)
    assert refused(fill, log_of_21, 1, start=21).code == "tree_changed"


def test_a_long_log_is_asked_as_few_questions_as_a_short_one(database, questions):
    counts = []
    for size in (6, 500):
        with database.reading() as unit:
            have = unit.log.size()
        fill(database, size - have, start=have)
        questions.clear()
        fill(database, 1, start=size)
        with database.reading() as unit:
            unit.log.prove(3)
            unit.log.consistency(3)
        counts.append(len(questions))
    assert counts[1] <= counts[0] + 1


def test_a_clock_that_was_set_back_is_refused_and_named(log_of_21):
    early = a_leaf(21, at=a_leaf(20).at - JITTER - timedelta(microseconds=1))
    with log_of_21.transaction() as unit:
        refusal = refused(unit.log.append, early)
    assert refusal.code == "clock_back"
    assert "set back" in refusal.what
    assert "01 March 2026" in refusal.next_step


def test_a_clock_that_was_put_right_by_a_little_keeps_the_newest_time(log_of_21):
    with log_of_21.transaction() as unit:
        unit.log.append(a_leaf(21, at=a_leaf(20).at - JITTER))
        assert unit.log.last_time() == unit.log.leaf(21).at == a_leaf(20).at
    check(log_of_21)


def test_a_logs_name_stays_when_its_key_changes(tmp_path):
    master = MasterKey(b"\x02" * 32)
    first = load_log_signer(tmp_path, master)
    assert load_log_signer(tmp_path, master).vkey == first.vkey
    assert first.origin.startswith("selfsame.local/")
    note = first.sign(Checkpoint(first.origin, 0, fold([])))
    second = rotate_log_key(tmp_path, master)
    assert second.origin == first.origin
    assert second.vkey != first.vkey
    assert second.verifier().verify(note)
    assert load_log_signer(tmp_path, master, origin="studio.example").origin == "studio.example"


def test_the_newest_head_is_proved_with_the_newest_key(log_of_21):
    key = Ed25519PrivateKey.from_private_bytes(b"\x0a" * 32)
    old = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32).public_key()
    rotated = LogSigner(LOG_SIGNER.origin, key, older=[old])
    with log_of_21.reading() as unit:
        logged = SqlLog(unit.session, rotated).prove(3)
        before = unit.log.prove(3)
    assert LogVerifier([rotated.vkey]).verify(logged.checkpoint).size == 21
    assert before.checkpoint == log_of_21_head(log_of_21)


def log_of_21_head(database):
    with database.reading() as unit:
        return unit.log.head()


def test_the_first_growth_of_a_tree_is_its_leaf():
    nodes, root = grown(0, [], b"\x01" * 32)
    assert nodes == {}
    assert root == b"\x01" * 32
    assert peaks(0, 0) == ()
