"""The head in paper: sheets of skin from shade to light, and features cut one by one."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, enlarged, ramp, without_islands
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.canvas import Canvas, crisp, spline
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.eyes import (
    CATCHLIGHT,
    CLOSED,
    Eye,
    between,
    eye_tones,
    measured_eye,
)
from studio.styles.painted.ink import Ink
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.paper.sheets import Sheets
from studio.styles.painted.skin import SkinPaint, skin_shading
from studio.styles.painted.study import Study

Painter = Callable[[Canvas], None]

CUTS = (0.24, 0.66)  # shares of the face where its three sheets part
STEP = 0.13  # share of the skin's lightness between sheets
STEP_LIMITS = (4.5, 9.5)  # L units
VIVID = 1.14  # chroma: paper of one colour looks duller than the pores it stands for
SMOOTH = 8.0  # units: scissors make no smaller turns
ISLAND = 0.03  # share of the face below which nobody cuts a piece
NOSE = (6, 174, 198, 49, 48, 64, 98, 97, 2, 326, 327, 294, 278, 279, 420, 399)
CLOSING = 14.0  # units
GROW = (1.06, 1.10)
SHADOWED = 0.009  # share of the lightness that shadows take from a face: its paper gives it back
LIGHTEST = 96.0  # L of the lightest paper


def cut_head(sheets: Sheets, study: Study) -> SkinPaint:
    """Lay neck and ears, then the face in three sheets; returns their tones."""
    light, side = skin_shading(study)
    bare = study.bare > 0.5
    known = np.sort(light[bare] if bare.sum() > 50 else light.reshape(-1))
    ranks = as_field(np.searchsorted(known, light) / len(known))
    own = float(study.skin_tone[0])
    step = min(float(np.clip(STEP * own, *STEP_LIMITS)), max(LIGHTEST - own, 2.0))
    # Around the person's mean tone: nobody is lightened or darkened.
    mean = (1 - CUTS[1]) - CUTS[0]
    tones = [toned(study.skin_tone, (k - mean) * step + SHADOWED * own, VIVID) for k in (-1, 0, 1)]
    head, size = _head(study), study.size
    sheets.lay(
        crisp(study.blur_within(study.skin, study.person, SMOOTH), 0.5, size), to_rgb(tones[0]), 0.6
    )
    sheets.lay(crisp(head, 0.5, size), to_rgb(tones[0]), 1.9)
    shape = crisp(head, 0.62, size)
    # What lies outside of the modelled face goes on as the face does at its edge.
    inner = ramp(study.blur(study.face, 6), 0.55, 0.9)
    ranks = as_field(ranks * inner + (1 - inner) * study.blur_within(ranks, inner, 24))
    field = study.blur(ranks, SMOOTH)
    for cut, tone in zip(CUTS, tones[1:], strict=True):
        even = without_islands(field, cut, ISLAND * float((study.face > 0.5).sum()))
        sheets.lay(shape * crisp(study.blur(even, 4), cut, size), to_rgb(tone), 0.5)
    return SkinPaint(tones[0], tones[1], tones[2], side)


def _head(study: Study) -> Mask:
    """(F, F) the face and its ears without the neck."""
    rows = np.arange(study.field, dtype=np.float32)[:, None]
    level = float(study.points[mesh.NOSE_BASE[2], 1]) * study.field / study.size
    above = np.clip((level - rows) / (10 * study.scale) + 0.5, 0, 1)
    return study.blur(as_field(np.maximum(study.face * study.skin, above * study.skin)), SMOOTH)


def cut_features(sheets: Sheets, study: Study, skin: SkinPaint) -> None:
    """Cut the nose, the mouth, the eyes and the brows."""
    outline = spline(study.points[list(NOSE)].astype(np.float64), closed=True)
    sheets.cut(outline, to_rgb(toned(skin.base, 0.35 * float(skin.light[0] - skin.base[0]))), 0.6)
    nostrils = Ink(study.size, study.unit, 1.0)
    for a, b in ((98, 97), (327, 326)):
        middle = (study.points[a] + study.points[b]) / 2 - np.array([0, 2.5]) * study.unit
        nostrils.stroke(np.stack([study.points[a], middle, study.points[b]]), [1, 5.5, 1])
    nostrils.lay(sheets.canvas, study.darkest)
    _cut_mouth(sheets, study)
    for eye in mesh.EYES:
        measured = measured_eye(study, eye, GROW)
        if measured.opening < CLOSED:
            sheets.cut(_strip(measured.lower, 3.2 * study.unit), 1.5 * study.darkest, 0.3)
        else:
            _cut_eye(sheets, study, measured, skin)
    stack_painting(sheets, lambda canvas: paint_brows(canvas, study, skin), 0.5)


def _cut_mouth(sheets: Sheets, study: Study) -> None:
    line = Ink(study.size, study.unit, 0.9)
    stack_painting(sheets, lambda canvas: paint_mouth(canvas, study, line), 0.45)
    line.lay(sheets.canvas, study.darkest)


def stack_painting(sheets: Sheets, paint: Painter, height: float) -> None:
    """Lay what `paint` paints as a sheet: what it changes is its shape."""
    canvas = sheets.canvas
    copy = Canvas(canvas.planes.copy())
    paint(copy)
    changed = np.abs(copy.planes - canvas.planes).max(axis=0)
    # What it painted in the very colour that lay there is no hole in the sheet.
    reach = max(3, round(CLOSING * sheets.unit) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    shape = cv2.morphologyEx(ramp(changed, 0, 2), cv2.MORPH_CLOSE, kernel)
    sheets.lay(as_field(shape), copy.planes, height)


def _cut_eye(sheets: Sheets, study: Study, eye: Eye, skin: SkinPaint) -> None:
    """A hole for the eye, iris and pupil lying deeper, the lid's strip over it."""
    top, bottom = spline(eye.upper), spline(eye.lower)
    outline = np.vstack([top, bottom[::-1]])
    white, iris = eye_tones(study, eye, skin)
    part = sheets.canvas.window(outline, 4)
    hole = part.shape(outline)
    part.cover(hole, to_rgb(white))
    dark = toned(iris, -max(8.0, 0.4 * float(iris[0])))
    for radius, tone in ((1.04, dark), (0.86, toned(iris, 4, 1.2)), (0.46, _pupil(dark))):
        part.cover(hole * part.shape(_disc(eye, 0, 0, radius)), to_rgb(tone))
    part.cover(hole * part.shape(_disc(eye, -0.34, -0.34, 0.24)), CATCHLIGHT)
    shade = 0.45 * hole * part.shape(between(top, bottom, 0.25))
    part.shade(shade, np.array([0.5, 0.47, 0.55], np.float32), np.zeros(3, np.float32))
    u, out = study.unit, eye.mesh.side
    corner = eye.upper[0] + np.array([out * 7.0, -2.0]) * u
    upper = np.vstack([corner, eye.upper[1:]])
    lash = toned(dark, -0.3 * float(dark[0]), 0.5)
    sheets.cut(_crescent(upper, 7.0 * u), to_rgb(lash), 0.35)


def _pupil(dark: Lab) -> Lab:
    return np.array([max(3.0, 0.35 * float(dark[0])), 0, 0], np.float32)


def _disc(eye: Eye, x: float, y: float, radius: float) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)])
    return np.asarray(eye.centre + eye.radius * ring, np.float64)


def _crescent(line: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """A strip over a line, as high as `height` in its middle and pointed at both ends."""
    curve = spline(line)
    rise = np.sin(np.linspace(0, np.pi, len(curve))) ** 0.6 * height
    return np.vstack([curve, (curve - np.column_stack([0 * rise, rise]))[::-1]])


def _strip(line: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    curve = spline(line)
    shift = np.array([0, half])
    return np.vstack([curve + shift, (curve - shift)[::-1]])


def beard_shape(study: Study) -> Mask:
    """Return (F, F) the beard's field, its rim as scissors cut it."""
    return study.blur(as_field(np.clip(enlarged(study.regions.beard.mask, study.field), 0, 1)), 5)
