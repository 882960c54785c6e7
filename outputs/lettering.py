"""Letters as coverage masks, sized by their real cap height.

The face is Barlow Condensed Bold (SIL Open Font License, text beside the font file), reduced to its
capitals. It is condensed because a label must be tall to be read and should still leave the picture
room.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONT = "BarlowCondensed-Bold-capitals.ttf"
CAP_HEIGHT = 700 / 1000  # of the em: the font's OS/2 table, sCapHeight over unitsPerEm
OVERSAMPLING = 8  # letters are drawn this much larger and averaged: exact fractional spacing

Mask = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of capitals."""

    text: str
    cap_height: int  # pixels, whole: the tops and the baseline fall between pixel rows
    tracking: float  # extra space between letters, fraction of the cap height


def width_of(line: Line) -> float:
    """Return the inked width of a line in pixels, from the first to the last letter's ink."""
    left, right = _extent(line)
    return (right - left) / OVERSAMPLING


def justify(line: Line, width: float) -> Line:
    """Return `line` with the tracking that makes it `width` pixels wide."""
    gaps = len(line.text) - 1
    missing = width - width_of(line)
    return Line(line.text, line.cap_height, line.tracking + missing / (gaps * line.cap_height))


def draw(canvas: Mask, line: Line, *, left: float, top: int) -> None:
    """Draw a line into `canvas`, its ink starting at `left`, its capitals at `top`.

    Args:
        canvas: (H, W) float32 coverage in [0, 1], written in place.
        line: What to draw; it must fit.
        left: Pixels, fractions allowed.
        top: Row of the capitals' upper edge.
    """
    rise = max(1, line.cap_height // 8)  # room for the overshoot of round letters
    first = int(np.floor(left))
    inked, _ = _extent(line)
    columns = int(np.ceil(left - first + width_of(line))) + 2
    rows = line.cap_height + 2 * rise
    image = Image.new("L", (columns * OVERSAMPLING, rows * OVERSAMPLING))
    pen = ImageDraw.Draw(image)
    font = _font(line.cap_height * OVERSAMPLING)
    baseline = (rise + line.cap_height) * OVERSAMPLING
    start = (left - first) * OVERSAMPLING - inked
    for letter, x in zip(line.text, _positions(line), strict=True):
        pen.text((start + x, baseline), letter, font=font, anchor="ls", fill=255)
    fine = np.asarray(image, np.float32) / 255
    coarse = fine.reshape(rows, OVERSAMPLING, columns, OVERSAMPLING).mean(axis=(1, 3))
    height, width = canvas.shape
    upper = top - rise
    part = coarse[max(0, -upper) : height - upper, : width - first]
    target = canvas[max(0, upper) : max(0, upper) + part.shape[0], first : first + part.shape[1]]
    np.maximum(target, part, out=target)


def _positions(line: Line) -> list[float]:
    """Pen positions in oversampled pixels, kerned by the font and tracked by us."""
    font = _font(line.cap_height * OVERSAMPLING)
    extra = line.tracking * line.cap_height * OVERSAMPLING
    return [
        font.getlength(line.text[: i + 1]) - font.getlength(line.text[i]) + i * extra
        for i in range(len(line.text))
    ]


def _extent(line: Line) -> tuple[float, float]:
    """Return where the ink starts and ends, oversampled pixels from the first pen position."""
    positions = _positions(line)
    size = line.cap_height * OVERSAMPLING
    return positions[0] + _ink(line.text[0], size)[0], positions[-1] + _ink(line.text[-1], size)[1]


@lru_cache(maxsize=64)
def _ink(letter: str, cap_height: int) -> tuple[int, int]:
    """Return the first and the past-the-last inked column, from the pen position."""
    room = 2 * cap_height
    image = Image.new("L", (2 * room, room))
    ImageDraw.Draw(image).text((room, room), letter, font=_font(cap_height), anchor="ls", fill=255)
    columns = np.flatnonzero(np.asarray(image).any(axis=0))
    return int(columns[0]) - room, int(columns[-1]) + 1 - room


@lru_cache(maxsize=32)
def _font(cap_height: int) -> ImageFont.FreeTypeFont:
    """Return the font at a cap height in pixels."""
    data = resources.files("outputs").joinpath("assets", FONT).read_bytes()
    size = cap_height / CAP_HEIGHT
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)
