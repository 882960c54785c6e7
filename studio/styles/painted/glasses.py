"""Glasses stay glasses: rims, bridge and arms as pen strokes, and light on the lenses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.painted.canvas import Canvas, spline, stroke
from studio.styles.painted.colour import to_rgb, toned
from studio.styles.painted.study import Study
from studio.styles.parsing.glasses import Glasses

RIM = (3.2, 13.0)  # units: thinnest and thickest rim drawn
GLASS = 0.03  # how much the lens veils what is behind it
SHINE = 0.22
SHINE_BANDS = ((1.02, 1.14), (1.19, 1.23))  # across the lens: beside the eye, not over it
WHITE = np.array([255, 255, 255], np.float32)


def paint_glasses(canvas: Canvas, study: Study, glasses: Glasses) -> None:
    """Lay the glasses over the face; hair painted later covers the arms' ends."""
    u = study.unit
    lenses = [lens * study.size for lens in glasses.lenses]
    pen = float(np.clip(1.15 * glasses.thickness * study.size, RIM[0] * u, RIM[1] * u))
    for lens in lenses:
        _paint_lens(canvas.window(lens, 2 * pen), lens)
    strokes = [_loop(lens, pen) for lens in lenses]
    strokes += [_bridge(lenses, pen), *_arms(study, lenses, pen)]
    part = canvas.window(np.vstack(strokes), 2)
    part.cover(part.shape(*strokes), to_rgb(toned(glasses.tone, -2)))
    for lens in lenses:
        part.cover(0.55 * part.shape(_glint(lens, pen)), to_rgb(toned(glasses.tone, 26)))


def _paint_lens(part: Canvas, lens: NDArray[np.float64]) -> None:
    inside = part.shape(lens)
    part.cover(GLASS * inside, WHITE)
    low, high = lens.min(axis=0), lens.max(axis=0)
    width, height = high - low
    bands = []
    for start, end in SHINE_BANDS:
        x = low[0] + width * np.array([start, end, end - 0.3, start - 0.3])
        y = np.array([low[1], low[1], high[1], high[1]]) + 0.02 * height
        bands.append(np.column_stack([x, y]))
    part.cover(SHINE * inside * part.shape(*bands), WHITE)


def _loop(lens: NDArray[np.float64], pen: float) -> NDArray[np.float64]:
    """A rim of even width, a little heavier above, as one closed ribbon."""
    curve = spline(lens[::2], 4, closed=True)
    tangent = np.roll(curve, -1, axis=0) - np.roll(curve, 1, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
    middle = (curve[:, 1].min() + curve[:, 1].max()) / 2
    rise = np.clip((middle - curve[:, 1]) / (np.ptp(curve[:, 1]) / 2 + 1e-9), -1, 1)
    half = (pen / 2 * (1 + 0.18 * rise))[:, None]
    outer, inner = curve + normal * half, curve - normal * half
    return np.vstack([outer, outer[:1], inner[:1], inner[::-1]])


def _bridge(lenses: list[NDArray[np.float64]], pen: float) -> NDArray[np.float64]:
    left, right = lenses
    a = left[left[:, 0] > np.quantile(left[:, 0], 0.8)]
    b = right[right[:, 0] < np.quantile(right[:, 0], 0.2)]
    start, end = a[_level(a)], b[_level(b)]
    top = (start + end) / 2 - np.array([0, 0.12 * float(np.linalg.norm(end - start))])
    return stroke(np.stack([start, top, end]), [pen, 0.85 * pen, pen])


def _level(side: NDArray[np.float64]) -> int:
    """The place a third of the way down the inner side of a lens."""
    height = side[:, 1].min() + 0.3 * np.ptp(side[:, 1])
    return int(np.abs(side[:, 1] - height).argmin())


def _arms(study: Study, lenses: list[NDArray[np.float64]], pen: float) -> list[NDArray[np.float64]]:
    arms = []
    for lens, temple, side in zip(lenses, mesh.TEMPLES, (-1, 1), strict=True):
        outer = lens[side * lens[:, 0] > np.quantile(side * lens[:, 0], 0.85)]
        start = outer[_level(outer)]
        end = np.array(
            [study.points[temple, 0] + side * 10 * study.unit, start[1] - 4 * study.unit]
        )
        if side * (end[0] - start[0]) > 2 * pen:
            arms.append(
                stroke(np.stack([start, (start + end) / 2, end]), [1.2 * pen, pen, 0.8 * pen])
            )
    return arms


def _glint(lens: NDArray[np.float64], pen: float) -> NDArray[np.float64]:
    """A short light along the rim's upper outer corner."""
    count = len(lens)
    start = int(count * 0.58)
    piece = lens[start : start + count // 9]
    return stroke(piece[:: max(1, len(piece) // 4)], [0.05, 0.3 * pen, 0.05])
