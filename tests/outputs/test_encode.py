from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from random import Random

import cv2
import numpy as np
import pytest
from PIL import Image

from outputs.encode import (
    MOVING,
    STILLS,
    Limits,
    MediaType,
    decode,
    decode_clip,
    encode,
    encode_clip,
)
from outputs.errors import MarkMissing, TooLarge
from outputs.video import mp4_packet
from tests.outputs.samples import textured

LIMIT = 4_000_000
LIMITS = Limits(LIMIT, 100)


def test_png_is_lossless_and_carries_packet_and_parameters():
    pixels = textured(256)
    data = encode(pixels, MediaType.PNG, xmp=b"<packet/>", parameters="style: toon, seed: 7")
    decoded = decode(data, max_pixels=LIMIT)
    assert np.array_equal(decoded.pixels, pixels)
    assert decoded.xmp == b"<packet/>"
    assert decoded.texts["parameters"] == "style: toon, seed: 7"


LOSSY = [kind for kind in STILLS if kind is not MediaType.PNG]
PACKET = b"<?xpacket?>" + b"<packet>\xc3\xa9\x00\xff;,!</packet>" * 40  # longer than any block
SEAL = b"\x21\xff\x0bXMP DataXMP"


def sticker(side: int = 128) -> np.ndarray:
    """A disc with a soft rim, on nothing."""
    down, across = np.mgrid[:side, :side] - side / 2
    disc = np.hypot(down, across) < side * 0.4
    alpha = cv2.GaussianBlur(np.where(disc, 255, 0).astype(np.uint8), (0, 0), 1)
    pixels = np.dstack([textured(side), alpha])
    pixels[alpha == 0] = 0
    return pixels


def apart(one: np.ndarray, other: np.ndarray) -> float:
    """How far two pictures are apart for an eye that does not see single pixels; levels of 255."""
    small = [cv2.GaussianBlur(each[..., :3].astype(np.float32), (0, 0), 2) for each in (one, other)]
    return float(np.abs(small[0] - small[1]).mean())


def frames(count: int = 7, side: int = 128) -> list[np.ndarray]:
    return [np.roll(textured(side), 2 * number, axis=1) for number in range(count)]


def test_png_keeps_alpha():
    pixels = sticker()
    decoded = decode(encode(pixels, MediaType.PNG, xmp=PACKET), max_pixels=LIMIT)
    assert np.array_equal(decoded.pixels, pixels)


@pytest.mark.parametrize("kind", LOSSY)
def test_lossy_still_is_close_and_carries_the_packet(kind):
    pixels = textured(256)
    decoded = decode(encode(pixels, kind, xmp=PACKET), max_pixels=LIMIT)
    assert decoded.pixels.shape == pixels.shape
    assert np.abs(decoded.pixels.astype(int) - pixels).mean() < 4
    assert decoded.xmp == PACKET
    assert "parameters" not in decoded.texts


@pytest.mark.parametrize("kind", [MediaType.WEBP, MediaType.AVIF])
def test_still_keeps_alpha_where_the_format_has_it(kind):
    pixels = sticker()
    decoded = decode(encode(pixels, kind, xmp=PACKET), max_pixels=LIMIT)
    assert np.abs(decoded.pixels[..., 3].astype(int) - pixels[..., 3]).mean() < 1
    assert not decoded.pixels[:20, :20].any()


@pytest.mark.parametrize("kind", [MediaType.JPEG, MediaType.MP4])
def test_alpha_is_laid_over_white_where_the_format_has_none(kind):
    decoded = decode(encode(sticker(), kind, xmp=PACKET), max_pixels=LIMIT)
    assert decoded.pixels.shape[2] == 3
    assert decoded.pixels[:20, :20].min() > 250


def test_gif_makes_one_bit_of_alpha():
    pixels = sticker()
    decoded = decode(encode(pixels, MediaType.GIF, xmp=PACKET), max_pixels=LIMIT)
    assert np.array_equal(decoded.pixels[..., 3] == 255, pixels[..., 3] >= 128)
    shown = np.s_[40:90, 40:90]
    assert apart(decoded.pixels[shown], pixels[shown]) < 6


@pytest.mark.parametrize("kind", MOVING)
@pytest.mark.parametrize("fps", [50, 24, 12, 1])
def test_animation_shows_its_frames_when_they_are_due(kind, fps):
    drawn = frames()
    clip = decode_clip(encode_clip(drawn, kind, seconds=1 / fps, xmp=PACKET), LIMITS)
    assert clip.is_whole
    assert clip.xmp == PACKET
    assert len(clip.frames) == len(drawn)
    assert sum(clip.durations) == pytest.approx(len(drawn) / fps, abs=0.006)
    for number, frame in enumerate(drawn):
        assert apart(clip.at((number + 0.5) / fps), frame) < 6
    assert clip.at(1e6) is clip.frames[-1]


@pytest.mark.parametrize("kind", MOVING)
def test_animation_with_alpha_never_shows_one_frame_through_the_next(kind):
    one, other = sticker(), np.roll(sticker(), 64, axis=1)
    clip = decode_clip(encode_clip([one, other], kind, seconds=0.1, xmp=PACKET), LIMITS)
    shown = clip.frames[1]
    if kind is MediaType.MP4:
        assert shown[60:68, 60:68].min() > 240
    else:
        assert not shown[60:68, 60:68, 3].any()


@pytest.mark.parametrize("kind", MOVING)
def test_animation_of_one_flat_colour_is_encoded(kind):
    drawn = [np.full((96, 96, 3), (200, 30 + number, 90), np.uint8) for number in range(3)]
    clip = decode_clip(encode_clip(drawn, kind, seconds=0.1, xmp=PACKET), LIMITS)
    for number, frame in enumerate(drawn):
        assert np.abs(clip.at((number + 0.5) / 10)[..., :3].astype(int) - frame).max() < 8


@pytest.mark.parametrize("kind", [MediaType.PNG, MediaType.JPEG, MediaType.AVIF])
def test_format_that_does_not_move_holds_no_animation(kind):
    with pytest.raises(MarkMissing, match="no animation"):
        encode_clip(frames(2), kind, seconds=0.1, xmp=b"")


def test_video_of_odd_size_is_refused():
    with pytest.raises(MarkMissing, match="odd"):
        encode(textured(97), MediaType.MP4, xmp=b"")


@pytest.mark.parametrize(
    ("kind", "size"), [(MediaType.WEBP, 16_400), (MediaType.JPEG, 65_600), (MediaType.GIF, 65_600)]
)
def test_picture_that_a_format_cannot_hold_is_refused(kind, size):
    with pytest.raises(MarkMissing, match="could not be encoded"):
        encode(np.zeros((2, size, 3), np.uint8), kind, xmp=b"")


def test_packet_that_a_jpeg_cannot_hold_is_refused():
    with pytest.raises(MarkMissing, match="could not be encoded"):
        encode(textured(64), MediaType.JPEG, xmp=bytes(70_000))


@pytest.mark.parametrize("kind", MediaType)
def test_first_frame_stands_for_anything_that_moves(kind):
    first = textured(128)
    if kind in MOVING:
        data = encode_clip([first, 255 - first], kind, seconds=0.5, xmp=PACKET)
    else:
        data = encode(first, kind, xmp=PACKET)
    decoded = decode(data, max_pixels=128 * 128)
    assert decoded.xmp == PACKET
    assert apart(decoded.pixels, first) < 6


@pytest.mark.parametrize("kind", MOVING)
def test_no_more_frames_are_decoded_than_the_limits_allow(kind):
    data = encode_clip(frames(7), kind, seconds=0.1, xmp=b"")
    for limits in (Limits(LIMIT, 3), Limits(3 * 128 * 128, 100)):
        clip = decode_clip(data, limits)
        assert len(clip.frames) == 3
        assert not clip.is_whole


@pytest.mark.parametrize("kind", MediaType)
def test_frame_larger_than_the_limit_is_never_decoded(kind):
    with pytest.raises(TooLarge):
        decode(encode(textured(128), kind, xmp=b""), max_pixels=128 * 128 - 1)


@pytest.mark.parametrize("kind", MediaType)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_file_that_was_cut_off_is_refused_or_has_less_to_show(kind, share):
    if kind in MOVING:
        data = encode_clip(frames(7), kind, seconds=0.1, xmp=b"<x/>")
    else:
        data = encode(textured(128), kind, xmp=b"<x/>")
    cut = data[: int(len(data) * share)]
    try:
        clip = decode_clip(cut, LIMITS)
    except MarkMissing:
        return
    assert kind in MOVING
    assert len(clip.frames) <= 7


@pytest.mark.parametrize("kind", MediaType)
def test_damaged_bytes_are_opened_or_refused_and_nothing_else(kind):
    rng = Random(5)
    whole = [encode(textured(96), kind, xmp=PACKET)]
    if kind in MOVING:
        whole.append(encode_clip(frames(4, 96), kind, seconds=0.1, xmp=PACKET))
    for data in whole:
        for _ in range(120):
            damaged = bytearray(data)
            for _ in range(rng.choice((1, 3, 10, 50))):
                place = rng.randrange(min(len(data), rng.choice((64, 600, len(data)))))
                damaged[place] = rng.randrange(256)
            with suppress(MarkMissing):
                decode_clip(bytes(damaged), LIMITS)


def test_video_that_nothing_decodes_is_refused():
    data = encode(textured(64), MediaType.MP4, xmp=b"")
    for name in (b"xxxx", b"text", b"mjpg"):
        with pytest.raises(MarkMissing):
            decode(data.replace(b"avc1", name), max_pixels=LIMIT)


def test_still_has_no_time():
    clip = decode_clip(encode(textured(64), MediaType.WEBP, xmp=b""), LIMITS)
    assert (len(clip.frames), clip.durations, clip.is_whole) == (1, (0.0,), True)


@pytest.mark.parametrize("kind", ["EPS", "PDF", "ICNS", "TIFF", "BMP"])
def test_format_that_needs_other_programs_or_is_no_picture_is_refused(kind):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, kind)
    with pytest.raises(MarkMissing):
        decode(buffer.getvalue(), max_pixels=LIMIT)


def gif_of(*extensions: bytes) -> bytes:
    data = encode(textured(64), MediaType.GIF, xmp=PACKET)
    start, end = data.index(SEAL), data.index(b"\x21\xf9" if b"\x21\xf9" in data else b",")
    return data[:start] + b"".join(extensions) + data[end:]


@pytest.mark.parametrize(
    "extension",
    [b"", SEAL, SEAL + b"\x05abc", SEAL + b"\0", b"\x21", b"\x21\xfe\x03abc"],
    ids=["none", "cut", "cut block", "empty", "lone", "no end"],
)
def test_gif_whose_packet_is_damaged_has_none_or_is_refused(extension):
    try:
        packet = decode(gif_of(extension), max_pixels=LIMIT).xmp
    except MarkMissing:
        return
    assert b"packet" not in packet


def box(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if length is None else length, kind) + content


XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


@pytest.mark.parametrize(
    ("tail", "packet"),
    [
        (box(b"uuid", XMP_UUID + b"<x/>"), b"<x/>"),
        (box(b"uuid", XMP_UUID + b"<x/>", 0), b"<x/>"),
        (box(b"uuid", struct.pack(">Q", 36) + XMP_UUID + b"<x/>", 1), b"<x/>"),
        (box(b"free", b"", 4) + box(b"uuid", XMP_UUID + b"<x/>"), b""),
        (box(b"uuid", bytes(16) + b"<x/>"), b""),
        (b"\0\0\0", b""),
        (b"", b""),
    ],
    ids=["usual", "to the end", "long", "length below its own", "other", "stub", "none"],
)
def test_packet_of_a_video_is_found_in_any_sound_box(tail, packet):
    data = encode(textured(64), MediaType.MP4, xmp=b"")
    data = data[: data.index(XMP_UUID) - 8]
    assert mp4_packet(data + tail) == packet


def kinds_of_boxes(data: bytes) -> list[bytes]:
    kinds, at = [], 0
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        kinds.append(kind)
        at += length
    assert at == len(data)
    return kinds


def test_index_of_a_video_lies_before_its_pictures_and_fits_any_length():
    for count in (1, 2, 60, 240):
        data = encode_clip([textured(96)] * count, MediaType.MP4, seconds=0.05, xmp=PACKET)
        kinds = kinds_of_boxes(data)
        assert kinds[0] == b"ftyp"
        assert kinds.index(b"moov") < kinds.index(b"mdat") < kinds.index(b"uuid")


def test_another_program_plays_the_video(tmp_path):
    drawn = frames(9)
    path = tmp_path / "clip.mp4"
    path.write_bytes(encode_clip(drawn, MediaType.MP4, seconds=1 / 24, xmp=PACKET))
    video = cv2.VideoCapture(str(path))
    assert video.get(cv2.CAP_PROP_FPS) == pytest.approx(24)
    for frame in drawn:
        _, bgr = video.read()
        assert apart(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), frame) < 8
    assert not video.read()[0]
    video.release()


def test_video_without_a_picture_is_refused():
    for data in (box(b"ftyp", b"isom\0\0\0\0isom"), box(b"ftyp", b"isom") + bytes(200)):
        with pytest.raises(MarkMissing):
            decode(data, max_pixels=LIMIT)


def test_video_opens_no_other_file(tmp_path):
    """A playlist that pretends to be a video is not followed."""
    list_ = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"
    for data in (list_, b"\0\0\0\x18ftypisom" + list_):
        with pytest.raises(MarkMissing):
            decode(data, max_pixels=LIMIT)


def test_picture_turned_by_exif_is_opened_upright():
    image = Image.fromarray(textured(64)[:32])
    exif = image.getexif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif)
    assert decode(buffer.getvalue(), max_pixels=LIMIT).pixels.shape[:2] == (64, 32)


def header_only(width: int, height: int) -> bytes:
    content = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + content
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", 13)
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + b"\0\0\0\0IDAT\0\0\0\0"
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"PK\x03\x04" + bytes(100),
        encode(textured(64), MediaType.PNG, xmp=b"")[:900],
        encode(textured(64), MediaType.WEBP, xmp=b"")[:200],
        header_only(30_000, 30_000),
        header_only(100_000, 100_000),
        header_only(8, 8),
    ],
    ids=["empty", "text", "svg", "zip", "cut png", "cut webp", "bomb", "huge bomb", "no data"],
)
def test_what_is_no_sound_picture_is_refused(data):
    with pytest.raises(MarkMissing):
        decode(data, max_pixels=LIMIT)


def test_grey_of_sixteen_bits_is_opened_as_it_looks():
    buffer = io.BytesIO()
    Image.fromarray(np.linspace(0, 65535, 256 * 4, dtype=np.uint16).reshape(4, 256)).save(
        buffer, "PNG"
    )
    opened = decode(buffer.getvalue(), max_pixels=10_000).pixels
    assert opened.shape == (4, 256, 3)
    assert abs(float(opened.mean()) - 127.5) < 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_opened_as_colour(mode):
    image = Image.new(mode, (40, 30))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG" if mode == "CMYK" else "PNG")
    assert decode(buffer.getvalue(), max_pixels=LIMIT).pixels.shape[2] in (3, 4)
