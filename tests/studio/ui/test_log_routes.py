"""The log's doors: open to everybody, and to witnesses whom the operator chose."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.adapters.database import Base, Database
from consent.adapters.keys import MasterKey
from consent.checkpoints import Checkpoint, cosign, with_cosignatures, witness_key
from consent.log import (
    ConsistencyProof,
    InclusionProof,
    Leaf,
    LeafKind,
    commit,
    verify_consistency,
    verify_inclusion,
)
from studio.sitting.logbook import Logbook
from tests.fakes import LOG_SIGNER, NOON

WITNESS = Ed25519PrivateKey.from_private_bytes(b"\x13" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"\x14" * 32)
VKEY = witness_key("ada.example", WITNESS.public_key()).vkey
PLAIN = {"content-type": "text/plain; charset=utf-8"}


@pytest.fixture
def empty(studio, tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'app.db'}", MasterKey(b"\x02" * 32), LOG_SIGNER)
    Base.metadata.create_all(database.engine)
    studio.log = Logbook(database, LOG_SIGNER, (VKEY,))
    yield database
    database.close()


@pytest.fixture
def log(empty):
    with empty.transaction() as unit:
        for number in range(5):
            at = NOON + timedelta(seconds=number)
            unit.log.append(Leaf(LeafKind.OUTPUT, at, commit(bytes(32), bytes([number]))))
    return empty


def cosigned_by(key, note, name="ada.example"):
    return with_cosignatures(note, [cosign(note, key, name, NOON)])


def head(client):
    note = client.get("/api/log/checkpoint").text
    return note, LOG_SIGNER.verifier().verify(note)


def test_the_log_is_read_without_a_session(stranger, log):
    for path in ("checkpoint", "keys", "entries/0", "proof/0", "consistency?old=2"):
        answer = stranger.get(f"/api/log/{path}")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_a_stranger_verifies_an_entry_with_what_is_served(stranger, log):
    keys = stranger.get("/api/log/keys").text.split()
    assert keys == [LOG_SIGNER.vkey]
    _, checkpoint = head(stranger)
    for index in range(5):
        answer = stranger.get(f"/api/log/proof/{index}").json()
        path = tuple(base64.b64decode(each) for each in answer["proof"])
        leaf = Leaf(LeafKind(answer["leaf"]["type"]), NOON, answer["leaf"]["commitment"])
        at = NOON + timedelta(seconds=index)
        proof = InclusionProof(answer["index"], answer["size"], path)
        verify_inclusion(Leaf(leaf.kind, at, leaf.commitment).to_bytes(), proof, checkpoint.root)
        assert stranger.get(f"/api/log/entries/{index}").json()["leaf"] == answer["leaf"]


def test_a_stranger_verifies_that_the_log_grew(stranger, log):
    _, checkpoint = head(stranger)
    answer = stranger.get("/api/log/consistency?old=3&new=5").json()
    path = tuple(base64.b64decode(each) for each in answer["proof"])
    with log.reading() as unit:
        old_root = unit.log.root(3)
    verify_consistency(ConsistencyProof(3, 5, path), old_root, checkpoint.root)


def test_an_older_tree_is_proved_on_demand(stranger, log):
    answer = stranger.get("/api/log/proof/1?size=3").json()
    assert answer["size"] == 3
    assert LOG_SIGNER.verifier().verify(answer["checkpoint"]).size == 3


@pytest.mark.parametrize(
    "path",
    ["entries/5", "proof/5", "proof/0?size=6", "consistency?old=6", "consistency?old=4&new=3"],
)
def test_what_is_not_in_the_log_is_not_found(stranger, log, path):
    answer = stranger.get(f"/api/log/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "leaf_missing"
    assert answer.json()["next"]


@pytest.mark.parametrize(
    "path", ["entries/-1", "entries/x", f"entries/{2**63}", "proof/0?size=x", "consistency"]
)
def test_what_is_no_number_of_an_entry_is_refused(stranger, log, path):
    assert stranger.get(f"/api/log/{path}").status_code == 422


def test_an_empty_log_has_a_signed_checkpoint_too(stranger, empty):
    _, checkpoint = head(stranger)
    assert checkpoint.size == 0
    assert stranger.get("/api/log/proof/0").status_code == 404


def test_a_known_witnesss_cosignature_is_kept_and_shown(stranger, log):
    note, _ = head(stranger)
    cosigned = cosigned_by(WITNESS, note)
    for _ in range(2):
        answer = stranger.post("/api/log/cosignatures", content=cosigned.encode(), headers=PLAIN)
        assert answer.status_code == 204
    assert stranger.get("/api/log/checkpoint").text == cosigned
    shown = stranger.get("/api/log/proof/0").json()["cosignatures"]
    assert [each["witness"] for each in shown] == ["ada.example"]


@pytest.mark.parametrize(("key", "name"), [(STRANGER, "ada.example"), (WITNESS, "eve.example")])
def test_nobody_elses_cosignature_is_kept(stranger, log, key, name):
    note, _ = head(stranger)
    content = cosigned_by(key, note, name).encode()
    answer = stranger.post("/api/log/cosignatures", content=content)
    assert answer.status_code == 403
    assert answer.json()["code"] == "witness_unknown"
    assert stranger.get("/api/log/checkpoint").text == note


def test_a_cosignature_that_does_not_verify_is_refused(stranger, log):
    note, _ = head(stranger)
    other = LOG_SIGNER.sign(Checkpoint(LOG_SIGNER.origin, 4, bytes(32)))
    line = cosign(other, WITNESS, "ada.example", NOON)
    answer = stranger.post(
        "/api/log/cosignatures", content=with_cosignatures(note, [line]).encode()
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "cosignature_invalid"


@pytest.mark.parametrize("size", [4, 9])
def test_a_checkpoint_of_another_tree_under_the_logs_own_key_is_a_fork(stranger, log, size):
    other = LOG_SIGNER.sign(Checkpoint(LOG_SIGNER.origin, size, bytes(32)))
    content = cosigned_by(WITNESS, other).encode()
    answer = stranger.post("/api/log/cosignatures", content=content)
    assert answer.status_code == 409
    assert answer.json()["code"] == "log_forked"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"hello", b"a\n\nb\n"])
def test_what_is_no_cosigned_checkpoint_is_refused(stranger, log, content):
    answer = stranger.post("/api/log/cosignatures", content=content)
    assert answer.status_code == 422
    assert answer.json()["next"]


def test_a_long_body_is_refused_while_it_comes_in(stranger, log):
    answer = stranger.post("/api/log/cosignatures", content=b"x" * 20_000)
    assert answer.status_code == 413
    assert "16 kB" in answer.json()["what"]


def test_another_page_cannot_hand_in_a_cosignature(stranger, log):
    note, _ = head(stranger)
    answer = stranger.post(
        "/api/log/cosignatures",
        content=cosigned_by(WITNESS, note).encode(),
        headers={"origin": "http://evil.example"},
    )
    assert answer.status_code == 403
