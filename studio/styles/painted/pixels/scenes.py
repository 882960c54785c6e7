"""What lies behind a sprite, on its grid: dithered skies with what stands before them."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field
from studio.styles.painted.colour import Lab, to_rgb
from studio.styles.painted.pixels.sprite import tiled

SCENES = {"dusk": "Dusk", "night": "Night city", "meadow": "Meadow", "arcade": "Arcade"}
Tone = tuple[float, float, float]  # CIELAB

SKIES: dict[str, tuple[Tone, ...]] = {
    "dusk": ((30, 26, -40), (44, 36, -34), (58, 44, -12), (72, 38, 18), (84, 18, 36)),
    "night": ((8, 8, -22), (14, 12, -30), (22, 14, -36), (32, 12, -38)),
    "meadow": ((66, -10, -34), (74, -12, -28), (83, -11, -20), (91, -7, -10)),
    "arcade": ((12, 22, -32), (20, 36, -44), (30, 50, -52), (42, 60, -44)),
}


class _Grid:
    """Cells of a backdrop: places are counted in shares of the middle square."""

    def __init__(self, cells: int, extra: tuple[int, int]) -> None:
        rows, columns = cells + 2 * extra[1], cells + 2 * extra[0]
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        self.x = (x + 0.5 - extra[0]) / cells
        self.y = (y + 0.5 - extra[1]) / cells
        self.cells = cells
        self.aside = extra[0] / cells
        self.lab = np.zeros((rows, columns, 3), np.float32)

    def tint(self, where: NDArray[np.bool_], tone: Tone | Lab) -> None:
        self.lab[where] = tone


def paint_scene(size: tuple[int, int], scene: str, cells: int, seed: int) -> NDArray[np.uint8]:
    """Return a scene of `size` = (width, height) pixels as (height, width, 3) uint8 sRGB.

    The middle square has `cells` x `cells`, as a figure of the shorter side has.
    """
    width, height = size
    side = min(width, height)
    extra = tuple(math.ceil((full - side) / 2 * cells / side) for full in size)
    grid = _Grid(cells, (extra[0], extra[1]))
    rng = np.random.default_rng(seed)
    _lay_sky(grid, SKIES[scene])
    {"dusk": _dusk, "night": _night, "meadow": _meadow, "arcade": _arcade}[scene](grid, rng)
    rgb = np.rint(to_rgb(grid.lab)).astype(np.uint8)
    index = [
        np.floor((np.arange(full) - (full - side) / 2) * cells / side).astype(int) + more
        for full, more in zip(size, extra, strict=True)
    ]
    return np.ascontiguousarray(rgb[index[1]][:, index[0]])


def _lay_sky(grid: _Grid, stops: tuple[Tone, ...]) -> None:
    """Bands that pass into each other by dithering."""
    place = np.clip(grid.y, 0, 0.999) * (len(stops) - 1)
    step = np.floor(place + tiled(place.shape) - 0.5 + 0.5)
    grid.lab[:] = as_field(stops)[np.clip(step, 0, len(stops) - 1).astype(int)]


def _ridge(grid: _Grid, rng: np.random.Generator, crest: float, reach: float) -> NDArray[np.bool_]:
    line = np.full_like(grid.x[0], crest)
    for waves, share in ((1.3, 0.5), (2.9, 0.3), (6.1, 0.14)):
        line += reach * share * np.sin(2 * np.pi * (waves * grid.x[0] + rng.random()))
    return np.asarray(grid.y > line[None, :])


def _disc(grid: _Grid, x: float, y: float, radius: float) -> NDArray[np.bool_]:
    return np.asarray(np.hypot(grid.x - x, grid.y - y) < radius)


def _dusk(grid: _Grid, rng: np.random.Generator) -> None:
    """A low sun behind the head, mountains in two ranges."""
    sun = _disc(grid, 0.5, 0.42, 0.41)
    grid.tint(sun, (88, 6, 52))
    grid.tint(sun & (grid.y > 0.42) & (tiled(grid.y.shape) < (grid.y - 0.42) * 2.2), (78, 28, 48))
    grid.tint(_ridge(grid, rng, 0.66, 0.16), (40, 32, -26))
    grid.tint(_ridge(grid, rng, 0.80, 0.14), (24, 22, -28))


def _night(grid: _Grid, rng: np.random.Generator) -> None:
    """Stars, a moon, houses with lit windows."""
    stars = rng.random(grid.x.shape) < 7 / grid.cells**1.5
    grid.tint(stars & (grid.y < 0.8), (90, 0, -6))
    grid.tint(_disc(grid, 0.5, 0.41, 0.40), (44, 8, -46))
    grid.tint(_disc(grid, 0.5, 0.41, 0.35), (62, 2, -38))
    for tone, low, high in (((16, 10, -24), 0.45, 0.66), ((7, 6, -14), 0.60, 0.80)):
        edge, x = np.ones_like(grid.x[0]), -grid.aside
        while x < 1 + grid.aside:
            wide, top = 0.08 + 0.09 * rng.random(), rng.uniform(low, high)
            edge[(grid.x[0] >= x) & (grid.x[0] < x + wide)] = top
            x += wide
        house = grid.y > edge[None, :]
        grid.tint(house, tone)
        row, column = (np.floor(v * 32).astype(int) for v in (grid.y, grid.x))
        lamps = rng.random((int(row.max()) + 2, int(column.max() - column.min()) + 2)) < 0.22
        lit = lamps[np.clip(row, 0, None), column - column.min()] & (row % 2 == 1)
        inner = house & np.roll(house, 2, axis=0) & (column % 2 == 0)
        grid.tint(lit & inner, (84, 6, 52))


def _meadow(grid: _Grid, rng: np.random.Generator) -> None:
    """Clouds over hills."""
    for slot in np.arange(-grid.aside - 0.2, 1.2 + grid.aside, 0.42):
        x, y = slot + 0.1 * rng.random(), 0.10 + 0.34 * rng.random()
        for tone, shift in (((85, -6, -14), 0.018), ((97, -1, -1), 0.0)):
            puffs = np.zeros(grid.x.shape, np.bool_)
            for dx, dy, radius in ((-0.11, 0.02, 0.05), (0, -0.01, 0.075), (0.11, 0.02, 0.055)):
                puffs |= _disc(grid, x + dx, y + dy + shift, radius)
            grid.tint(puffs & (grid.y < y + 0.045 + shift), tone)
    grid.tint(_ridge(grid, rng, 0.66, 0.12), (66, -26, 26))
    near = _ridge(grid, rng, 0.80, 0.12)
    grid.tint(near, (52, -28, 28))
    flowers = near & (rng.random(grid.x.shape) < 0.02)
    grid.tint(flowers, (92, -2, 40))


def _arcade(grid: _Grid, rng: np.random.Generator) -> None:
    """A sun in stripes over a floor of light, as arcades had it."""
    stars = rng.random(grid.x.shape) < 5 / grid.cells**1.5
    grid.tint(stars & (grid.y < 0.7), (88, 12, -10))
    sun = _disc(grid, 0.5, 0.42, 0.41)
    stripes = np.floor(grid.y * 32).astype(int) % 4 == 0
    warm = np.clip(grid.y * 5 + tiled(grid.y.shape) - 0.5, 0, 4).astype(int)
    tones = as_field([(86, 4, 62), (80, 22, 58), (70, 46, 40), (60, 66, 10), (52, 72, -16)])
    shown = sun & ~(stripes & (grid.y > 0.38))
    grid.lab[shown] = tones[warm][shown]
    floor = grid.y > 0.74
    grid.tint(floor, (10, 20, -28))
    rows, middle = floor.shape[0], (0.5 + grid.aside) * grid.cells
    horizon = int(np.argmax(floor[:, 0]))
    lines = np.zeros(floor.shape, np.uint8)
    for reach in (0.0, 0.05, 0.1, 0.17):
        lines[min(horizon + round(reach * grid.cells), rows - 1)] = 1
    for k in range(-60, 61):
        start, end = (round(middle + k * spread * grid.cells) for spread in (0.10, 0.30))
        cv2.line(lines, (start, horizon), (end, rows), (1,))
    grid.tint(floor & (lines > 0), (56, 70, -52))
