"""The label as a designed object: its shapes at any size, before it is placed on a picture.

Sizes are fractions of the picture's short side, rounded up to whole pixels so that the minimums
hold and the capitals' edges fall between pixel rows. Sources: GB 45438-2025 (text height at least
5 % of the shortest side), the EU code of practice under Art. 50 of the AI Act (a label that is
perceived at first sight), docs/adr/0003-marks.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import numpy as np

from outputs.label_words import TEXT_CAP, WORDS
from outputs.lettering import Line, Mask, Weight, draw, justify, width_of
from outputs.looks import LOOKS, Family, Tone, plate

AI_CAP = TEXT_CAP  # fraction of the short side
MARGIN = 0.02  # fraction of the short side, from the picture's edges
LOW_SHORT_SIDE = 384  # pixels: below, the second line would be too small to read
LOW_CAP = 14  # pixels
CHIN_HEIGHTS = (0.078, 0.074, 0.070, 0.066)  # of the short side, the roomiest that fits is taken
OPACITY = 0.94  # of the pill: letters on it reach 14:1 over a white and over a black picture
ACCENT = 0.3  # of the cap height: how far accents rise above capitals
THIRD_CAP, THIRD_IDEOGRAPHS = 0.0165, 0.021  # fractions of the short side
TRACKING = {"ai": 0.05, "word": 0.075, "ideographs": 0.06, "third": 0.1}  # of the cap height


class Kind(StrEnum):
    """Where a copy of the label sits."""

    CORNER = "corner"
    CHIN = "chin"
    SMALL = "small"


@dataclass(frozen=True, slots=True)
class Design:
    """One copy of the label at one size."""

    kind: Kind
    short_side: int  # of the picture, pixels
    synthetic: bool = False
    locale: str = "en"
    height: int = 0  # pixels; only the copy on the chin varies
    family: Family = Family.ILLUSTRATED
    tone: Tone = Tone.DARK


@dataclass(frozen=True, slots=True)
class Art:
    """Coverage masks of one copy, (H, W) float32 in [0, 1]."""

    pill: Mask
    rim: Mask
    text: Mask
    ai_cap: int  # pixels
    word_cap: int  # pixels; 0 when the copy has one line with AI alone
    ai_stem: tuple[int, int]  # columns of the letter I: where the cap height is measured


@lru_cache(maxsize=256)
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
    ai, word = _rows(design)
    rows = [word, ai] if words.word_first else [ai, word]
    block = max(width_of(row) for row in rows)
    if design.synthetic:
        rows.append(_third(design, block))
    pad, gap = round(0.021 * side), round(0.0145 * side)
    accents = math.ceil(ACCENT * word.cap_height) if words.accented else 0
    height = 2 * pad + accents + sum(row.cap_height for row in rows) + gap * (len(rows) - 1)
    width = math.ceil(block) + 2 * round(0.024 * side)
    text = np.zeros((height, width), np.float32)
    top = pad
    for row in rows:
        top += accents if row is word else 0
        draw(text, row, left=(width - width_of(row)) / 2, top=top)
        top += row.cap_height + gap
    return _finish(design, text, ai, (width - width_of(ai)) / 2, word.cap_height)


def _chin(design: Design) -> Art:
    side, words = design.short_side, WORDS[design.locale]
    ai, word = _rows(design)
    between, pad = _between(design), 0.025 * side
    width = math.ceil(width_of(ai) + between + width_of(word) + 2 * pad)
    text = np.zeros((design.height, width), np.float32)
    top = (design.height - ai.cap_height) // 2
    ai_left = pad + (width_of(word) + between if words.word_first else 0)
    word_left = pad + (0 if words.word_first else width_of(ai) + between)
    draw(text, ai, left=ai_left, top=top)
    draw(text, word, left=word_left, top=top + ai.cap_height - word.cap_height)
    return _finish(design, text, ai, ai_left, word.cap_height)


def _small(design: Design) -> Art:
    words, cap = WORDS[design.locale], small_cap(design.short_side)
    ai, word = (replace(row, cap_height=cap) for row in _rows(design))
    rest = cap * 0.22 + width_of(word) if words.whole_when_small else 0.0
    pad = max(4, round(0.36 * cap))
    side_pad = max(5, round(0.5 * cap))
    width = math.ceil(width_of(ai) + rest) + 2 * side_pad
    text = np.zeros((cap + 2 * pad, width), np.float32)
    left = (width - width_of(ai) - rest) / 2
    draw(text, ai, left=left, top=pad)
    if words.whole_when_small:
        draw(text, word, left=left + width_of(ai) + rest - width_of(word), top=pad)
    return _finish(design, text, ai, left, cap if words.whole_when_small else 0)


def _rows(design: Design) -> tuple[Line, Line]:
    """Return the acronym and the word."""
    side, words, weight = design.short_side, WORDS[design.locale], LOOKS[design.family].weight
    kind = "ideographs" if words.whole_when_small else "word"
    return (
        Line(words.ai, math.ceil(AI_CAP * side), TRACKING["ai"], weight),
        Line(words.generated, math.ceil(words.word_cap * side), TRACKING[kind], weight),
    )


def _third(design: Design, block: float) -> Line:
    """Return the line of a subject who is nobody, as wide as the others."""
    share = THIRD_IDEOGRAPHS if WORDS[design.locale].whole_when_small else THIRD_CAP
    cap = math.ceil(share * design.short_side)
    line = Line(WORDS[design.locale].synthetic, cap, TRACKING["third"], Weight.BOLD)
    return justify(line, block)


def _between(design: Design) -> float:
    """Return the space between acronym and word on one line, pixels."""
    return (0.011 if WORDS[design.locale].whole_when_small else 0.0195) * design.short_side


def _finish(design: Design, text: Mask, ai: Line, ai_left: float, word_cap: int) -> Art:
    height, width = text.shape
    pill, rim = plate(design.family, height, width, ai.cap_height)
    place = ai.text.index("I")
    start = ai_left + (width_of(ai) - width_of(replace(ai, text="I")) if place else 0.0)
    return Art(
        pill=pill,
        rim=rim,
        text=text,
        ai_cap=ai.cap_height,
        word_cap=word_cap,
        ai_stem=(math.floor(start), math.ceil(start + width_of(replace(ai, text="I")))),
    )
