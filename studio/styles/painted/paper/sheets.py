"""Sheets of paper laid over each other: each throws a soft shadow and shows its cut edge."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.canvas import Canvas, Colour

SHADE = np.array([0.50, 0.47, 0.55], np.float32)  # what a shadow leaves of the light, R G B
FALL = np.array([4.0, 7.0])  # units across and down that a shadow falls at height 1
SOFT = 5.0  # units: blur of a shadow at height 1
STRENGTH = 0.62
EDGE = 1.5  # units: how much of the paper's thickness shows
EDGE_LIGHT = 0.13  # share of the way to white
SMALL = 4  # shadows are soft: they are made this much smaller
GRAIN, FIBRE = 2.2, 3.0  # grey levels, standard deviation
GRAIN_CELLS, FIBRE_CELLS = 640, 128  # across the shorter side
BLACK = np.zeros(3, np.float32)
WHITE = np.full(3, 255, np.float32)


class Sheets:
    """A stack of paper on a canvas, seen from above with the lamp at the upper left."""

    def __init__(self, canvas: Canvas, unit: float, depth: float) -> None:
        """Begin a stack; `unit` is pixels per unit, `depth` scales all shadows, 1 = as designed."""
        self.canvas = canvas
        self.unit = unit
        self._depth = depth

    def lay(self, alpha: Mask, colour: Colour | NDArray[np.float32], height: float = 1.0) -> None:
        """Lay a sheet of one colour, or of planes of them, cut out by an (H, W) alpha."""
        self.shade(alpha, height)
        self.canvas.cover(alpha, colour)
        self.canvas.cover(self._edge(alpha), WHITE)

    def cut(self, outline: NDArray[np.float64], colour: Colour, height: float = 0.5) -> None:
        """Lay a small sheet with a closed outline, (N, 2) pixels."""
        reach = (3 * SOFT + float(FALL.max())) * height * self.unit + 4
        part = self.canvas.window(outline, reach)
        Sheets(part, self.unit, self._depth).lay(part.shape(outline), colour, height)

    def shade(self, alpha: Mask, height: float = 1.0) -> None:
        """Let a sheet's shadow fall on what lies below, not on where the sheet will lie."""
        box = cv2.boundingRect((alpha > 1 / 64).view(np.uint8))
        if box[2] == 0:
            return
        shadow = shadow_of(alpha, self.unit * height)
        self.canvas.shade(as_field(STRENGTH * self._depth * shadow * (1 - alpha)), SHADE, BLACK)

    def _edge(self, alpha: Mask) -> Mask:
        """The thickness of the cut that faces the lamp."""
        step = EDGE * self.unit
        moved = _moved(alpha, 0.6 * step, step)
        return as_field(EDGE_LIGHT * np.clip(alpha - moved, 0, 1))


def shadow_of(alpha: Mask, reach: float) -> Mask:
    """Return the shadow of an (H, W) alpha, `reach` pixels per unit."""
    height, width = alpha.shape
    factor = SMALL if min(height, width) >= 64 else 1
    small = cv2.resize(
        alpha, (max(1, width // factor), max(1, height // factor)), interpolation=cv2.INTER_AREA
    )
    across, down = FALL * reach / factor
    fallen = _moved(as_field(small), float(across), float(down))
    soft = cv2.GaussianBlur(fallen, (0, 0), max(0.3, SOFT * reach / factor))
    return as_field(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR))


def _moved(alpha: Mask, across: float, down: float) -> Mask:
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    sides = (alpha.shape[1], alpha.shape[0])
    return as_field(cv2.warpAffine(alpha, matrix, sides, borderMode=cv2.BORDER_REPLICATE))


def textured(picture: NDArray[np.uint8], seed: int) -> NDArray[np.uint8]:
    """Return a picture of (H, W, 3) with the grain and the fibres of paper, as large as it is."""
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for amount, cells in ((GRAIN, GRAIN_CELLS), (FIBRE, FIBRE_CELLS)):
        scale = cells / min(width, height)
        # Fibres lie along the sheet: longer across than down.
        lying = 1 if cells == GRAIN_CELLS else 3
        rows, columns = max(2, round(lying * height * scale)), max(2, round(width * scale))
        noise = as_field(amount * rng.standard_normal((rows, columns)))
        total += cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(picture, cv2.merge([total] * 3), dtype=cv2.CV_8U), np.uint8)
