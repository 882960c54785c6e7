"""Hair on a cel: three tones along its flow and a band of gloss around the crown."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, eroded
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import Lab, middle, to_rgb, toned
from studio.styles.painted.flow import hair_flow, smooth_along, trace_strands
from studio.styles.painted.hair import BARE, MIN_HAIR, hair_reach, is_cropped, paint_cropped
from studio.styles.painted.study import Study

SHADE_SHARE, LIT_SHARE = 0.32, 0.82  # quantiles where the tones part
STEP = 0.20  # share of the hair's lightness between tones
STEP_LIMITS = (4.5, 10.0)  # L units: dark hair shows its form too
GLOSS_STEP = (13.0, 24.0)  # L units of the gloss above the hair's own tone, dark to light hair
VIVID = 1.28  # chroma: a flat tone looks duller than the strands it stands for
ANGLES = 90  # directions from the head's middle in which the crown is measured
RING = (0.56, 0.15)  # the gloss' place between hairline and outline, and its half width
JAG = 0.62  # how much strands break the ring
GLOSSY = 60.0  # units that hair must reach from its edge to have room for gloss


def paint_cel_hair(
    canvas: Canvas, study: Study, gloss: float, ink: float, rng: np.random.Generator
) -> None:
    """Lay the hair over the head.

    Args:
        canvas: With skin and features.
        study: Of the portrait.
        gloss: Strength of the band of light, 0 to 1.
        ink: Weight of the strands' lines.
        rng: Varies the strands' pen.
    """
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_HAIR:
        return
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return
    flow = hair_flow(study)
    light = smooth_along(study, flow, inside)
    if is_cropped(study, inside, light):
        paint_cropped(canvas, study, inside)
        return
    core = eroded(inside > 0.8, 2)
    core = core if core.sum() >= 200 else inside > 0.5
    even = study.blur(as_field(light - 0.8 * study.blur_within(light, inside, 60)), 4)
    even = as_field((even - even[core].mean()) / (even[core].std() + 0.2))
    tones = _tones(study, core)
    shape = crisp(study.hair, 0.5, study.size)
    canvas.cover(shape, to_rgb(tones.own))
    low, high = (float(v) for v in np.quantile(even[core], (SHADE_SHARE, LIT_SHARE)))
    canvas.cover(shape * crisp(-even, -low, study.size), to_rgb(tones.shade))
    canvas.cover(shape * crisp(even, high, study.size), to_rgb(tones.lit))
    if gloss > 0 and hair_reach(study, inside) > GLOSSY:
        ring = study.blur(as_field(_ring(study, inside) + JAG * np.clip(even, -1.5, 1.5) - 0.9), 2)
        canvas.cover(gloss * shape * crisp(ring, 0.0, study.size), to_rgb(tones.gloss))
    strands = trace_strands(study, flow, light, inside, rng)
    canvas.cover(ink * shape * canvas.shape(*strands), to_rgb(tones.line))


@dataclass(frozen=True, slots=True)
class _Tones:
    line: Lab
    shade: Lab
    own: Lab
    lit: Lab
    gloss: Lab


def _tones(study: Study, core: NDArray[np.bool_]) -> _Tones:
    own = toned(middle(study.lab, as_field(core)), 0, VIVID)
    step = float(np.clip(STEP * own[0], *STEP_LIMITS))
    shine = float(np.interp(own[0], (10, 60), GLOSS_STEP))
    shade = toned(own, -0.9 * step) + np.array([0, 0.5, -1.5], np.float32)  # towards the sky
    return _Tones(
        line=toned(as_field(shade), -max(3.0, 0.22 * float(own[0]))),
        shade=as_field(shade),
        own=toned(own, 0.1 * step),
        lit=toned(own, step, 1.05),
        gloss=toned(own, step + shine, 0.95),
    )


def _ring(study: Study, inside: Mask) -> Mask:
    """1 along a ring between hairline and outline of the upper head, falling to 0 beside it."""
    half = study.field / study.size
    centre = study.points[mesh.BRIDGE] * half
    angle = np.linspace(-np.pi, 0, ANGLES)  # the upper half only: long hair hangs below
    reach = np.arange(study.field // 2 + study.field // 4)
    x = np.clip(centre[0] + np.cos(angle)[:, None] * reach, 0, study.field - 1).astype(int)
    y = np.clip(centre[1] + np.sin(angle)[:, None] * reach, 0, study.field - 1).astype(int)
    hairy = inside[y, x] > 0.5
    start = np.where(hairy.any(axis=1), hairy.argmax(axis=1), 0).astype(np.float32)
    end = np.where(hairy.any(axis=1), len(reach) - hairy[:, ::-1].argmax(axis=1), 1)
    start, end = (as_field(cv2.GaussianBlur(as_field(v)[None], (0, 0), 5))[0] for v in (start, end))
    rows, columns = np.mgrid[0 : study.field, 0 : study.field].astype(np.float32)
    across, down = columns - centre[0], rows - centre[1]
    way = np.arctan2(down, across)
    near = np.interp(way, angle, start)
    far = np.interp(way, angle, end)
    place = (np.hypot(across, down) - near) / np.maximum(far - near, 4)
    ring = np.exp(-0.5 * ((place - RING[0]) / RING[1]) ** 2)
    # It fades towards the temples: light comes from above.
    return as_field(ring * np.clip(-1.5 * np.sin(way) - 0.15, 0, 1))
