"""No change of a log goes unnoticed, and what was changed is named."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import delete, text, update

from consent.adapters.tables import LogHeadRow, LogLeafRow, LogNodeRow
from consent.checkpoints import (
    LogSigner,
    read_checkpoint,
)
from consent.log import Leaf, LeafKind, commit
from tests.consent.adapters.logs import (
    WITNESS_VKEY,
    a_leaf,
    change_leaf,
    check,
    cosign_head,
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


def test_a_whole_log_holds(log_of_21):
    cosign_head(log_of_21, 8)
    cosign_head(log_of_21, 21)
    found = check(log_of_21, [WITNESS_VKEY])
    assert found.checkpoint.size == 21
    assert sum(found.kinds.values()) == 21
    assert (found.first, found.last) == (a_leaf(0).at, a_leaf(20).at)
    assert found.cosigned == (("ada.example", 8), ("ada.example", 21))
    assert check(log_of_21).unverified == ("ada.example",)


@pytest.mark.parametrize("index", [0, 7, 15, 20])
def test_a_deleted_entry_is_named(log_of_21, index):
    with log_of_21.transaction() as unit:
        unit.session.execute(delete(LogLeafRow).where(LogLeafRow.index == index))
    refusal = refused(check, log_of_21)
    assert refusal.code == "leaf_missing"
    assert f"Entry {index} " in refusal.what
    with log_of_21.reading() as unit:
        assert refused(unit.log.prove, index).code == "leaf_missing"


@pytest.mark.parametrize(("index", "pair"), [(0, "0 to 1"), (7, "6 to 7"), (16, "16 to 17")])
def test_an_edited_entry_is_named(log_of_21, index, pair):
    edited = Leaf(LeafKind.WITHDRAWAL, a_leaf(index).at, commit(bytes(32), b"other"))
    change_leaf(log_of_21, index, edited.to_bytes())
    refusal = refused(check, log_of_21)
    assert refusal.code == "tree_changed"
    assert f"One of the entries {pair} was changed" in refusal.what


def test_an_edited_last_entry_is_noticed_before_any_hash_covers_it(log_of_21):
    edited = Leaf(LeafKind.WITHDRAWAL, a_leaf(20).at, commit(bytes(32), b"other"))
    change_leaf(log_of_21, 20, edited.to_bytes())
    assert refused(check, log_of_21).code == "tree_changed"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not json",
        a_leaf(4).to_bytes() + b"\n" + a_leaf(4).to_bytes(),
        a_leaf(4).to_bytes().replace(b"2026-03", b"2026-13"),
        a_leaf(4).to_bytes().replace(b"2026-03-01", b"2026-02-30"),
        a_leaf(4).to_bytes().replace(b'"type"', b'"name":"Ada","type"'),
    ],
)
def test_an_entry_in_another_form_is_refused(log_of_21, data):
    change_leaf(log_of_21, 4, data)
    assert refused(check, log_of_21).code in {"leaf_invalid", "clock_back"}


def test_an_entry_that_became_a_text_is_named(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.execute(
            text("UPDATE log_leaves SET leaf = CAST(leaf AS TEXT) WHERE rowid = 5")
        )
    refusal = refused(check, log_of_21)
    assert refusal.code == "leaf_invalid"
    assert "Entry 4" in refusal.what


def test_reordered_entries_are_noticed(log_of_21):
    change_leaf(log_of_21, 4, a_leaf(5).to_bytes())
    change_leaf(log_of_21, 5, a_leaf(4).to_bytes())
    refusal = refused(check, log_of_21)
    assert refusal.code == "clock_back"
    assert "Entry 5" in refusal.what


def test_entries_of_one_time_cannot_be_reordered_either(database):
    with database.transaction() as unit:
        for number in range(4):
            unit.log.append(a_leaf(number, at=NOON))
    change_leaf(database, 1, a_leaf(2, at=NOON).to_bytes())
    change_leaf(database, 2, a_leaf(1, at=NOON).to_bytes())
    assert refused(check, database).code == "tree_changed"


def test_a_damaged_hash_is_told_from_a_changed_entry(log_of_21):
    damage_node(log_of_21, 1, 3)
    assert "stored hash over the entries 6 to 7" in refused(check, log_of_21).what


def test_a_damaged_hash_higher_up_is_named(log_of_21):
    damage_node(log_of_21, 3, 1)
    refusal = refused(check, log_of_21)
    assert refusal.code == "tree_changed"
    assert "8 to 15" in refusal.what


def test_a_missing_hash_is_named_and_nothing_is_proved_without_it(log_of_21):
    where = (LogNodeRow.level == 2) & (LogNodeRow.index == 0)
    with log_of_21.transaction() as unit:
        unit.session.execute(delete(LogNodeRow).where(where))
    assert refused(check, log_of_21).code == "tree_changed"
    with log_of_21.reading() as unit:
        assert refused(unit.log.prove, 5).code == "tree_changed"


def test_a_truncated_log_is_named(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.execute(delete(LogLeafRow).where(LogLeafRow.index >= 18))
    refusal = refused(check, log_of_21)
    assert refusal.code == "leaf_missing"
    assert "Entry 18 " in refusal.what


def test_entries_that_no_signature_covers_are_noticed(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.add(LogLeafRow(index=21, leaf=a_leaf(21).to_bytes()))
    assert refused(check, log_of_21).code == "tree_changed"


def test_a_log_rewritten_without_the_key_is_noticed(log_of_21):
    stranger = LogSigner(LOG_SIGNER.origin, Ed25519PrivateKey.from_private_bytes(b"\x44" * 32))
    rewrite(log_of_21, [a_leaf(number) for number in range(20)], stranger)
    assert refused(check, log_of_21).code == "checkpoint_invalid"


def test_entries_and_hashes_rewritten_under_the_old_signature_are_noticed(log_of_21):
    with log_of_21.reading() as unit:
        note = unit.log.head()
    rewrite(log_of_21, [a_leaf(number, at=NOON) for number in range(21)])
    with log_of_21.transaction() as unit:
        root = read_checkpoint(note).root
        unit.session.execute(update(LogHeadRow).values(note=note, root=root))
    refusal = refused(check, log_of_21)
    assert refusal.code == "tree_changed"
    assert "not what was signed" in refusal.what


def test_a_head_that_says_other_than_its_signature_is_noticed(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.execute(update(LogHeadRow).values(root=bytes(32)))
    assert refused(check, log_of_21).code == "tree_changed"


def test_a_head_that_tells_another_time_is_noticed(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.execute(update(LogHeadRow).values(at=NOON))
    assert refused(check, log_of_21).code == "tree_changed"


def test_a_log_without_its_head_is_not_an_empty_log(log_of_21):
    with log_of_21.transaction() as unit:
        unit.session.execute(delete(LogHeadRow))
    assert refused(check, log_of_21).code == "tree_changed"


def test_a_log_rewritten_with_its_own_key_is_betrayed_by_a_witness(log_of_21):
    cosign_head(log_of_21, 21)
    rewrite(log_of_21, [a_leaf(number, at=NOON) for number in range(22)])
    refusal = refused(check, log_of_21, [WITNESS_VKEY])
    assert refusal.code == "log_forked"
    assert "ada.example" in refusal.what


def test_a_log_cut_short_with_its_own_key_is_betrayed_by_a_witness(log_of_21):
    cosign_head(log_of_21, 21)
    rewrite(log_of_21, [a_leaf(number) for number in range(20)])
    assert refused(check, log_of_21).code == "log_rolled_back"


def test_a_forged_cosignature_is_noticed(log_of_21):
    cosign_head(log_of_21, 21)
    with log_of_21.transaction() as unit:
        line = "replace(line, substr(line, -12, 4), 'AAAA')"
        unit.session.execute(text(f"UPDATE log_cosignatures SET line = {line}"))  # noqa: S608
    assert refused(check, log_of_21, [WITNESS_VKEY]).code == "cosignature_invalid"


def test_runs_of_entries_meet_without_a_gap(database, monkeypatch):
    """The same checks where a log is longer than one run."""
    monkeypatch.setattr("consent.adapters.log_check.RUN_LEVEL", 2)
    for size in (1, 3, 4, 5, 8, 21, 37):
        with database.reading() as unit:
            have = unit.log.size()
        fill(database, size - have, start=have)
        assert check(database).checkpoint.size == size
    damage_node(database, 4, 1)
    assert "16 to 31" in refused(check, database).what
