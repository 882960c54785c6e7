from __future__ import annotations

import io
import itertools
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest
from c2pa import Builder, Reader
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from PIL import Image

from consent.types import Origin, OriginKind
from outputs.authority import Authority, make_authority
from outputs.encode import MediaType, encode
from outputs.errors import MarkMissing
from outputs.log_proof import proof_json
from outputs.provenance import (
    Action,
    Ingredient,
    ManifestReader,
    ManifestState,
    Signer,
    SoftBinding,
    TimeStamp,
    ingredient_of,
    manifest_for,
    require_claimed,
)
from outputs.xmp import fields_for, write_packet
from tests.outputs.certificates import KEYS, PEM, key_bytes
from tests.outputs.samples import (
    LOGGED,
    NOW,
    RECEIPT,
    claim_of,
    signed_by_another,
    textured,
)
from tests.outputs.stamping import StampingAuthority, listening

CLAIM = claim_of(synthetic=True)
PACKET = write_packet(fields_for("algorithmicMedia", tool="Selfsame/0.1.0", output_id="output-1"))
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


def test_manifest_names_the_watermark_as_its_soft_binding(signer, reader):
    signed = signer.sign(UNSIGNED, "image/png", claim_of(watermark=0x0B7E1516))
    evidence = reader.read(signed)
    assert evidence.soft_bindings == (SoftBinding("org.selfsame.watermark.1", "0b7e1516"),)
    assert evidence.watermark == 0x0B7E1516
    (store,) = json.loads(Reader("image/png", io.BytesIO(signed)).json())["manifests"].values()
    binding = {a["label"]: a["data"] for a in store["assertions"]}["c2pa.soft-binding"]
    assert binding["blocks"] == [{"scope": {}, "value": "0b7e1516"}]  # the whole picture


def test_actions_say_that_it_was_drawn_and_that_a_mark_was_hidden(reader, signed):
    created, marked = reader.read(signed).actions
    assert created == Action("c2pa.created", "algorithmicMedia", "Selfsame")
    assert marked == Action("c2pa.watermarked.bound", "", "Selfsame")


def test_signer_is_named_as_the_certificate_has_it(reader, signed):
    signature = reader.read(signed).signature
    assert (signature.name, signature.issuer) == ("Selfsame output signing", "Selfsame")
    assert signature.algorithm == "es256"
    assert signature.time_stamp is TimeStamp.NONE


@pytest.mark.parametrize(
    "ingredients",
    [
        (),
        (Ingredient("live capture", ManifestState.NONE, ("digitalCapture",)),),
        (
            Ingredient("own picture", ManifestState.VALID, ("digitalCapture",)),
            Ingredient("own picture", ManifestState.INVALID),
            Ingredient("own picture", ManifestState.VALID, ("computationalCapture", "humanEdits")),
        ),
    ],
    ids=["none", "live", "several"],
)
def test_ingredients_read_back_as_claimed(signer, reader, ingredients):
    claim = claim_of(ingredients=ingredients)
    signed = signer.sign(UNSIGNED, "image/png", claim)
    assert reader.read(signed).ingredients == ingredients
    assert require_claimed(claim, reader.read(signed))


def test_ingredient_is_linked_to_the_drawing_and_copies_nothing(signer):
    ingredient = Ingredient("live capture", ManifestState.NONE, ("digitalCapture",))
    signed = signer.sign(UNSIGNED, "image/png", claim_of(ingredients=(ingredient,)))
    store = json.loads(Reader("image/png", io.BytesIO(signed)).json())
    assert len(store["manifests"]) == 1
    (manifest,) = store["manifests"].values()
    (written,) = manifest["ingredients"]
    assert set(written) == {
        "title",
        "relationship",
        "digital_source_type",
        "metadata",
        "label",
    }
    created = manifest["assertions"][0]["data"]["actions"][0]
    (linked,) = created["parameters"]["ingredients"]
    assert linked["url"].endswith(written["label"])
    assert "thumbnail" not in json.dumps(manifest)


@pytest.mark.parametrize(
    ("origin", "ingredient"),
    [
        (None, Ingredient("own picture", ManifestState.NONE)),
        (
            Origin(OriginKind.CAPTURE),
            Ingredient("live capture", ManifestState.NONE, ("digitalCapture",)),
        ),
        (
            Origin(OriginKind.BAKED),
            Ingredient("picture of nobody", ManifestState.NONE, ("algorithmicMedia",)),
        ),
        (
            Origin(OriginKind.UPLOAD, "valid", ("digitalCapture",)),
            Ingredient("own picture", ManifestState.VALID, ("digitalCapture",)),
        ),
        (Origin(OriginKind.UPLOAD, "odd"), Ingredient("own picture", ManifestState.NONE)),
    ],
)
def test_what_is_known_of_a_picture_becomes_an_ingredient(origin, ingredient):
    assert ingredient_of(origin) == ingredient


@pytest.mark.parametrize("origin", [None, Origin(OriginKind.BAKED), Origin(OriginKind.UPLOAD)])
def test_nobody_has_no_picture_of_their_own(origin):
    assert ingredient_of(origin, synthetic=True).title == "picture of nobody"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"version": "9"}, "another program or version"),
        ({"output_id": "output-2"}, "consent assertion"),
        ({"digital_source_type": "trainedAlgorithmicMedia"}, "digital source type"),
        ({"watermark": 7}, "another watermark"),
        ({"ingredients": (Ingredient("own picture", ManifestState.NONE),)}, "ingredients"),
    ],
)
def test_manifest_that_says_something_else_does_not_read_back(signer, reader, said, word):
    signed = signer.sign(UNSIGNED, "image/png", claim_of(**said))
    with pytest.raises(MarkMissing, match=word):
        require_claimed(claim_of(), reader.read(signed))


def test_manifest_that_leaves_training_open_does_not_read_back(signer, reader, authority):
    definition = manifest_for(claim_of(), "image/png")
    for assertion in definition["assertions"]:
        if assertion["label"] == "cawg.training-mining":
            assertion["data"]["entries"].pop("cawg.data_mining")
    signed = signed_by_another(definition, UNSIGNED, authority)
    with pytest.raises(MarkMissing, match="training"):
        require_claimed(claim_of(), reader.read(signed))


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
    assert evidence.is_of_another_picture


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
    evidence = reader.read(grafted, "image/png")
    assert evidence.state is ManifestState.INVALID
    assert evidence.is_of_another_picture


def test_signature_under_another_root_is_valid_and_not_trusted(reader):
    stranger = Signer(make_authority(now=NOW, serial=itertools.count(2000).__next__))
    evidence = reader.read(stranger.sign(UNSIGNED, "image/png", CLAIM), "image/png")
    assert evidence.state is ManifestState.VALID
    assert evidence.why == ("signingCredential.untrusted",)


def test_certificate_that_only_bears_our_names_is_not_trusted(authority, reader):
    """Every name, number and key identifier is ours; only the keys are not."""
    root, leaf = (x509.load_pem_x509_certificate(pem) for pem in (authority.root, authority.leaf))
    root_key, key = KEYS["es256"](), KEYS["es256"]()
    forged_root = _like(root, root_key.public_key(), root_key)
    forged_leaf = _like(leaf, key.public_key(), root_key)
    for chain in (forged_root.public_bytes(PEM), authority.root):
        forged = Authority(chain, forged_leaf.public_bytes(PEM), key_bytes(key))
        signed = Signer(forged).sign(UNSIGNED, "image/png", CLAIM)
        evidence = reader.read(signed, "image/png")
        assert evidence.signature.name == "Selfsame output signing"
        assert evidence.state in {ManifestState.VALID, ManifestState.INVALID}


def test_certificate_of_ours_with_another_key_is_not_trusted(authority, reader):
    forged = Authority(authority.root, authority.leaf, key_bytes(KEYS["es256"]()))
    try:
        signed = Signer(forged).sign(UNSIGNED, "image/png", CLAIM)
    except MarkMissing:
        return  # c2pa does not even sign with it
    assert reader.read(signed, "image/png").state is ManifestState.INVALID


def _like(certificate, public, key):
    builder = (
        x509.CertificateBuilder()
        .subject_name(certificate.subject)
        .issuer_name(certificate.issuer)
        .public_key(public)
        .serial_number(certificate.serial_number)
        .not_valid_before(certificate.not_valid_before_utc)
        .not_valid_after(certificate.not_valid_after_utc)
    )
    for extension in certificate.extensions:
        builder = builder.add_extension(extension.value, critical=extension.critical)
    return builder.sign(key, hashes.SHA256())


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


@pytest.mark.parametrize("media_type", [MediaType.PNG, MediaType.JPEG, MediaType.WEBP])
def test_manifest_elsewhere_is_never_fetched(signer, reader, monkeypatch, media_type):
    stamps = StampingAuthority()  # answers every request and counts them
    with listening(stamps) as url:
        pointing = io.BytesIO()
        builder = Builder(manifest_for(CLAIM, media_type), context=signer._context)
        builder.set_no_embed()
        builder.set_remote_url(url)
        data = encode(textured(96), media_type, xmp=PACKET)
        builder.sign(media_type, io.BytesIO(data), pointing)
        assert url.encode() in pointing.getvalue()

        def forbidden(*_args, **_kwargs):
            raise AssertionError("a connection was opened")

        monkeypatch.setattr(socket.socket, "connect", forbidden)
        evidence = reader.read(pointing.getvalue(), media_type)
        assert reader.read(pointing.getvalue()) == evidence
        monkeypatch.undo()
    assert evidence.state is ManifestState.NONE
    assert evidence.why == ("a manifest elsewhere is not fetched",)
    assert stamps.heard == 0


def test_file_that_carries_no_manifests_cannot_be_signed(signer):
    with pytest.raises(MarkMissing):
        signer.sign(b"not a picture", "image/png", CLAIM)


def test_report_too_large_to_be_read_is_invalid(signed, reader, monkeypatch):
    monkeypatch.setattr("outputs.provenance.MOST_REPORT", 100)
    evidence = reader.read(signed, "image/png")
    assert evidence.state is ManifestState.INVALID
    assert evidence.why == ("it is too large to be read",)


def test_threads_may_share_one_signer(signer, reader):
    def work(number: int) -> ManifestState:
        claim = claim_of(output_id=f"output-{number}")
        evidence = reader.read(signer.sign(UNSIGNED, "image/png", claim), "image/png")
        assert evidence.consent is not None
        assert evidence.consent["output_id"] == f"output-{number}"
        return evidence.state

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(work, range(24))) == {ManifestState.TRUSTED}


def test_manifest_of_thousands_of_parts_is_not_read(authority, reader):
    many = manifest_for(CLAIM, "image/png")
    many["assertions"] += [{"label": "org.example.note", "data": {"a": "b"}}] * 1000
    data = signed_by_another(many, UNSIGNED, authority)
    evidence = reader.read(data, "image/png")
    assert (evidence.state, evidence.why) == (
        ManifestState.INVALID,
        ("it is too large to be read",),
    )


def test_assertions_of_strangers_may_have_any_shape(authority, reader):
    odd = manifest_for(CLAIM, "image/png")
    for assertion in odd["assertions"]:
        if assertion["label"] == "org.selfsame.consent":
            assertion["data"] = ["a", "list"]
    data = signed_by_another(odd, UNSIGNED, authority)
    assert reader.read(data, "image/png").consent == {}
