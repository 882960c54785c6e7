from __future__ import annotations

import io
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

import outputs.marks
from outputs import clips
from outputs.encode import MOVING, Limits, MediaType, decode_clip
from outputs.errors import ReleaseRefused
from outputs.label_search import find_label
from outputs.marks import WatermarkMark
from outputs.provenance import ManifestState
from outputs.release import reopen
from outputs.types import Clip, Profile
from outputs.xmp import read_packet
from tests.outputs.samples import PARAMETERS, RECEIPT, WORD, flat, grant_of, render_of, textured

ASKED = {
    "output_id": "output-1",
    "job_id": "job-1",
    "watermark": WORD,
    "parameters": PARAMETERS,
}
SECONDS = 1 / 12


def moving(count: int = 8, side: int = 384, *, alpha: bool = False, step: float = 0.006) -> Clip:
    """A face that wanders to the right over a ground that stays."""
    face = textured(side)
    frames = []
    for number in range(count):
        shift = round(number * step * side)
        pixels = face.copy()
        pixels[:, shift:] = face[:, : side - shift]
        if alpha:
            opacity = np.zeros((side, side), np.uint8)
            opacity[side // 5 :, side // 5 : -side // 5] = 255
            pixels = np.dstack([pixels, opacity])
        render = render_of(pixels)

        def moved(rect, shift=shift):
            return (rect[0] + shift, rect[1], rect[2] + shift, rect[3])

        frames.append(
            replace(
                render,
                face_box=moved(render.face_box),
                keep_clear=tuple(moved(rect) for rect in render.keep_clear),
                lower_face=moved(render.lower_face),
            )
        )
    return Clip(tuple(frames), SECONDS)


@pytest.fixture(scope="module")
def clip():
    return moving()


@pytest.fixture
def formats(releaser, clip):
    return releaser.mark_clip(clip, grant_of(), **ASKED)


def opened(data: bytes):
    return decode_clip(data, Limits(10_000_000, 100))


def test_animation_carries_every_mark_in_every_format(formats, reader, watermarker, clip):
    assert tuple(released.media_type for released in formats) == MOVING
    for released in formats:
        assert released.profile is Profile.FINAL
        assert (released.width, released.height) == (384, 384)
        evidence = reader.read(released.data)
        assert evidence.state is ManifestState.TRUSTED
        assert evidence.consent is not None
        assert evidence.consent["receipt_hash"] == RECEIPT
        decoded = opened(released.data)
        assert read_packet(decoded.xmp).digital_source_type == "algorithmicMedia"
        assert sum(decoded.durations) == pytest.approx(len(clip.frames) * SECONDS, abs=0.02)
        for number in range(len(clip.frames)):
            shown = decoded.at((number + 0.5) * SECONDS)
            watermarker.check(shown, WORD)
        for number in (0, len(clip.frames) - 1):
            shown = decoded.at((number + 0.5) * SECONDS)
            assert len(find_label(np.ascontiguousarray(shown[..., :3]))) == 2


def test_frame_that_looks_like_no_other_carries_the_watermark(releaser, watermarker):
    """What was written for the frame before does not do for one that looks otherwise."""
    calm = render_of(flat(384, 384))
    wild = render_of(textured(384))
    frames = (calm, calm, wild, calm, wild, calm, calm, calm)
    for released in releaser.mark_clip(Clip(frames, SECONDS), grant_of(), **ASKED):
        decoded = opened(released.data)
        for number in range(len(frames)):
            watermarker.check(decoded.at((number + 0.5) * SECONDS), WORD)


def test_label_on_the_chin_moves_with_the_face_and_the_one_in_the_corner_stays(formats):
    mp4 = next(one for one in formats if one.media_type == MediaType.MP4)
    decoded = opened(mp4.data)
    finds = [sorted(find_label(frame), key=lambda find: find.rect[1]) for frame in decoded.frames]
    corners, chins = zip(*finds, strict=True)
    assert len({tuple(round(value) for value in corner.rect) for corner in corners}) == 1
    lefts = [chin.rect[0] for chin in chins]
    assert lefts[-1] - lefts[0] > 10
    assert all(0 <= after - before <= 8 for before, after in pairwise(lefts)), "no jumps"


def test_sticker_that_moves_keeps_what_is_empty_around_it(releaser, reader):
    clip = moving(3, alpha=True)
    webp, gif, mp4 = releaser.mark_clip(clip, grant_of(), **ASKED)
    for released in (webp, gif):
        for frame in opened(released.data).frames:
            assert frame.shape[2] == 4
            assert not frame[:70, :70, 3].any()
    for frame in opened(mp4.data).frames:
        assert frame[:70, :70].min() > 245, "laid over white"
    for released in (webp, gif, mp4):
        assert reader.read(released.data).state is ManifestState.TRUSTED


def test_flat_drawing_that_moves_is_released(releaser):
    frames = tuple(
        render_of(flat(384, 384, colour=(236, 226, 208 - number))) for number in range(8)
    )
    assert len(releaser.mark_clip(Clip(frames, SECONDS), grant_of(), **ASKED)) == 3


def test_frames_that_look_alike_keep_their_time(releaser):
    """Encoders join them into one that is shown for longer."""
    one, other = render_of(textured(256)), render_of(textured(256, seed=9))
    for released in releaser.mark_clip(Clip((one,) * 5 + (other,), 0.1), grant_of(), **ASKED):
        assert sum(opened(released.data).durations) == pytest.approx(0.6, abs=0.02)


def test_frames_that_are_all_alike_are_released(releaser):
    frame = render_of(textured(256))
    assert len(releaser.mark_clip(Clip((frame,) * 7, 0.1), grant_of(), **ASKED)) == 3


def test_clip_of_one_frame_leaves_as_a_still(releaser, clip):
    formats = releaser.mark_clip(Clip((clip.first,)), grant_of(), **ASKED)
    assert formats[0].media_type == MediaType.PNG
    assert len(formats) == 4


def test_no_animation_names_subject_record_capture_or_selfie(formats):
    grant = grant_of()
    for released in formats:
        for secret in (grant.subject_id, grant.record_id, grant.capture_id, *grant.probe_hashes):
            assert secret.encode() not in released.data


def test_stored_animation_reopens_only_as_what_it_was(formats):
    for released in formats:
        kind = MediaType(released.media_type)
        assert reopen(released.data, kind, expected_sha256=released.sha256) == released
        with pytest.raises(ReleaseRefused):
            reopen(released.data + b"\0", kind, expected_sha256=released.sha256)


@pytest.mark.parametrize("kind", MOVING)
def test_one_changed_bit_anywhere_breaks_the_manifest(formats, reader, kind):
    data = next(one.data for one in formats if one.media_type == kind)
    packet = data.index(b"<?xpacket") + 300
    for place in (packet, int(len(data) * 0.6), int(len(data) * 0.9)):
        changed = bytearray(data)
        changed[place] ^= 1
        assert reader.read(bytes(changed), kind).state is ManifestState.INVALID


def uneven(frames, **changes):
    return (*frames[:-1], replace(frames[-1], **changes))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda frames: (), "clip_empty"),
        (lambda frames: uneven(frames, style="ink"), "clip_uneven"),
        (lambda frames: uneven(frames, family="painted"), "clip_uneven"),
        (lambda frames: uneven(frames, digital_source_type="digitalCapture"), "clip_uneven"),
        (lambda frames: (*frames, render_of(textured(256))), "clip_uneven"),
        (
            lambda frames: (*frames, render_of(np.dstack([textured(384)] * 2)[..., :4])),
            "clip_uneven",
        ),
        (lambda frames: uneven(frames, keep_clear=()), "geometry_missing"),
        (lambda frames: (render_of(textured(64)),) * 2, "picture_too_small"),
        (lambda frames: (render_of(textured(255)),) * 2, "clip_odd"),
        (lambda frames: frames * 81, "clip_too_large"),
    ],
    ids=[
        "no frames",
        "two styles",
        "two families",
        "two source types",
        "two sizes",
        "alpha in one",
        "one without a face",
        "tiny",
        "odd size",
        "too many",
    ],
)
def test_frames_that_make_no_clip_release_nothing(releaser, change, code):
    frames = change(moving(3).frames)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(Clip(frames, SECONDS), grant_of(), **ASKED)
    assert refusal.value.code == code


@pytest.mark.parametrize("seconds", [0.0, -1.0, 0.001, 5.1, math.inf, -math.inf, math.nan])
def test_frames_that_are_shown_for_no_sensible_time_release_nothing(releaser, seconds):
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(replace(moving(2), seconds=seconds), grant_of(), **ASKED)
    assert refusal.value.code == "clip_timing"


@pytest.mark.parametrize("seconds", [1.0, math.nan])
def test_still_with_a_time_releases_nothing(releaser, seconds):
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(replace(moving(1), seconds=seconds), grant_of(), **ASKED)
    assert refusal.value.code == "clip_timing"


def test_more_pixels_than_memory_should_hold_release_nothing(releaser, monkeypatch):
    monkeypatch.setattr(clips, "MAX_CLIP_PIXELS", 2 * 384 * 384)
    releaser.mark_clip(moving(2), grant_of(), **ASKED)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(moving(3), grant_of(), **ASKED)
    assert refusal.value.code == "clip_too_large"


def test_grant_of_another_style_releases_no_clip(releaser, clip):
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(clip, grant_of(style="ink"), **ASKED)
    assert refusal.value.code == "grant_of_another_style"


def without(mark, number):
    """Leave a mark out of one frame."""
    calls = iter(range(1000))

    def skip(pixels, argument):
        return pixels if next(calls) == number else mark(pixels, argument)

    return skip


@pytest.mark.parametrize("number", [0, 3, 6, 7])
def test_frame_without_a_label_is_a_refusal(releaser, clip, monkeypatch, number):
    monkeypatch.setattr(outputs.marks, "burn_at", without(outputs.marks.burn_at, number))
    with pytest.raises(ReleaseRefused, match="label") as refusal:
        releaser.mark_clip(clip, grant_of(), **ASKED)
    assert refusal.value.code == "mark_missing"


@pytest.mark.parametrize("number", range(8))
def test_frame_without_a_watermark_is_a_refusal(releaser, clip, monkeypatch, number):
    whole = WatermarkMark.apply

    def all_but_one(self, draft):
        marked = list(whole(self, draft).frames)
        marked[number] = draft.frames[number]
        return replace(draft, frames=tuple(marked))

    monkeypatch.setattr(WatermarkMark, "apply", all_but_one)
    with pytest.raises(ReleaseRefused, match="watermark") as refusal:
        releaser.mark_clip(clip, grant_of(), **ASKED)
    assert refusal.value.code == "mark_missing"


@pytest.mark.parametrize("kind", MOVING)
def test_file_that_lost_its_last_frames_is_a_refusal(releaser, clip, monkeypatch, kind):
    whole = outputs.marks.encode_clip

    def cut(frames, media_type, **rest):
        return whole(frames[:4] if media_type is kind else frames, media_type, **rest)

    monkeypatch.setattr(outputs.marks, "encode_clip", cut)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(clip, grant_of(), **ASKED)
    assert refusal.value.code == "mark_missing"


@pytest.mark.parametrize("kind", MOVING)
def test_file_with_a_frame_that_was_not_drawn_is_a_refusal(releaser, clip, monkeypatch, kind):
    whole = outputs.marks.encode_clip

    def more(frames, media_type, **rest):
        extra = (np.full_like(frames[0], 90),) if media_type is kind else ()
        return whole((*frames, *extra), media_type, **rest)

    monkeypatch.setattr(outputs.marks, "encode_clip", more)
    with pytest.raises(ReleaseRefused) as refusal:
        releaser.mark_clip(clip, grant_of(), **ASKED)
    assert refusal.value.code == "mark_missing"


def test_mark_removed_on_the_way_is_a_refusal_for_animations_too(releaser, clip, monkeypatch):
    for name, broken in (
        ("outputs.marks.write_packet", lambda _: b"<x/>"),
        ("outputs.provenance.Signer.sign", lambda _self, data, *_: data),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(name, broken)
            with pytest.raises(ReleaseRefused) as refusal:
                releaser.mark_clip(clip, grant_of(), **ASKED)
            assert refusal.value.code == "mark_missing"


def test_animations_play_for_ever_in_other_programs(formats):
    for released in formats[:2]:
        with Image.open(io.BytesIO(released.data)) as image:
            assert image.is_animated
            assert image.info["loop"] == 0
