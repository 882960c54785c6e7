"""Eyes: they carry the likeness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, filled
from studio.styles.mesh import EYES, EyeMesh
from studio.styles.painted.canvas import Canvas, spline
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.ink import Ink
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

Curve = NDArray[np.float64]  # (N, 2) picture pixels

GROW = (1.06, 1.09)  # eyes are drawn this much wider and higher
CLOSED = 0.13  # opening over width below which an eye is drawn shut
IRIS = 1.07  # drawn over measured radius
IRIS_CHROMA = 1.25  # a small flat disc looks duller than a wet eye
WHITE_LIFT = (14.0, 42.0)  # L units by which the white exceeds the skin, least and most
WHITE_LIMIT = 91.0  # L: never pure white
CATCHLIGHT = np.array([251, 251, 249], np.float32)  # sRGB
LID_SHADE = np.array([0.55, 0.52, 0.56], np.float32)  # what the lid's shadow leaves
MIN_FOLD = 5.0  # units between lid and crease from which the crease is drawn


@dataclass(frozen=True, slots=True)
class Eye:
    """One eye's curves as drawn, a little larger than measured."""

    mesh: EyeMesh
    upper: Curve  # outer corner to inner
    lower: Curve
    centre: NDArray[np.float64]  # of the iris
    radius: float  # of the iris, pixels
    opening: float  # height over width


def paint_eyes(canvas: Canvas, study: Study, skin: SkinPaint, ink: Ink) -> None:
    """Draw both eyes."""
    for mesh in EYES:
        eye = measured_eye(study, mesh)
        _draw_fold(study, mesh, ink)
        if eye.opening < CLOSED:
            ink.stroke(eye.lower, [1.0, 5.0, 6.0, 4.0, 1.2])
            continue
        _paint_ball(canvas, study, eye, skin)
        _draw_lids(study, eye, ink)


def measured_eye(study: Study, mesh: EyeMesh, grow_by: tuple[float, float] = GROW) -> Eye:
    """Return an eye's curves, `grow_by` wider and higher than on the photograph."""
    p = study.points.astype(np.float64)
    upper, lower = p[list(mesh.upper)], p[list(mesh.lower)]
    middle = (upper[0] + upper[-1]) / 2
    width = max(float(np.linalg.norm(upper[0] - upper[-1])), 1.0)
    radius = float(np.linalg.norm(p[list(mesh.iris_ring)] - p[mesh.iris], axis=1).mean())
    grow = np.array(grow_by)
    return Eye(
        mesh=mesh,
        upper=middle + (upper - middle) * grow,
        lower=middle + (lower - middle) * grow,
        centre=middle + (p[mesh.iris] - middle) * grow,
        radius=IRIS * radius,
        opening=float((lower[3:6, 1] - upper[3:6, 1]).mean()) / width,
    )


def _paint_ball(canvas: Canvas, study: Study, eye: Eye, skin: SkinPaint) -> None:
    top, bottom = spline(eye.upper), spline(eye.lower)
    outline = np.vstack([top, bottom[::-1]])
    part = canvas.window(outline, 4)
    hole = part.shape(outline)
    white, iris = eye_tones(study, eye, skin)
    part.cover(hole, to_rgb(white))
    part.cover(hole * part.shape(between(top, bottom, 0.36)), to_rgb(toned(white, -9)))
    inner = eye.upper[-1]
    flesh = np.vstack(
        [inner, 0.72 * eye.upper[-2] + 0.28 * inner, 0.72 * eye.lower[-2] + 0.28 * inner]
    )
    part.cover(0.55 * hole * part.shape(flesh), to_rgb(skin.base + np.array([3, 8, 2], np.float32)))
    _paint_iris(part, eye, hole, iris)
    # The lid's shadow lies over white and iris alike.
    part.shade(
        0.55 * hole * part.shape(between(top, bottom, 0.22)), LID_SHADE, np.zeros(3, np.float32)
    )
    _paint_lights(part, eye, hole)


def between(top: Curve, bottom: Curve, depth: float) -> Curve:
    """Return the strip from the upper lid down by a share of the opening."""
    edge = top + depth * (bottom - top)
    return np.vstack([top - [0, 3], edge[::-1]])


def _disc(eye: Eye, x: float, y: float, radius: float, squash: float = 1.0) -> Curve:
    """An ellipse in the iris' own frame, where the iris has radius 1."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.column_stack([x + radius * np.cos(angle), y + radius * squash * np.sin(angle)])
    return eye.centre + eye.radius * ring


def _paint_iris(part: Canvas, eye: Eye, hole: Mask, tone: Lab) -> None:
    dark = toned(tone, -max(8.0, 0.40 * float(tone[0])), 0.9)
    lift = max(8.0, 0.30 * float(tone[0]))
    part.cover(hole * part.shape(_disc(eye, 0, 0, 1)), to_rgb(dark))
    ball = hole * part.shape(_disc(eye, 0, 0, 0.87))
    part.cover(ball, to_rgb(tone))
    crescent = ball * (1 - part.shape(_disc(eye, 0, -0.45, 1.02)))
    part.cover(crescent, to_rgb(toned(tone, lift, 1.12)))
    part.cover(ball * part.shape(_disc(eye, 0, -1.0, 0.95, 0.7)), to_rgb(toned(tone, -0.45 * lift)))
    pupil = np.array([max(3.0, 0.35 * float(dark[0])), 0, 0], np.float32)
    part.cover(hole * part.shape(_disc(eye, 0, 0, 0.45)), to_rgb(pupil))


def _paint_lights(part: Canvas, eye: Eye, hole: Mask) -> None:
    part.cover(hole * part.shape(_disc(eye, -0.36, -0.34, 0.25)), CATCHLIGHT)
    part.cover(0.5 * hole * part.shape(_disc(eye, 0.42, 0.42, 0.13)), CATCHLIGHT)


def eye_tones(study: Study, eye: Eye, skin: SkinPaint) -> tuple[Lab, Lab]:
    """Return the white's tone and the iris', from the pixels of the measured opening."""
    half = study.field / study.size
    p = study.points * half
    ring = np.vstack([p[list(eye.mesh.upper)], p[list(eye.mesh.lower)][::-1]])
    rows, columns = np.nonzero(filled(study.field, ring))
    reach = np.hypot(columns - p[eye.mesh.iris, 0], rows - p[eye.mesh.iris, 1])
    reach /= max(eye.radius / IRIS * half, 1.0)
    pixels = study.lab[rows, columns]
    iris = pixels[(reach < 0.88) & (reach > 0.45)]
    whites = pixels[reach > 1.2]
    floor = skin.base[0] + WHITE_LIFT[0]
    ceiling = min(float(skin.base[0] + WHITE_LIFT[1]), WHITE_LIMIT)
    seen = float(np.quantile(whites[:, 0], 0.8)) + 4 if len(whites) > 8 else floor
    hue = np.median(whites[:, 1:], axis=0) if len(whites) > 8 else np.zeros(2)
    light = float(np.clip(seen, min(floor, ceiling), ceiling))
    return np.array([light, *np.clip(0.3 * hue, -4, 5)], np.float32), _iris_tone(iris)


def _iris_tone(pixels: NDArray[np.float32]) -> Lab:
    if len(pixels) < 6:
        return np.array([20, 6, 8], np.float32)
    matt = pixels[pixels[:, 0] <= np.quantile(pixels[:, 0], 0.65)]  # without the reflections
    tone = np.median(matt, axis=0).astype(np.float32)
    return toned(tone, 2.0, IRIS_CHROMA)


def _draw_lids(study: Study, eye: Eye, ink: Ink) -> None:
    u, out = study.unit, eye.mesh.side
    corner = eye.upper[0]
    flick = corner + np.array([out * 8.0, -3.5]) * u
    turn = corner + np.array([out * 1.5, -0.8]) * u
    lid = np.vstack([flick, turn, eye.upper[1:]]) - np.array([0, 1.2 * u])
    ink.stroke(lid, [0.5, 6.0, 8.2, 7.4, 6.2, 4.6, 3.0, 1.2])
    below = eye.lower[1:6] + np.array([0, 0.6 * u])
    ink.stroke(below, [0.8, 2.8, 2.4, 1.4, 0.3], strength=0.6)


def _draw_fold(study: Study, mesh: EyeMesh, ink: Ink) -> None:
    fold = study.points[list(mesh.crease)]
    lid = study.points[list(mesh.upper[1:8])]
    if float((lid[1:6, 1] - fold[1:6, 1]).mean()) / study.unit < MIN_FOLD:
        return
    line = 0.66 * fold + 0.34 * lid
    ink.stroke(line[:6], [0.3, 2.6, 3.0, 2.2, 0.3], strength=0.5)
