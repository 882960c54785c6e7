"""Made pictures that are hard for a search: noise, gratings, wallpapers, halftones, text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB
Rng = np.random.Generator

SIDES = (128, 256, 400, 640, 1024)  # pixels
WORDS = (
    *("AI", "GENERATED", "GENERATION", "AIR", "AID", "GENERATE", "SYNTHETIC", "SUBJECT", "AVATAR"),
    *("IA", "GÉNÉRÉ", "KI", "ERZEUGT", "generated", "picture", "label", "and", "drawn", "100 %"),
)


def pattern(number: int) -> Pixels:
    """Return one pattern; the same number gives the same picture."""
    rng = np.random.default_rng([number, 77])
    make = MAKERS[number % len(MAKERS)]
    height, width = (int(side) for side in rng.choice(SIDES, 2))
    if number % 3:
        height = width
    return np.ascontiguousarray(np.clip(make(rng, height, width), 0, 255).astype(np.uint8))


def _noise(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    return rng.normal(128, rng.uniform(5, 90), (height, width, 3))


def _smooth_noise(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """Noise of some size of grain, like clouds or film."""
    cell = int(rng.integers(2, 24))
    rough = rng.normal(128, 50, (height // cell + 2, width // cell + 2, 3))
    return np.asarray(cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC))


def _waves(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """Gratings that cross: what a search in the spectrum mistakes first."""
    y, x = np.mgrid[:height, :width]
    total = np.full((height, width), 128.0)
    for _ in range(int(rng.integers(1, 12))):
        fx, fy = rng.uniform(-0.25, 0.25, 2)
        total += rng.uniform(2, 40) * np.cos(2 * np.pi * (fx * x + fy * y + rng.uniform()))
    return np.repeat(total[..., None], 3, axis=2)


def _tiles(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """A random tile, repeated as a wallpaper."""
    tile = rng.normal(128, rng.uniform(4, 60), (*rng.integers(8, 130, 2), 3))
    repeats = (-(-height // tile.shape[0]), -(-width // tile.shape[1]), 1)
    return np.tile(tile, repeats)[:height, :width]


def _checks(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    y, x = np.mgrid[:height, :width]
    odd = ((x // rng.integers(1, 40) + y // rng.integers(1, 40)) % 2)[..., None]
    one, other = rng.uniform(0, 255, (2, 3))
    return np.asarray(np.where(odd == 1, one, other))


def _gradient(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    corners = rng.uniform(0, 255, (2, 2, 3))
    return np.asarray(cv2.resize(corners, (width, height), interpolation=cv2.INTER_LINEAR))


def _flat(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    return np.broadcast_to(rng.uniform(0, 255, 3), (height, width, 3))


def _halftone(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """A gradient as dots."""
    pitch, angle = rng.uniform(4, 14), rng.uniform(0, np.pi)
    y, x = np.mgrid[:height, :width]
    u, v = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
    dots = np.cos(2 * np.pi * u / pitch) + np.cos(2 * np.pi * v / pitch)
    ink = dots > np.linspace(-1.8, 1.8, width)
    return np.where(ink[..., None], rng.uniform(0, 90, 3), rng.uniform(180, 255, 3))


def _cells(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """Pixel art without a subject."""
    colours = rng.uniform(0, 255, (int(rng.integers(2, 16)), 3))
    count = int(rng.integers(8, 80))
    cells = colours[rng.integers(0, len(colours), (count, count))]
    return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_NEAREST))


def _shapes(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """Flat shapes, as posters have them."""
    page = np.full((height, width, 3), rng.uniform(0, 255, 3))
    for _ in range(int(rng.integers(2, 30))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        colour = tuple(rng.uniform(0, 255, 3))
        radius = int(rng.uniform(0.02, 0.3) * min(height, width)) + 1
        if rng.random() < 0.5:
            cv2.circle(page, (x, y), radius, colour, -1, cv2.LINE_AA)
        else:
            cv2.rectangle(page, (x, y), (x + 2 * radius, y + radius), colour, -1)
    return page


def _text(rng: Rng, height: int, width: int) -> NDArray[np.float64]:
    """Pages with the label's own words, in other letters."""
    dark = rng.random() < 0.4
    ground, ink = ((20, 20, 24), (240, 240, 240)) if dark else ((255, 255, 255), (10, 10, 10))
    image = Image.new("RGB", (width, height), ground)
    pen = ImageDraw.Draw(image)
    top = 4.0
    while top < height:
        size = float(rng.uniform(0.02, 0.09) * height) + 7
        font = ImageFont.load_default(size)
        line = " ".join(rng.choice(WORDS, 8))
        if rng.random() < 0.3:
            right = 12 + 3 * size
            pen.rounded_rectangle((4, top, right, top + 1.4 * size), size / 2, fill=ink)
            pen.text((8, top), line.split(" ", 1)[0], font=font, fill=ground)
        else:
            pen.text((8, top), line, font=font, fill=ink)
        top += 1.5 * size
    return np.asarray(image, np.float64)


MAKERS: Sequence[Callable[[Rng, int, int], NDArray[np.float64]]] = (
    _noise,
    _smooth_noise,
    _waves,
    _tiles,
    _checks,
    _gradient,
    _flat,
    _halftone,
    _cells,
    _shapes,
    _text,
)
