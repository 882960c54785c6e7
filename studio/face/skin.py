"""The colour of the light on a face and behind it, one number pair a frame.

Only the hue of the light matters here, so everything is averaged in linear light (IEC 61966-2-1)
and divided by its sum: a camera that brightens or darkens the picture changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from consent.types import NO_CHROMA, Chroma
from studio.face.types import Face

# Landmarks on the forehead and on both cheeks: wide, bare, and turned to the screen.
SKIN_POINTS = (151, 9, 108, 337, 69, 299, 50, 280, 205, 425, 101, 330)
# Surfaces that face different ways: forehead, nose, both sides of the cheeks, chin.
REGIONS = ((151, 9, 108, 337), (195, 5, 4), (123, 147, 187), (352, 376, 411), (199, 175, 152))
PATCH = 1 / 8  # of the distance between the eyes: half the side of a square around each point
STEP = 4  # pixels between the samples of the background
WIDENED = 0.55  # of the face's width, left free on both sides: ears, hair, a hand
DARKEST, BRIGHTEST = 4, 250  # 8-bit values: outside, a camera's colours say nothing
LEAST_SEEN = 0.2  # of a region's pixels that must lie between the two

_BYTES = np.arange(256) / 255
LINEAR = np.where(_BYTES <= 0.04045, _BYTES / 12.92, ((_BYTES + 0.055) / 1.055) ** 2.4).astype(
    np.float32
)


def skin_chroma(image: NDArray[np.uint8], face: Face) -> Chroma:
    """Return the chroma of forehead and cheeks in an (H, W, 3) uint8 sRGB image."""
    return _around(image, face, SKIN_POINTS)


def region_chromas(image: NDArray[np.uint8], face: Face) -> tuple[Chroma, ...]:
    """Return the chroma of each of `REGIONS`, which a flat picture cannot light differently."""
    return tuple(_around(image, face, points) for points in REGIONS)


def region_lights(image: NDArray[np.uint8], face: Face) -> tuple[float, ...]:
    """Return the mean linear light, 0 to 3, of each of `REGIONS`."""
    return tuple(_light(_patches(image, face, points)) for points in REGIONS)


def background_chroma(image: NDArray[np.uint8], face: Face) -> Chroma:
    """Return the chroma of what lies left and right of the head, from its chin upwards."""
    return _chroma(_beside(image, face))


def _beside(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    """Return (N, 3) pixels left and right of the head."""
    width = image.shape[1]
    free = WIDENED * face.box.width
    left, right = int(face.box.left - free), int(face.box.right + free)
    bottom = max(1, int(face.box.bottom))
    columns = [*range(0, max(0, left), STEP), *range(max(0, right), width, STEP)]
    rows = image[: min(bottom, image.shape[0]) : STEP]
    return rows[:, columns].reshape(-1, 3)


def _around(image: NDArray[np.uint8], face: Face, points: Sequence[int]) -> Chroma:
    """Return the chroma of squares around some landmarks."""
    return _chroma(_patches(image, face, points))


def _patches(image: NDArray[np.uint8], face: Face, points: Sequence[int]) -> NDArray[np.uint8]:
    """Return (N, 3) pixels of squares around some landmarks."""
    height, width = image.shape[:2]
    radius = max(2, round(face.inter_eye * PATCH))
    patches = []
    for x, y in face.landmarks[list(points), :2].round().astype(int):
        left, top = max(0, x - radius), max(0, y - radius)
        patch = image[top : max(top, y + radius + 1), left : max(left, x + radius + 1)]
        if 0 <= x < width and 0 <= y < height and patch.size:
            patches.append(patch.reshape(-1, 3))
    return np.concatenate(patches) if patches else np.empty((0, 3), np.uint8)


def _light(pixels: NDArray[np.uint8]) -> float:
    return float(LINEAR[pixels].sum(axis=1).mean()) if len(pixels) else math.nan


def _chroma(pixels: NDArray[np.uint8]) -> Chroma:
    """Return the shares of red and green in (N, 3) uint8 sRGB pixels, in linear light."""
    if not len(pixels):
        return NO_CHROMA
    seen = (pixels.max(axis=1) <= BRIGHTEST) & (pixels.max(axis=1) >= DARKEST)
    if seen.mean() < LEAST_SEEN:
        return NO_CHROMA
    red, green, blue = LINEAR[pixels[seen]].sum(axis=0, dtype=np.float64)
    total = red + green + blue
    return (float(red / total), float(green / total)) if total > 0 else NO_CHROMA
