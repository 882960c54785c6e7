"""The window behind a stained-glass portrait: rings and rays around a halo, in jewel tones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import Lab, hexed, to_lab
from studio.styles.painted.glass import Came, Cells, cells_between, draw_lead, lay_lead, lit_glass

HEART = np.array([0.5, 0.43])  # shares of the shorter side, in the middle square
HALO = 0.375
RINGS = (0.455, 0.60, 0.78, 1.0, 1.3, 1.7)
RAYS = 24
WIDTH = 9.0  # units of lead
# Halo, band around it, and the field's glasses from the inside out.
JEWELS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "chapel": ("#f4c64e", "#b3202c", ("#1d4fa8", "#2a6fd0", "#173b86", "#3c8fd6")),
    "garden": ("#f2d874", "#2f8f5b", ("#7fbf6a", "#3fa08a", "#1f7a74", "#a9cf7d")),
    "dawn": ("#ffe0a0", "#e5683f", ("#f2a25c", "#e77f86", "#b75f9e", "#7a58a8")),
    "night": ("#9fc4f2", "#5a3fa0", ("#1d2f6f", "#2c4a9a", "#3a2f7a", "#16224f")),
}


def paint_window(width: int, height: int, name: str, seed: int) -> NDArray[np.uint8]:
    """Return a window of (height, width) in the named jewels; the same seed, the same glass."""
    rng = np.random.default_rng(seed)
    side = min(width, height)
    heart = HEART + (np.array([width, height]) / side - 1) / 2
    cames = _cames(heart, np.hypot(width, height) / side)
    cells = cells_between(cames, height, width)
    lead = draw_lead(cames, height, width)
    planes = lit_glass(cells, _tones(cells, heart, name, rng), lead, rng)
    lay_lead(planes, lead)
    return Canvas(planes).finished()


def _cames(heart: NDArray[np.float64], reach: float) -> list[Came]:
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    circle = np.column_stack([np.cos(turn), np.sin(turn)])
    radii = [HALO, *(ring for ring in RINGS if ring < reach)]
    cames = [Came(heart + radius * circle, WIDTH, closed=True) for radius in radii]
    ends = [*radii[1:], reach]
    for index, (inner, outer) in enumerate(zip(radii, ends, strict=True)):
        # The rays of every second ring stand between those of the last.
        for ray in range(RAYS):
            angle = 2 * np.pi * (ray + 0.5 * (index % 2) + 0.25) / RAYS
            way = np.array([np.cos(angle), np.sin(angle)])
            cames.append(Came(np.stack([heart + inner * way, heart + outer * way]), 0.75 * WIDTH))
    return cames


def _tones(cells: Cells, heart: NDArray[np.float64], name: str, rng: np.random.Generator) -> Lab:
    """Return each cell's tone, (count, 3), by how far from the heart it lies."""
    halo, band, field = JEWELS[name]
    side = min(cells.labels.shape)
    rows, columns = np.indices(cells.labels.shape, np.float32)
    count = np.bincount(cells.labels.ravel(), minlength=cells.count + 1)[1:] + 1e-9
    places = [
        np.bincount(cells.labels.ravel(), part.ravel(), cells.count + 1)[1:] / count / side
        for part in (columns, rows)
    ]
    away = np.hypot(places[0] - heart[0], places[1] - heart[1])
    glasses = np.stack([to_lab(hexed(code)) for code in field])
    tones = glasses[rng.integers(len(glasses), size=cells.count)]
    tones[away < RINGS[0]] = to_lab(hexed(band))
    tones[away < 0.5 * HALO] = to_lab(hexed(halo))
    tones[:, 0] += rng.normal(0, 3.5, cells.count)
    return as_field(tones)
