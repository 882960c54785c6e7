"""Finds the visible label in a picture of any origin and size.

The letters of both copies in every language are sought by normalised cross-correlation on a small
picture that is shrunk step by step, so that each size a crop or a resize can give them is tried
with one template. Light letters and dark ones are each other's negative: the sign tells the tone.
The best places are measured again closely (`outputs.label_match`). Tilted pictures are searched
only when nothing stands upright.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.badge import LOW_SHORT_SIDE, Kind
from outputs.label_match import LAYOUTS, Found, Gray, Layout, Place, letters_at, match
from outputs.label_small import find_small
from outputs.luma import luma_of

UNIT = 180  # pixels of the short side for which the coarse templates are drawn
CLOSE_SIDE = 1024  # pixels of the short side on which a place is measured
SMALLEST, LARGEST = 0.55, 2.7  # times the native size: a frame around it, a crop to the face alone
STEP = 1.09  # between the sizes tried: half a step costs a tenth of the correlation
UPSAMPLED = 2.0  # times a small picture is enlarged at most
LONGEST = 4  # times the short side: what lies beyond is searched in less detail
TILTS = (5.0, -5.0)  # degrees; the upright search and each of these reach 3 to both sides
GRAIN = 1.5  # levels of luma of 0 to 255
CANDIDATE = 0.5  # correlation at which a place is looked at closely
CANDIDATES = 6  # places looked at closely, best first
MIN_FOUND = 0.8  # correlation of a find, see tests/outputs/test_label_search.py
MIN_FOUND_TINY = 0.87  # of one on fewer than TINY pixels, which resemble more things by chance
TINY = 700  # pixels: 128 pixels of an output keep 300 to 400
MIN_FOUND_CONTRAST = 3.0  # ratio: what large text needs to be read (WCAG 2.2, 1.4.3)

Sample = TypeVar("Sample", np.uint8, np.float32)


def find_label(pixels: NDArray[np.uint8]) -> tuple[Found, ...]:
    """Find copies of the label.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB.

    Returns:
        At most one find per kind of copy, best first; empty when there is none.
    """
    picture = luma_of(_reduced(pixels, CLOSE_SIDE))
    small = _reduced(picture, UNIT / SMALLEST)
    finds = _certain(picture, _places(small, 0.0))
    if not finds:
        tilted = [place for tilt in TILTS for place in _places(small, tilt)]
        finds = _certain(picture, tilted)
    if not finds or min(picture.shape) < LOW_SHORT_SIDE:
        finds += [find for find in find_small(picture) if _is_certain(find)]
    ratio = min(pixels.shape[:2]) / min(picture.shape)
    ordered = sorted(finds, key=lambda find: -find.correlation)
    return tuple(find.scaled(ratio) for find in ordered)


def _certain(picture: Gray, places: list[Place]) -> list[Found]:
    """Look closely at the best places and return the best find of each kind."""
    best: dict[Kind, Found] = {}
    ordered = sorted(places, key=lambda place: -place.correlation)
    for place in ordered[:CANDIDATES]:
        found = match(picture, place)
        known = best.get(found.kind) if found else None
        if found and _is_certain(found) and (not known or found.correlation > known.correlation):
            best[found.kind] = found
    return list(best.values())


def _is_certain(find: Found) -> bool:
    known_place = find.kind is Kind.SMALL
    least = MIN_FOUND if known_place or find.area >= TINY else MIN_FOUND_TINY
    return find.correlation >= least and find.contrast >= MIN_FOUND_CONTRAST


def _places(small: Gray, tilt: float) -> list[Place]:
    """Return the best place of every layout on a small picture, where it is good enough."""
    height, width = small.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -tilt, 1.0)
    if tilt:
        edge = cv2.BORDER_REPLICATE
        turned = cv2.warpAffine(small, turn, (width, height), borderMode=edge)
        small = np.asarray(turned, np.float32)
    back = cv2.invertAffineTransform(turn)
    best: dict[Layout, Place] = {}
    for factor, level in _levels(small):
        zoom = height / level.shape[0]
        for layout in LAYOUTS:
            score, x, y = _peak(level, _template(layout))
            if score < CANDIDATE or (layout in best and score <= best[layout].correlation):
                continue
            across, down = (float(v) for v in back @ np.array([x * zoom, y * zoom, 1.0]))
            best[layout] = Place(layout, across / width, down / height, factor, tilt, score)
    return list(best.values())


def _levels(small: Gray) -> Iterator[tuple[float, Gray]]:
    """Yield the picture at all sizes, each with how large the label is drawn there."""
    short = min(small.shape)
    for index in range(math.ceil(math.log(LARGEST / SMALLEST) / math.log(STEP)) + 1):
        factor = SMALLEST * STEP**index
        scale = UNIT / factor / short
        if scale > UPSAMPLED:
            continue
        size = tuple(max(1, round(value * scale)) for value in small.shape[::-1])
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        level = np.asarray(cv2.resize(small, size, interpolation=how), np.float32)
        yield factor, level + _grain(level.shape)


def _peak(level: Gray, template: Gray) -> tuple[float, float, float]:
    """Return the largest correlation of either sign, and the centre of its place."""
    height, width = template.shape
    if level.shape[0] < height or level.shape[1] < width:
        return 0.0, 0.0, 0.0
    low, high, darkest, brightest = cv2.minMaxLoc(
        cv2.matchTemplate(level, template, cv2.TM_CCOEFF_NORMED)
    )
    x, y = brightest if high >= -low else darkest
    return max(high, -low), x + width / 2, y + height / 2


@lru_cache(maxsize=32)
def _template(layout: Layout) -> Gray:
    return letters_at(layout, UNIT)


@lru_cache(maxsize=64)
def _grain(shape: tuple[int, ...]) -> Gray:
    """A little noise: without it, rounding errors on flat ground would correlate with anything."""
    return np.random.default_rng(0).normal(0.0, GRAIN, shape).astype(np.float32)


def _reduced(picture: NDArray[Sample], side: float) -> NDArray[Sample]:
    """Shrink to a short side; very long pictures further, so that the search stays short."""
    height, width = picture.shape[:2]
    scale = min(side / min(height, width), LONGEST * side / max(height, width))
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, picture.dtype)
