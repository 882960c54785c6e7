from __future__ import annotations

import ast
import hashlib
import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import outputs.claim
import outputs.marks
from consent.errors import Refusal
from consent.types import SubjectKind
from outputs.encode import STILLS, MediaType
from outputs.errors import MarkMissing, ReleaseRefused
from outputs.label import burn_label
from outputs.label_search import find_label
from outputs.log_proof import check_proof
from outputs.provenance import ManifestReader, ManifestState
from outputs.release import Releaser, reopen
from outputs.sizes import shrink
from outputs.types import Credit, Profile
from outputs.watermark import Watermarker
from outputs.xmp import read_packet
from tests.outputs.samples import (
    LOG_KEYS,
    LOGGED,
    NOW,
    PARAMETERS,
    RECEIPT,
    WORD,
    grant_of,
    logged_leaf,
    render_of,
    textured,
)

ASKED = {
    "output_id": "output-1",
    "job_id": "job-1",
    "watermark": WORD,
    "parameters": PARAMETERS,
}


@pytest.fixture
def render():
    return render_of(textured(512))


def info_of(data: bytes):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return dict(image.info)


def test_final_output_carries_every_mark_in_every_format(releaser, reader, watermarker, render):
    formats = releaser.mark(render, grant_of(), **ASKED)
    assert tuple(released.media_type for released in formats) == STILLS
    for released in formats:
        assert released.profile is Profile.FINAL
        assert (released.width, released.height) == (512, 512)
        assert released.sha256 == hashlib.sha256(released.data).hexdigest()
        evidence = reader.read(released.data)
        assert evidence.state is ManifestState.TRUSTED
        assert evidence.consent is not None
        assert evidence.consent["receipt_hash"] == RECEIPT
        assert evidence.consent["synthetic"] is False
        assert check_proof(evidence.consent["log"], LOG_KEYS).leaf == LOGGED.leaf
        packet = read_packet(info_of(released.data)["xmp"])
        assert packet.digital_source_type == "algorithmicMedia"
        assert json.loads(packet.aigc)["ProduceID"] == "output-1"
        with Image.open(io.BytesIO(released.data)) as image:
            pixels = np.asarray(image.convert("RGB"))
        assert len(find_label(pixels)) == 2
        watermarker.check(pixels, WORD)
        with pytest.raises(MarkMissing):
            watermarker.check(pixels, WORD ^ 0xFF)


def test_artist_is_credited_in_every_format(releaser, render):
    credit = Credit(
        "An Artist", "Adapted from a work by An Artist (CC BY 4.0)", "https://art.example"
    )
    for released in releaser.mark(replace(render, credit=credit), grant_of(), **ASKED):
        assert read_packet(info_of(released.data)["xmp"]).credit == credit


def test_png_tells_creators_its_parameters_and_nothing_of_a_person(releaser, render):
    png, *_ = releaser.mark(render, grant_of(), **ASKED)
    assert info_of(png.data)["parameters"] == "line_weight: 0.5, seed: 7, style: toon"


def test_no_output_names_subject_record_capture_or_selfie(releaser, render):
    grant = grant_of()
    preview = releaser.preview(render, grant)
    for released in (*releaser.mark(render, grant, **ASKED), preview):
        for secret in (grant.subject_id, grant.record_id, grant.capture_id, *grant.probe_hashes):
            assert secret.encode() not in released.data


def test_synthetic_subject_is_said_in_label_and_manifest(releaser, reader, render):
    png, *_ = releaser.mark(render, grant_of(SubjectKind.SYNTHETIC), **ASKED)
    person, *_ = releaser.mark(render, grant_of(), **ASKED)
    evidence = reader.read(png.data)
    assert evidence.consent is not None
    assert evidence.consent["synthetic"] is True
    one, other = (np.asarray(Image.open(io.BytesIO(x.data)))[:110, 380:] for x in (png, person))
    assert (one != other).any(), "the badge has a third line"


def test_drawing_with_alpha_is_released_with_empty_pixels_around_it(releaser):
    alpha = np.zeros((512, 512), np.uint8)
    alpha[100:500, 100:420] = 255
    render = render_of(np.dstack([textured(512), alpha]))
    png, webp, jpeg, avif = releaser.mark(render, grant_of(), **ASKED)
    pixels = np.asarray(Image.open(io.BytesIO(png.data)))
    assert pixels.shape[2] == 4
    assert not pixels[pixels[..., 3] == 0].any()
    for released in (webp, avif):
        kept = np.asarray(Image.open(io.BytesIO(released.data)))
        assert not kept[:90, :90, 3].any()
    with Image.open(io.BytesIO(jpeg.data)) as opened:
        assert np.asarray(opened)[:90, :90].min() > 250, "laid over white"


def test_preview_is_small_labelled_and_not_signed(releaser, reader):
    preview = releaser.preview(render_of(textured(1024)), grant_of())
    assert preview.profile is Profile.PREVIEW
    assert max(preview.width, preview.height) == 512
    assert len(preview.data) < 120_000
    assert reader.read(preview.data).state is ManifestState.NONE
    pixels = np.asarray(Image.open(io.BytesIO(preview.data)).convert("RGB"))
    assert len(find_label(pixels)) == 2


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expires_at": NOW}, "grant_expired"),
        ({"expires_at": NOW - timedelta(seconds=1)}, "grant_expired"),
        ({"granted_at": NOW + timedelta(seconds=1)}, "grant_expired"),
        ({"style": "ink"}, "grant_of_another_style"),
        ({"family": "painted"}, "grant_of_another_style"),
    ],
    ids=["runs out now", "ran out", "of the future", "other style", "other family"],
)
def test_grant_that_does_not_hold_releases_nothing(releaser, render, changes, code):
    grant = grant_of(**changes)
    for release in (
        lambda: releaser.mark(render, grant, **ASKED),
        lambda: releaser.preview(render, grant),
    ):
        with pytest.raises(ReleaseRefused) as refusal:
            release()
        assert refusal.value.code == code


def test_grant_without_a_log_proof_releases_nothing(releaser, render):
    grant = grant_of(logged=None)
    for release in (
        lambda: releaser.mark(render, grant, **ASKED),
        lambda: releaser.preview(render, grant),
    ):
        with pytest.raises(ReleaseRefused) as refusal:
            release()
        assert refusal.value.code == "grant_not_logged"


def test_source_type_that_says_nothing_is_refused(releaser, render):
    for term in ("", "digitalCapture", "nonsense"):
        with pytest.raises(ReleaseRefused) as refusal:
            releaser.mark(replace(render, digital_source_type=term), grant_of(), **ASKED)
        assert refusal.value.code == "source_type_unknown"


def test_missing_geometry_is_refused(releaser, render):
    for release in (releaser.preview, lambda r, g: releaser.mark(r, g, **ASKED)):
        with pytest.raises(ReleaseRefused) as refusal:
            release(replace(render, keep_clear=()), grant_of())
        assert refusal.value.code == "geometry_missing"


def skip_label(monkeypatch):
    monkeypatch.setattr(outputs.marks, "burn_at", lambda pixels, _: pixels)


def skip_watermark(monkeypatch):
    monkeypatch.setattr(outputs.marks, "apply_residual", lambda pixels, _: pixels)


def watermark_of_another(monkeypatch):
    write = Watermarker.residual
    monkeypatch.setattr(
        Watermarker, "residual", lambda s, pixels, word: write(s, pixels, word + 77)
    )


def skip_packet(monkeypatch):
    monkeypatch.setattr(outputs.marks, "write_packet", lambda _: b"<x/>")


def skip_signature(monkeypatch):
    monkeypatch.setattr("outputs.provenance.Signer.sign", lambda _self, data, *_: data)


def wrong_receipt(monkeypatch):
    sign = outputs.marks.Signer.sign

    def lie(self, data, media_type, claim):
        return sign(self, data, media_type, replace(claim, receipt_hash="00" * 32))

    monkeypatch.setattr("outputs.provenance.Signer.sign", lie)


def proof_of_another_consent(monkeypatch):
    sign = outputs.marks.Signer.sign

    def lie(self, data, media_type, claim):
        return sign(self, data, media_type, replace(claim, logged=logged_leaf(before=2)))

    monkeypatch.setattr("outputs.provenance.Signer.sign", lie)


def proof_left_out(monkeypatch):
    whole = outputs.claim.consent_assertion

    def lie(claim):
        return {name: each for name, each in whole(claim).items() if name != "log"}

    monkeypatch.setattr(outputs.claim, "consent_assertion", lie)


def paint_after_the_label(monkeypatch):
    def painted(pixels, media_type, **rest):
        pixels = pixels.copy()
        pixels[:90, 380:] = 200
        return encode(pixels, media_type, **rest)

    encode = outputs.marks.encode
    monkeypatch.setattr(outputs.marks, "encode", painted)


def person_instead_of_synthetic(monkeypatch):
    def burn(pixels, _):
        return burn_label(render_of(pixels), synthetic=False)[0]

    monkeypatch.setattr(outputs.marks, "burn_at", burn)


@pytest.mark.parametrize(
    "sabotage",
    [
        skip_label,
        skip_watermark,
        watermark_of_another,
        skip_packet,
        skip_signature,
        wrong_receipt,
        proof_of_another_consent,
        proof_left_out,
        paint_after_the_label,
        person_instead_of_synthetic,
    ],
)
def test_mark_that_does_not_read_back_is_a_refusal(releaser, render, monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark(render, grant_of(SubjectKind.SYNTHETIC), **ASKED)
    assert refusal.value.code == "mark_missing"
    assert isinstance(refusal.value, Refusal)


@pytest.mark.parametrize("sabotage", [skip_label, skip_packet, paint_after_the_label])
def test_preview_mark_that_does_not_read_back_is_a_refusal(releaser, render, monkeypatch, sabotage):
    sabotage(monkeypatch)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.preview(render, grant_of())
    assert refusal.value.code == "mark_missing"


@pytest.mark.parametrize("kept", [(), (0,), (0, 1), (1, 0, 2)])
def test_list_of_marks_that_is_not_the_profile_s_is_refused(releaser, render, kept):
    marks = releaser._marks[Profile.FINAL]
    releaser._marks = {Profile.FINAL: tuple(marks[index] for index in kept)}
    with pytest.raises(ReleaseRefused):
        releaser.mark(render, grant_of(), **ASKED)


def test_signature_that_this_installation_cannot_trust_is_refused(
    signer, watermarker, clock, render
):
    other = Releaser(signer, ManifestReader([]), watermarker, clock, version="0.1.0")
    with pytest.raises(ReleaseRefused, match="untrusted"):
        other.mark(render, grant_of(), **ASKED)


@pytest.mark.parametrize("bad", STILLS)
def test_one_failing_format_releases_none(releaser, render, monkeypatch, bad):
    encode = outputs.marks.encode

    def lossy(pixels, media_type, **rest):
        pixels = pixels // 2 if media_type is bad else pixels
        return encode(pixels, media_type, **rest)

    monkeypatch.setattr(outputs.marks, "encode", lossy)
    with pytest.raises(ReleaseRefused):
        releaser.mark(render, grant_of(), **ASKED)


def test_stored_bytes_reopen_only_as_what_they_were(releaser, render):
    for released in releaser.mark(render, grant_of(), **ASKED):
        kind = MediaType(released.media_type)
        assert reopen(released.data, kind, expected_sha256=released.sha256) == released
        with pytest.raises(ReleaseRefused):
            reopen(released.data + b"\0", kind, expected_sha256=released.sha256)


def test_shrinking_scales_the_geometry_and_never_bleeds_hidden_colour():
    pixels = np.dstack([np.full((1024, 1024, 3), 250, np.uint8), np.zeros((1024, 1024), np.uint8)])
    pixels[:, :511] = (0, 0, 0, 255)
    small = shrink(render_of(pixels), 512)
    assert small.pixels.shape == (512, 512, 4)
    assert small.face_box == pytest.approx(tuple(v / 2 for v in render_of(pixels).face_box))
    assert small.pixels[:, 255, :3].max() == 0
    assert shrink(small, 512) is small


def test_released_is_made_in_release_and_nowhere_else():
    makers = set()
    for package in ("app.py", "consent", "outputs", "studio"):
        root = Path(package)
        for file in [root] if root.is_file() else root.rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) == "Released":
                    makers.add(file.as_posix())
    assert makers == {"outputs/release.py"}


def _name(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
