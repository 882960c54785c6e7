"""The label as a designed object: its shapes at any size, before it is placed on a picture.

Sizes are fractions of the picture's short side, rounded up to whole pixels so that the minimums
hold and the capitals' edges fall between pixel rows. Sources: GB 45438-2025 (text height at least
5 % of the shortest side), the EU code of practice under Art. 50 of the AI Act (a label that is
perceived at first sight), docs/adr/0003-marks.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np

from outputs.lettering import Line, Mask, draw, justify, width_of

AI_CAP = 0.05  # fraction of the short side
WORD_CAP = 0.03  # fraction of the short side
MARGIN = 0.02  # fraction of the short side, from the picture's edges
LOW_SHORT_SIDE = 384  # pixels: below, the second line would be too small to read
LOW_CAP = 14  # pixels
CHIN_HEIGHTS = (0.078, 0.074, 0.070, 0.066)  # of the short side, the roomiest that fits is taken
OPACITY = 0.92  # of the pill: white letters on it reach 18:1 over a white picture
RIM = 0.16  # opacity of the light rim that holds the pill's edge on dark pictures


class Kind(StrEnum):
    """Where a copy of the label sits."""

    CORNER = "corner"
    CHIN = "chin"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Words:
    """What the label says in one language."""

    ai: str
    generated: str
    synthetic: str


WORDS: Mapping[str, Words] = {"en": Words("AI", "GENERATED", "SYNTHETIC SUBJECT")}


@dataclass(frozen=True, slots=True)
class Design:
    """One copy of the label at one size."""

    kind: Kind
    short_side: int  # of the picture, pixels
    synthetic: bool = False
    locale: str = "en"
    height: int = 0  # pixels; only the copy on the chin varies


@dataclass(frozen=True, slots=True)
class Art:
    """Coverage masks of one copy, (H, W) float32 in [0, 1]."""

    pill: Mask
    rim: Mask
    text: Mask
    ai_cap: int  # pixels
    word_cap: int  # pixels; 0 when the copy has one line with AI alone
    ai_stem: tuple[int, int]  # columns of the letter I: where the cap height is measured


@lru_cache(maxsize=64)
def art(design: Design) -> Art:
    """Draw one copy of the label.

    Raises:
        KeyError: the locale has no words.
    """
    match design.kind:
        case Kind.CORNER:
            return _corner(design)
        case Kind.CHIN:
            return _chin(design)
        case Kind.SMALL:
            return _small(design)


def margin(short_side: int) -> int:
    """Return the distance from the picture's edges in pixels."""
    return max(2, round(MARGIN * short_side))


def small_cap(short_side: int) -> int:
    """Return the cap height of the label on pictures below LOW_SHORT_SIDE, pixels."""
    return max(LOW_CAP, math.ceil(AI_CAP * short_side))


def _corner(design: Design) -> Art:
    side, words = design.short_side, WORDS[design.locale]
    ai = Line(words.ai, math.ceil(AI_CAP * side), 0.05)
    word = Line(words.generated, math.ceil(WORD_CAP * side), 0.075)
    block = width_of(word)
    rows = [ai, word]
    if design.synthetic:
        third = Line(words.synthetic, math.ceil(0.0165 * side), 0.1)
        rows.append(justify(third, block))
    pad, gap = round(0.021 * side), round(0.0145 * side)
    height = 2 * pad + sum(row.cap_height for row in rows) + gap * (len(rows) - 1)
    width = math.ceil(block) + 2 * round(0.024 * side)
    text = np.zeros((height, width), np.float32)
    top = pad
    for row in rows:
        draw(text, row, left=(width - width_of(row)) / 2, top=top)
        top += row.cap_height + gap
    return _finish(text, 0.026 * side, ai, (width - width_of(ai)) / 2, word.cap_height)


def _chin(design: Design) -> Art:
    side, words = design.short_side, WORDS[design.locale]
    ai = Line(words.ai, math.ceil(AI_CAP * side), 0.05)
    word = Line(words.generated, math.ceil(WORD_CAP * side), 0.075)
    between, pad = 0.0195 * side, 0.025 * side
    width = math.ceil(width_of(ai) + between + width_of(word) + 2 * pad)
    text = np.zeros((design.height, width), np.float32)
    top = (design.height - ai.cap_height) // 2
    draw(text, ai, left=pad, top=top)
    lower = top + ai.cap_height - word.cap_height
    draw(text, word, left=pad + width_of(ai) + between, top=lower)
    return _finish(text, design.height / 2, ai, pad, word.cap_height)


def _small(design: Design) -> Art:
    ai = Line(WORDS[design.locale].ai, small_cap(design.short_side), 0.05)
    pad = max(4, round(0.36 * ai.cap_height))
    side_pad = max(5, round(0.5 * ai.cap_height))
    width = math.ceil(width_of(ai)) + 2 * side_pad
    text = np.zeros((ai.cap_height + 2 * pad, width), np.float32)
    left = (width - width_of(ai)) / 2
    draw(text, ai, left=left, top=pad)
    return _finish(text, 0.5 * ai.cap_height, ai, left, 0)


def _finish(text: Mask, radius: float, ai: Line, ai_left: float, word_cap: int) -> Art:
    height, width = text.shape
    stroke = max(1.0, 0.028 * ai.cap_height)
    outside = _distance(height, width, min(radius, height / 2))
    pill = np.clip(0.5 - outside, 0, 1)
    inner = np.clip(0.5 - (outside + stroke), 0, 1)
    stem = ai_left + width_of(ai) - width_of(replace(ai, text=ai.text[-1:]))
    end = ai_left + width_of(ai)
    return Art(
        pill=pill,
        rim=pill - inner,
        text=text,
        ai_cap=ai.cap_height,
        word_cap=word_cap,
        ai_stem=(math.floor(stem), math.ceil(end)),
    )


def _distance(height: int, width: int, radius: float) -> Mask:
    """Signed distance in pixels from pixel centres to a rounded rectangle, negative inside."""
    y = np.abs(np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2)
    x = np.abs(np.arange(width, dtype=np.float32)[None] + 0.5 - width / 2)
    dx, dy = x - (width / 2 - radius), y - (height / 2 - radius)
    corner = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    distance = corner + np.minimum(np.maximum(dx, dy), 0) - radius
    return np.asarray(distance, np.float32)
