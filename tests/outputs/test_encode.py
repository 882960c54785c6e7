from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from outputs.encode import MediaType, decode, encode
from outputs.errors import MarkMissing
from tests.outputs.samples import textured

LIMIT = 4_000_000


def test_png_is_lossless_and_carries_packet_and_parameters():
    pixels = textured(256)
    data = encode(pixels, MediaType.PNG, xmp=b"<packet/>", parameters="style: toon, seed: 7")
    decoded = decode(data, max_pixels=LIMIT)
    assert np.array_equal(decoded.pixels, pixels)
    assert decoded.xmp == b"<packet/>"
    assert decoded.texts["parameters"] == "style: toon, seed: 7"


def test_png_keeps_alpha():
    pixels = np.dstack([textured(64), textured(64, seed=5)[..., 0]])
    decoded = decode(encode(pixels, MediaType.PNG, xmp=b"<packet/>"), max_pixels=LIMIT)
    assert np.array_equal(decoded.pixels, pixels)


def test_webp_is_close_and_carries_the_packet():
    pixels = textured(256)
    decoded = decode(encode(pixels, MediaType.WEBP, xmp=b"<packet/>"), max_pixels=LIMIT)
    assert np.abs(decoded.pixels.astype(int) - pixels).mean() < 4
    assert decoded.xmp == b"<packet/>"


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


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F"])
def test_every_kind_of_pixel_is_opened_as_colour(mode):
    image = Image.new(mode, (40, 30))
    buffer = io.BytesIO()
    image.save(buffer, "TIFF")
    assert decode(buffer.getvalue(), max_pixels=LIMIT).pixels.shape[2] in (3, 4)
