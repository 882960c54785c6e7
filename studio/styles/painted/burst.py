"""Backdrops of a comic's cover: a burst of rays, a field of growing dots, a split."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.canvas import Canvas, Colour
from studio.styles.painted.screens import dots

BURSTS = {"burst": "Burst", "dots": "Dots", "split": "Split", "plain": "Plain"}
RAYS = 14
HEART = np.array([0.5, 0.46])  # where rays meet, shares of the middle square


def paint_burst(
    size: tuple[int, int], name: str, tones: tuple[Colour, Colour, Colour], pitch: float
) -> NDArray[np.uint8]:
    """Return a backdrop of (width, height) pixels.

    Args:
        size: Width and height, pixels.
        name: One of BURSTS.
        tones: The field's colour, the shapes' and the dots', sRGB.
        pitch: Of the dots, as a share of the shorter side.
    """
    width, height = size
    side = min(width, height)
    corner = np.array([width - side, height - side]) / 2
    canvas = Canvas.blank(width, height, tones[0])
    across = (np.arange(width, dtype=np.float32)[None, :] - np.float32(corner[0])) / side
    down = (np.arange(height, dtype=np.float32)[:, None] - np.float32(corner[1])) / side
    away = np.hypot(across - np.float32(HEART[0]), down - np.float32(HEART[1]))
    if name == "burst":
        canvas.cover(canvas.shape(*_rays(corner + HEART * side, width + height)), tones[1])
        # The dots grow outwards: the middle stays calm behind the face.
        canvas.cover(_screen(0.9 * (away - 0.40), pitch * side), tones[2])
    elif name == "dots":
        canvas.cover(_screen(0.75 * (1.02 - 1.25 * away), pitch * side), tones[1])
    elif name == "split":
        line = corner + side * np.array([[0.66, -0.02], [0.34, 1.02]])
        edge = np.array([[width + 2, height + 2], [width + 2, -2]])
        canvas.cover(canvas.shape(np.vstack([line, edge])), tones[2])
        canvas.cover(_screen(0.75 * (down - 0.25) + 0 * across, pitch * side), tones[1])
    return canvas.finished()


def _screen(coverage: NDArray[np.floating], pitch: float) -> Mask:
    return dots(as_field(np.clip(coverage, 0, 0.62)), pitch, 45)


def _rays(heart: NDArray[np.float64], reach: float) -> list[NDArray[np.float64]]:
    """Wedges out of one place, every second of the circle's parts."""
    rays = []
    for ray in range(RAYS):
        angles = 2 * np.pi * (ray + np.array([0.0, 0.5])) / RAYS + 0.11
        ends = heart + reach * np.column_stack([np.cos(angles), np.sin(angles)])
        rays.append(np.vstack([heart, ends]))
    return rays
