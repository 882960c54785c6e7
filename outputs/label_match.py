"""Measures closely whether the label is at a place: a little larger, smaller, tilted, aside."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.badge import CHIN_HEIGHTS, Design, Kind, art
from outputs.label_words import WORDS
from outputs.looks import Family, Tone
from outputs.luma import contrast
from outputs.types import Rect

NATIVE = 1024  # pixels of the short side at which the letters are drawn
SIDES = (256, 384)  # pixels of the short side for which the templates are drawn
COARSENESS = 16  # pixels of the short side: templates are as blurred as pictures in such steps
PAD = 0.005  # of the short side: how much of the pill around the letters counts
SLACK = 0.02  # of the short side: how far a place may be off
# Sizes and tilts (degrees) that are tried, each round about the best of the last.
ROUNDS = (
    (np.geomspace(0.93, 1.075, 5), np.linspace(-3.0, 3.0, 5)),
    (np.geomspace(0.982, 1.018, 3), np.linspace(-2.0, 2.0, 5)),
    (np.geomspace(0.991, 1.009, 3), np.linspace(-0.5, 0.5, 3)),
)
HOPELESS = 0.4  # correlation after the first round: the others would not make it a find
STRAIGHT = 0.5  # degrees: a tilt below is none

Gray = NDArray[np.float32]
Point = tuple[float, float]


class Layout(NamedTuple):
    """Letters to look for; the Japanese ones are the Chinese."""

    kind: Kind
    locale: str


LAYOUTS = tuple(
    Layout(kind, locale) for kind in (Kind.CORNER, Kind.CHIN) for locale in WORDS if locale != "ja"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label may be."""

    layout: Layout
    x: float  # of the letters' centre, fraction of the picture's width
    y: float  # fraction of its height
    factor: float  # size: 1 when the picture's short side is that of the whole output
    tilt: float  # degrees, counter-clockwise as seen
    correlation: float  # of either sign, 0 to 1


@dataclass(frozen=True, slots=True)
class Found:
    """One copy of the label that was found."""

    kind: Kind
    polygon: tuple[Point, ...]  # around the letters, clockwise from their upper left, pixels
    correlation: float  # 0 to 1, of luma with the letters
    contrast: float  # 1 to 21
    locale: str
    tone: Tone
    tilt: float = 0.0  # degrees, counter-clockwise as seen

    @property
    def rect(self) -> Rect:
        """The upright rectangle that encloses the letters, pixels of the picture."""
        across, down = zip(*self.polygon, strict=True)
        return (min(across), min(down), max(across), max(down))

    @property
    def area(self) -> float:
        """How many pixels the letters and what is between them take."""
        (x, y), (right, rise), _, (lean, bottom) = self.polygon
        return abs((right - x) * (bottom - y) - (rise - y) * (lean - x))

    def moved(self, across: float, down: float) -> Found:
        """Return the find somewhat aside."""
        return replace(self, polygon=tuple((x + across, y + down) for x, y in self.polygon))

    def scaled(self, ratio: float) -> Found:
        """Return the find in a picture that is `ratio` times as large."""
        return replace(self, polygon=tuple((x * ratio, y * ratio) for x, y in self.polygon))


@dataclass(frozen=True, slots=True)
class Near:
    """What surrounds a place, at the size of a template."""

    pixels: Gray
    template: Gray  # the letters, as blurred as they would be there
    corner: Point  # its upper left in the picture
    zoom: float  # pixels of the picture per pixel
    side: int  # of the template, see SIDES
    centre: Point  # of the letters, in its own pixels


@dataclass(frozen=True, slots=True)
class Pose:
    """How the letters may lie."""

    x: float  # of their centre, pixels
    y: float
    size: float
    tilt: float  # degrees


def match(picture: Gray, place: Place) -> Found | None:
    """Measure a place closely.

    Args:
        picture: (H, W) luma of 0 to 255.
        place: Where to look.

    Returns:
        What is there, however little it resembles the label; None outside the picture.
    """
    near = _near(picture, place)
    if near is None:
        return None
    best, pose = None, Pose(*near.centre, 1.0, place.tilt)
    for sizes, tilts in ROUNDS:
        if best is not None and best.correlation < HOPELESS:
            break
        start = pose
        for size in sizes:
            for tilt in tilts:
                tried = replace(start, size=start.size * float(size), tilt=start.tilt + float(tilt))
                found = _measure(near, place.layout, tried)
                if best is None or found.correlation > best.correlation:
                    best, pose = found, tried
    return None if best is None else best.scaled(near.zoom).moved(*near.corner)


def letters_at(layout: Layout, side: int) -> Gray:
    """Return the letters of a copy, (H, W) coverage, as on a picture of that short side."""
    return _fitted(_letters(layout), layout, side)


def _fitted(letters: Gray, layout: Layout, side: int) -> Gray:
    height, width = (max(4, round(v * side / NATIVE)) for v in _letters(layout).shape)
    how = cv2.INTER_AREA if height < letters.shape[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(letters, (width, height), interpolation=how), np.float32)


def _near(picture: Gray, place: Place) -> Near | None:
    """Cut out what surrounds a place and shrink it to the size of a template."""
    short = min(picture.shape)
    real = place.factor * short
    side = next((s for s in SIDES if s >= real), SIDES[-1])
    drawn = min(side, max(1, round(real / COARSENESS)) * COARSENESS)
    template = _template(place.layout, side, drawn)
    zoom = place.factor * short / side
    reach = (math.hypot(*template.shape) / 2 + 2 * SLACK * side) * zoom * 1.1
    x, y = place.x * picture.shape[1], place.y * picture.shape[0]
    left, top = (max(0, math.floor(value - reach)) for value in (x, y))
    part = picture[top : math.ceil(y + reach), left : math.ceil(x + reach)]
    size = tuple(max(1, round(value / zoom)) for value in part.shape[::-1])
    if min(size) < min(template.shape):
        return None
    how = cv2.INTER_AREA if zoom > 1 else cv2.INTER_LINEAR
    pixels = np.asarray(cv2.resize(part, size, interpolation=how), np.float32)
    return Near(pixels, template, (left, top), zoom, side, ((x - left) / zoom, (y - top) / zoom))


def _measure(near: Near, layout: Layout, pose: Pose) -> Found:
    """Turn and scale the picture so that the letters would be as in the template, and compare."""
    template = near.template
    height, width = template.shape
    slack = math.ceil(SLACK * near.side)
    turn = math.radians(pose.tilt)
    along = np.array([math.cos(turn), -math.sin(turn)]) * pose.size
    below = np.array([math.sin(turn), math.cos(turn)]) * pose.size
    centre = np.array([pose.x, pose.y])
    origin = centre - along * (width / 2 + slack) - below * (height / 2 + slack)
    first = origin + (along + below) / 2 - 0.5  # where the first pixel's middle is sampled
    patch = np.asarray(
        cv2.warpAffine(
            near.pixels,
            np.column_stack([along, below, first]),
            (width + 2 * slack, height + 2 * slack),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        ),
        np.float32,
    )
    scores = cv2.matchTemplate(patch, template, cv2.TM_CCOEFF_NORMED)
    low, high, darkest, brightest = cv2.minMaxLoc(scores)
    x, y = brightest if high >= -low else darkest
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    points = [origin + along * across + below * down for across, down in corners]
    return Found(
        kind=layout.kind,
        polygon=tuple((float(point[0]), float(point[1])) for point in points),
        correlation=float(max(high, -low)),
        contrast=ink_contrast(patch[y : y + height, x : x + width], template),
        locale=layout.locale,
        tone=Tone.DARK if high >= -low else Tone.LIGHT,
        tilt=pose.tilt if abs(pose.tilt) > STRAIGHT else 0.0,
    )


def ink_contrast(part: Gray, letters: Gray) -> float:
    """Return the contrast ratio between letters and ground."""
    ink, ground = letters > 0.9, letters < 0.1
    if not (ink.any() and ground.any()):
        return 1.0
    return contrast(float(np.median(part[ink])), float(np.median(part[ground])))


@lru_cache(maxsize=256)
def _template(layout: Layout, side: int, drawn: int) -> Gray:
    """Return letters that were drawn for one short side and enlarged to that of another."""
    return _fitted(letters_at(layout, drawn), layout, side)


@lru_cache(maxsize=32)
def _letters(layout: Layout) -> Gray:
    """The letters with a little of the pill around them, the mean of all families' weights."""
    height = round(CHIN_HEIGHTS[0] * NATIVE) if layout.kind is Kind.CHIN else 0
    design = Design(layout.kind, NATIVE, locale=layout.locale, height=height)
    drawn = [
        _cropped(art(replace(design, family=family)).text)
        for family in (Family.ILLUSTRATED, Family.PAINTED)
    ]
    rows, columns = (max(mask.shape[axis] for mask in drawn) for axis in (0, 1))
    fitted = [cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA) for mask in drawn]
    return np.asarray(np.mean(fitted, axis=0), np.float32)


def _cropped(text: Gray) -> Gray:
    rows, columns = np.flatnonzero(text.any(axis=1)), np.flatnonzero(text.any(axis=0))
    pad = round(PAD * NATIVE)
    return text[
        max(0, rows[0] - pad) : rows[-1] + pad + 1, max(0, columns[0] - pad) : columns[-1] + pad + 1
    ]
