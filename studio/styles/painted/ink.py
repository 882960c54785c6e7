"""Ink: tapered strokes gathered on one sheet, laid down as a darker kin of what lies below."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from studio.styles.fields import Mask, as_field
from studio.styles.painted.canvas import SHIFT, Canvas, Colour, Points, stroke

RATIO = np.array([0.36, 0.27, 0.27], np.float32)  # what ink leaves of the light below, R G B


class Ink:
    """Strokes waiting to be laid down together, so that crossings do not darken twice."""

    def __init__(self, size: int, unit: float, weight: float) -> None:
        """Begin an empty sheet; `weight` scales every pen, 1 = as designed."""
        self._sheet = np.zeros((size, size), np.uint8)
        self._unit = unit
        self._weight = weight

    def stroke(self, points: Points, widths: Sequence[float], *, strength: float = 1.0) -> None:
        """Draw along (N, 2) points; widths are in units at evenly spaced places."""
        pens = [max(0.15, w * self._unit * self._weight) for w in widths]
        outline = stroke(points, pens)
        # Only the stroke's own surroundings are touched: a sheet has a hundred strokes.
        low = np.maximum(np.floor(outline.min(axis=0)).astype(int) - 2, 0)
        high = np.minimum(np.ceil(outline.max(axis=0)).astype(int) + 3, self._sheet.shape[0])
        if (high <= low).any():
            return
        part = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
        corners = np.round((outline - low) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(part, [corners], (round(255 * strength),), cv2.LINE_AA, SHIFT)
        view = self._sheet[low[1] : high[1], low[0] : high[0]]
        np.maximum(view, part, out=view)

    def area(self, alpha: Mask) -> None:
        """Add an area of ink, (N, N) float32 alpha."""
        np.maximum(self._sheet, np.clip(alpha * 255, 0, 255).astype(np.uint8), out=self._sheet)

    def lay(self, canvas: Canvas, floor: Colour, ratio: Colour = RATIO) -> None:
        """Lay all strokes onto the canvas: they leave `ratio` of the light, down to `floor`."""
        canvas.shade(as_field(self._sheet) / np.float32(255), ratio, floor)

    def fill(self, canvas: Canvas, colour: Colour) -> None:
        """Lay all strokes in one opaque colour: a printer's ink hides what lies below."""
        canvas.cover(as_field(self._sheet) / np.float32(255), colour)
