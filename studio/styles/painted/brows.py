"""Brows in their own shape and colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, filled
from studio.styles.mesh import EYES, EyeMesh
from studio.styles.painted.canvas import Canvas, crisp, polygons, spline
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

SEEN = 0.62  # share of the photograph in a brow's shape; the rest is the landmarks'
CUT = 0.40  # where the shape ends, 0 to 1
DEEP = 0.86  # where its darker core begins
FAINT = 0.03  # relative darkness below which there is no brow to draw
UNDER_FRINGE = 0.3  # share of a brow under hair from which it is not drawn
WHOLE = 0.6  # share of a brow that must show: crumbs of one are no brow
REACH = 16.0  # units that a brow may reach beyond its landmarks
LEAST_DARKER = 5.0  # L units below the skin


def paint_brows(canvas: Canvas, study: Study, skin: SkinPaint) -> None:
    """Draw both brows."""
    for eye in EYES:
        _paint_brow(canvas, study, eye, skin)


def _paint_brow(canvas: Canvas, study: Study, eye: EyeMesh, skin: SkinPaint) -> None:
    half = study.points * (study.field / study.size)
    ring = np.vstack([spline(half[list(eye.brow_top)]), spline(half[list(eye.brow_bottom)])[::-1]])
    core = filled(study.field, ring)
    if not core.any() or float(study.hair[core].mean()) > UNDER_FRINGE:
        return
    dark = _darkness(study, eye, ring)
    clear = core & (study.frames == 0)
    depth = float(np.quantile(dark[clear if clear.any() else core], 0.85))
    if depth < FAINT:
        return
    known = study.blur(polygons(study.field, [ring]), 4)
    # Behind a rim the brow cannot be seen: there, the landmarks alone say where it is.
    shown = np.where(study.frames > 0, known, np.minimum(dark / depth, 1.3))
    seen = study.blur(as_field(shown), 3.0)
    field = as_field((SEEN * seen + (1 - SEEN) * known) * (1 - study.hair))
    if float((field[core] > CUT).mean()) < WHOLE:
        return
    tone = _tone(study.lab[clear & (dark > 0.6 * depth)], skin)
    shape = crisp(field, CUT, study.size)
    canvas.cover(shape, to_rgb(tone))
    canvas.cover(
        shape * crisp(field, DEEP, study.size), to_rgb(toned(tone, -0.15 * float(tone[0])))
    )


def _darkness(study: Study, eye: EyeMesh, ring: NDArray[np.float64]) -> Mask:
    """How much darker than the skin around, as a share, near the brow only."""
    half = study.points * (study.field / study.size)
    room = polygons(study.field, [ring])
    kernel = cv2.getStructuringElement(
        cv2.MORPH_ELLIPSE, (max(3, int(REACH * study.scale) | 1),) * 2
    )
    lids = polygons(study.field, [half[[*eye.crease, *eye.lower[::-1]]]])
    room = as_field(cv2.dilate(room, kernel)) * (1 - lids)
    light = np.ascontiguousarray(study.lab[..., 0])
    around = study.blur_within(light, study.bare + np.float32(1e-3) * study.face, 22)
    smooth = blurred(light, 1.6 * study.scale)
    lost = np.clip((around - smooth) / np.maximum(around, 5), 0, 1)
    return as_field(lost * study.blur(room, 3))


def _tone(pixels: NDArray[np.float32], skin: SkinPaint) -> Lab:
    if len(pixels) < 6:
        return skin.shadow
    tone = np.median(pixels, axis=0).astype(np.float32)
    tone[0] = min(float(tone[0]), float(skin.base[0]) - LEAST_DARKER)
    return tone
