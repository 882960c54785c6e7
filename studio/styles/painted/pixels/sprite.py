"""A sprite: one colour per cell of a grid, few colours in all, enlarged without smoothing."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, reduced
from studio.styles.painted.canvas import polygons
from studio.styles.painted.colour import Lab, to_rgb

Cells = NDArray[np.bool_]  # (N, N)

# Ordered dithering (Bayer 1973): thresholds that spread a tone evenly over 4 x 4 cells.
BAYER = (
    np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) + 0.5
) / 16
FINE = 8  # how much finer shapes are drawn than the grid, to tell what covers a cell


class Sprite:
    """Cells to be set; what is not set is transparent."""

    def __init__(self, cells: int) -> None:
        """Begin an empty sprite of `cells` x `cells`."""
        self.cells = cells
        self.lab = np.zeros((cells, cells, 3), np.float32)
        self.here = np.zeros((cells, cells), np.bool_)

    def tint(self, where: Cells, tone: Lab) -> None:
        """Set cells to one colour."""
        self.lab[where] = tone
        self.here |= where

    def ramp(self, where: Cells, levels: NDArray[np.intp], tones: list[Lab]) -> None:
        """Set cells to the tone that `levels`, (N, N), names for each."""
        self.lab[where] = np.stack(tones)[np.clip(levels, 0, len(tones) - 1)][where]
        self.here |= where

    def put_at(self, column: float, row: float, tone: Lab) -> None:
        """Set the cell that holds a place, if the sprite has it."""
        x, y = math.floor(column), math.floor(row)
        if 0 <= x < self.cells and 0 <= y < self.cells:
            self.lab[y, x] = tone
            self.here[y, x] = True

    def draw(self, points: NDArray[np.floating], tone: Lab, *, closed: bool = False) -> None:
        """Set the cells along a line through (N, 2) places in cells."""
        sheet = np.zeros((self.cells, self.cells), np.uint8)
        course = np.floor(points).astype(np.int32)
        cv2.polylines(sheet, [course], isClosed=closed, color=(1,), thickness=1)
        self.tint(sheet > 0, tone)


def covered(cells: int, shapes: list[NDArray[np.floating]], share: float = 0.5) -> Cells:
    """Return the cells of which closed shapes, in cells, cover more than a share."""
    fine = polygons(cells * FINE, [shape * FINE for shape in shapes])
    return np.asarray(reduced(fine, cells) > share)


def levels(values: Mask, cuts: list[float], dither: float) -> NDArray[np.intp]:
    """Return how many of the rising cuts each value exceeds, dithered by a share of their gap."""
    pattern = tiled(values.shape) - 0.5
    gap = float(np.diff(cuts).min()) if len(cuts) > 1 else 1.0
    return np.asarray(np.searchsorted(cuts, values + dither * gap * pattern), np.intp)


def tiled(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the dither's thresholds, in [0, 1], over a grid of (rows, columns)."""
    rows, columns = shape[:2]
    return as_field(np.tile(BAYER, (rows // 4 + 1, columns // 4 + 1))[:rows, :columns])


def limited(lab: NDArray[np.float32], here: Cells, colours: int) -> NDArray[np.float32]:
    """Return (N, N, 3) cells in at most so many colours, merging the nearest pairs first."""
    known, index, counts = np.unique(
        lab[here].round(2), axis=0, return_inverse=True, return_counts=True
    )
    tones, weights = known.astype(np.float64), counts.astype(np.float64)
    owner = np.arange(len(tones))
    while len(set(owner.tolist())) > colours:
        alive = np.unique(owner)
        gaps = np.linalg.norm(tones[alive, None] - tones[None, alive], axis=2)
        # Small spots of their own colour, a pupil or a catchlight, go last.
        cost = gaps + np.diag(np.full(len(alive), np.inf))
        a, b = (alive[k] for k in np.unravel_index(int(cost.argmin()), cost.shape))
        total = weights[a] + weights[b]
        tones[a] = (weights[a] * tones[a] + weights[b] * tones[b]) / total
        weights[a] = total
        owner[owner == b] = a
    merged = lab.copy()
    merged[here] = tones[owner][np.reshape(index, -1)]
    return merged


def enlarged_cells(values: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return (N, N, C) cells as (size, size, C) pixels with hard edges."""
    index = (np.arange(size) * values.shape[0]) // size
    return np.ascontiguousarray(values[index][:, index])


def coloured(sprite: Sprite, size: int, colours: int) -> NDArray[np.uint8]:
    """Return a sprite in a limited palette as (size, size, 4) uint8 sRGB, straight alpha."""
    rgb = np.rint(to_rgb(limited(sprite.lab, sprite.here, colours))).astype(np.uint8)
    alpha = np.where(sprite.here, 255, 0).astype(np.uint8)
    return enlarged_cells(np.dstack([rgb, alpha]), size)
