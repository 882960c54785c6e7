"""Finds the visible label in a picture of any origin and size.

Both copies are sought by normalised cross-correlation on a reduced picture, at the sizes that a
crop or a resize can give them; the best candidate is measured again near full resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.badge import LOW_SHORT_SIDE, Design, Kind, art, margin
from outputs.luma import contrast
from outputs.luma import luma_of as _luma
from outputs.types import Rect

NATIVE = 1024  # pixels of the short side at which the templates are drawn
WORK_SIDE = 288  # pixels of the short side on which the search runs
CLOSE_SIDE = 1024  # pixels of the short side on which a candidate is measured
SMALLEST, LARGEST = 0.6, 2.6  # times the native size: a frame around it, a crop to the face alone
LONGEST = 4  # times the short side: what lies beyond is searched in less detail
STEP = 1.07  # between the sizes tried: half a step costs a tenth of the correlation
CANDIDATE = 0.5  # correlation at which a place is looked at closely
MIN_FOUND = 0.8  # correlation of a find, see tests/outputs/test_label_search.py
MIN_FOUND_CONTRAST = 3.0  # ratio: what large text needs to be read (WCAG 2.2, 1.4.3)

Gray = NDArray[np.float32]
Sample = TypeVar("Sample", np.uint8, np.float32)


@dataclass(frozen=True, slots=True)
class Found:
    """One copy of the label that was found."""

    kind: Kind
    rect: Rect  # around the letters, pixels of the picture
    correlation: float  # -1 to 1, of luma with the letters
    contrast: float  # 1 to 21


def find_label(pixels: NDArray[np.uint8]) -> tuple[Found, ...]:
    """Find copies of the label.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB.

    Returns:
        At most one find per kind of copy, best first; empty when there is none.
    """
    short = min(pixels.shape[:2])
    close = _luma(_reduced(pixels, CLOSE_SIDE))
    reduced = np.asarray(_reduced(close, WORK_SIDE), np.float32)
    finds = [_search(reduced, close, kind) for kind in (Kind.CORNER, Kind.CHIN)]
    if short < LOW_SHORT_SIDE:
        finds.append(_small_at_its_place(pixels))
    ratio = short / min(close.shape)
    certain = [
        Found(
            f.kind, _scaled(f.rect, 1 if f.kind is Kind.SMALL else ratio), f.correlation, f.contrast
        )
        for f in finds
        if f is not None and f.correlation >= MIN_FOUND and f.contrast >= MIN_FOUND_CONTRAST
    ]
    return tuple(sorted(certain, key=lambda find: -find.correlation))


def _search(reduced: Gray, close: Gray, kind: Kind) -> Found | None:
    """Look for one copy at all sizes, then measure the best place."""
    unit = min(reduced.shape) / NATIVE
    place: Sequence[int] = ()
    best, size = CANDIDATE, 0.0
    factor = SMALLEST
    while factor <= LARGEST:
        template = _template(kind, factor * unit)
        if all(a <= b for a, b in zip(template.shape, reduced.shape, strict=True)):
            scores = cv2.matchTemplate(reduced, template, cv2.TM_CCOEFF_NORMED)
            _, top, _, where = cv2.minMaxLoc(scores)
            if top > best:
                best, place, size = top, where, factor
        factor *= STEP
    if not place:
        return None
    return _measure(close, kind, place, size, min(reduced.shape))


def _measure(
    close: Gray, kind: Kind, place: Sequence[int], factor: float, work_side: int
) -> Found | None:
    """Measure a candidate at close range, a little larger and smaller, a little aside."""
    zoom = min(close.shape) / work_side
    unit = min(close.shape) / NATIVE
    slack = int(np.ceil(2 * zoom)) + 2
    found = None
    for tweak in np.linspace(STEP**-0.75, STEP**0.75, 9):
        template = _template(kind, factor * tweak * unit)
        height, width = template.shape
        left, top = (max(0, round(value * zoom) - slack) for value in place)
        patch = close[top : top + height + 2 * slack, left : left + width + 2 * slack]
        if patch.shape[0] < height or patch.shape[1] < width:
            continue
        scores = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED)
        _, score, _, (x, y) = cv2.minMaxLoc(scores)
        if found is None or score > found.correlation:
            exact = patch[y : y + height, x : x + width]
            rect = (left + x, top + y, left + x + width, top + y + height)
            found = Found(kind, rect, float(score), _contrast(exact, template))
    return found


def _small_at_its_place(pixels: NDArray[np.uint8]) -> Found | None:
    """The label of small pictures has two letters: it is believed at its own place only."""
    side = min(pixels.shape[:2])
    drawing = art(Design(Kind.SMALL, side))
    height, width = drawing.text.shape
    left, top = pixels.shape[1] - margin(side) - width, margin(side)
    if left < 0 or top + height > pixels.shape[0]:
        return None
    part = _luma(pixels[top : top + height, left : left + width])
    shown = drawing.pill > 0.99
    seen = part[shown]  # of one colour there, it correlates with nothing
    score = float(np.corrcoef(seen, drawing.text[shown])[0, 1]) if seen.std() > 0 else 0.0
    rect = (left, top, left + width, top + height)
    return Found(Kind.SMALL, rect, score, _contrast(part, drawing.text))


def _contrast(part: Gray, template: Gray) -> float:
    letters, ground = template > 0.9, template < 0.1
    if not (letters.any() and ground.any()):
        return 1.0
    return contrast(float(np.median(part[letters])), float(np.median(part[ground])))


def _reduced(picture: NDArray[Sample], side: int) -> NDArray[Sample]:
    """Shrink to a short side; very long pictures further, so that the search stays short."""
    height, width = picture.shape[:2]
    scale = min(side / min(height, width), LONGEST * side / max(height, width))
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, picture.dtype)


def _template(kind: Kind, scale: float) -> Gray:
    letters = _letters(kind)
    height, width = letters.shape
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(letters, size, interpolation=how), np.float32)


@lru_cache(maxsize=4)
def _letters(kind: Kind) -> Gray:
    """The letters of one copy with a little of the pill around them."""
    height = round(0.078 * NATIVE) if kind is Kind.CHIN else 0
    text = art(Design(kind, NATIVE, height=height)).text
    rows, columns = np.flatnonzero(text.any(axis=1)), np.flatnonzero(text.any(axis=0))
    pad = round(0.008 * NATIVE)
    return text[rows[0] - pad : rows[-1] + pad + 1, columns[0] - pad : columns[-1] + pad + 1]


def _scaled(rect: Rect, ratio: float) -> Rect:
    left, top, right, bottom = (value * ratio for value in rect)
    return (left, top, right, bottom)
