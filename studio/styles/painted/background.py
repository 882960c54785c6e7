"""Flat, designed backgrounds in harmony with the person's own colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.painted.canvas import polygons
from studio.styles.painted.colour import Lab, to_rgb

BACKGROUNDS = {
    "circle": "Circle",
    "plain": "Plain",
    "duo": "Two tones",
    "rays": "Rays",
    "dots": "Dots",
}


def paint_background(size: int, name: str, tones: tuple[Lab, Lab]) -> NDArray[np.float32]:
    """Return (size, size, 3) float32 sRGB of a design in two tones."""
    field = np.empty((size, size, 3), np.float32)
    field[:] = to_rgb(tones[0])
    mask = _DESIGNS[name](size)
    if mask is not None:
        field += mask[..., None] * (to_rgb(tones[1]) - field)
    return field


def _plain(_size: int) -> None:
    return None


def _circle(size: int) -> NDArray[np.float32]:
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * 0.43 + [0.5, 0.47]
    return polygons(size, [ring * size])


def _duo(size: int) -> NDArray[np.float32]:
    return polygons(size, [np.array([[0.0, 0.72], [1.0, 0.22], [1.0, 1.0], [0.0, 1.0]]) * size])


def _rays(size: int) -> NDArray[np.float32]:
    count = 16
    shapes = []
    for k in range(count):
        a, b = (2 * np.pi * (k + o) / count for o in (0.0, 0.5))
        shapes.append(
            np.array(
                [[0.5, 0.5], [0.5 + np.cos(a), 0.5 + np.sin(a)], [0.5 + np.cos(b), 0.5 + np.sin(b)]]
            )
            * size
        )
    return polygons(size, shapes)


def _dots(size: int) -> NDArray[np.float32]:
    shapes = []
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    for row in range(15):
        for column in range(15):
            centre = np.array([column + 0.5 * (row % 2), row]) / 14
            shapes.append((centre + ring * (0.006 + 0.014 * row / 14)) * size)
    return polygons(size, shapes)


_DESIGNS = {"plain": _plain, "circle": _circle, "duo": _duo, "rays": _rays, "dots": _dots}
