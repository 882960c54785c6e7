"""Decodes a video in a process of its own, which holds nothing and may be ended at any time.

Started by `studio.sitting.video` as a script: the file comes in on stdin and never touches a disk,
sampled frames go out on stdout, each a header (`HEADER`) and its RGB bytes. Whatever a hostile file
does to the decoder happens here, under limits on memory, time and files, and not in the studio.
"""

from __future__ import annotations

import io
import mmap
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, cast

import cv2
import numpy as np
from numpy.typing import NDArray

HEADER = struct.Struct("<dHH")  # seconds from the start, height, width
MEMORY = 2 << 30  # bytes of address space for one video; the frames of 4K HEVC take some 0.5 GB
CPU_SECONDS = 60
MAX_PIXELS = 4096 * 2304  # a decoded frame; what phones call 4K has fewer
MAX_FRAMES_PER_SECOND = 240  # of slow motion; what claims more has wrong times
PATIENCE_MS = 5000.0  # for FFmpeg to find its way through the container
NO_VIDEO = 3  # exit status


def fence() -> None:
    """Give up what decoding does not need, where the system can take it away."""
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - absent on Windows, where the parent's clock must do

        for limit, most in (
            (resource.RLIMIT_CORE, 0),  # frames must not lie about in a core dump
            (resource.RLIMIT_FSIZE, 0),
            (resource.RLIMIT_CPU, CPU_SECONDS),
            (resource.RLIMIT_AS, _address_space() + MEMORY),
        ):
            resource.setrlimit(limit, (most, most))


def _address_space() -> int:
    """Return the bytes that are mapped already: libraries reserve more the more cores there are."""
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    return 0


def sampled(
    data: bytes, *, rate: float, seconds: float
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield (seconds, (H, W, 3) uint8 BGR) at most `rate` times a second, upright."""
    options = [
        cv2.CAP_PROP_N_THREADS,
        1,
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(PATIENCE_MS),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(PATIENCE_MS),
    ]
    source = cast("cv2.IStreamReader", io.BytesIO(data))  # any binary stream will do
    video = cv2.VideoCapture(source, cv2.CAP_FFMPEG, options)
    try:
        shape = video.get(cv2.CAP_PROP_FRAME_HEIGHT), video.get(cv2.CAP_PROP_FRAME_WIDTH)
        if not 0 < shape[0] * shape[1] <= MAX_PIXELS:
            return
        due = 0.0
        for _ in range(int(seconds * MAX_FRAMES_PER_SECOND)):
            if not video.grab():
                return
            at = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if not at <= seconds:
                return
            if at < due:
                continue
            due = at + 1 / rate
            whole, frame = video.retrieve()
            if not whole or frame is None or frame.shape[0] * frame.shape[1] > MAX_PIXELS:
                return  # a size that changes on the way is nothing that a camera does
            yield at, np.asarray(frame, np.uint8)
    finally:
        video.release()


def shrunk(frame: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Return the frame with its longer side at most `side` pixels."""
    height, width = frame.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return frame
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def main(rate: float, seconds: float, side: int, sink: BinaryIO, source: BinaryIO) -> int:
    """Decode `source` to `sink`; return the exit status."""
    fence()
    cv2.setNumThreads(1)
    found = False
    for at, frame in sampled(source.read(), rate=rate, seconds=seconds):
        small = cv2.cvtColor(shrunk(frame, side), cv2.COLOR_BGR2RGB)
        sink.write(HEADER.pack(at, *small.shape[:2]))
        sink.write(small.tobytes())
        sink.flush()
        found = True
    return 0 if found else NO_VIDEO


if __name__ == "__main__":
    rate_, seconds_, side_ = sys.argv[1:4]
    status = main(float(rate_), float(seconds_), int(side_), sys.stdout.buffer, sys.stdin.buffer)
    sys.exit(status)
