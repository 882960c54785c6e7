"""The nose's strokes, the jaw's, and the shade under the chin. No other line crosses a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas, polygons, spline
from studio.styles.painted.colour import to_rgb, toned
from studio.styles.painted.ink import Ink
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

RIDGE = (6, 197, 195, 5, 4)
FLANKS = ((122, 174, 198, 49, 48), (351, 399, 420, 279, 278))  # the picture's left and right
NOSE_SHADE = 0.55  # how much of the shadow's tone the nose's far side takes
MIN_EAR = 22.0  # units of bare skin beside the face from which an ear is drawn
MAX_EAR = 90.0
NECK_SHADE = 62  # units that the chin's shadow falls below the jaw


def draw_nose(study: Study, ink: Ink, side: float) -> None:
    """Two nostrils, a curve around each wing, the farther from the light the stronger."""
    p = study.points
    u = study.unit
    for outer, inner, wing, sign in ((98, 97, (129, 64, 98), -1), (327, 326, (358, 294, 327), 1)):
        a, b = p[outer], p[inner]
        mid = (a + b) / 2 + np.array([0, -3.0 * u])
        ink.stroke(
            np.stack([a + np.array([sign * u, -2 * u]), mid, b + np.array([0, u])]),
            [0.8, 6.0, 5.0, 0.6],
            strength=0.9,
        )
        far = sign == -side
        curve = p[list(wing)]
        curve = np.stack(
            [0.7 * curve[0] + 0.3 * curve[1], curve[1], 0.75 * curve[2] + 0.25 * curve[1]]
        )
        ink.stroke(curve, [0.3, 2.6 if far else 1.8, 1.6, 0.3], strength=0.75 if far else 0.5)


def paint_nose_shade(canvas: Canvas, study: Study, skin: SkinPaint) -> None:
    """The nose's side away from the light, and the shade it throws on the lip."""
    p = study.points.astype(np.float64)
    far = 1 if skin.side < 0 else 0
    flank = p[list(FLANKS[far])]
    ridge = p[list(RIDGE)]
    ridge = ridge + 0.22 * (flank[: len(ridge)] - ridge)
    plane = np.vstack([spline(ridge), spline(flank)[::-1]])
    base = p[list(mesh.NOSE_BASE)]
    drop = np.array([0.0, 0.7, 1.0, 0.7, 0.0])[:, None] * np.array([-3.0 * skin.side, 11.0])
    throw = np.vstack([spline(base), spline(base + drop * study.unit)[::-1]])
    part = canvas.window(np.vstack([plane, throw]), 10 * study.unit)
    soft = cv2.GaussianBlur(part.shape(plane, throw), (0, 0), 3 * study.unit)
    edge = 2.6 * study.unit
    part.cover(as_field(NOSE_SHADE * np.clip((soft - 0.5) * edge + 0.5, 0, 1)), to_rgb(skin.shadow))


def draw_ears(study: Study, ink: Ink) -> None:
    """One curve inside each ear that shows."""
    for temple, lobe, side in ((mesh.TEMPLES[0], 132, -1), (mesh.TEMPLES[1], 361, 1)):
        top, foot = study.points[temple], study.points[lobe]
        middle = 0.5 * (top + foot)
        width = _ear_width(study, middle, side)
        if width < MIN_EAR * study.unit:
            continue
        height = float(np.linalg.norm(foot - top))
        x = middle[0] + side * np.array([0.40, 0.68, 0.66, 0.42, 0.30]) * width
        y = middle[1] + np.array([-0.52, -0.42, -0.05, 0.22, 0.36]) * height
        ink.stroke(np.column_stack([x, y]), [0.3, 2.8, 3.2, 2.4, 0.3], strength=0.55)


def _ear_width(study: Study, start: NDArray[np.floating], side: int) -> float:
    """How far bare skin goes on outwards from the face's edge, pixels."""
    half = study.field / study.size
    row = int(np.clip(start[1] * half, 0, study.field - 1))
    reach = np.arange(int(MAX_EAR * study.scale))
    columns = np.clip((start[0] * half + side * reach).astype(int), 0, study.field - 1)
    skin = study.skin[row, columns] * study.person[row, columns] > 0.5
    return float((len(skin) if skin.all() else skin.argmin()) / half)


def draw_jaw(study: Study, ink: Ink) -> None:
    """One tapered line under the chin."""
    jaw = study.points[list(mesh.JAW)][1:-1] + np.array([0, study.unit])
    ink.stroke(jaw, [0.2, 2.6, 3.4, 4.6, 5.0, 4.6, 3.4, 2.6, 0.2], strength=0.85)


def paint_neck_shade(canvas: Canvas, study: Study, skin: SkinPaint) -> None:
    """The chin's shadow on the neck, one clean shape."""
    jaw = study.points[list(mesh.JAW)].astype(np.float64)
    drop = np.sin(np.linspace(0, np.pi, len(jaw))) ** 0.8
    lower = jaw + np.column_stack([np.zeros(len(jaw)), drop * NECK_SHADE * study.unit])
    shape = polygons(study.size, [np.vstack([spline(jaw), spline(lower)[::-1]])])
    canvas.cover(shape, to_rgb(toned(skin.shadow, -2.5)))
