"""Small files that would keep a decoder busy, or fill the memory."""

from __future__ import annotations

import io
import struct
import time

import pytest
from PIL import Image

from outputs.encode import MOST_EXIF, Limits, MediaType, decode, decode_clip, encode, encode_clip
from outputs.errors import MarkMissing, TooLarge
from outputs.parts import MOST_BESIDE, MOST_PARTS, MOST_SAMPLES, require_few_parts
from outputs.provenance import ManifestState
from tests.outputs.samples import flat

LIMITS = Limits(pixels=1_000_000, frames=10)


@pytest.fixture(scope="module")
def video():
    frames = (flat(64, 64), flat(64, 64, (10, 20, 30)))
    return encode_clip(frames, MediaType.MP4, seconds=0.1, xmp=b"<x/>")


def claiming(video: bytes, samples: int) -> bytes:
    """Let a video's index claim so many samples of one byte, as a few bytes can."""
    data = bytearray(video)
    at = data.find(b"stsz")
    data[at + 8 : at + 16] = struct.pack(">II", 1, samples)
    return bytes(data)


@pytest.mark.parametrize("samples", [MOST_SAMPLES + 1, 40_000_000])
def test_video_whose_index_speaks_of_millions_is_not_opened(video, samples):
    began = time.monotonic()
    with pytest.raises(TooLarge, match=f"speaks of {samples} parts"):
        decode_clip(claiming(video, samples), LIMITS)
    with pytest.raises(TooLarge, match="speaks of"):
        decode(claiming(video, samples), max_pixels=1_000_000)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("wrap", [b"dinf", b"edts", b"tref", b"udta", b"mvex", b"wave", b"sinf"])
def test_index_is_found_in_boxes_that_should_hold_none(video, wrap):
    bad = bytearray(claiming(video, 10_000_000))
    at = bad.find(b"stbl") - 4
    length = struct.unpack_from(">I", bad, at)[0]
    for outer in (b"moov", b"trak", b"mdia", b"minf"):
        place = bad.find(outer) - 4
        struct.pack_into(">I", bad, place, struct.unpack_from(">I", bad, place)[0] + 8)
    bad[at:at] = struct.pack(">I4s", length + 8, wrap)
    with pytest.raises(TooLarge, match="speaks of"):
        decode(bytes(bad), max_pixels=1_000_000)


def test_index_that_is_packed_is_not_unpacked(video):
    with pytest.raises(TooLarge, match="packed"):
        decode(video + struct.pack(">I4s4s", 12, b"free", b"cmov"), max_pixels=1_000_000)


@pytest.mark.parametrize("kind", [MediaType.MP4, MediaType.AVIF])
def test_file_of_thousands_of_empty_boxes_is_read_by_nobody(kind, reader):
    """A reader of manifests takes more than the square of their number."""
    bad = encode(flat(64, 64), kind, xmp=b"<x/>") + struct.pack(">I4s", 8, b"free") * 200_000
    began = time.monotonic()
    with pytest.raises(TooLarge):
        decode(bad, max_pixels=1_000_000)
    assert reader.read(bad).state is ManifestState.INVALID
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "bad",
    [
        encode(flat(64, 64), MediaType.PNG, xmp=b"<x/>")[:33] + bytes(12 * (MOST_PARTS + 2)),
        encode(flat(64, 64), MediaType.WEBP, xmp=b"<x/>") + b"JUNK\0\0\0\0" * (MOST_PARTS + 2),
        b"\xff\xd8" + b"\xff\xfe\0\2" * (MOST_PARTS + 2),
        b"any file " + b"jumb" * 1_000,
    ],
    ids=["PNG", "WebP", "JPEG", "manifest"],
)
def test_file_of_thousands_of_parts_is_refused(bad):
    with pytest.raises(TooLarge):
        require_few_parts(bad)


def test_jpeg_whose_last_scan_is_repeated_is_refused():
    """Each is read over the whole picture, and has 40 bytes."""
    buffer = io.BytesIO()
    Image.new("L", (256, 256), 128).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    require_few_parts(data)
    scan = data[data.rindex(b"\xff\xda") : -2]
    with pytest.raises(TooLarge):
        decode(data[:-2] + scan * 200 + data[-2:], max_pixels=1_000_000)


@pytest.mark.parametrize("junk", [b"", b"junk"])
def test_jpeg_with_exif_data_twice_is_refused(junk):
    buffer = io.BytesIO()
    Image.new("L", (64, 64)).save(buffer, "JPEG", exif=b"Exif\0\0MM\0*" + bytes(8))
    data = buffer.getvalue()
    require_few_parts(data)
    segment = b"\xff\xe1\0\x10Exif\0\0" + bytes(8)
    with pytest.raises(TooLarge, match="more than once"):
        require_few_parts(data[:2] + junk + segment + data[2:])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_picture_with_much_exif_data_is_not_turned(kind):
    """Its tags may all point at the same bytes, and each would be a copy of them."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, kind, exif=b"Exif\0\0MM\0*" + bytes(MOST_EXIF))
    with pytest.raises(TooLarge, match="EXIF"):
        decode(buffer.getvalue(), max_pixels=1_000_000)


@pytest.mark.parametrize("kind", list(MediaType))
def test_usual_files_pass(kind):
    require_few_parts(encode(flat(64, 64), kind, xmp=b"<x/>"))


def test_usual_video_is_opened(video):
    assert len(decode_clip(video, LIMITS).frames) == 2


def test_animation_with_millions_of_little_comments_is_not_opened():
    gif = encode(flat(64, 64), MediaType.GIF, xmp=b"<x/>")
    comment = b"\x21\xfe" + b"\x01a" * 800_000 + b"\0"
    large = b"\x21\xfe" + (b"\xff" + b"a" * 255) * (MOST_BESIDE // 255) + b"\0"
    began = time.monotonic()
    for bad in (
        gif[:13] + comment + gif[13:],
        gif[:13] + b"\0" + comment + gif[13:],  # a stray byte, which decoders pass over
        gif[:-1] + comment + b";",
        gif[:13] + large + gif[13:],
    ):
        with pytest.raises(TooLarge, match="more parts"):
            decode(bad, max_pixels=1_000_000)
    assert time.monotonic() - began < 1


def test_animation_with_a_comment_is_opened():
    gif = encode(flat(64, 64), MediaType.GIF, xmp=b"<x/>")
    comment = b"\x21\xfe" + b"\x05hello" * 20 + b"\0"
    assert decode(gif[:13] + comment + gif[13:], max_pixels=1_000_000).xmp == b"<x/>"


def test_sequence_without_a_measure_of_time_is_refused_or_opened():
    """Its decoder divides by that measure."""
    avif = encode(flat(64, 64), MediaType.AVIF, xmp=b"<x/>")
    for at in range(0, len(avif) - 4, 3):
        bad = avif[:at] + b"\0\0\0\0" + avif[at + 4 :]
        try:
            decode_clip(bad, LIMITS)
        except MarkMissing:
            continue
