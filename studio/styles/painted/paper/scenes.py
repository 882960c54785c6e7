"""What is cut behind a paper portrait: rings into the depth, hills under a sun, leaves."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import to_rgb
from studio.styles.painted.paper.sheets import Sheets, textured

Spots = NDArray[np.float64]  # (N, 2) shares of the shorter side, from the middle square's corner

SCENES = {"rings": "Rings", "hills": "Hills", "leaves": "Leaves"}
# From the farthest sheet to the nearest as (L, C, hue in degrees): light comes from the depth.
PAPERS = {
    "coral": ("Coral", ((94, 14, 80), (86, 32, 62), (74, 48, 45), (60, 55, 32), (45, 48, 22))),
    "lagoon": ("Lagoon", (
        (95, 8, 150), (84, 24, 190), (69, 32, 215), (52, 34, 240), (36, 32, 262),
    )),
    "forest": ("Forest", (
        (95, 16, 100), (84, 30, 118), (69, 36, 135), (52, 32, 152), (36, 24, 168),
    )),
    "lilac": ("Lilac", ((95, 8, 330), (85, 22, 318), (70, 34, 308), (54, 42, 300), (38, 42, 294))),
}  # fmt: skip
UNIT = 1024  # units across the shorter side
HEIGHT = 2.1  # of a backdrop's sheet over the next


def paint_scene(
    size: tuple[int, int], scene: str, papers: str, depth: float, seed: int
) -> NDArray[np.uint8]:
    """Return a scene of `size` = (width, height) pixels as (height, width, 3) uint8 sRGB."""
    width, height = size
    side = min(width, height)
    rng = np.random.default_rng(seed)
    tones = [to_rgb(_lab(*tone)) for tone in PAPERS[papers][1]]
    canvas = Canvas.blank(width, height, tones[0])
    sheets = Sheets(canvas, side / UNIT, depth)
    corner = np.array([width - side, height - side]) / 2
    aside = np.asarray(corner / side)
    cut = {"rings": _rings, "hills": _hills, "leaves": _leaves}[scene]
    for level, shapes, inverted in cut(aside, rng):
        alpha = canvas.shape(*(corner + side * shape for shape in shapes))
        sheets.lay(1 - alpha if inverted else alpha, tones[level], HEIGHT)
    return textured(canvas.finished(), seed)


Cuts = list[tuple[int, list[Spots], bool]]  # tone, closed shapes, whether they are holes


def _lab(light: float, chroma: float, hue: float) -> NDArray[np.float32]:
    angle = math.radians(hue)
    return np.array([light, chroma * math.cos(angle), chroma * math.sin(angle)], np.float32)


def _rings(aside: NDArray[np.float64], rng: np.random.Generator) -> Cuts:
    """Sheets with wavy holes, each smaller than the one before it, towards the light."""
    cuts: Cuts = []
    angle = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    for level in range(1, 5):
        radius = 0.335 + 0.068 * level
        rim = np.full_like(angle, radius)
        for waves in (3, 5, 8):
            rim = rim + 0.052 / waves * np.sin(waves * angle + 2 * np.pi * rng.random())
        across, down = rim * np.cos(angle), rim * np.sin(angle)
        # A banner's hole is wide: the ring is pulled apart in the middle, its ends stay round.
        across = across + np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.5 * aside[0]
        down = down + np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.5 * aside[1]
        cuts.append((level, [np.column_stack([0.5 + across, 0.47 + down])], True))
    return cuts


def _hills(aside: NDArray[np.float64], rng: np.random.Generator) -> Cuts:
    """A sun, a few clouds, four ranges of hills."""
    sun = _blob(0.5, 0.40, 0.36, 0.0, rng)
    cuts: Cuts = [(1, [sun], False)]
    x = np.linspace(-aside[0] - 0.05, 1.05 + aside[0], 160)
    foot = 1.1 + aside[1]
    for level, crest in zip((1, 2, 3, 4), (0.52, 0.64, 0.76, 0.89), strict=True):
        line = np.full_like(x, crest)
        for waves, reach in ((1.1, 0.070), (2.3, 0.036), (4.7, 0.012)):
            line = line + reach * np.sin(2 * np.pi * (waves * x + rng.random()))
        hill = np.vstack([np.column_stack([x, line]), [[x[-1], foot], [x[0], foot]]])
        cuts.append((level, [hill], False))
    return cuts


def _leaves(aside: NDArray[np.float64], rng: np.random.Generator) -> Cuts:
    """Leaves growing in from the edges, the nearest the darkest."""
    cuts: Cuts = [(1, [_blob(0.5, 0.45, 0.40, 0.0, rng)], False)]
    reach = 0.5 + aside
    for level, count, length in ((2, 16, 0.40), (3, 18, 0.34), (4, 20, 0.26)):
        leaves = []
        for k in range(int(count * (1 + aside.max()))):
            way = 2 * np.pi * (k + 0.5 * rng.random()) / int(count * (1 + aside.max()))
            pull = 1 / max(abs(np.cos(way)), abs(np.sin(way)))  # onto the frame's edge
            root = 0.5 + np.array([np.cos(way), np.sin(way)]) * pull * (reach + 0.03)
            towards = np.arctan2(0.5 - root[1], 0.5 - root[0]) + 0.9 * (rng.random() - 0.5)
            leaves.append(_leaf(root, towards, length * (0.7 + 0.5 * rng.random())))
        cuts.append((level, leaves, False))
    return cuts


def _leaf(root: Spots, way: float, length: float) -> Spots:
    t = np.linspace(0, 1, 24)
    half = 0.20 * np.sin(np.pi * t**0.8) * (1 - 0.25 * t)
    outline = np.vstack([np.column_stack([t, half]), np.column_stack([t, -half])[::-1]])
    cos, sin = np.cos(way), np.sin(way)
    return np.asarray(root + length * outline @ np.array([[cos, sin], [-sin, cos]]))


def _blob(x: float, y: float, radius: float, wave: float, rng: np.random.Generator) -> Spots:
    angle = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    rim = radius * (1 + wave * np.sin(5 * angle + 6 * rng.random()))
    return np.column_stack([x + rim * np.cos(angle), y + rim * np.sin(angle)])
