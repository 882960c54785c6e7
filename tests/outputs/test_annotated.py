"""The copy that shows where marks were found: small, marked as a copy, and honest about marks."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from consent.types import RecordState
from outputs.annotated import SIDE, STRIP, checked_copy
from outputs.encode import MediaType, encode, encode_clip
from outputs.label import burn_label
from outputs.verify import Examiner, examine
from outputs.watermark import Detection
from outputs.xmp import read_packet
from tests.outputs.samples import LOG_KEYS, WORD, States, flat, render_of, textured


@pytest.fixture
def copy_of(reader, watermarker):
    examiner = Examiner(reader, watermarker, LOG_KEYS, States(RecordState.GIVEN))

    def copy_of(data: bytes):
        copy = checked_copy(examine(data, examiner), watermarker)
        with Image.open(io.BytesIO(copy.data)) as opened:
            packet = opened.info.get("xmp", b"")
            pixels = np.asarray(opened.convert("RGB"))
        assert pixels.shape[:2] == (copy.height, copy.width)
        return pixels, packet

    return copy_of


def still(pixels) -> bytes:
    return encode(pixels, MediaType.PNG, xmp=b"")


@pytest.mark.parametrize(
    ("width", "height"), [(1024, 1024), (1600, 400), (300, 1500), (64, 64), (4000, 20)]
)
def test_copy_is_never_larger_than_a_preview(copy_of, width, height):
    pixels, _ = copy_of(still(flat(width, height)))
    assert max(pixels.shape) <= SIDE
    assert pixels.shape[0] > STRIP


def test_copy_says_on_itself_that_it_is_one(copy_of):
    pixels, packet = copy_of(still(flat(512, 512)))
    strip = pixels[-STRIP:]
    assert strip.max() > 200, "bright words"
    assert np.median(strip) < 60, "on dark ground"
    assert packet == b"", "of a file without a mark, nothing is claimed"


def test_copy_of_a_stripped_avatar_says_that_it_is_generated(copy_of, watermarker):
    """Its label was cut off; the copy must not show it without one."""
    pixels, packet = copy_of(still(watermarker.embed(textured(512), WORD)))
    assert read_packet(packet).digital_source_type == "compositeSynthetic"
    assert watermarker.read(pixels).detection is Detection.DETECTED
    plain, _ = copy_of(still(textured(512)))
    assert watermarker.read(plain).detection is Detection.ABSENT
    assert not np.array_equal(pixels[-STRIP:], plain[-STRIP:])


def test_label_is_framed_where_it_is(copy_of):
    labelled, placements = burn_label(render_of(flat(512, 512)), synthetic=False)
    pixels, _ = copy_of(still(labelled))
    scale = (pixels.shape[0] - STRIP) / 512
    left = (pixels.shape[1] - round(512 * scale)) // 2
    orange = np.all(np.abs(pixels.astype(int) - (240, 128, 95)) < 60, axis=2)
    rows, columns = np.nonzero(orange[:-STRIP])
    assert rows.size > 100
    x0, y0, x1, y1 = placements[0].rect
    near = (columns > left + x0 * scale - 8) & (columns < left + x1 * scale + 8)
    near &= (rows > y0 * scale - 8) & (rows < y1 * scale + 8)
    assert near.sum() > 50


def test_tint_lies_where_the_watermark_speaks_and_nowhere_without_one(copy_of, watermarker):
    ground = flat(512, 512, (200, 200, 200))
    marked, _ = copy_of(still(watermarker.embed(ground, WORD)))
    plain, _ = copy_of(still(ground))
    centre = (slice(100, 300), slice(150, 350))
    assert plain[centre].std() < 3
    assert np.abs(marked[centre].astype(int) - 200).max() > 20


def test_transparent_sticker_is_shown_on_white(copy_of):
    pixels = np.zeros((256, 256, 4), np.uint8)
    pixels[64:192, 64:192] = (200, 30, 30, 255)
    shown, _ = copy_of(still(pixels))
    assert shown[8, shown.shape[1] // 2].min() > 240


@pytest.mark.parametrize("media_type", [MediaType.WEBP, MediaType.GIF, MediaType.MP4])
def test_of_a_clip_the_frame_with_most_marks_is_shown(copy_of, media_type):
    bare = flat(512, 512)
    labelled, _ = burn_label(render_of(bare), synthetic=False)
    frames = [bare, bare, labelled]
    data = encode_clip(frames, media_type, seconds=0.1, xmp=b"")
    pixels, _ = copy_of(data)
    assert pixels[:-STRIP].min() < 60, "the label's pill"
