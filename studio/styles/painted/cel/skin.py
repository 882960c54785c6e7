"""Skin on a cel: one lit tone with a breath of air over it, one crisp shade."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, linear, reduced, without_islands
from studio.styles.painted.canvas import Canvas, crisp, polygons
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.skin import (
    HUE_SIDE,
    SkinPaint,
    modelled_light,
    skin_shading,
    slow_hue,
)
from studio.styles.painted.study import Study

SHADE_SHARE = 0.24  # of the face lies in the shade
DEPTH = 0.19  # share of the skin's lightness that the shade takes
DEPTH_LIMITS = (5.0, 13.0)  # L units
SHADE_WARMTH = np.array([0, 2.6, 1.2], np.float32)  # Lab: the shade of skin is its own red
AIR = 3.0  # L units that the lit tone falls from the forehead to the chin
BLUSH = 4.0  # a units on the cheeks
BLUSH_SPREAD = 46.0  # units
OWN_HUE = 0.6  # share of the skin's own slow changes of colour
VIVID = 1.18  # chroma: a flat tone looks duller than the pores it stands for
GLOW = 0.07  # share of its lightness by which the nose's tip and the lit cheek shine
SHEENS = (4, 50, 280)  # nose's tip, both cheekbones
SHADOWED, MOST_GIVEN = 0.018, 1.2  # share of the lightness, L units: what shadows take besides
ISLAND = 0.02  # share of the face below which a patch of shade is no shape


def paint_cel_skin(canvas: Canvas, study: Study, depth: float) -> SkinPaint:
    """Cover the whole canvas with skin; later shapes cut the person out of it.

    Args:
        canvas: Blank.
        study: Of the portrait.
        depth: Of the shade, 1 = as designed.
    """
    shading, side = _calm_shading(study)
    bare = study.bare > 0.5
    chosen = shading[bare] if bare.sum() > 50 else shading.reshape(-1)
    cut = float(np.quantile(chosen, SHADE_SHARE))
    shading = without_islands(shading, cut, ISLAND * float((study.face > 0.5).sum()))
    shade = crisp(-study.blur(shading, 3), -cut, study.size, softness=1.5)
    fall = depth * float(np.clip(DEPTH * study.skin_tone[0], *DEPTH_LIMITS))
    # The lit tone rises by what shade and shadows take on average: nobody is darkened or lightened.
    own = float(study.skin_tone[0])
    base = toned(study.skin_tone, SHADE_SHARE * fall + min(SHADOWED * own, MOST_GIVEN), VIVID)
    below = as_field(toned(base, -fall) + SHADE_WARMTH)
    canvas.planes[:] = _lit(study, base)
    canvas.lift(shade, to_rgb(below) - to_rgb(base))
    _paint_sheens(canvas, study, base, side)
    return SkinPaint(below, base, toned(base, GLOW * float(base[0])), side)


def _calm_shading(study: Study) -> tuple[Mask, float]:
    """Mostly the form's: what the lamp did to one cheek is no shape."""
    seen, side = skin_shading(study)
    form = modelled_light(study, side)
    bare = study.bare > 0.5
    if bare.sum() > 50:
        form = (form - form[bare].mean()) / (form[bare].std() + 1e-3)
    inside = np.clip(2 * study.blur(study.face, 16) - 1, 0, 1)
    return study.blur(as_field(inside * (0.6 * form + 0.4 * seen) + (1 - inside) * seen), 7), side


def _lit(study: Study, base: Lab) -> NDArray[np.float32]:
    """(3, S, S) sRGB planes of the lit tone: slow changes only, so it is mixed small."""
    ratio = HUE_SIDE / study.size
    spots = study.points * ratio
    top, foot = spots[mesh.FOREHEAD_TOP, 1], spots[mesh.CHIN, 1]
    rows = np.mgrid[0:HUE_SIDE, 0:HUE_SIDE][0]
    fall = AIR * (0.5 - np.clip((rows - top) / max(float(foot - top), 1.0), -0.2, 1.2))
    cheeks = polygons(HUE_SIDE, [spots[list(ring)] for ring in mesh.CHEEKS])
    blush = BLUSH * blurred(cheeks, BLUSH_SPREAD * study.unit * ratio)
    hue = OWN_HUE * slow_hue(study)
    # Reddish everywhere would be another skin: what cheeks gain, the rest gives.
    weight = reduced(study.bare, HUE_SIDE) + np.float32(1e-4)
    fall -= (fall * weight).sum() / weight.sum()
    blush -= (blush * weight).sum() / weight.sum()
    lab = np.dstack([base[0] + fall, base[1] + hue[..., 0] + blush, base[2] + hue[..., 1]])
    planes = to_rgb(as_field(lab)).transpose(2, 0, 1)
    return np.stack([linear(np.ascontiguousarray(plane), study.size) for plane in planes])


def _paint_sheens(canvas: Canvas, study: Study, base: Lab, side: float) -> None:
    """A small light on the nose and on the cheek that faces the lamp."""
    u = study.unit
    cheek = SHEENS[1] if side < 0 else SHEENS[2]
    nose, bone = study.points[SHEENS[0]], study.points[cheek]
    lights = [
        _lens(nose + np.array([side * 3.0, -7.0]) * u, 6.5 * u, 4.5 * u, 0),
        _lens(bone + np.array([0, -10.0]) * u, 26 * u, 7 * u, side * 0.5),
    ]
    tone = to_rgb(toned(base, 1.6 * GLOW * float(base[0]), 0.96))
    part = canvas.window(np.vstack(lights), 4)
    soft = cv2.GaussianBlur(part.shape(*lights), (0, 0), 1.2 * u + 0.1)
    part.cover(as_field(0.6 * soft), tone)


def _lens(
    centre: NDArray[np.float64], width: float, height: float, lean: float
) -> NDArray[np.float64]:
    angle = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    ring = np.column_stack([width * np.cos(angle), height * np.sin(angle)])
    cos, sin = np.cos(lean), np.sin(lean)
    return np.asarray(centre + ring @ np.array([[cos, sin], [-sin, cos]]), np.float64)
