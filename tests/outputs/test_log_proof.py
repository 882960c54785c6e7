from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.checkpoints import LogSigner
from consent.errors import LogInvalid
from consent.log import LeafKind
from outputs.log_proof import check_proof, proof_json
from tests.fakes import LOG_SIGNER
from tests.outputs.samples import LOG_KEYS, LOGGED, NOW, logged_leaf

KEY = Ed25519PrivateKey.from_private_bytes(b"\x04" * 32)
LOG_PUBLIC = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32).public_key()  # LOG_SIGNER's
STRANGER = LogSigner("elsewhere.example/log", KEY)


def test_proof_that_was_written_is_checked_offline():
    found = check_proof(proof_json(LOGGED), LOG_KEYS)
    assert found.is_ours
    assert found.leaf == LOGGED.leaf
    assert (found.index, found.checkpoint.size) == (5, 12)
    assert found.leaf.at == NOW


@pytest.mark.parametrize(("before", "after"), [(0, 0), (0, 1), (1, 0), (7, 0), (3, 4), (0, 16)])
def test_proof_holds_at_any_place_in_the_log(before, after):
    fields = proof_json(logged_leaf(before=before, after=after))
    assert check_proof(fields, LOG_KEYS).index == before


def test_proof_of_another_log_holds_and_its_key_is_not_ours():
    found = check_proof(proof_json(logged_leaf(signer=STRANGER)), LOG_KEYS)
    assert not found.is_ours
    assert found.checkpoint.origin == "elsewhere.example/log"


def test_stranger_s_signature_under_our_log_s_name_is_refused():
    forged = LogSigner(LOG_SIGNER.origin, KEY)
    assert refused(proof_json(logged_leaf(signer=forged))) == "checkpoint_invalid"


def test_checkpoint_of_an_earlier_key_of_ours_still_counts():
    newer = LogSigner(LOG_SIGNER.origin, KEY, older=[LOG_PUBLIC])
    assert check_proof(proof_json(LOGGED), newer.verifier()).is_ours


@pytest.mark.parametrize("kind", [each for each in LeafKind if each is not LeafKind.CONSENT])
def test_entry_of_another_kind_proves_no_consent(kind):
    assert refused(proof_json(logged_leaf(kind=kind))) == "proof_invalid"


def cut(fields):
    fields["proof"].pop()


def reordered(fields):
    fields["proof"].reverse()


def longer(fields):
    fields["proof"].append(fields["proof"][0])


def endless(fields):
    fields["proof"] *= 100


def moved(fields):
    fields["index"] += 1


def backdated(fields):
    fields["leaf"]["time"] = "2020-01-01T00:00:00.000000Z"


def other_commitment(fields):
    fields["leaf"]["commitment"] = "00" * 32


def other_size(fields):
    fields["size"] -= 1


def other_origin(fields):
    fields["origin"] = "elsewhere.example/log"


def edited_checkpoint(fields):
    fields["checkpoint"] = fields["checkpoint"].replace("\n12\n", "\n13\n")


def unsigned_checkpoint(fields):
    fields["checkpoint"] = fields["checkpoint"].partition("\n\n")[0] + "\n\n"


def checkpoint_of_another_log(fields):
    other = proof_json(logged_leaf(signer=STRANGER))
    fields["checkpoint"] = other["checkpoint"]


@pytest.mark.parametrize(
    "edit",
    [
        cut,
        reordered,
        longer,
        endless,
        moved,
        backdated,
        other_commitment,
        other_size,
        other_origin,
        edited_checkpoint,
        unsigned_checkpoint,
        checkpoint_of_another_log,
    ],
)
def test_edited_proof_is_refused(edit):
    fields = proof_json(LOGGED)
    edit(fields)
    refused(fields)


def without(name):
    return {key: value for key, value in proof_json(LOGGED).items() if key != name}


def with_field(**changes):
    return {**proof_json(LOGGED), **changes}


@pytest.mark.parametrize(
    "fields",
    [
        None,
        7,
        "words",
        [],
        {},
        *(without(name) for name in proof_json(LOGGED)),
        with_field(more=1),
        with_field(index="5"),
        with_field(index=True),
        with_field(index=-1),
        with_field(index=10**30),
        with_field(size=0),
        with_field(size=1.5),
        with_field(size=None),
        with_field(proof="AAAA"),
        with_field(proof=[1]),
        with_field(proof=["no base64!"]),
        with_field(proof=[base64.b64encode(b"short").decode()]),
        with_field(leaf=[]),
        with_field(leaf={}),
        with_field(leaf={"type": "consent", "time": 5, "commitment": "00"}),
        with_field(leaf={**proof_json(LOGGED)["leaf"], "name": "Ada"}),
        with_field(checkpoint=5),
        with_field(checkpoint=""),
        with_field(checkpoint="\n\n"),
        with_field(checkpoint="x" * 200_000),
        with_field(origin=None),
        with_field(origin="\x1b[2J"),
    ],
)
def test_field_of_any_shape_is_refused_and_never_a_crash(fields):
    refused(fields)


def test_proof_written_for_another_entry_does_not_fit():
    other = logged_leaf(before=4, after=7)
    refused(proof_json(replace(LOGGED, proof=other.proof)))


def refused(fields) -> str:
    with pytest.raises(LogInvalid) as error:
        check_proof(fields, LOG_KEYS)
    return error.value.code
