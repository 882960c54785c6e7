"""Flat, designed backgrounds in harmony with the person's own colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import Lab, to_rgb

Shape = NDArray[np.float64]  # (N, 2) shares of the side

BACKGROUNDS = {
    "circle": "Circle",
    "plain": "Plain",
    "duo": "Two tones",
    "rays": "Rays",
    "dots": "Dots",
}


def paint_background(size: int, name: str, tones: tuple[Lab, Lab]) -> Canvas:
    """Return a canvas with a design in two tones."""
    canvas = Canvas.blank(size, to_rgb(tones[0]))
    shapes = _DESIGNS[name]()
    if shapes:
        canvas.cover(canvas.shape(*(shape * size for shape in shapes)), to_rgb(tones[1]))
    return canvas


def _plain() -> list[Shape]:
    return []


def _circle() -> list[Shape]:
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * 0.43 + [0.5, 0.47]
    return [ring]


def _duo() -> list[Shape]:
    return [np.array([[0.0, 0.72], [1.0, 0.22], [1.0, 1.0], [0.0, 1.0]])]


def _rays() -> list[Shape]:
    count = 16
    shapes = []
    for k in range(count):
        a, b = (2 * np.pi * (k + o) / count for o in (0.0, 0.5))
        shapes.append(
            np.array(
                [[0.5, 0.5], [0.5 + np.cos(a), 0.5 + np.sin(a)], [0.5 + np.cos(b), 0.5 + np.sin(b)]]
            )
        )
    return shapes


def _dots() -> list[Shape]:
    shapes = []
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    for row in range(15):
        for column in range(15):
            centre = np.array([column + 0.5 * (row % 2), row]) / 14
            shapes.append(centre + ring * (0.006 + 0.014 * row / 14))
    return shapes


_DESIGNS = {"plain": _plain, "circle": _circle, "duo": _duo, "rays": _rays, "dots": _dots}
