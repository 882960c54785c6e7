"""A witness signs only what continues what it saw, and says what else a log did."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consent.checkpoints import (
    Checkpoint,
    LogSigner,
    LogVerifier,
    read_checkpoint,
    verify_cosignature,
    witness_key,
)
from consent.errors import LogInvalid
from consent.witness import Memory, Witness, compare
from tests.consent.trees import consistency, mth
from tests.fakes import NOON

SIGNER = LogSigner("studio.example/log", Ed25519PrivateKey.from_private_bytes(b"\x11" * 32))
OTHER_LOG = LogSigner("studio.example/log", Ed25519PrivateKey.from_private_bytes(b"\x12" * 32))
ADA = Witness("ada.example", Ed25519PrivateKey.from_private_bytes(b"\x13" * 32))
BOB = Witness("bob.example", Ed25519PrivateKey.from_private_bytes(b"\x14" * 32))
LEAVES = [number.to_bytes(2) for number in range(40)]
FORK = [*LEAVES[:5], b"rewritten", *LEAVES[6:]]
FIRST_SIGHT = Memory((SIGNER.vkey,))


def note(leaves, signer=SIGNER):
    return signer.sign(Checkpoint(signer.origin, len(leaves), mth(leaves)))


def sees(witness, memory, leaves, signer=SIGNER):
    """Let a witness look at a log of these leaves, which proves what it can."""
    old = read_checkpoint(memory.cosigned).size if memory.cosigned else 0
    proof = consistency(leaves, old) if 0 < old < len(leaves) else None
    return witness.witness(memory, note(leaves, signer), proof, now=NOON)


def refused(work, *arguments):
    with pytest.raises(LogInvalid) as caught:
        work(*arguments)
    assert caught.value.what
    assert caught.value.next_step
    return caught.value.code


@given(st.lists(st.integers(1, len(LEAVES)), min_size=1, max_size=6))
def test_a_growing_log_is_cosigned_at_every_size(grown):
    memory = FIRST_SIGHT
    for size in sorted(grown):
        memory = sees(ADA, memory, LEAVES[:size])
        vkey = witness_key(ADA.name, ADA.key.public_key()).vkey
        assert verify_cosignature(memory.cosigned, vkey).checkpoint.size == size


def test_a_rewritten_log_is_refused_and_named():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    assert refused(sees, ADA, memory, FORK[:12]) == "log_forked"
    assert refused(sees, ADA, memory, FORK[:10]) == "log_forked"


def test_a_log_rewritten_where_the_witness_had_not_yet_looked_is_not_told_apart():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:4])
    assert sees(ADA, memory, FORK[:12]).cosigned


def test_a_log_that_lost_entries_is_refused_and_named():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    assert refused(sees, ADA, memory, LEAVES[:9]) == "log_rolled_back"


def test_a_log_that_another_key_signed_is_refused_even_at_first_sight():
    assert refused(sees, ADA, FIRST_SIGHT, LEAVES[:3], OTHER_LOG) == "checkpoint_invalid"


def test_growth_without_a_proof_or_with_one_of_other_sizes_is_refused():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    for proof in (None, consistency(LEAVES[:12], 9), consistency(LEAVES[:11], 10)):
        with pytest.raises(LogInvalid) as caught:
            ADA.witness(memory, note(LEAVES[:12]), proof, now=NOON)
        assert caught.value.code == "proof_invalid"


def test_a_new_key_of_the_log_is_believed_once_the_witness_was_told():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    told = Memory((OTHER_LOG.vkey, *memory.log_keys), memory.cosigned)
    assert sees(ADA, told, LEAVES[:12], OTHER_LOG).cosigned


def test_a_refusal_changes_nothing_in_what_was_seen():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    refused(sees, ADA, memory, FORK[:12])
    assert sees(ADA, memory, LEAVES[:12]).cosigned


def test_a_witness_passes_on_its_own_line_and_no_other():
    by_bob = sees(BOB, FIRST_SIGHT, LEAVES[:10]).cosigned
    memory = ADA.witness(FIRST_SIGHT, by_bob, None, now=NOON + timedelta(minutes=1))
    assert "ada.example" in memory.cosigned
    assert "bob.example" not in memory.cosigned


def test_memory_survives_its_file():
    memory = sees(ADA, FIRST_SIGHT, LEAVES[:10])
    assert Memory.from_json(memory.to_json()) == memory
    assert Memory.from_json(FIRST_SIGHT.to_json()) == FIRST_SIGHT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"log_keys": [], "cosigned": 3}',
        '{"log_keys": ["x"], "cosigned": null}',
        '{"log_keys": [], "cosigned": "x"}',
        '{"log_keys": 5, "cosigned": null}',
    ],
)
def test_a_memory_that_cannot_be_read_is_not_taken_for_an_empty_one(text):
    assert refused(Memory.from_json, text) == "memory_unreadable"


def test_two_witnesses_who_were_shown_different_logs_prove_the_fork():
    one = sees(ADA, FIRST_SIGHT, LEAVES[:10]).cosigned
    other = sees(BOB, FIRST_SIGHT, FORK[:10]).cosigned
    assert refused(compare, one, other, SIGNER.verifier(), None) == "log_forked"


def test_a_fork_between_different_sizes_is_named_with_whatever_proof_the_log_gives():
    one = sees(ADA, FIRST_SIGHT, LEAVES[:10]).cosigned
    other = sees(BOB, FIRST_SIGHT, FORK[:14]).cosigned
    for proof in (consistency(FORK[:14], 10), consistency(LEAVES[:14], 10)):
        assert refused(compare, one, other, SIGNER.verifier(), proof) == "log_forked"
    assert refused(compare, one, other, SIGNER.verifier(), None) == "proof_invalid"


def test_two_witnesses_of_one_log_agree():
    one = sees(ADA, FIRST_SIGHT, LEAVES[:14]).cosigned
    other = sees(BOB, FIRST_SIGHT, LEAVES[:10]).cosigned
    first, last = compare(one, other, SIGNER.verifier(), consistency(LEAVES[:14], 10))
    assert (first.size, last.size) == (10, 14)
    same = sees(BOB, FIRST_SIGHT, LEAVES[:14]).cosigned
    assert compare(one, same, LogVerifier([SIGNER.vkey]), None)


def test_checkpoints_of_two_logs_are_not_compared():
    elsewhere = LogSigner("elsewhere.example", SIGNER._key)
    foreign = elsewhere.sign(Checkpoint("elsewhere.example", 10, mth(LEAVES[:10])))
    verifier = LogVerifier([SIGNER.vkey, elsewhere.vkey])
    assert refused(compare, note(LEAVES[:10]), foreign, verifier, None) == "checkpoint_invalid"
