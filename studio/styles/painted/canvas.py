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
EDGE_REACH = 12.0  # pixels
SAMPLES = 8  # spline points between two given ones


class Canvas:
    """An opaque picture that shapes are laid over; or a window onto a part of one.

    Its planes lie one after the other, (3, H, W): a flat colour then goes over one plane after
    the other without gaps in memory, which is what makes a thousand-pixel drawing quick.
    """

    def __init__(self, planes: NDArray[np.float32], origin: tuple[int, int] = (0, 0)) -> None:
        """Paint on `planes`, (3, H, W) float32 sRGB, 0 to 255, whose corner lies at `origin`."""
        self.planes = planes
        self._origin = np.asarray(origin, np.float64)

    @classmethod
    def blank(cls, width: int, height: int, colour: Colour) -> Canvas:
        """Return a canvas of one colour."""
        planes = np.empty((3, height, width), np.float32)
        planes[:] = colour[:, None, None]
        return cls(planes)

    def window(self, outline: Points, margin: float) -> Canvas:
        """Return the part of the canvas around (N, 2) points: painting there paints here."""
        height, width = self.planes.shape[1:]
        spots = np.asarray(outline, np.float64) - self._origin
        left, top = np.clip(np.floor(spots.min(axis=0) - margin), 0, (width - 1, height - 1))
        right, bottom = np.clip(
            np.ceil(spots.max(axis=0) + margin), (left + 1, top + 1), (width, height)
        )
        part = self.planes[:, int(top) : int(bottom), int(left) : int(right)]
        x, y = self._origin
        return Canvas(part, (int(x + left), int(y + top)))

    def shape(self, *outlines: Points) -> Mask:
        """Return the antialiased union of closed outlines as an alpha of this canvas' size."""
        height, width = self.planes.shape[1:]
        mask = np.zeros((height, width), np.uint8)
        for outline in outlines:
            corners = np.round((np.asarray(outline) - self._origin) * (1 << SHIFT))
            cv2.fillPoly(mask, [corners.astype(np.int32)], (255,), cv2.LINE_AA, SHIFT)
        return as_field(mask) / np.float32(255)

    def cover(self, alpha: Mask, colour: Colour | NDArray[np.float32]) -> None:
        """Lay a flat colour, or planes of them, over the canvas through an alpha in [0, 1]."""
        box = _extent(alpha)
        if box is None:
            return
        rows, columns = box
        through = alpha[box]
        for plane, paint in zip(self.planes, colour, strict=True):
            part = plane[rows, columns]
            part += through * ((paint if colour.ndim == 1 else paint[box]) - part)

    def lift(self, alpha: Mask, difference: Colour) -> None:
        """Add a difference of colours through an alpha: what varies below goes on varying."""
        for plane, step in zip(self.planes, difference, strict=True):
            np.add(plane, alpha * step, out=plane)

    def shade(self, alpha: Mask, ratio: Colour, floor: Colour) -> None:
        """Darken by `ratio` per channel through an alpha, never below `floor`.

        Ink is made so: it stays a darker kin of what it lies on, on every skin and every hair.
        """
        box = _extent(alpha)
        if box is None:
            return
        through = alpha[box]
        for plane, keep, least in zip(self.planes, ratio, floor, strict=True):
            part = plane[box]
            part += through * (np.maximum(part * keep, np.minimum(part, least)) - part)

    def finished(self) -> NDArray[np.uint8]:
        """Return the picture as (H, W, 3) uint8 sRGB."""
        rounded = [cv2.convertScaleAbs(plane) for plane in self.planes]
        return np.asarray(cv2.merge(rounded), np.uint8)

    def cut_out(self, alpha: Mask) -> NDArray[np.uint8]:
        """Return the picture through an alpha in [0, 1] as (H, W, 4) uint8, straight alpha."""
        rounded = [cv2.convertScaleAbs(plane) for plane in (*self.planes, alpha * 255)]
        return np.asarray(cv2.merge(rounded), np.uint8)


def _extent(alpha: Mask) -> tuple[slice, slice] | None:
    x, y, width, height = cv2.boundingRect((alpha > 1 / 512).view(np.uint8))
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
    edge = edge_distance(field, level)
    scale = size / field.shape[0] / softness
    return as_field(np.clip(0.5 + np.float32(scale) * enlarged(edge, size), 0, 1))


def edge_distance(field: Mask, level: float) -> Mask:
    """Return how far inside the shape `field` > `level` each pixel lies, near its edge.

    Distances are in the field's pixels and end at EDGE_REACH either way: only what surrounds the
    edge is needed, and a bounded field grows without ringing.
    """
    slope = as_field(cv2.magnitude(*slopes(field))) + np.float32(1e-4)
    return as_field(np.clip((field - np.float32(level)) / slope, -EDGE_REACH, EDGE_REACH))


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


def stroke(
    points: Points, widths: Sequence[float], *, samples: int = SAMPLES
) -> NDArray[np.float64]:
    """Return the outline of a pen stroke along a curve through `points`.

    Args:
        points: (N, 2) pixels, at least two.
        widths: The pen's width at evenly spaced places along the curve, pixels.
        samples: Corners between two given points.

    Returns:
        (M, 2) corners of the closed outline.
    """
    curve = spline(points, samples)
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    along /= max(along[-1], 1e-6)
    pen = np.interp(along, np.linspace(0, 1, len(widths)), widths) / 2
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) * pen[:, None]
    return np.vstack([curve + normal, (curve - normal)[::-1]])
