"""Videos of baked subjects, made at run time, and what a telephone or an attacker does to them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.subjects.cast import CastMember

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB
SIZE = (1280, 960)  # width, height: twice what is baked, so that a face is large enough
CODECS = {".mp4": "mp4v", ".mov": "mp4v", ".webm": "VP80"}
PLACE = b"+27.5916+086.5640+8850/"  # ISO 6709, as telephones write it


def film(
    path: Path, images: Sequence[Picture], *, fps: float = 15.0, size: tuple[int, int] = SIZE
) -> bytes:
    """Return the bytes of a video of these pictures; the path's suffix tells of which kind."""
    code = cv2.VideoWriter.fourcc(*CODECS[path.suffix])
    writer = cv2.VideoWriter(str(path), code, fps, size)
    for image in images:
        large = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
        writer.write(cv2.cvtColor(large, cv2.COLOR_RGB2BGR))
    writer.release()
    return path.read_bytes()


def clip(member: CastMember, *actions: str, each: int = 5, gain: float = 1.0) -> list[Picture]:
    """Return every frame of some actions, `each` times in a row; `gain` dims or lightens."""
    return [
        np.clip(member.frame(frame).image * gain, 0, 255).astype(np.uint8)
        for action in actions
        for frame in member.clips[action]
        for _ in range(each)
    ]


def turned(data: bytes, degrees: int) -> bytes:
    """Return an MP4 or MOV whose track header says that it is shown turned clockwise."""
    a, b, c, d = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[degrees]
    at = data.index(b"tkhd") + 4
    start = at + (52 if data[at] else 40)  # ISO/IEC 14496-12, 8.3.2: version 1 has longer times
    unit = 0x10000
    matrix = struct.pack(">9i", a * unit, b * unit, 0, c * unit, d * unit, 0, 0, 0, 1 << 30)
    return data[:start] + matrix + data[start + 36 :]


def with_box(data: bytes, path: Sequence[bytes], box: bytes) -> bytes:
    """Return an MP4 or MOV with a box appended inside others, e.g. (b"moov", b"udta").

    A missing box on the way is made. The media must lie before the boxes that grow.
    """
    if not path:
        return data + box
    for kind, start, end in boxes(data):
        if kind == path[0]:
            inner = with_box(data[start + 8 : end], path[1:], box)
            return data[:start] + packed(kind, inner) + data[end:]
    return data + packed(path[0], with_box(b"", path[1:], box))


def boxes(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the boxes of one level."""
    at = 0
    while at + 8 <= len(data):
        size = int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], at, at + size
        at += size


def packed(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def with_location(data: bytes) -> bytes:
    """Return a video that says where it was taken, twice, as telephones do."""
    language = struct.pack(">HH", len(PLACE), 0x15C7)
    data = with_box(data, (b"moov", b"udta"), packed(b"\xa9xyz", language + PLACE))
    keys = b"com.apple.quicktime.location.ISO6709"
    entry = packed(b"mdta", keys)
    table = packed(b"keys", struct.pack(">II", 0, 1) + entry)
    value = packed(b"data", struct.pack(">II", 1, 0) + PLACE)
    item = struct.pack(">II", 8 + len(value), 1) + value
    return with_box(data, (b"moov", b"meta"), table + packed(b"ilst", item))


def with_colours(data: bytes, primaries: int, transfer: int, matrix: int) -> bytes:
    """Return an MP4 that names its colours by ITU-T H.273; no decoder reads this place but ours."""
    names = struct.pack(">HHH", primaries, transfer, matrix)
    return with_box(data, (b"udta",), packed(b"colr", b"nclx" + names + b"\0"))
