"""Eyes as anime draws them: a heavy upper lid, a deep iris lit from below, two lights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.mesh import EYES, EyeMesh
from studio.styles.painted.canvas import Canvas, spline
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.eyes import CATCHLIGHT, CLOSED, Eye, between, eye_tones, measured_eye
from studio.styles.painted.ink import Ink
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

Curve = NDArray[np.float64]  # (N, 2) picture pixels

HEIGHT = 1.5  # how much more an eye grows in height than in width
IRIS = 1.16  # drawn over measured radius, before the eye's own growth
TALL = 1.14  # height of an iris over its width
LID_SHADE = np.array([0.62, 0.58, 0.66], np.float32)  # what the lid's shadow leaves
LASH = np.array([0.20, 0.16, 0.18], np.float32)  # what a lash leaves of the light, R G B
VIVID = 1.45  # chroma of the iris: it is the one jewel of the drawing
STEPS = 10  # tones from the iris' top to its foot


def growth(size: float) -> tuple[float, float]:
    """Return how much wider and higher an eye of `size` is drawn, 1 = as measured."""
    return 1 + 0.8 * (size - 1), 1 + HEIGHT * (size - 1)


def paint_cel_eyes(
    canvas: Canvas, study: Study, skin: SkinPaint, ink: Ink, size: float
) -> NDArray[np.float32]:
    """Draw both eyes and return the landmarks with the eyes' as drawn, (478, 2)."""
    points = study.points.copy()
    for mesh in EYES:
        eye = measured_eye(study, mesh, growth(size))
        if eye.opening < CLOSED:
            ink.stroke(eye.lower, [1.0, 6.0, 7.0, 5.0, 1.2])
            continue
        _paint_ball(canvas, study, eye, skin, size)
        _draw_lids(canvas, study, eye, ink)
        points[list(mesh.upper)] = eye.upper
        points[list(mesh.lower)] = eye.lower
        points[[mesh.iris, *mesh.iris_ring]] += eye.centre - points[mesh.iris]
    return points


def _paint_ball(canvas: Canvas, study: Study, eye: Eye, skin: SkinPaint, size: float) -> None:
    top, bottom = spline(eye.upper), spline(eye.lower)
    outline = np.vstack([top, bottom[::-1]])
    part = canvas.window(outline, 4)
    hole = part.shape(outline)
    white, iris = eye_tones(study, eye, skin)
    part.cover(hole, to_rgb(toned(white, 2, 0.6)))
    radius = IRIS * (1 + 0.6 * (size - 1)) * eye.radius
    _paint_iris(part, eye, hole, iris, radius)
    part.shade(0.7 * hole * part.shape(between(top, bottom, 0.27)), LID_SHADE, np.zeros(3, "f4"))
    for x, y, reach, strength in ((-0.34, -0.36, 0.27, 1.0), (0.40, 0.46, 0.14, 0.85)):
        spot = eye.centre + radius * np.array([x, y * TALL])
        part.cover(strength * hole * part.shape(_ring(spot, reach * radius)), CATCHLIGHT)


def _ring(centre: Curve, radius: float, tall: float = TALL) -> Curve:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    return np.asarray(
        centre + radius * np.column_stack([np.cos(angle), tall * np.sin(angle)]), np.float64
    )


def _paint_iris(part: Canvas, eye: Eye, hole: Mask, tone: Lab, radius: float) -> None:
    dark = toned(tone, -max(8.0, 0.45 * float(tone[0])), 0.9)
    part.cover(hole * part.shape(_ring(eye.centre, radius)), to_rgb(dark))
    ball = as_field(hole * part.shape(_ring(eye.centre, 0.9 * radius)))
    lift = max(11.0, 0.36 * float(tone[0]))
    for step in range(STEPS):
        share = step / (STEPS - 1)
        level = eye.centre[1] + TALL * radius * (1.7 * share - 0.85) - 0.06 * radius
        strip = eye.centre + radius * np.array([[-1.1, 0], [1.1, 0], [1.1, 2], [-1.1, 2]])
        strip[:2, 1] = level
        part.cover(
            ball * part.shape(strip), to_rgb(toned(tone, lift * (2.0 * share - 0.75), VIVID))
        )
    pupil = np.array([max(3.0, 0.3 * float(dark[0])), 0, 0], np.float32)
    part.cover(hole * part.shape(_ring(eye.centre, 0.37 * radius, 1.3)), to_rgb(pupil))


def _draw_lids(canvas: Canvas, study: Study, eye: Eye, ink: Ink) -> None:
    u, out = study.unit, eye.mesh.side
    corner = eye.upper[0]
    flick = corner + np.array([out * 10.0, -7.0]) * u
    turn = corner + np.array([out * 3.0, -1.5]) * u
    lid = np.vstack([flick, turn, eye.upper[1:]]) - np.array([0, 1.6 * u])
    lash = Ink(study.size, u, 1.0)
    lash.stroke(lid, [0.6, 9.0, 12.0, 10.5, 8.5, 7.0, 5.0, 2.0])
    wing = np.stack([corner + np.array([out * 4.0, 6.5]) * u, eye.lower[1], eye.lower[3]])
    lash.stroke(wing, [0.5, 3.6, 0.4], strength=0.9)
    lash.lay(canvas, 0.8 * study.darkest, LASH)
    below = eye.lower[2:7] + np.array([0, 0.6 * u])
    ink.stroke(below, [0.3, 2.2, 2.0, 1.4, 0.3], strength=0.6)
    _draw_crease(study, eye.mesh, eye, ink)


def _draw_crease(study: Study, mesh: EyeMesh, eye: Eye, ink: Ink) -> None:
    """The fold above the lid, where the person has one, moved with the grown lid."""
    fold, lid = study.points[list(mesh.crease)], study.points[list(mesh.upper[1:8])]
    if float((lid[1:6, 1] - fold[1:6, 1]).mean()) / study.unit < 5:
        return
    line = eye.upper[1:8] + 0.66 * (fold - lid)
    ink.stroke(line[:6], [0.3, 2.8, 3.0, 2.2, 0.3], strength=0.65)
