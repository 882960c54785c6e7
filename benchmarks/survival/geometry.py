"""Where a point of a picture went: 3 x 3 matrices from the released picture's pixels."""

from __future__ import annotations

from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.types import Rect

Place = NDArray[np.float64]  # (3, 3), for column vectors (x, y, 1)
Pixels = NDArray[np.uint8]

SAME: Place = np.eye(3)


def moved(x: float, y: float) -> Place:
    """Return the matrix that adds (x, y)."""
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def scaled(x: float, y: float) -> Place:
    """Return the matrix that multiplies by (x, y)."""
    return np.diag([x, y, 1.0])


def turned(degrees: float, about: tuple[float, float]) -> Place:
    """Return the matrix that turns clockwise, as seen, about a point."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float64)
    return moved(*about) @ turn @ moved(-about[0], -about[1])


def resized(pixels: Pixels, size: tuple[int, int]) -> tuple[Pixels, Place]:
    """Return a picture of (width, height), averaged or interpolated, and where its points went.

    Colour is weighted by alpha where there is one.
    """
    height, width = pixels.shape[:2]
    how = cv2.INTER_AREA if size[0] < width else cv2.INTER_CUBIC
    place = scaled(size[0] / width, size[1] / height)
    if pixels.shape[2] == 3:
        return np.asarray(cv2.resize(pixels, size, interpolation=how), np.uint8), place
    weighted = pixels.astype(np.float32)
    weighted[..., :3] *= weighted[..., 3:] / 255
    small = np.asarray(cv2.resize(weighted, size, interpolation=how), np.float32)
    small[..., 3] = np.clip(small[..., 3], 0, 255)
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8), place


def strip(pixels: Pixels, place: Place, box: Rect, *, around: float, height: int) -> Pixels | None:
    """Return what lies over a box of the released picture, upright and enlarged.

    Args:
        pixels: (H, W, 3) of the picture as it is now.
        place: Where the released picture's points went.
        box: Left, top, right, bottom in the released picture.
        around: Pixels of the released picture to show around the box, where there are any.
        height: Of the strip, pixels.

    Returns:
        (height, W, 3), or None where the box itself does not lie in the picture whole.
    """
    left, top, right, bottom = box
    corners = place @ np.array([[left, right, right, left], [top, top, bottom, bottom], [1] * 4])
    limits = np.array([[pixels.shape[1]], [pixels.shape[0]]])
    if (corners[:2] < -1).any() or (corners[:2] > limits + 1).any():
        return None
    zoom = height / (bottom - top + 2 * around)
    width = max(8, round((right - left + 2 * around) * zoom))
    target = scaled(zoom, zoom) @ moved(around - left, around - top) @ np.linalg.inv(place)
    out = cv2.warpAffine(
        pixels,
        target[:2],
        (width, height),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(out, np.uint8)
