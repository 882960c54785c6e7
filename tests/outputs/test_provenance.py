from __future__ import annotations

import io
import itertools
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from c2pa import Builder, Reader
from PIL import Image

from outputs.authority import make_authority
from outputs.encode import MediaType, encode
from outputs.errors import MarkMissing
from outputs.log_proof import proof_json
from outputs.provenance import ManifestReader, ManifestState, Signer, manifest_for
from tests.outputs.samples import (
    LOGGED,
    NOW,
    RECEIPT,
    claim_of,
    signed_by_another,
    textured,
)

CLAIM = claim_of(synthetic=True)
UNSIGNED = encode(textured(200), MediaType.PNG, xmp=b"<x/>")


@pytest.fixture(scope="module")
def signed(signer):
    return signer.sign(UNSIGNED, "image/png", CLAIM)


@pytest.mark.parametrize("media_type", list(MediaType))
def test_manifest_reads_back_as_trusted(signer, reader, media_type):
    data = encode(textured(200), media_type, xmp=b"<x/>")
    evidence = reader.read(signer.sign(data, media_type, CLAIM), media_type)
    assert evidence.state is ManifestState.TRUSTED
    assert evidence.why == ()
    assert evidence.generator == "Selfsame"
    assert evidence.digital_source_types == ("algorithmicMedia",)
    assert evidence.consent == {
        "version": 2,
        "receipt_hash": RECEIPT,
        "output_id": "output-1",
        "job_id": "job-1",
        "synthetic": True,
        "family": "illustrated",
        "log": proof_json(LOGGED),
    }


def test_training_on_the_picture_is_not_allowed(signed):
    store = json.loads(Reader("image/png", io.BytesIO(signed)).json())
    (manifest,) = store["manifests"].values()
    mining = {a["label"]: a["data"] for a in manifest["assertions"]}["cawg.training-mining"]
    assert {entry["use"] for entry in mining["entries"].values()} == {"notAllowed"}
    assert "cawg.ai_generative_training" in mining["entries"]


def test_manifest_is_small_because_it_has_no_thumbnail(signed):
    assert len(signed) - len(UNSIGNED) < 8_000


def test_one_changed_bit_of_the_picture_is_noticed(signed, reader):
    changed = bytearray(signed)
    changed[-5000] ^= 1
    evidence = reader.read(bytes(changed), "image/png")
    assert evidence.state is ManifestState.INVALID
    assert evidence.why == ("assertion.dataHash.mismatch",)


def test_no_bit_that_says_something_can_be_changed_unnoticed(signed, reader):
    """Padding may change; then the manifest says exactly what it said."""
    original = reader.read(signed, "image/png")
    start = signed.index(b"caBX")
    noticed = 0
    for offset in range(start + 8, start + 3600, 97):
        changed = bytearray(signed)
        changed[offset] ^= 4
        evidence = reader.read(bytes(changed), "image/png")
        assert evidence.state is not ManifestState.TRUSTED or evidence == original
        noticed += evidence.state is not ManifestState.TRUSTED
    assert noticed >= 20


def test_manifest_of_another_picture_is_invalid(signed, reader):
    start = signed.index(b"caBX") - 4
    length = int.from_bytes(signed[start : start + 4], "big") + 12
    other = encode(textured(200, seed=9), MediaType.PNG, xmp=b"<x/>")
    header = other[:33]
    grafted = header + signed[start : start + length] + other[33:]
    assert reader.read(grafted, "image/png").state is ManifestState.INVALID


def test_signature_under_another_root_is_valid_and_not_trusted(reader):
    stranger = Signer(make_authority(now=NOW, serial=itertools.count(2000).__next__))
    evidence = reader.read(stranger.sign(UNSIGNED, "image/png", CLAIM), "image/png")
    assert evidence.state is ManifestState.VALID
    assert evidence.why == ("signingCredential.untrusted",)


def test_nothing_is_trusted_without_anchors(signed):
    assert ManifestReader([]).read(signed, "image/png").state is ManifestState.VALID


def test_earlier_root_among_the_anchors_is_trusted(signed, authority):
    newer = make_authority(now=NOW, serial=itertools.count(3000).__next__)
    reader = ManifestReader([newer.root, authority.root])
    assert reader.read(signed, "image/png").state is ManifestState.TRUSTED


def test_file_without_a_manifest_has_none(reader):
    assert reader.read(UNSIGNED, "image/png").state is ManifestState.NONE
    assert reader.read(UNSIGNED).state is ManifestState.NONE
    assert reader.read(b"words").state is ManifestState.NONE


def test_resaving_by_pillow_loses_the_manifest(signed, reader):
    buffer = io.BytesIO()
    Image.open(io.BytesIO(signed)).save(buffer, "PNG")
    assert reader.read(buffer.getvalue()).state is ManifestState.NONE


def test_manifest_elsewhere_is_never_fetched(signer, reader, monkeypatch):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.3)
    pointing = io.BytesIO()
    builder = Builder(manifest_for(CLAIM, "image/png"), context=signer._context)
    builder.set_no_embed()
    builder.set_remote_url(f"http://127.0.0.1:{listener.getsockname()[1]}/manifest.c2pa")
    builder.sign("image/png", io.BytesIO(UNSIGNED), pointing)
    evidence = reader.read(pointing.getvalue(), "image/png")
    assert evidence.state is ManifestState.NONE
    with pytest.raises(TimeoutError):
        listener.accept()
    listener.close()


def test_file_that_carries_no_manifests_cannot_be_signed(signer):
    with pytest.raises(MarkMissing):
        signer.sign(b"not a picture", "image/png", CLAIM)


def test_threads_may_share_one_signer(signer, reader):
    def work(number: int) -> ManifestState:
        claim = claim_of(output_id=f"output-{number}")
        evidence = reader.read(signer.sign(UNSIGNED, "image/png", claim), "image/png")
        assert evidence.consent is not None
        assert evidence.consent["output_id"] == f"output-{number}"
        return evidence.state

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(24))) == {ManifestState.TRUSTED}


def test_assertions_of_strangers_may_have_any_shape(authority, reader):
    odd = manifest_for(CLAIM, "image/png")
    for assertion in odd["assertions"]:
        if assertion["label"] == "org.selfsame.consent":
            assertion["data"] = ["a", "list"]
    data = signed_by_another(odd, UNSIGNED, authority)
    assert reader.read(data, "image/png").consent == {}
