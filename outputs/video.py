"""Frames to MP4 with their XMP packet, and safely back again.

H.264 with half-size colour, as every browser and messenger plays it; no sound.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain
from uuid import UUID

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from numpy.typing import NDArray

from outputs.errors import MarkMissing, TooLarge
from outputs.parts import boxes
from outputs.stills import opaque, quality

QUALITY = (20, 14)  # x264's crf, 0 without loss to 51: of large pictures and of small ones
PRESET = "veryfast"
TUNE = "grain"  # without it the watermark's grain follows what moves below it, and 8 bits of 32 go
TICKS = 90_000  # a second's: every usual frame rate divides it
XMP_BOX = UUID("BE7ACFCB-97A9-42E8-9C71-999491E3AFAC").bytes  # XMP specification part 3, 1.2.7
CODECS = ("h264", "hevc", "av1", "vp9", "mpeg4")  # that are decoded; others are not tried
DEMUXER = "mp4"  # and MOV; it opens no other file, whatever this one refers to
STILL_BRANDS = (b"avif", b"avis", b"mif1", b"msf1", b"heic", b"heix", b"hevc")

Pixels = NDArray[np.uint8]


def is_video(data: bytes) -> bool:
    """Tell whether the bytes begin like an MP4 or MOV file, and not like an AVIF or HEIC."""
    return data[4:8] == b"ftyp" and data[8:12] not in STILL_BRANDS


def write_mp4(frames: Sequence[Pixels], seconds: float, xmp: bytes) -> bytes:
    """Return an MP4; its index lies before the pictures, so that it plays while it loads.

    Raises:
        MarkMissing: width or height is odd.
    """
    height, width = frames[0].shape[:2]
    if height % 2 or width % 2:
        raise MarkMissing("picture", f"{width} x {height} is odd, and video has half-size colour")
    buffer = io.BytesIO()
    room = {"moov_size": str(4096 + 64 * len(frames))}  # what the index takes, and some
    tick = Fraction(1, TICKS)
    each = max(1, round(seconds * TICKS))
    with av.open(buffer, "w", format="mp4", container_options=room) as container:
        stream = container.add_stream("libx264", rate=Fraction(TICKS, each))
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = tick
        stream.options = {"crf": str(quality(frames[0], QUALITY)), "preset": PRESET, "tune": TUNE}
        context = stream.codec_context
        context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
        context.color_trc, context.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
        for number, frame in enumerate(frames):
            picture = _to_yuv(frame)
            picture.pts, picture.time_base, picture.duration = number * each, tick, each
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return buffer.getvalue() + struct.pack(">I4s", 24 + len(xmp), b"uuid") + XMP_BOX + xmp


def read_video(data: bytes, *, max_pixels: int) -> Iterator[tuple[Pixels, float]]:
    """Yield each frame, (H, W, 3) uint8 sRGB, and the seconds that it is shown.

    Args:
        data: An MP4 or MOV file.
        max_pixels: A larger frame is not decoded.

    Raises:
        MarkMissing: no picture, or damaged.
        TooLarge: more pixels than that.
    """
    try:
        with av.open(io.BytesIO(data), "r", format=DEMUXER) as container:
            stream = next(iter(container.streams.video), None)
            context = stream.codec_context if stream else None  # none where nothing decodes it
            if stream is None or context is None or context.name not in CODECS:
                raise MarkMissing("picture", "the file holds no picture that can be decoded")
            if stream.width * stream.height > max_pixels:
                raise TooLarge("picture", f"{stream.width} x {stream.height} is too large")
            context.options = {"max_pixels": str(max_pixels)}
            usual = float(1 / stream.average_rate) if stream.average_rate else 0.0
            shown = container.decode(stream)
            first = next(shown, None)
            if first is None:
                raise MarkMissing("picture", "the file holds no picture")
            for frame in chain((first,), shown):
                pixels = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                tick = frame.time_base or Fraction(0)
                yield pixels, float(frame.duration * tick) or usual
    except (av.FFmpegError, ValueError, OverflowError) as error:
        raise MarkMissing("picture", "the bytes cannot be decoded") from error


def mp4_packet(data: bytes) -> bytes:
    """Return the XMP packet of an MP4, or nothing."""
    for kind, start, stop in boxes(data, 0, len(data)):
        if kind == b"uuid" and data[start : start + 16] == XMP_BOX:
            return data[start + 16 : stop]
    return b""


def _to_yuv(frame: Pixels) -> av.VideoFrame:
    """Return a frame in BT.709, as the stream says of itself."""
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(opaque(frame)), format="rgb24")
    return picture.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
        dst_color_trc=ColorTrc.BT709,
        dst_color_primaries=ColorPrimaries.BT709,
    )
