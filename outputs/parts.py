"""Counts the parts of a file before any decoder does.

Decoders trust what a small file says of itself. Some take the square of the number of its chunks,
boxes, comments or assertions; ffmpeg makes room for every picture that an index speaks of. Nothing
here decodes: 20 MB are walked in milliseconds, and an hour of somebody's processor is refused.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator

from outputs.errors import TooManyParts

MOST_PARTS = 4_000  # chunks, boxes, segments; files of programs and cameras have dozens
MOST_SAMPLES = 100_000  # pictures or pieces of sound of which a video's index may speak
MOST_BLOCKS = 200_000  # of a GIF's pictures, at most 255 bytes each
MOST_BESIDE = 1024 * 1024  # bytes of a GIF beside its pictures
MOST_SCANS = 100  # of a JPEG; programs write about ten, and each is read over the whole picture
EXIF_SEGMENT = re.compile(rb"\xff\xe1..Exif\0\0", re.DOTALL)
MOST_JUMBF = 400  # boxes of a C2PA manifest; ours has about 20
JUMBF = b"jumb"
BMFF = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")  # how MP4, MOV, AVIF, HEIC begin
# Boxes that hold boxes; ffmpeg looks into more of them than the standard says.
HOLDING = frozenset(
    b"moov trak mdia minf stbl moof traf mvex edts dinf udta iprp ipco meta mfra tref treg schi "
    b"sinf wave".split()
)
# Indexes, and how far behind their name their number stands.
INDEXES = {b"stsz": 8, b"stz2": 8, b"trun": 4}
PACKED_INDEX = b"cmov"

Box = tuple[bytes, int, int]  # kind, and where its content begins and ends


def require_few_parts(data: bytes) -> None:
    """Require that no decoder will be kept busy by how a file is made.

    Args:
        data: A file of any origin and kind; what is no picture passes.

    Raises:
        TooManyParts: it has more parts than any program or camera writes.
    """
    if data.count(JUMBF) > MOST_JUMBF:
        raise TooManyParts("picture", "its signed note has too many parts")
    walk = _walk_of(data)
    if walk is not None:
        walk(data)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes of an MP4 between two places, until one makes no sense."""
    at = start
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1 and at + 16 <= end:
            length, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        stop = end if length == 0 else min(end, at + length)
        if stop < at + head:
            return
        yield kind, at + head, stop
        at = stop


def _walk_of(data: bytes) -> Callable[[bytes], None] | None:
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return lambda data: _few(_png(data))
    if data[:4] == b"RIFF":
        return lambda data: _few(_riff(data))
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return _walk_gif
    if data[:2] == b"\xff\xd8":
        return _walk_jpeg
    return _walk_bmff if data[4:8] in BMFF else None


def _few(parts: Iterator[int]) -> None:
    for number, _ in enumerate(parts):
        if number >= MOST_PARTS:
            raise _too_many()


def _png(data: bytes) -> Iterator[int]:
    at = 8
    while at + 8 <= len(data):
        yield at
        at += 12 + int(struct.unpack_from(">I", data, at)[0])


def _riff(data: bytes) -> Iterator[int]:
    at = 12
    while at + 8 <= len(data):
        yield at
        length = int(struct.unpack_from("<I", data, at + 4)[0])
        at += 8 + length + (length & 1)


def _walk_jpeg(data: bytes) -> None:
    # Inside a picture FF is followed by 00 or by D0 to D7, so that this counts scans wherever they
    # are: decoders pass over what stands between, and a walk could be led astray.
    if data.count(b"\xff\xda") > MOST_SCANS:
        raise _too_many()
    _few(_jpeg(data))
    *_, last = (0, *_jpeg(data))
    is_header = data[last + 1 : last + 2] == b"\xda"  # else the walk lost its way in junk
    header = data[:last] if is_header else data
    if len(EXIF_SEGMENT.findall(header)) > 1:  # decoders join them, and copy them for every tag
        raise TooManyParts("picture", "it has EXIF data more than once")


def _jpeg(data: bytes) -> Iterator[int]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        yield at
        kind = data[at + 1]
        if kind == 0xDA:  # the picture itself
            return
        if kind == 0xFF:
            at += 1
        elif kind == 0x01 or 0xD0 <= kind <= 0xD8:
            at += 2
        else:
            at += 2 + max(2, int(struct.unpack_from(">H", data, at + 2)[0]))


def _walk_gif(data: bytes) -> None:
    """Walk as Pillow does: it passes over what is neither a picture nor an extension."""
    at = 13 + (3 << (data[10] & 7) + 1 if len(data) > 10 and data[10] & 0x80 else 0)
    parts = blocks = beside = 0
    while at < len(data) and data[at] != 0x3B:
        start, kind = at, data[at]
        at, own = _after_gif_part(data, at)
        parts += 1 if kind == 0x2C else 1 + own
        blocks += own if kind == 0x2C else 0
        beside += 0 if kind == 0x2C else at - start
        if parts > MOST_PARTS or blocks > MOST_BLOCKS or beside > MOST_BESIDE:
            raise _too_many()


def _after_gif_part(data: bytes, at: int) -> tuple[int, int]:
    """Return where a picture, an extension or a stray byte ends, and how many blocks it has."""
    kind = data[at]
    if kind not in b"\x21\x2c":
        return at + 1, 0
    if kind == 0x21:
        at += 2
    else:
        flags = data[at + 9] if at + 9 < len(data) else 0
        at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
    blocks = 0
    while at < len(data) and data[at]:
        at += data[at] + 1
        blocks += 1
        if blocks > MOST_BLOCKS:
            raise _too_many()
    return at + 1, blocks


def _walk_bmff(data: bytes) -> None:
    seen, searched = 0, 0
    for number, (kind, _, stop) in enumerate(boxes(data, 0, len(data))):
        if number >= MOST_PARTS:
            raise _too_many()
        if kind != b"mdat":
            _require_short_indexes(data, searched, stop)
        searched = stop
    _require_short_indexes(data, searched, len(data))
    waiting = [(0, len(data))]
    while waiting:
        for kind, start, stop in boxes(data, *waiting.pop()):
            seen += 1
            if seen > MOST_PARTS:
                raise _too_many()
            if kind in HOLDING:
                waiting.append((start + (4 if kind == b"meta" else 0), stop))


def _require_short_indexes(data: bytes, start: int, end: int) -> None:
    """Look for indexes anywhere: ffmpeg opens boxes that by the standard hold none."""
    if data.find(PACKED_INDEX, start, end) >= 0:
        raise TooManyParts("picture", "the video's index is packed")
    for kind, behind in INDEXES.items():
        at = data.find(kind, start, end)
        while at >= 0:
            at += 4
            if at + behind + 4 <= end:
                (samples,) = struct.unpack_from(">I", data, at + behind)
                if samples > MOST_SAMPLES:
                    raise TooManyParts(
                        "picture", f"the index of the video speaks of {samples} parts"
                    )
            at = data.find(kind, at, end)


def _too_many() -> TooManyParts:
    return TooManyParts("picture", "it has more parts than any program writes")
