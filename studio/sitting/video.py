"""Frames of a video of oneself: decoded apart, in memory, in the right colours, within limits."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.errors import QualityRefused
from studio.sitting import decoding

MAX_VIDEO_BYTES = 80 * 1024 * 1024  # a minute of a phone's 1080p
MAX_SECONDS = 60.0  # of the video are looked at; what follows is not
SAMPLES_PER_SECOND = 3.0  # faces move slowly, and each frame that is looked at costs 15 ms
MAX_SIDE = 1920  # pixels: a frame's longer side; larger ones are reduced
DECODING_SECONDS = 40.0  # after that, what has come is what there is

_EBML = b"\x1a\x45\xdf\xa3"  # WebM and Matroska
_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"wide", b"free", b"skip"})  # MP4 and MOV
_STILL_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"miaf", b"avif", b"avis", b"msf1"}
)
# Coefficients of red and blue in luma, by ITU-T H.273 matrix_coefficients.
_LUMA_SHARES = {1: (0.2126, 0.0722), 5: (0.299, 0.114), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
_DECODED_AS = 6  # OpenCV turns every video into RGB by the coefficients of BT.601
_HD_LINES = 720  # from here on an unlabelled video is BT.709, as players take it
_PQ, _WIDE_PRIMARIES = 16, 9  # ITU-T H.273 transfer_characteristics, colour_primaries
# Linear BT.2020 to BT.709 (ITU-R BT.2407, annex 1)
_FROM_WIDE = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
_DISPLAY_GAMMA = 2.2  # HLG is made to be shown on an ordinary screen of wide colours
WHY = "Only a clear video of you alone can be matched to you."


@dataclass(frozen=True, slots=True)
class Colours:
    """How a video's numbers are meant (ITU-T H.273); 2 = not said."""

    primaries: int = 2
    transfer: int = 2
    matrix: int = 2


def is_video(data: bytes) -> bool:
    """Tell a video (MP4, MOV, WebM) from a picture by its first bytes, whatever its name."""
    if data.startswith(_EBML):
        return True
    # A first byte that is not zero would be a first box of 16 MB: no camera writes that, and text
    # formats that point to other files cannot pass for one.
    if data[:1] != b"\0" or data[4:8] not in _FIRST_BOXES:
        return False
    return data[4:8] != b"ftyp" or data[8:12] not in _STILL_BRANDS


def frames(data: bytes) -> Generator[NDArray[np.uint8]]:
    """Yield (H, W, 3) uint8 sRGB, upright, three times a second of the first minute.

    Raises:
        QualityRefused: `video_too_large`, `hdr`, or `video_unreadable` when nothing came.
    """
    if len(data) > MAX_VIDEO_BYTES:
        raise _refusal(
            "video_too_large",
            f"This video is larger than {MAX_VIDEO_BYTES >> 20} MB.",
            "Record half a minute, or choose a smaller copy of it.",
        )
    colours = colours_of(data)
    if colours.transfer == _PQ:
        raise _refusal(
            "hdr",
            "This video has colours for HDR screens only.",
            "Switch HDR off in your camera and record it again.",
        )
    found = False
    with _decoder(data) as stream:
        while (frame := _next_frame(stream)) is not None:
            found = True
            yield corrected(frame, colours)
    if not found:
        raise _refusal(
            "video_unreadable",
            "This video is damaged, or of a kind that the studio cannot read.",
            "Choose an MP4, MOV or WebM video, just as your camera recorded it.",
        )


def colours_of(data: bytes) -> Colours:
    """Read the colour box of an MP4 or MOV (ISO/IEC 14496-12, 12.1.5; QuickTime `nclc`)."""
    for kind in (b"colrnclx", b"colrnclc"):
        at = data.find(kind)
        if at >= 0 and len(data) >= at + 14:
            return Colours(*struct.unpack(">HHH", data[at + 8 : at + 14]))
    return Colours()


def corrected(frame: NDArray[np.uint8], colours: Colours) -> NDArray[np.uint8]:
    """Return an (H, W, 3) uint8 frame that OpenCV decoded, in sRGB."""
    unlabelled = 1 if min(frame.shape[:2]) >= _HD_LINES else _DECODED_AS
    matrix = colours.matrix if colours.matrix in _LUMA_SHARES else unlabelled
    if _LUMA_SHARES[matrix] != _LUMA_SHARES[_DECODED_AS]:
        change = _rgb_from_ycc(matrix) @ np.linalg.inv(_rgb_from_ycc(_DECODED_AS))
        frame = np.asarray(cv2.transform(frame, change), np.uint8)
    if colours.primaries == _WIDE_PRIMARIES:
        light = np.power(frame.astype(np.float32) / 255, _DISPLAY_GAMMA)
        narrow = np.clip(cv2.transform(light, _FROM_WIDE), 0.0, 1.0)
        frame = np.rint(np.power(narrow, 1 / _DISPLAY_GAMMA) * 255).astype(np.uint8)
    return frame


def _rgb_from_ycc(matrix: int) -> NDArray[np.float64]:
    red, blue = _LUMA_SHARES[matrix]
    green = 1 - red - blue
    return np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    )


@contextmanager
def _decoder(data: bytes) -> Iterator[subprocess.Popen[bytes]]:
    """Run the decoder on a file's bytes; it ends with the block, or when its time is over."""
    limits = (str(SAMPLES_PER_SECOND), str(MAX_SECONDS), str(MAX_SIDE))
    script = str(Path(decoding.__file__))
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and script; the file is its input
        [sys.executable, "-I", script, *limits],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    clock = threading.Timer(DECODING_SECONDS, process.kill)
    with process:
        try:
            clock.start()
            if process.stdin is not None:
                with suppress(BrokenPipeError), process.stdin as stdin:
                    stdin.write(data)
            yield process
        finally:
            clock.cancel()
            process.kill()


def _next_frame(process: subprocess.Popen[bytes]) -> NDArray[np.uint8] | None:
    if process.stdout is None:
        return None
    header = process.stdout.read(decoding.HEADER.size)
    if len(header) < decoding.HEADER.size:
        return None
    _, height, width = decoding.HEADER.unpack(header)
    pixels = process.stdout.read(height * width * 3)
    if len(pixels) < height * width * 3:
        return None
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)


def _refusal(code: str, what: str, next_step: str) -> QualityRefused:
    return QualityRefused(code, what, why=WHY, next_step=next_step)
