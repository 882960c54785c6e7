"""Signed notes, checkpoints and cosignatures as the C2SP specifications say."""

from __future__ import annotations

import base64
import importlib
import platform
import sys
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consent.checkpoints import (
    Checkpoint,
    LogSigner,
    LogVerifier,
    cosign,
    read_checkpoint,
    verify_cosignature,
    with_cosignatures,
    without_cosignatures,
    witness_key,
)
from consent.errors import LogInvalid
from consent.signed_notes import MAX_NOTE_CHARACTERS, VerifierKey
from tests.fakes import NOON

KEY = Ed25519PrivateKey.from_private_bytes(b"\x11" * 32)
NEWER = Ed25519PrivateKey.from_private_bytes(b"\x12" * 32)
WITNESS = Ed25519PrivateKey.from_private_bytes(b"\x13" * 32)
ORIGIN = "example.com/behind-the-sofa"
NAME = "witness.example.com/w1"
SIGNER = LogSigner(ORIGIN, KEY)
HEAD = Checkpoint(ORIGIN, 20852163, b"\x21" * 32)
NOTE = SIGNER.sign(HEAD)
WITNESS_VKEY = witness_key(NAME, WITNESS.public_key()).vkey
COSIGNED = with_cosignatures(NOTE, [cosign(NOTE, WITNESS, NAME, NOON)])
# The example of c2sp.org/signed-note and golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def refused_code(work, *arguments):
    with pytest.raises(LogInvalid) as refused:
        work(*arguments)
    assert refused.value.what
    assert refused.value.next_step
    return refused.value.code


def test_a_checkpoint_has_the_form_of_the_specification():
    text, _, signatures = NOTE.rpartition("\n\n")
    assert text.split("\n") == [ORIGIN, "20852163", base64.b64encode(HEAD.root).decode()]
    assert signatures.startswith(f"\u2014 {ORIGIN} ")
    assert signatures.endswith("\n")


def test_a_signed_checkpoint_comes_back_equal():
    assert SIGNER.verifier().verify(NOTE) == HEAD
    assert read_checkpoint(NOTE) == HEAD


def test_a_known_key_has_its_known_identifier():
    key = VerifierKey.parse(PETER)
    assert key.name == "PeterNeumann"
    assert key.key_id.hex() == "c74f20a3"
    assert key.vkey == PETER


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "PeterNeumann",
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("Peter", "Paul"),
        PETER[:-4],
        PETER[:-1] + "X",
        "+c74f20a3+" + PETER.split("+", 2)[2],
        "name+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    ],
)
def test_what_does_not_carry_its_own_identifier_is_no_key(vkey):
    assert refused_code(VerifierKey.parse, vkey) == "vkey_invalid"


def test_a_key_that_came_before_still_verifies_and_the_newest_signs():
    rotated = LogSigner(ORIGIN, NEWER, older=[KEY.public_key()])
    assert rotated.verifier().verify(NOTE) == HEAD
    assert rotated.verifier().verify(rotated.sign(HEAD)) == HEAD
    assert refused_code(SIGNER.verifier().verify, rotated.sign(HEAD)) == "checkpoint_invalid"
    assert rotated.verifier().vkeys == (rotated.vkey, SIGNER.vkey)


@given(st.integers(0, len(NOTE) - 1), st.characters(min_codepoint=33, max_codepoint=126))
def test_no_changed_character_passes(place, other):
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    if changed != NOTE:
        assert refused_code(SIGNER.verifier().verify, changed) == "checkpoint_invalid"


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("20852163", "020852163"),
        NOTE.replace("20852163", "-1"),
        NOTE.replace("\n20852163", "\r\n20852163"),
        NOTE.replace("\n\n", "\nextension\n\n"),
        NOTE + "no signature\n",
        NOTE + "\u2014 somebody AAAA\n",
        NOTE + "\u2014 somebody !!!!\n",
        NOTE + f"\u2014 somebody {'A' * MAX_NOTE_CHARACTERS}\n",
    ],
)
def test_what_is_no_signed_checkpoint_is_refused(note):
    assert refused_code(SIGNER.verifier().verify, note) == "checkpoint_invalid"


def test_unknown_signatures_are_passed_over_and_a_wrong_one_of_a_known_key_is_not():
    assert SIGNER.verifier().verify(COSIGNED) == HEAD
    stranger = LogSigner(ORIGIN, NEWER).sign(HEAD)
    both = NOTE + stranger.rpartition("\n\n")[2]
    assert SIGNER.verifier().verify(both) == HEAD
    other = SIGNER.sign(Checkpoint(ORIGIN, 1, HEAD.root)).rpartition("\n\n")[2]
    assert refused_code(SIGNER.verifier().verify, NOTE + other) == "checkpoint_invalid"


def test_another_logs_key_proves_nothing_of_this_one():
    elsewhere = LogSigner("example.com/elsewhere", KEY)
    note = elsewhere.sign(Checkpoint("example.com/elsewhere", 3, HEAD.root))
    forged = NOTE.rpartition("\n\n")[0] + "\n\n" + note.rpartition("\n\n")[2]
    verifier = LogVerifier([elsewhere.vkey])
    assert refused_code(verifier.verify, forged) == "checkpoint_invalid"


def test_a_signature_of_the_right_key_under_another_origin_is_refused():
    text = Checkpoint("example.com/elsewhere", 3, HEAD.root).text()
    key = VerifierKey.parse(SIGNER.vkey)
    line = base64.b64encode(key.key_id + KEY.sign(text.encode())).decode()
    forged = f"{text}\n\u2014 {ORIGIN} {line}\n"
    assert refused_code(SIGNER.verifier().verify, forged) == "checkpoint_invalid"


def test_without_any_key_nothing_is_believed():
    assert refused_code(LogVerifier([]).verify, NOTE) == "checkpoint_invalid"


def test_a_log_signs_its_own_checkpoints_only():
    with pytest.raises(ValueError, match="own"):
        SIGNER.sign(Checkpoint("example.com/elsewhere", 3, HEAD.root))


@pytest.mark.parametrize(
    ("origin", "size", "root"),
    [("", 1, bytes(32)), ("a\nb", 1, bytes(32)), ("a", -1, bytes(32)), ("a", 1, bytes(31))],
)
def test_a_checkpoint_that_cannot_be_written_is_not_made(origin, size, root):
    with pytest.raises(ValueError, match="checkpoint"):
        Checkpoint(origin, size, root)


def test_a_cosignature_tells_who_saw_which_tree_and_when():
    found = verify_cosignature(COSIGNED, WITNESS_VKEY)
    assert found.witness == NAME
    assert found.at == NOON
    assert found.checkpoint == HEAD
    assert found.line in COSIGNED


def test_a_cosignature_signs_header_time_and_text():
    line = cosign(NOTE, WITNESS, NAME, NOON)
    raw = base64.b64decode(line.split(" ")[2])
    assert raw[:4] == VerifierKey.parse(WITNESS_VKEY).key_id
    assert int.from_bytes(raw[4:12]) == int(NOON.timestamp())
    message = f"cosignature/v1\ntime {int(NOON.timestamp())}\n{HEAD.text()}"
    WITNESS.public_key().verify(raw[12:], message.encode())


def test_a_witnesss_key_is_none_of_a_log_and_the_other_way_round():
    assert refused_code(LogVerifier, [WITNESS_VKEY]) == "vkey_invalid"
    assert refused_code(verify_cosignature, COSIGNED, SIGNER.vkey) == "vkey_invalid"


def test_a_cosignature_of_another_time_size_or_witness_is_refused():
    other = WITNESS_VKEY, witness_key("someone.else", WITNESS.public_key()).vkey
    assert refused_code(verify_cosignature, COSIGNED, other[1]) == "cosignature_invalid"
    assert refused_code(verify_cosignature, NOTE, WITNESS_VKEY) == "cosignature_invalid"
    grown = COSIGNED.replace("20852163", "20852164")
    assert refused_code(verify_cosignature, grown, WITNESS_VKEY) == "cosignature_invalid"
    head, _, encoded = COSIGNED.rstrip("\n").rpartition(" ")
    raw = base64.b64decode(encoded)
    for seconds in (1, 2**63):
        moved = raw[:4] + seconds.to_bytes(8) + raw[12:]
        note = f"{head} {base64.b64encode(moved).decode()}\n"
        assert refused_code(verify_cosignature, note, WITNESS_VKEY) == "cosignature_invalid"


def test_a_checkpoint_can_be_passed_on_without_others_signatures():
    assert without_cosignatures(COSIGNED) == NOTE


def test_a_cosignature_keeps_whole_seconds():
    late = with_cosignatures(NOTE, [cosign(NOTE, WITNESS, NAME, NOON + timedelta(seconds=0.9))])
    assert verify_cosignature(late, WITNESS_VKEY).at == NOON


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64",
    reason="the other implementation has a wheel for this platform only",
)
def test_another_implementation_reads_notes_checkpoints_and_keys():
    other = importlib.import_module("metamorphic_log")
    head = other.checkpoint_verify(NOTE, [SIGNER.vkey])
    assert (head.origin, head.size, head.root) == (ORIGIN, HEAD.size, HEAD.root)
    assert other.verify_signed_note(COSIGNED, [SIGNER.vkey]) == 1
    with pytest.raises(other.VerifyError):
        other.checkpoint_verify(NOTE.replace("20852163", "20852164"), [SIGNER.vkey])
    with pytest.raises(other.VerifyError):
        other.checkpoint_verify(NOTE, [LogSigner(ORIGIN, NEWER).vkey])
