"""Hatching that bends around the form, its lines swelling with the shade.

After Winkenbach and Salesin 1994 (Computer-generated pen-and-ink illustration): tone by the
strokes' width and by crossing them, their course from the surface.
"""

from __future__ import annotations

import cv2
import numpy as np

from studio.styles.fields import Mask, as_field, blurred, enlarged, linear
from studio.styles.painted.study import Study

BEND = 0.55  # how far relief moves a line, share of the depth
RELIEF_SPREAD = 22.0  # units: relief smaller than this moves no line
WOBBLE = 0.22  # of the pitch: a hand is not a ruler
WOBBLE_SPREAD = 16.0  # units
FULLEST = 0.66  # share of the pitch that a line takes in the deepest shade


def hatched(
    study: Study, shade: Mask, *, pitch: float, angle: float, rng: np.random.Generator
) -> Mask:
    """Return ink as hatching, (S, S) float32 alpha.

    Args:
        study: Of the portrait.
        shade: (F, F) how much of the paper the lines take, in [0, 1].
        pitch: Between two lines, units.
        angle: Of the lines' normal to the right, radians.
        rng: Makes the hand's wobble.
    """
    rows, columns = np.mgrid[0 : study.field, 0 : study.field].astype(np.float32)
    step = pitch * study.scale  # field pixels
    phase = (np.cos(angle) * columns + np.sin(angle) * rows + BEND * _relief(study)) / step
    noise = as_field(rng.standard_normal((64, 64)))
    wobble = enlarged(blurred(noise, WOBBLE_SPREAD * study.unit * 64 / study.size), study.field)
    phase = as_field(phase + WOBBLE * wobble / (float(wobble.std()) + 1e-6))
    width = np.clip(shade, 0, 1) * FULLEST * (1 + 0.18 * wobble / (float(wobble.std()) + 1e-6))
    large = enlarged(phase, study.size)
    away = np.abs(large - np.round(large))  # shares of the pitch from the line's middle
    reach = pitch * study.unit
    half = linear(as_field(width), study.size) * np.float32(0.5)
    ink = np.clip((half - away) * np.float32(reach) + np.float32(0.5), 0, 1)
    # A line thinner than a hair is lifted off the paper.
    return as_field(ink * np.clip(half * np.float32(2 * reach / max(study.unit, 0.3)), 0, 1))


def _relief(study: Study) -> Mask:
    """(F, F) the face's depth in field pixels, going on smoothly beyond it."""
    side = study.field // 4
    ratio = side / study.size
    columns, rows = np.clip(np.round(study.points[:468] * ratio).astype(int), 0, side - 1).T
    depth, weight = (np.zeros((side, side), np.float32) for _ in range(2))
    np.add.at(depth, (rows, columns), study.depth[:468] * ratio)
    np.add.at(weight, (rows, columns), 1)
    near = RELIEF_SPREAD * study.unit * ratio
    total, count = (np.zeros((side, side), np.float32) for _ in range(2))
    # Wide Gaussians carry the relief on to where no landmark lies.
    for spread, share in ((near, 1.0), (4 * near, 1e-3), (12 * near, 1e-6)):
        total += np.float32(share) * as_field(cv2.GaussianBlur(depth, (0, 0), spread))
        count += np.float32(share) * as_field(cv2.GaussianBlur(weight, (0, 0), spread))
    smooth = blurred(as_field(total / (count + np.float32(1e-12))), near)
    return enlarged(smooth, study.field) * np.float32(study.field / side)
