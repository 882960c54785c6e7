"""Opens a file of any origin safely, or says in words why not. Nothing is fetched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outputs.encode import Limits, decode_clip
from outputs.errors import MarkMissing, TooLarge, TooManyParts, VerifyError

MAX_BYTES = 64 * 1024 * 1024
MAX_PIXELS = 25_000_000  # telephones make 24.5; each million takes some 10 MB while it is open
MAX_FRAMES = 120  # of a clip that are opened, as far as MAX_PIXELS allow; three are looked at
HEAD = 1024  # bytes in which a drawing made of text shows itself
KINDS = "PNG, JPEG, WebP, AVIF, GIF or MP4"


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a file."""

    number: int  # from 0
    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB or (H, W, 4) sRGB + straight alpha


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file shows: a still has one frame, of a clip some are looked at."""

    frames: tuple[Frame, ...]  # the first, of a clip also a middle and the last one that was opened
    total: int  # frames that were opened
    is_whole: bool  # the file has no more
    xmp: bytes  # empty when there is none


def open_file(data: bytes) -> Opened:
    """Open a file.

    Args:
        data: The file's bytes.

    Raises:
        VerifyError: empty, too large, or nothing that can be opened safely.
    """
    check_size(len(data))
    if not data:
        raise _unreadable("empty_file", "The file is empty.")
    if _is_drawing(data):
        raise _unreadable("drawing_of_text", _DRAWING)
    try:
        clip = decode_clip(data, Limits(MAX_PIXELS, MAX_FRAMES))
    except TooManyParts as error:
        raise _too_many_parts() from error
    except TooLarge as error:
        raise _too_many_pixels() from error
    except MarkMissing as error:
        raise _unreadable("not_a_picture", _DAMAGED) from error
    total = len(clip.frames)
    numbers = sorted({0, total // 2, total - 1})
    frames = tuple(Frame(number, clip.frames[number]) for number in numbers)
    return Opened(frames, total, clip.is_whole, clip.xmp)


def check_size(count: int) -> None:
    """Require that a file of so many bytes may be read.

    Raises:
        VerifyError: it may not.
    """
    if count > MAX_BYTES:
        raise VerifyError(
            "file_too_large",
            f"The file is larger than {MAX_BYTES >> 20} MB.",
            why="Very large files can stop the program that reads them.",
            next_step="Choose a smaller copy: most marks are found in it as well.",
        )


def _is_drawing(data: bytes) -> bool:
    head = data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<svg", b"<?xml", b"<!doctype")) and b"<svg" in data[: 64 * HEAD]


def _unreadable(code: str, what: str) -> VerifyError:
    return VerifyError(
        code,
        what,
        why="Only a picture that opens safely can be examined.",
        next_step=f"Choose the picture file itself: {KINDS}.",
    )


def _too_many_parts() -> VerifyError:
    return VerifyError(
        "too_many_parts",
        "The file is made of more parts than any program writes.",
        why="Such files can keep the program that reads them busy for hours.",
        next_step="Save the picture anew with another program, and choose that file.",
    )


def _too_many_pixels() -> VerifyError:
    return VerifyError(
        "picture_too_large",
        f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels.",
        why="A small file can hold a picture so large that opening it stops the studio.",
        next_step=(
            "Choose a smaller copy: the visible label is found in it, "
            "though saving again removes the signed note."
        ),
    )


_DAMAGED = "This is no picture that opens here, or it is damaged."
_DRAWING = (
    "This is an SVG: a text that a browser draws, and that may hold a program. "
    "It is no picture of pixels, and nothing of it was run."
)
