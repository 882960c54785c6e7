"""Fields: pictures of one number per pixel, and the few operations that everything shares."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.float32]  # (N, N), mostly in [0, 1]


def as_field(values: object) -> NDArray[np.float32]:
    """Return any array as float32."""
    return np.asarray(values, np.float32)


def ramp(values: object, low: float, high: float) -> Mask:
    """Rise from 0 at `low` to 1 at `high`."""
    return as_field(np.clip((as_field(values) - low) / (high - low), 0, 1))


def reduced(values: NDArray[np.generic], side: int) -> NDArray[np.float32]:
    """Shrink to (side, side) by whole areas."""
    return as_field(cv2.resize(as_field(values), (side, side), interpolation=cv2.INTER_AREA))


def enlarged(values: NDArray[np.generic], side: int) -> NDArray[np.float32]:
    """Grow to (side, side), smoothly."""
    if values.shape[0] == side:
        return as_field(values)
    return as_field(cv2.resize(as_field(values), (side, side), interpolation=cv2.INTER_CUBIC))


def linear(values: NDArray[np.generic], side: int) -> NDArray[np.float32]:
    """Grow to (side, side), quickly; for what changes slowly."""
    return as_field(cv2.resize(as_field(values), (side, side), interpolation=cv2.INTER_LINEAR))


def filled(side: int, *outlines: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return (side, side) True inside any of the closed outlines, (N, 2) pixels each."""
    sheet = np.zeros((side, side), np.uint8)
    for outline in outlines:
        cv2.fillPoly(sheet, [np.round(outline).astype(np.int32)], (1,))
    return np.asarray(sheet > 0)


def eroded(shape: NDArray[np.bool_], pixels: int) -> NDArray[np.bool_]:
    """Take `pixels` off a shape's rim."""
    kernel = np.ones((2 * pixels + 1, 2 * pixels + 1), np.uint8)
    return np.asarray(cv2.erode(shape.astype(np.uint8), kernel) > 0)


def blurred(values: Mask, sigma: float) -> Mask:
    """Gaussian blur; a wide one works on a reduced field, where it looks the same."""
    if sigma < 0.3:
        return values
    shrink = 1
    while sigma / shrink > 6:
        shrink *= 2
    if shrink == 1:
        return as_field(cv2.GaussianBlur(values, (0, 0), sigma))
    side = values.shape[0]
    small = cv2.GaussianBlur(reduced(values, side // shrink), (0, 0), sigma / shrink)
    return enlarged(small, side)


def slopes(values: Mask) -> tuple[Mask, Mask]:
    """Return the change per pixel to the right and downwards (Sobel)."""
    return (
        as_field(cv2.Sobel(values, cv2.CV_32F, 1, 0, scale=1 / 8)),
        as_field(cv2.Sobel(values, cv2.CV_32F, 0, 1, scale=1 / 8)),
    )


def without_islands(values: Mask, level: float, least: float) -> Mask:
    """Merge what a cut at `level` would leave as a patch or hole of under `least` pixels."""
    merged = values.copy()
    spread = float(np.std(values)) * 0.15
    for above in (True, False):
        shape = values > level if above else values <= level
        count, labels, stats, _ = cv2.connectedComponentsWithStats(shape.astype(np.uint8))
        small = stats[:, cv2.CC_STAT_AREA] < least
        small[0] = False
        if count > 1 and small.any():
            merged[small[labels]] = level + (-spread if above else spread)
    return merged
