"""What lies behind an inked figure: a city at night, light through blinds, a moon in the rain."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas, Colour

Spots = NDArray[np.float64]  # (N, 2) shares of the shorter side, from the middle square's corner

SCENES = {"city": "City", "blinds": "Blinds", "moon": "Moon and rain"}
GRAIN = 2.6  # grey levels, standard deviation
GRAIN_CELLS = 720  # across the shorter side


@dataclass(frozen=True, slots=True)
class Inks:
    """Three inks from the paper to the darkest, sRGB."""

    paper: Colour
    wash: Colour
    black: Colour


def paint_scene(size: tuple[int, int], scene: str, inks: Inks, seed: int) -> NDArray[np.uint8]:
    """Return a scene of `size` = (width, height) pixels as (height, width, 3) uint8 sRGB."""
    width, height = size
    rng = np.random.default_rng(seed)
    side = min(width, height)
    corner = np.array([width - side, height - side]) / 2
    aside = float(corner[0] / side)
    canvas = Canvas.blank(width, height, inks.paper)
    layers = {"city": _city, "blinds": _blinds, "moon": _moon}[scene](aside, rng)
    for name, strength, shapes in layers:
        tone = inks.wash if name == "wash" else inks.black
        placed = [corner + side * shape for shape in shapes]
        canvas.cover(as_field(strength * canvas.shape(*placed)), tone)
    return grained(canvas.finished(), seed)


def grained(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Return a picture of (H, W, 3) on paper whose grain grows with the picture."""
    height, width = picture.shape[:2]
    scale = GRAIN_CELLS / min(width, height)
    cells = (max(1, round(height * scale)), max(1, round(width * scale)))
    cell = as_field(GRAIN * np.random.default_rng(seed).standard_normal(cells))
    noise = cv2.resize(cell, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(picture, cv2.merge([noise] * 3), dtype=cv2.CV_8U), np.uint8)


Layers = list[tuple[str, float, list[Spots]]]  # which ink, how strong, closed shapes


def _box(left: float, top: float, right: float, bottom: float) -> Spots:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def _disc(x: float, y: float, radius: float) -> Spots:
    angle = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    return np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])


def _city(aside: float, rng: np.random.Generator) -> Layers:
    """Two rows of houses with lit windows under a large moon."""
    far, near, lit = [], [], []
    x = -aside - 0.05
    while x < 1 + aside:
        width = 0.05 + 0.07 * rng.random()
        far.append(_box(x, 0.30 + 0.28 * rng.random(), x + width + 0.004, 1.1))
        x += width
    x = -aside - 0.03
    while x < 1 + aside:
        width = 0.09 + 0.09 * rng.random()
        top = 0.50 + 0.26 * rng.random()
        near.append(_box(x, top, x + width - 0.012, 1.1))
        if rng.random() < 0.5:
            mast = x + width * (0.3 + 0.3 * rng.random())
            near.append(_box(mast, top - 0.05 - 0.05 * rng.random(), mast + 0.004, top))
        lit += _windows(x, top, width - 0.012, rng)
        x += width
    return [
        ("wash", 1.0, [_disc(0.5, 0.40, 0.405)]),
        ("black", 0.5, far),
        ("black", 1.0, near),
        ("wash", 1.0, lit),
    ]


def _windows(left: float, top: float, width: float, rng: np.random.Generator) -> list[Spots]:
    columns = max(2, int(width / 0.026))
    pitch = width / (columns + 0.5)
    lit = []
    for row in range(1, 20):
        for column in range(columns):
            if rng.random() < 0.24:
                x, y = left + (column + 0.5) * pitch, top + row * 0.030
                lit.append(_box(x, y, x + 0.5 * pitch, y + 0.016))
    return lit


def _blinds(aside: float, rng: np.random.Generator) -> Layers:
    """Light through a blind, falling aslant; the room is the wash."""
    lean = 0.10 + 0.04 * rng.random()
    bands = []
    for k in range(-6, 17):
        top = k * 0.098
        left, right = -aside - 0.1, 1.1 + aside
        slope = lean * (right - left)
        bands.append(
            np.array([
                [left, top], [right, top - slope], [right, top - slope + 0.055], [left, top + 0.055]
            ])
        )  # fmt: skip
    cord = [_box(x, -0.1, x + 0.006, 1.1) for x in (0.12, 0.86)]
    return [("wash", 1.0, bands), ("black", 1.0, cord)]


def _moon(aside: float, rng: np.random.Generator) -> Layers:
    """A moon behind the head, and rain in thin strokes."""
    spread = 1 + 2 * aside
    rain = []
    for _ in range(int(170 * spread)):
        x, y = rng.uniform(-aside - 0.1, 1.1 + aside), rng.uniform(-0.1, 1.0)
        reach, pen = 0.03 + 0.07 * rng.random(), 0.0011 + 0.0012 * rng.random()
        rain.append(np.array([[x, y], [x + pen, y], [x - 0.22 * reach + pen / 2, y + reach]]))
    return [("wash", 1.0, [_disc(0.5, 0.44, 0.425)]), ("black", 1.0, rain)]
