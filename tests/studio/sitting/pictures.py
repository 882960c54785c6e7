"""Pictures by their defect, made from one good portrait."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

ORIENTATION = 0x0112


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def rotated_by_exif(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera lay on its side: turn clockwise to show
    return encoded(picture.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


def sixteen_bit_grey(picture: Image.Image) -> bytes:
    grey = np.asarray(picture.convert("L"), np.uint16) * 257
    return encoded(Image.fromarray(grey), "PNG")


def sixteen_bit_colour(picture: Image.Image) -> bytes:
    """A PNG of 16 bits a channel, which Pillow reads and does not write."""
    values = np.asarray(picture, np.uint16) * 257
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return _png(picture.size, 16, 2, zlib.compress(rows, 1))


def pixel_bomb(width: int = 10_000, height: int = 10_000) -> bytes:
    """A PNG of a hundred megapixels in its header and a hundred bytes in all."""
    return _png((width, height), 8, 2, zlib.compress(b"\0" * 64))


def moving(picture: Image.Image, kind: str) -> bytes:
    small = picture.resize((64, 48))
    frames = [small, small.transpose(Image.Transpose.FLIP_LEFT_RIGHT)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def transparent(picture: Image.Image) -> bytes:
    """A PNG whose left half is seen through, over pixels that are not white."""
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (0, 0, picture.width // 2, picture.height))
    picture = picture.copy()
    picture.putalpha(alpha)
    return encoded(picture, "PNG")


def matrix_profile(red: tuple[float, float], green: tuple[float, float]) -> bytes:
    """An ICC profile of display class with the given red and green, sRGB's blue, and gamma 2.2.

    ICC.1:2010, section 8.3: a matrix and one curve a channel; adapted to D50 by Bradford.
    """
    white = np.array([0.3127, 0.3290])
    xyz = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in (red, green, (0.15, 0.06))]).T
    d65 = np.array([white[0] / white[1], 1.0, (1 - white.sum()) / white[1]])
    d50 = np.array([0.9642, 1.0, 0.8249])
    bradford = np.array(
        [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
    )
    gain = np.diag((bradford @ d50) / (bradford @ d65))
    columns = np.linalg.inv(bradford) @ gain @ bradford @ (xyz * np.linalg.solve(xyz, d65))
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(2.2 * 256)) + bytes(2)
    text = b"text" + bytes(4) + b"none\0" + bytes(3)
    description = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(78)
    tags = {
        b"desc": description,
        b"cprt": text,
        b"wtpt": _xyz(d50),
        b"rXYZ": _xyz(columns[:, 0]),
        b"gXYZ": _xyz(columns[:, 1]),
        b"bXYZ": _xyz(columns[:, 2]),
        b"rTRC": curve,
        b"gTRC": curve,
        b"bTRC": curve,
    }
    return _profile(tags)


DISPLAY_P3 = ((0.680, 0.320), (0.265, 0.690))


def _xyz(values: np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(v * 65536)) for v in values)


def _profile(tags: dict[bytes, bytes]) -> bytes:
    table, data, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(data), len(content))
        data += content + bytes(-len(content) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", 128 + len(table) + len(data), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ "
    )
    header += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += b"".join(struct.pack(">i", round(v * 65536)) for v in (0.9642, 1.0, 0.8249))
    return header.ljust(128, b"\0") + table + data


def _png(size: tuple[int, int], depth: int, colour: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
