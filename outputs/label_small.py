"""Finds the label of small pictures: it has few letters, so it is believed at its place only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from outputs.badge import Design, Kind, art, margin
from outputs.label_match import Found, ink_contrast
from outputs.label_words import LOCALES
from outputs.looks import Family, Tone
from outputs.luma import luma_of


def find_small(pixels: NDArray[np.uint8]) -> tuple[Found, ...]:
    """Return how much the corner resembles the small label, in the language it does most.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB.

    Returns:
        One find, however weak; none where the picture has no room for it.
    """
    side = min(pixels.shape[:2])
    designs = (
        Design(Kind.SMALL, side, locale=locale, family=family)
        for locale in LOCALES
        for family in (Family.ILLUSTRATED, Family.PAINTED)
    )
    finds = [find for design in designs if (find := _at_its_place(pixels, design))]
    return tuple(sorted(finds, key=lambda find: -find.correlation)[:1])


def _at_its_place(pixels: NDArray[np.uint8], design: Design) -> Found | None:
    drawing = art(design)
    height, width = drawing.text.shape
    inset = margin(design.short_side)
    left, top = pixels.shape[1] - inset - width, inset
    if left < 0 or top + height > pixels.shape[0]:
        return None
    part = luma_of(pixels[top : top + height, left : left + width])
    shown = (drawing.pill > 0.99) & (drawing.rim < 0.01)
    seen = part[shown]  # of one colour there, it correlates with nothing
    score = float(np.corrcoef(seen, drawing.text[shown])[0, 1]) if seen.std() > 0 else 0.0
    right, bottom = left + width, top + height
    return Found(
        kind=Kind.SMALL,
        polygon=((left, top), (right, top), (right, bottom), (left, bottom)),
        correlation=abs(score),
        contrast=ink_contrast(part, drawing.text),
        locale=design.locale,
        tone=Tone.DARK if score >= 0 else Tone.LIGHT,
    )
