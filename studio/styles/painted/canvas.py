"""A sheet to paint on: flat shapes with clean edges, and tapered strokes."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, enlarged, slopes

Colour = NDArray[np.float32]  # (3,) sRGB, 0 to 255
Points = NDArray[np.floating]  # (N, 2) pixels

SHIFT = 4  # fractional bits of OpenCV's polygon corners
SAMPLES = 8  # spline points between two given ones


class Canvas:
    """An opaque picture that shapes are laid over; or a window onto a part of one."""

    def __init__(self, image: NDArray[np.float32], origin: tuple[int, int] = (0, 0)) -> None:
        """Paint on `image`, (H, W, 3) float32 sRGB, 0 to 255, whose corner lies at `origin`."""
        self.image = image
        self._origin = np.asarray(origin, np.float64)

    def window(self, outline: Points, margin: float) -> Canvas:
        """Return the part of the canvas around (N, 2) points: painting there paints here."""
        height, width = self.image.shape[:2]
        spots = np.asarray(outline, np.float64) - self._origin
        left, top = np.clip(np.floor(spots.min(axis=0) - margin), 0, (width - 1, height - 1))
        right, bottom = np.clip(
            np.ceil(spots.max(axis=0) + margin), (left + 1, top + 1), (width, height)
        )
        part = self.image[int(top) : int(bottom), int(left) : int(right)]
        x, y = self._origin
        return Canvas(part, (int(x + left), int(y + top)))

    def shape(self, *outlines: Points) -> Mask:
        """Return the antialiased union of closed outlines as an alpha of this canvas' size."""
        height, width = self.image.shape[:2]
        mask = np.zeros((height, width), np.uint8)
        for outline in outlines:
            corners = np.round((np.asarray(outline) - self._origin) * (1 << SHIFT))
            cv2.fillPoly(mask, [corners.astype(np.int32)], (255,), cv2.LINE_AA, SHIFT)
        return as_field(mask) / np.float32(255)

    def cover(self, alpha: Mask, colour: Colour | NDArray[np.float32]) -> None:
        """Lay a flat colour, or a picture, over the canvas through an (N, N) alpha in [0, 1]."""
        box = _extent(alpha)
        if box is None:
            return
        part = self.image[box]
        paint = colour if colour.ndim == 1 else colour[box]
        part += alpha[box][..., None] * (paint - part)

    def shade(self, alpha: Mask, ratio: Colour, floor: Colour) -> None:
        """Darken by `ratio` per channel through an alpha, never below `floor`.

        Ink is made so: it stays a darker kin of what it lies on, on every skin and every hair.
        """
        box = _extent(alpha)
        if box is None:
            return
        part = self.image[box]
        target = np.maximum(part * ratio, np.minimum(part, floor))
        part += alpha[box][..., None] * (target - part)

    def finished(self) -> NDArray[np.uint8]:
        """Return the picture as (N, N, 3) uint8 sRGB."""
        return np.asarray(np.clip(self.image + 0.5, 0, 255), np.uint8)


def _extent(alpha: Mask) -> tuple[slice, slice] | None:
    x, y, width, height = cv2.boundingRect((alpha > 1 / 512).astype(np.uint8))
    if width == 0:
        return None
    return slice(y, y + height), slice(x, x + width)


def crisp(field: Mask, level: float, size: int, *, softness: float = 1.0) -> Mask:
    """Cut a smooth field at `level` into a shape with an antialiased edge.

    Args:
        field: (M, M) float32, at any working size.
        level: The shape is where the field exceeds it.
        size: Side of the result, pixels.
        softness: Width of the edge, pixels.

    Returns:
        (size, size) float32 alpha.
    """
    grown = enlarged(field, size)
    slope = cv2.magnitude(*slopes(grown))
    return as_field(np.clip(0.5 + (grown - np.float32(level)) / (slope * softness + 1e-4), 0, 1))


def spline(points: Points, samples: int = SAMPLES, *, closed: bool = False) -> NDArray[np.float64]:
    """Return a Catmull-Rom curve through (N, 2) points."""
    p = np.asarray(points, np.float64)
    if closed:
        padded = np.vstack([p[-1], p, p[0], p[1]])
    else:
        padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, samples, endpoint=False)[:, None]
    a, b, c, d = (padded[i : len(padded) - 3 + i, None] for i in range(4))
    curve = 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
    curve = curve.reshape(-1, 2)
    return curve if closed else np.vstack([curve, p[-1]])


def polygons(size: int, shapes: Sequence[Points]) -> Mask:
    """Return the antialiased union of closed shapes, (size, size) float32 alpha."""
    mask = np.zeros((size, size), np.uint8)
    for shape in shapes:
        corners = np.round(np.asarray(shape) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(mask, [corners], 255, cv2.LINE_AA, SHIFT)
    return as_field(mask) / np.float32(255)


def stroke(points: Points, widths: Sequence[float]) -> NDArray[np.float64]:
    """Return the outline of a pen stroke along a curve through `points`.

    Args:
        points: (N, 2) pixels, at least two.
        widths: The pen's width at evenly spaced places along the curve, pixels.

    Returns:
        (M, 2) corners of the closed outline.
    """
    curve = spline(points)
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    along /= max(along[-1], 1e-6)
    pen = np.interp(along, np.linspace(0, 1, len(widths)), widths) / 2
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) * pen[:, None]
    return np.vstack([curve + normal, (curve - normal)[::-1]])
