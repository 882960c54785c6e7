"""Frames to animated WebP and GIF with their XMP packet."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from outputs.stills import WEBP_METHOD, WEBP_QUALITY, quality

OPAQUE = 128  # alpha of 255 from which a pixel shows in a GIF, which has but one bit for it
PALETTE = 256  # colours of a frame
FEW = 2048  # colours of a frame up to which a palette holds nearly all
SAMPLE = 96  # pixels along the shorter side that a palette is chosen from
# XMP specification part 3, section 1.1.2: after the packet come bytes that lead any reader which
# takes the packet's characters for the lengths of blocks to the end.
GIF_XMP = b"\x21\xff\x0bXMP DataXMP"
GIF_TRAILER = bytes((1, *range(255, -1, -1), 0))
GIF_LOOP = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"  # for ever
GIF_HEADERS = (b"GIF87a", b"GIF89a")

Pixels = NDArray[np.uint8]


def write_webp_clip(frames: Sequence[Pixels], seconds: float, xmp: bytes) -> bytes:
    """Return an animated WebP that plays for ever; alpha is kept without loss."""
    images = [Image.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=_durations(len(frames), seconds, unit=0.001),
        loop=0,
        quality=quality(frames[0], WEBP_QUALITY),
        method=WEBP_METHOD,
        xmp=xmp,
    )
    return buffer.getvalue()


def write_gif(frames: Sequence[Pixels], seconds: float, xmp: bytes) -> bytes:
    """Return a GIF that plays for ever.

    Every frame is whole and has a palette of its own. Where it has many colours their errors are
    spread over neighbouring pixels (Floyd and Steinberg): the watermark lies in differences that
    are finer than a palette's steps, and on average over some pixels they stay.
    """
    height, width = frames[0].shape[:2]
    screen = struct.pack("<HHBBB", width, height, 0x70, 0, 0)  # no palette of the whole
    parts = [b"GIF89a", screen, GIF_LOOP, GIF_XMP, xmp, GIF_TRAILER]
    for frame, ticks in zip(frames, _durations(len(frames), seconds, unit=0.01), strict=True):
        parts += _gif_frame(frame, ticks)
    return b"".join((*parts, b";"))


def gif_packet(data: bytes) -> bytes:
    """Return the XMP packet of a GIF, or nothing."""
    if data[:6] not in GIF_HEADERS or len(data) < 13:
        return b""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    while data[at : at + 1] == b"\x21":  # extensions; the first picture ends the search
        end = _end_of_blocks(data, at + 2)
        if data.startswith(GIF_XMP, at):
            return data[at + len(GIF_XMP) : end].removesuffix(GIF_TRAILER)
        at = end
    return b""


def _gif_frame(frame: Pixels, ticks: int) -> list[bytes]:
    """Return one frame's blocks: its duration, its palette and its colours."""
    options: dict[str, Any] = {
        "include_color_table": True,
        "duration": ticks * 10,  # in milliseconds, as Pillow wants it
        "disposal": 1,  # leave it: the next frame covers it
    }
    hidden = frame[..., 3] < OPAQUE if frame.shape[2] == 4 else None
    colours = PALETTE if hidden is None else PALETTE - 1
    image = Image.fromarray(np.ascontiguousarray(frame[..., :3]))
    indexed = _indexed(image, colours)
    if hidden is not None:
        table = (indexed.getpalette() or [])[: 3 * colours]
        indices = np.where(hidden, np.uint8(colours), np.asarray(indexed))
        indexed = Image.fromarray(indices)
        indexed.putpalette(table + [0] * (3 * PALETTE - len(table)))
        options |= {"transparency": colours, "disposal": 2}  # clear it before the next
    return GifImagePlugin.getdata(indexed, **options)


def _indexed(image: Image.Image, colours: int) -> Image.Image:
    """Return a picture with a palette in which the watermark stays.

    Flat art has few colours: each pixel gets the nearest one, mostly its own. Elsewhere the error
    is spread, at a palette that median cut and one round of k-means choose; the faster octree
    joins what differs by as little as the watermark does.
    """
    if image.getcolors(FEW) is not None:
        return image.quantize(colours, Image.Quantize.MEDIANCUT)
    sample = image.resize(_sampled(image.size), Image.Resampling.NEAREST)
    palette = sample.quantize(colours, Image.Quantize.MEDIANCUT, kmeans=1)
    return image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _sampled(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size at which a palette is chosen: a pixel of every few will do."""
    step = max(1, min(size) // SAMPLE)
    return (max(1, size[0] // step), max(1, size[1] // step))


def _end_of_blocks(data: bytes, at: int) -> int:
    """Return where a chain of blocks ends, each led by its length; the last has none."""
    while at < len(data) and data[at]:
        at += data[at] + 1
    return at + 1


def _durations(count: int, seconds: float, *, unit: float) -> list[int]:
    """Return each frame's time in units, so that what is rounded off does not add up."""
    ends = accumulate([seconds / unit] * count, initial=0.0)
    return [max(1, round(end) - round(start)) for start, end in pairwise(ends)]
