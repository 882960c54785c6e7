"""Finds the label of small pictures: it has few letters, so it is believed at its place only."""

from __future__ import annotations

import math
from functools import lru_cache

import cv2
import numpy as np

from outputs.badge import LOW_SHORT_SIDE, Design, Kind, art, margin
from outputs.label_match import Found, Gray, ink_contrast
from outputs.label_words import WORDS
from outputs.looks import Family, Tone
from outputs.luma import correlation

# Pixels of the short side: what a small picture may have had before somebody resized it.
USUAL_SIDES = (128, 256)
# One language for each text that the small label has.
ACRONYMS = {(words.ai, words.whole_when_small): locale for locale, words in WORDS.items()}
INSIDE, MOSTLY_INSIDE = 0.99, 0.7  # coverage by the pill, of pixels to look at; of reduced ones
FEWEST = 24  # such pixels: fewer resemble letters by chance; 256 px made 64 has more
RIMLESS = 0.01  # coverage by the rim, below which there is none
FAINTEST = 0.5  # coverage by the letters that some pixel must have


def find_small(picture: Gray) -> tuple[Found, ...]:
    """Return how much the corner resembles the small label, in the language it does most.

    Args:
        picture: (H, W) luma of 0 to 255.

    Returns:
        One find, however weak; none where the picture has no room for it.
    """
    short = min(picture.shape)
    sides = {short, *USUAL_SIDES} if short < LOW_SHORT_SIDE else set(USUAL_SIDES)
    corner, beside = picture[:short, -short:], picture.shape[1] - short
    finds: list[Found] = []
    for side in sides:
        # A picture that was made smaller is not enlarged again: the label is made as small instead.
        seen = min(short, side)
        shown = _resized(corner, seen / short)
        for locale in ACRONYMS.values():
            for family in Family:
                design = Design(Kind.SMALL, side, locale=locale, family=family)
                find = _at_its_place(shown, design)
                finds += [find.scaled(short / seen).moved(beside, 0)] if find else []
    return tuple(sorted(finds, key=lambda find: -find.correlation)[:1])


def _resized(picture: Gray, scale: float) -> Gray:
    size = tuple(max(1, round(value * scale)) for value in picture.shape[::-1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.float32)


def _at_its_place(picture: Gray, design: Design) -> Found | None:
    masks = _masks(design, picture.shape[0])
    if masks is None:
        return None
    pill, text, (left, top) = masks
    height, width = text.shape
    part = picture[top : top + height, left : left + width]
    shown = pill > (INSIDE if picture.shape[0] == design.short_side else MOSTLY_INSIDE)
    letters = text[shown]
    if letters.size < FEWEST or letters.max() < FAINTEST:
        return None
    score = correlation(part[shown], letters)
    right, bottom = float(left + width), float(top + height)
    return Found(
        kind=Kind.SMALL,
        polygon=((left, top), (right, top), (right, bottom), (left, bottom)),
        correlation=abs(score),
        contrast=ink_contrast(part[shown], letters / letters.max()),
        locale=design.locale,
        tone=Tone.DARK if score >= 0 else Tone.LIGHT,
    )


@lru_cache(maxsize=256)
def _masks(design: Design, side: int) -> tuple[Gray, Gray, tuple[int, int]] | None:
    """Return the pill without its rim, the letters, and left and top, in a picture of a side."""
    drawing, inset = art(design), margin(design.short_side)
    height, width = drawing.text.shape
    left = design.short_side - inset - width
    if left < 0 or inset + height > design.short_side:
        return None
    planes = np.zeros((design.short_side, design.short_side, 2), np.float32)
    planes[inset : inset + height, left : left + width, 0] = drawing.pill * (drawing.rim < RIMLESS)
    planes[inset : inset + height, left : left + width, 1] = drawing.text
    scale = side / design.short_side
    resized = cv2.resize(planes, (side, side), interpolation=cv2.INTER_AREA)
    small = np.asarray(resized, np.float32)
    x, y = int(left * scale), int(inset * scale)
    part = small[y : math.ceil((inset + height) * scale), x : math.ceil((left + width) * scale)]
    return part[..., 0].copy(), part[..., 1].copy(), (x, y)  # without the rest of the plane
