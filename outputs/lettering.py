"""Letters as coverage masks, sized by their real cap height.

The faces are Barlow Condensed Bold and SemiBold, reduced to their capitals, and Noto Sans SC Bold,
reduced to what the Chinese and Japanese labels say (SIL Open Font License, texts beside the font
files). Barlow is condensed because a label must be tall to be read and should still leave the
picture room.
"""

from __future__ import annotations

import io
import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

OVERSAMPLING = 8  # letters are drawn this much larger and averaged: exact fractional spacing
ABOVE, BELOW = 0.4, 0.15  # of the cap height: room for accents, and for strokes below the line

Mask = NDArray[np.float32]


class Weight(StrEnum):
    """How bold the Latin letters are."""

    BOLD = "bold"
    SEMIBOLD = "semibold"


@dataclass(frozen=True, slots=True)
class Face:
    """A font file and its measures, fractions of the em."""

    file: str
    cap_height: float  # Barlow: sCapHeight of its OS/2 table; Noto: the ink of its lowest character
    drop: float = 0.0  # how far that character's ink reaches below the baseline


LATIN = {
    Weight.BOLD: Face("BarlowCondensed-Bold-capitals.ttf", 0.700),
    Weight.SEMIBOLD: Face("BarlowCondensed-SemiBold-capitals.ttf", 0.700),
}
IDEOGRAPHS = Face("NotoSansSC-Bold-label.otf", 0.911, drop=0.061)  # of the character for "born"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of capitals or of ideographs; accents rise above the cap height."""

    text: str
    cap_height: int  # pixels, whole: the tops and the baseline fall between pixel rows
    tracking: float  # extra space between letters, fraction of the cap height
    weight: Weight = Weight.BOLD

    @property
    def face(self) -> Face:
        """The font that has these letters."""
        return IDEOGRAPHS if self.text[0] > "\u2fff" else LATIN[self.weight]


def width_of(line: Line) -> float:
    """Return the inked width of a line in pixels, from the first to the last letter's ink."""
    left, right = _extent(line)
    return (right - left) / OVERSAMPLING


def justify(line: Line, width: float) -> Line:
    """Return `line` with the tracking that makes it `width` pixels wide."""
    gaps = len(line.text) - 1
    missing = width - width_of(line)
    return replace(line, tracking=line.tracking + missing / (gaps * line.cap_height))


def draw(canvas: Mask, line: Line, *, left: float, top: int) -> None:
    """Draw a line into `canvas`, its ink starting at `left`, its capitals at `top`.

    Args:
        canvas: (H, W) float32 coverage in [0, 1], written in place.
        line: What to draw; it must fit.
        left: Pixels, fractions allowed.
        top: Row of the capitals' upper edge.
    """
    rise, sink = (math.ceil(share * line.cap_height) for share in (ABOVE, BELOW))
    first = int(np.floor(left))
    inked, _ = _extent(line)
    columns = int(np.ceil(left - first + width_of(line))) + 2
    rows = line.cap_height + rise + sink
    image = Image.new("L", (columns * OVERSAMPLING, rows * OVERSAMPLING))
    pen = ImageDraw.Draw(image)
    font, size = _font(line.face, line.cap_height * OVERSAMPLING)
    baseline = (rise + line.cap_height) * OVERSAMPLING - round(line.face.drop * size)
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
    font, _ = _font(line.face, line.cap_height * OVERSAMPLING)
    extra = line.tracking * line.cap_height * OVERSAMPLING
    return [
        font.getlength(line.text[: i + 1]) - font.getlength(line.text[i]) + i * extra
        for i in range(len(line.text))
    ]


def _extent(line: Line) -> tuple[float, float]:
    """Return where the ink starts and ends, oversampled pixels from the first pen position."""
    positions = _positions(line)
    size = line.cap_height * OVERSAMPLING
    first, last = (_ink(line.text[i], line.face, size)[i] for i in (0, -1))
    return positions[0] + first, positions[-1] + last


@lru_cache(maxsize=128)
def _ink(letter: str, face: Face, cap_height: int) -> tuple[int, int]:
    """Return the first and the past-the-last inked column, from the pen position."""
    room = 2 * cap_height
    image = Image.new("L", (2 * room, room))
    font, _ = _font(face, cap_height)
    ImageDraw.Draw(image).text((room, room), letter, font=font, anchor="ls", fill=255)
    columns = np.flatnonzero(np.asarray(image).any(axis=0))
    return int(columns[0]) - room, int(columns[-1]) + 1 - room


@lru_cache(maxsize=64)
def _font(face: Face, cap_height: int) -> tuple[ImageFont.FreeTypeFont, float]:
    """Return the font at a cap height in pixels, and its em in pixels."""
    data = resources.files("outputs").joinpath("assets", face.file).read_bytes()
    size = cap_height / face.cap_height
    how = ImageFont.Layout.BASIC
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=how), size
