"""Eyes, brows and lips cut into facets: what a face is known by keeps its own clean planes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import as_field, filled
from studio.styles.mesh import EyeMesh
from studio.styles.painted.canvas import Canvas, stroke
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.study import Study

Curve = NDArray[np.float64]  # (N, 2) picture pixels

CLOSED = 0.13  # opening over width below which an eye is drawn shut
OPEN = 0.045  # gap over width from which a mouth is
IRIS_PARTS = 8
WHITE = (14.0, 42.0, 91.0)  # L above the skin: least, most; and the limit
CATCHLIGHT = np.array([250, 250, 248], np.float32)
LIGHT = np.array([[-0.58, -0.45], [-0.2, -0.64], [-0.06, -0.3], [-0.42, -0.1]])  # in radii
PUPIL = np.array([13, 10, 12], np.float32)
LID = (0.5, 4.0, 6.5, 7.0, 6.5, 5.5, 4.5, 3.0, 1.0)  # units, from the outer corner inwards
LID_KEEP = 0.36  # of the skin's lightness
SEAM = (0.8, 3.4, 2.6, 3.8, 2.6, 3.4, 0.8)  # units, the closed mouth's line
UNDER_FRINGE = 0.3  # share of a brow under hair from which it is not drawn
FAINT = 5.0  # L units below the skin up to which there is no brow


def cut_eye(canvas: Canvas, study: Study, eye: EyeMesh) -> None:
    """Cut one eye: two planes of white, an iris of eight facets, one light, one lid."""
    p = study.points.astype(np.float64)
    upper, lower = p[list(eye.upper)], p[list(eye.lower)]
    width = max(float(np.linalg.norm(upper[0] - upper[-1])), 1.0)
    if float((lower[3:6, 1] - upper[3:6, 1]).mean()) / width < CLOSED:
        _cut_lid(canvas, study, eye, lower)
        return
    ring = np.vstack([upper, lower[::-1][1:-1]])
    part = canvas.window(ring, 12 * study.unit)
    hole = part.shape(ring)
    centre = p[eye.iris]
    radius = 1.05 * float(np.linalg.norm(p[list(eye.iris_ring)] - centre, axis=1).mean())
    white, iris = _eye_tones(study, ring, centre, radius)
    part.cover(hole, to_rgb(white))
    part.cover(
        hole * part.shape(np.vstack([upper, (0.62 * upper + 0.38 * lower)[::-1]])),
        to_rgb(toned(white, -11)),
    )
    angles = np.linspace(0, 2 * np.pi, IRIS_PARTS + 1) + 0.2
    circle = np.column_stack([np.cos(angles), np.sin(angles)]) * radius
    outer, inner = centre + circle, centre + 0.48 * circle
    for k in range(IRIS_PARTS):
        lift = (9 * np.sin((angles[k] + angles[k + 1]) / 2) + 2 * (-1) ** k) * max(
            iris[0] / 35, 0.5
        )
        quad = np.vstack([outer[k : k + 2], inner[k : k + 2][::-1]])
        part.cover(hole * part.shape(quad), to_rgb(toned(iris, float(lift))))
    part.cover(hole * part.shape(inner[:-1]), PUPIL)
    light = centre + radius * np.array(
        [[-0.58, -0.45], [-0.2, -0.64], [-0.06, -0.3], [-0.42, -0.1]]
    )
    part.cover(hole * part.shape(light), CATCHLIGHT)
    _cut_lid(canvas, study, eye, upper)


def _cut_lid(canvas: Canvas, study: Study, eye: EyeMesh, edge: Curve) -> None:
    flick = edge[0] + np.array([eye.side * 7.0, -3.0]) * study.unit
    line = np.vstack([flick, edge[1:]])
    top = line - np.column_stack([np.zeros(len(LID)), LID]) * study.unit
    tone = as_field(study.skin_tone * np.array([LID_KEEP, 0.7, 0.6]))
    canvas.cover(canvas.shape(np.vstack([line, top[::-1]])), to_rgb(tone))


def _eye_tones(study: Study, ring: Curve, centre: Curve, radius: float) -> tuple[Lab, Lab]:
    """The white's tone and the iris', from the pixels between the lids."""
    ratio = study.field / study.size
    rows, columns = np.nonzero(filled(study.field, ring * ratio))
    away = np.hypot(columns - centre[0] * ratio, rows - centre[1] * ratio) / (radius * ratio)
    pixels = study.lab[rows, columns]
    ball, seen = pixels[(away > 0.4) & (away < 0.9)], pixels[away > 1.15]
    iris = np.median(ball, axis=0) if len(ball) > 5 else np.array([20, 5, 6])
    least, most = study.skin_tone[0] + WHITE[0], min(study.skin_tone[0] + WHITE[1], WHITE[2])
    light = float(np.quantile(seen[:, 0], 0.8)) + 4 if len(seen) > 8 else least
    white = np.array([np.clip(light, min(least, most), most), 1, 2], np.float32)
    return white, toned(as_field(iris), 2, 1.3)


def cut_brow(canvas: Canvas, study: Study, eye: EyeMesh) -> None:
    """Cut one brow into four planes in its own colour."""
    p = study.points.astype(np.float64)
    top, low = p[list(eye.brow_top)], p[list(eye.brow_bottom)]
    core = filled(study.field, np.vstack([top, low[::-1]]) * (study.field / study.size))
    if not core.any() or float(study.hair[core].mean()) > UNDER_FRINGE:
        return
    light = study.lab[..., 0]
    clear = core & (study.frames == 0)
    core = clear if clear.any() else core
    dark = core & (light <= np.quantile(light[core], 0.5))
    tone = as_field(np.median(study.lab[dark], axis=0))
    if tone[0] > study.skin_tone[0] - FAINT:
        return
    for k in range(len(top) - 1):
        quad = np.vstack([top[k : k + 2], low[k : k + 2][::-1]])
        canvas.cover(canvas.shape(quad), to_rgb(toned(tone, (1.5, -2.0)[k % 2])))


def cut_mouth(canvas: Canvas, study: Study) -> None:
    """Cut the lips into planes; between them one row of teeth, or the seam."""
    p = study.points.astype(np.float64)
    top, low = p[list(mesh.LIPS_UPPER_OUT)], p[list(mesh.LIPS_LOWER_OUT)]
    above, below = p[list(mesh.LIPS_UPPER_IN)], p[list(mesh.LIPS_LOWER_IN)]
    width = max(float(np.linalg.norm(top[0] - top[-1])), 1.0)
    is_open = float((below[3:8, 1] - above[3:8, 1]).mean()) / width > OPEN
    if not is_open:
        above = below = (above + below) / 2
    for outer, inner, lift in ((top, above, -2.0), (low, below, 2.5)):
        tone = _mean(study, np.vstack([outer, inner[::-1]]))
        for k in range(0, len(outer) - 1, 2):
            quad = np.vstack([outer[k : k + 3], inner[k : k + 3][::-1]])
            canvas.cover(canvas.shape(quad), to_rgb(toned(tone, lift * (1 - 0.9 * (k // 2 % 2)))))
    lip = _mean(study, np.vstack([top, low[::-1]]))
    dark = as_field(lip * np.array([0.42, 0.9, 0.7]))
    if is_open:
        _cut_opening(canvas, study, above, below, dark)
        return
    seam = np.vstack([top[:1], above[1:-1:2], top[-1:]])
    line = stroke(seam, [width * study.unit for width in SEAM], samples=1)
    canvas.cover(0.9 * canvas.shape(line), to_rgb(dark))


def _cut_opening(canvas: Canvas, study: Study, above: Curve, below: Curve, dark: Lab) -> None:
    ring = np.vstack([above, below[::-1]])
    canvas.cover(canvas.shape(ring), to_rgb(dark))
    inside = filled(study.field, ring * (study.field / study.size))
    light = study.lab[..., 0]
    if not inside.any() or np.quantile(light[inside], 0.8) < study.skin_tone[0]:
        return
    bright = study.lab[inside & (light >= np.quantile(light[inside], 0.6))].mean(axis=0)
    teeth = np.array([min(bright[0] + 3, 90), 0.4 * bright[1], 0.6 * bright[2]], np.float32)
    middle, reach = above.mean(axis=0), np.array([0.86, 1.0])
    upper = middle + (above - middle) * reach
    lower = middle + (0.25 * above + 0.75 * below - middle) * reach
    canvas.cover(canvas.shape(np.vstack([upper, lower[::-1]])), to_rgb(teeth))


def _mean(study: Study, outline: Curve) -> Lab:
    inside = filled(study.field, outline * (study.field / study.size))
    return as_field(study.lab[inside].mean(axis=0)) if inside.any() else study.skin_tone
