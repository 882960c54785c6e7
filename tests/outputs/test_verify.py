from __future__ import annotations

import io
import itertools
import json
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from consent.reports import Dispute
from consent.types import RecordState, SubjectKind
from outputs.authority import LEAF_NAME, make_authority
from outputs.encode import MediaType, encode
from outputs.errors import VerifyError
from outputs.opening import MAX_BYTES
from outputs.provenance import Signer, manifest_for
from outputs.report import Issuer, State, Technique
from outputs.standing import Standing
from outputs.types import Clip, Credit
from outputs.verify import Examiner, verify
from outputs.xmp import GENERATED_TYPES, SOURCE_TYPES
from tests.outputs.samples import (
    LOG_KEYS,
    NOW,
    PARAMETERS,
    RECEIPT,
    WORD,
    States,
    claim_of,
    grant_of,
    render_of,
    signed_by_another,
    textured,
)
from tests.outputs.test_encode import header_only
from tests.outputs.test_xmp import BOMB

GIVEN = States(RecordState.GIVEN)


@pytest.fixture
def avatar(releaser):
    png, *_ = releaser.mark(
        render_of(textured(512)),
        grant_of(SubjectKind.SYNTHETIC),
        output_id="output-1",
        job_id="job-1",
        watermark=WORD,
        parameters=PARAMETERS,
    )
    return png.data


def test_artwork_that_a_picture_was_made_from_is_told(releaser, examine):
    credit = Credit(
        "An Artist", "Adapted from a work by An Artist (CC BY 4.0)", "https://art.example"
    )
    png, *_ = releaser.mark(
        replace(render_of(textured(512)), credit=credit),
        grant_of(),
        output_id="output-1",
        job_id="job-1",
        watermark=WORD,
        parameters=PARAMETERS,
    )
    (told,) = (f for f in examine(png.data).findings if f.technique is Technique.XMP)
    assert told.details["attribution"] == credit.attribution
    assert told.details["artwork"] == credit.source


@pytest.fixture
def examine(reader, watermarker):
    def examine(data: bytes, consent=GIVEN, log=LOG_KEYS):
        return verify(data, Examiner(reader, watermarker, log, consent))

    return examine


def states(report) -> dict[Technique, State]:
    return {finding.technique: finding.state for finding in report.findings}


def finding(report, technique: Technique):
    return next(item for item in report.findings if item.technique is technique)


def resaved(data: bytes, form: str, **options) -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(buffer, form, **options)
    return buffer.getvalue()


def test_our_own_picture_gives_every_finding_apart(avatar, examine):
    report = examine(avatar, GIVEN)
    assert states(report) == {
        Technique.LABEL: State.FOUND,
        Technique.WATERMARK: State.DETECTED,
        Technique.MANIFEST: State.TRUSTED,
        Technique.XMP: State.FOUND,
        Technique.LOG: State.TRUSTED,
        Technique.CONSENT: State.GIVEN,
    }
    assert finding(report, Technique.MANIFEST).details["issuer"] == Issuer.OURS
    assert finding(report, Technique.MANIFEST).details["synthetic_subject"] is True
    assert report.exit_status == 0


@pytest.mark.parametrize("state", list(RecordState))
def test_consent_is_told_as_it_stands_now(avatar, examine, state):
    report = examine(avatar, States(state))
    assert finding(report, Technique.CONSENT).state == state.value


def test_record_that_is_gone_is_unknown_here(avatar, examine):
    report = examine(avatar, States(None))
    assert finding(report, Technique.CONSENT).state is State.UNKNOWN


def test_report_tells_nothing_of_the_subject(avatar, examine):
    report = examine(avatar, GIVEN)
    for text in (report.to_json(), report.to_text()):
        for secret in ("subject-1", "record-1", "capture-1", "job-1", RECEIPT):
            assert secret not in text


def test_resaved_picture_keeps_two_marks_that_lend_no_consent(avatar, examine):
    report = examine(resaved(avatar, "JPEG", quality=60), GIVEN)
    assert states(report) == {
        Technique.LABEL: State.FOUND,
        Technique.WATERMARK: State.DETECTED,
        Technique.MANIFEST: State.NOT_FOUND,
        Technique.XMP: State.NOT_FOUND,
        Technique.LOG: State.NOT_FOUND,
        Technique.CONSENT: State.UNKNOWN,  # a copied watermark must not lend its consent
    }
    assert report.exit_status == 0


def test_one_changed_bit_makes_the_manifest_invalid_and_consent_unknown(avatar, examine):
    text = avatar.index(b"seed: 7")
    changed = avatar[: text + 6] + b"8" + avatar[text + 7 :]
    # The text entry's own checksum is mended, so that the file opens like any other.
    report = examine(mended(changed), GIVEN)
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state is State.INVALID
    assert not manifest.tells_generated
    assert "assertion.dataHash.mismatch" in manifest.details["status"]
    assert finding(report, Technique.CONSENT).details["found_by"] == Technique.WATERMARK


def mended(data: bytes) -> bytes:
    out, position = bytearray(data[:8]), 8
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        body = data[position + 4 : position + 8 + length]
        out += struct.pack(">I", length) + body + struct.pack(">I", zlib.crc32(body))
        position += length + 12
    return bytes(out)


def test_another_installation_is_named_as_such_and_its_consent_is_unknown(examine):
    stranger = Signer(make_authority(now=NOW, serial=itertools.count(4000).__next__))
    data = stranger.sign(encode(textured(256), MediaType.PNG, xmp=b""), "image/png", claim_of())
    report = examine(data, GIVEN)
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.state is State.VALID
    assert manifest.details["issuer"] == Issuer.ANOTHER_INSTALLATION
    assert finding(report, Technique.CONSENT).state is State.UNKNOWN
    assert report.exit_status == 0


def test_picture_of_the_first_version_has_no_proof_and_its_consent_is_still_told(
    authority, examine
):
    definition = manifest_for(claim_of(), "image/png")
    consent = definition["assertions"][1]["data"]
    for name in ("family", "log"):
        del consent[name]
    consent["version"] = 1
    data = encode(textured(256), MediaType.PNG, xmp=b"")
    report = examine(signed_by_another(definition, data, authority), GIVEN)
    assert finding(report, Technique.MANIFEST).state is State.TRUSTED
    assert finding(report, Technique.LOG).state is State.NOT_FOUND
    assert finding(report, Technique.CONSENT).state is State.GIVEN


def test_reported_picture_says_so_and_names_the_id_to_report(avatar, examine):
    report = examine(avatar, States(RecordState.GIVEN, Dispute.HELD_BACK))
    assert finding(report, Technique.REPORT).state is State.DISPUTED
    assert finding(report, Technique.MANIFEST).details["output_id"] == "output-1"


def test_id_to_report_is_told_for_pictures_of_this_installation_only(examine):
    stranger = Signer(make_authority(now=NOW, serial=itertools.count(6000).__next__))
    data = stranger.sign(encode(textured(256), MediaType.PNG, xmp=b""), "image/png", claim_of())
    report = examine(data, States(RecordState.GIVEN, Dispute.HELD_BACK))
    assert "output_id" not in finding(report, Technique.MANIFEST).details
    assert Technique.REPORT not in states(report)
    assert finding(report, Technique.LOG).state is State.INVALID, "our proof, copied"


def test_other_generator_is_reported_by_its_own_name(examine):
    other = make_authority(now=NOW, serial=itertools.count(5000).__next__)
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    definition = {
        "claim_generator_info": [{"name": "Some Camera", "version": "1"}],
        "format": "image/png",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]},
            }
        ],
    }
    unsigned = encode(textured(256), MediaType.PNG, xmp=b"")
    signed = signed_by_another(definition, unsigned, other)
    report = examine(signed, GIVEN)
    manifest = finding(report, Technique.MANIFEST)
    assert manifest.details["issuer"] == Issuer.OTHER_GENERATOR
    assert manifest.details["generator"] == "Some Camera"
    assert manifest.details["signer"]["name"] == LEAF_NAME
    assert manifest.details["actions"][0]["action"] == "c2pa.created"
    for words in ("Some Camera", "not Selfsame", "taken with a camera", "can vouch"):
        assert words in manifest.sentence
    assert not manifest.tells_generated, "a photograph's manifest is no mark of generation"
    assert report.exit_status == 1


def test_plain_picture_has_no_mark(examine):
    data = encode(textured(512, seed=8), MediaType.PNG, xmp=b"")
    report = examine(data, GIVEN)
    assert set(states(report).values()) == {State.NOT_FOUND, State.UNKNOWN}
    assert not any(item.tells_generated for item in report.findings)
    assert report.exit_status == 1


def test_entity_bomb_in_the_packet_is_a_finding_and_not_a_crash(examine):
    data = encode(textured(64), MediaType.PNG, xmp=BOMB)
    report = examine(data, GIVEN)
    assert finding(report, Technique.XMP).state is State.INVALID


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"MZ not a picture", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing_of_text"),
        (header_only(50_000, 50_000), "picture_too_large"),
        (header_only(7000, 7000), "picture_too_large"),
        (encode(textured(64), MediaType.PNG, xmp=b"")[:1000], "not_a_picture"),
        (bytes(MAX_BYTES + 1), "file_too_large"),
    ],
    ids=["empty", "program", "svg", "bomb", "large picture", "truncated", "large file"],
)
def test_file_that_cannot_be_examined_is_an_error_with_a_next_step(examine, data, code):
    with pytest.raises(VerifyError) as error:
        examine(data, GIVEN)
    assert error.value.code == code
    assert error.value.next_step


@pytest.mark.parametrize("form", ["AVIF", "GIF", "JPEG", "WEBP"])
def test_picture_of_any_format_is_examined(avatar, examine, form):
    report = examine(resaved(avatar, form), GIVEN)
    assert finding(report, Technique.LABEL).state is State.FOUND


def test_json_and_text_say_the_same(avatar, examine):
    report = examine(avatar, GIVEN)
    parsed = json.loads(report.to_json())["findings"]
    lines = report.to_text().splitlines()
    assert len(parsed) == len(lines) == len(report.findings)
    for item, line in zip(parsed, lines, strict=True):
        assert line.startswith(item["technique"])
        assert item["sentence"] in line


def test_label_box_is_told_in_pixels_of_the_file(avatar, examine):
    (first, *_) = finding(examine(avatar, GIVEN), Technique.LABEL).details["copies"]
    (left, top), _, (right, bottom), _ = first["corners"]
    assert 0 <= left < right <= 512
    assert 0 <= top < bottom <= 512
    assert np.isfinite(first["correlation"])


def test_watermark_leads_to_the_consent_where_the_manifest_was_stripped(avatar, examine):
    ended = Standing(RecordState.WITHDRAWN, is_shredded=True)
    report = examine(resaved(avatar, "JPEG", quality=75), States(ended, kept=False))
    consent = finding(report, Technique.CONSENT)
    assert consent.state is State.WITHDRAWN
    assert consent.details == {
        "found_by": "invisible watermark",
        "consent_withdrawn": True,
        "key_shredded": True,
        "picture_deleted": True,
    }
    for words in ("watermark", "withdrawn", "shredded", "deleted"):
        assert words in consent.sentence


def test_consent_that_only_a_watermark_leads_to_is_not_called_this_picture_s(avatar, examine):
    copied = examine(resaved(avatar, "JPEG", quality=75), GIVEN)
    assert "not proved" in finding(copied, Technique.CONSENT).sentence
    assert "not proved" not in finding(examine(avatar, GIVEN), Technique.CONSENT).sentence


def test_watermark_leads_to_a_report_and_to_the_id_to_report(avatar, examine):
    stripped = resaved(avatar, "JPEG", quality=75)
    report = examine(stripped, States(RecordState.GIVEN, Dispute.HELD_BACK))
    assert finding(report, Technique.REPORT).state is State.DISPUTED
    assert report.output_id == "output-1"


def test_watermark_is_told_with_its_id_its_errors_and_that_it_is_not_signed(avatar, examine):
    found = finding(examine(avatar, GIVEN), Technique.WATERMARK)
    assert found.tells_generated
    assert found.details["tag"] == "detected"
    assert found.details["wrong_bits"] <= 2
    assert found.details["id"] == f"{WORD:08x}"
    assert "anybody could copy it" in found.sentence


def test_id_that_is_not_registered_here_is_of_another_installation(avatar, examine):
    stripped = resaved(avatar, "PNG")
    for words in ((), (WORD ^ 0x5555_5555,)):
        report = examine(stripped, States(RecordState.GIVEN, words=words))
        found = finding(report, Technique.WATERMARK)
        assert found.tells_generated
        assert found.details["id"] == "uncertain or unknown here"
        assert "another Selfsame installation, state unknown" in found.sentence
        assert finding(report, Technique.CONSENT).state is State.UNKNOWN
        assert report.output_id is None


def test_id_of_another_output_than_the_manifest_s_is_told_as_a_copy(signer, watermarker, examine):
    marked = watermarker.embed(textured(512), WORD)
    data = signer.sign(encode(marked, MediaType.PNG, xmp=b""), "image/png", claim_of())
    report = examine(data, States(RecordState.GIVEN, words=(WORD ^ 0x5555_5555, WORD)))
    assert "one of the two was copied" in finding(report, Technique.WATERMARK).sentence
    assert report.output_id == "output-1", "the manifest is signed, the watermark is not"


def test_studio_that_only_has_keys_knows_no_ids(avatar, reader, watermarker):
    report = verify(resaved(avatar, "PNG"), Examiner(reader, watermarker, LOG_KEYS))
    found = finding(report, Technique.WATERMARK)
    assert found.state is State.DETECTED
    assert "Only the studio that made" in found.sentence
    assert report.output_id is None


def test_sentences_need_no_glossary(avatar, examine):
    for item in examine(avatar, GIVEN).findings:
        for term in GENERATED_TYPES | {"c2pa.created", "digitalSourceType", "hard binding"}:
            assert term not in item.sentence
    assert "program" in finding(examine(avatar, GIVEN), Technique.MANIFEST).sentence


def test_clip_is_looked_at_where_it_begins_in_its_middle_and_where_it_ends(releaser, examine):
    frames = tuple(render_of(textured(384, seed=number)) for number in range(4))
    asked = {"output_id": "output-1", "job_id": "job-1", "watermark": WORD, "parameters": {}}
    for released in releaser.mark_clip(Clip(frames, 0.1), grant_of(), **asked):
        report = examine(released.data)
        assert set(states(report).values()) <= {
            State.FOUND,
            State.DETECTED,
            State.TRUSTED,
            State.GIVEN,
        }, released.media_type
        label = finding(report, Technique.LABEL)
        assert {copy["frame"] for copy in label.details["copies"]} == {1, 3, 4}
        assert "3 of the 3 frames that were looked at (4 in all)" in label.sentence


def test_selfsame_under_another_root_is_another_installation_whatever_else_it_says(examine):
    stranger = make_authority(now=NOW, serial=itertools.count(5500).__next__)
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES + "algorithmicMedia"}
    definition = {
        "claim_generator_info": [{"name": "Selfsame", "version": "9"}],
        "format": "image/png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    data = signed_by_another(definition, encode(textured(256), MediaType.PNG, xmp=b""), stranger)
    manifest = finding(examine(data), Technique.MANIFEST)
    assert manifest.details["issuer"] == Issuer.ANOTHER_INSTALLATION
    assert "its state is unknown" in manifest.sentence


def test_preview_is_told_as_one(releaser, examine):
    preview = releaser.preview(render_of(textured(512)), grant_of())
    found = finding(examine(preview.data), Technique.WATERMARK)
    assert found.state is State.DETECTED
    assert found.details["id"] == "preview"
    assert "no finished picture has it" in found.sentence
