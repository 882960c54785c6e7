"""Flat, designed backgrounds in harmony with the person's own colours."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import Lab, to_rgb

Shape = NDArray[np.float64]  # (N, 2) shares of the shorter side, from the middle square's corner

BACKGROUNDS = {
    "circle": "Circle",
    "plain": "Plain",
    "duo": "Two tones",
    "rays": "Rays",
    "dots": "Dots",
}


def paint_background(width: int, height: int, name: str, tones: tuple[Lab, Lab]) -> Canvas:
    """Return a canvas of `width` x `height` pixels with a design in two tones."""
    canvas = Canvas.blank(width, height, to_rgb(tones[0]))
    side = min(width, height)
    corner = np.array([width - side, height - side]) / 2
    aside = corner[0] / side  # how far the picture goes beyond the middle square, in squares
    shapes = [corner + side * shape for shape in _shapes(name, aside)]
    if shapes:
        canvas.cover(canvas.shape(*shapes), to_rgb(tones[1]))
    return canvas


def _shapes(name: str, aside: float) -> list[Shape]:
    match name:
        case "plain":
            return []
        case "circle":
            return _circle()
        case "duo":
            return _duo(aside)
        case "rays":
            return _rays(aside)
        case "dots":
            return _dots(aside)
        case _:
            raise ValueError(f"there is no background named {name!r}")


def _circle() -> list[Shape]:
    angle = np.linspace(0, 2 * np.pi, 180, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * 0.43 + [0.5, 0.47]
    return [ring]


def _duo(aside: float) -> list[Shape]:
    ends = np.array([-aside, 1 + aside])
    left, right = 0.72 - 0.5 * ends / (1 + 2 * aside)
    return [np.array([[ends[0], left], [ends[1], right], [ends[1], 1.0], [ends[0], 1.0]])]


def _rays(aside: float) -> list[Shape]:
    count, far = 16, 1 + 2 * aside
    shapes = []
    for k in range(count):
        a, b = (2 * np.pi * (k + o) / count for o in (0.0, 0.5))
        shapes.append(
            np.array(
                [
                    [0.5, 0.5],
                    [0.5 + far * np.cos(a), 0.5 + far * np.sin(a)],
                    [0.5 + far * np.cos(b), 0.5 + far * np.sin(b)],
                ]
            )
        )
    return shapes


def _dots(aside: float) -> list[Shape]:
    shapes = []
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    for row in range(15):
        for column in range(-math.ceil(14 * aside), 15 + math.ceil(14 * aside)):
            centre = np.array([column + 0.5 * (row % 2), row]) / 14
            shapes.append(centre + ring * (0.006 + 0.014 * row / 14))
    return shapes
