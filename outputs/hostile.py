"""What makes decoders slow or large, refused before one of them looks.

Decoders trust what a small file says of itself: the index of a video may claim millions of frames
in a few bytes, and a comment in an animation may come in millions of blocks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from outputs.errors import TooLarge

MOST_SAMPLES = 100_000  # frames or pieces of sound that one track of a video may claim: an hour
MOST_TRACKS = 8
DEEPEST = 8  # boxes within boxes
PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
SIZES = (b"stsz", b"stz2")  # tables of sizes, whose number ffmpeg believes
MOST_BLOCKS = 50_000  # of the extensions of a GIF, at most 255 bytes each

Box = tuple[bytes, int, int]  # kind, and where its content begins and ends


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


def require_small_index(data: bytes) -> None:
    """Require that a video's index claims no more than a video that somebody would check.

    Raises:
        TooLarge: too many samples or tracks, or an index in pieces (fragments).
    """
    tracks = 0
    for kind, start, stop in _tree(data, 0, len(data), DEEPEST):
        tracks += kind == b"trak"
        if kind == b"moof" or tracks > MOST_TRACKS:
            raise TooLarge("picture", "the video is in too many pieces")
        if kind in SIZES and stop - start >= 12:
            (samples,) = struct.unpack_from(">I", data, start + 8)
            if samples > MOST_SAMPLES:
                raise TooLarge("picture", f"the video claims {samples} samples")


def require_few_blocks(data: bytes, start: int) -> None:
    """Require that the extensions of a GIF come in no more blocks than a packet or a comment needs.

    Args:
        data: The file.
        start: Where its first extension or picture begins.

    Raises:
        TooLarge: more blocks.
    """
    at, blocks = start, 0
    while at + 2 <= len(data) and data[at] in b"\x21\x2c":
        extension = data[at] == 0x21
        at = at + 2 if extension else _after_picture_head(data, at)
        while at < len(data) and data[at]:
            at += data[at] + 1
            blocks += extension
            if blocks > MOST_BLOCKS:
                raise TooLarge("picture", f"it has more than {MOST_BLOCKS} blocks beside pictures")
        at += 1


def _after_picture_head(data: bytes, at: int) -> int:
    """Return where the blocks of a picture begin: after its size, palette and code length."""
    flags = data[at + 9] if at + 9 < len(data) else 0
    return at + 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)


def _tree(data: bytes, start: int, end: int, deep: int) -> Iterator[Box]:
    for kind, first, stop in boxes(data, start, end):
        yield kind, first, stop
        if kind in PARENTS and deep:
            yield from _tree(data, first, stop, deep - 1)
