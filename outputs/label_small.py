"""Finds the label of small pictures: it has few letters, so it is believed at its place only."""

from __future__ import annotations

import cv2
import numpy as np

from outputs.badge import LOW_SHORT_SIDE, Design, Kind, art, margin
from outputs.label_match import Found, Gray, ink_contrast
from outputs.label_words import LOCALES
from outputs.looks import Family, Tone
from outputs.luma import correlation

# Pixels of the short side: what a small picture may have had before somebody resized it.
USUAL_SIDES = (128, 256)


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
        shown = _resized(corner, side / short)
        for locale in LOCALES:
            for family in (Family.ILLUSTRATED, Family.PAINTED):
                design = Design(Kind.SMALL, side, locale=locale, family=family)
                find = _at_its_place(shown, design)
                finds += [find.scaled(short / side).moved(beside, 0)] if find else []
    return tuple(sorted(finds, key=lambda find: -find.correlation)[:1])


def _resized(picture: Gray, scale: float) -> Gray:
    size = tuple(max(1, round(value * scale)) for value in picture.shape[::-1])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.float32)


def _at_its_place(picture: Gray, design: Design) -> Found | None:
    drawing = art(design)
    height, width = drawing.text.shape
    inset = margin(design.short_side)
    left, top = picture.shape[1] - inset - width, inset
    if left < 0 or top + height > picture.shape[0]:
        return None
    part = picture[top : top + height, left : left + width]
    shown = (drawing.pill > 0.99) & (drawing.rim < 0.01)
    score = correlation(part[shown], drawing.text[shown])
    right, bottom = float(left + width), float(top + height)
    return Found(
        kind=Kind.SMALL,
        polygon=((left, top), (right, top), (right, bottom), (left, bottom)),
        correlation=abs(score),
        contrast=ink_contrast(part, drawing.text),
        locale=design.locale,
        tone=Tone.DARK if score >= 0 else Tone.LIGHT,
    )
