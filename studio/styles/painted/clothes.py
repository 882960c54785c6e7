"""Clothes as flat shapes with a shade of their own folds."""

from __future__ import annotations

import numpy as np

from studio.styles.fields import as_field, without_islands
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import Lab, middle, to_rgb, toned
from studio.styles.painted.palette import Palette, grade_clothes
from studio.styles.painted.study import Study

MIN_CLOTHES = 0.002  # of the picture
FOLD = 0.055  # share of the lightness below the surroundings from which a fold is drawn
FOLD_LEAST = 2.6  # L units
FOLD_AREA = 0.012  # of the picture: smaller folds look like stains
FOLD_STEP = 2.3  # how much darker a fold is drawn than its threshold


def paint_clothes(canvas: Canvas, study: Study, palette: Palette) -> None:
    """Lay the clothes over the body: their lit colour, and one tone for the folds."""
    inside = as_field(np.clip(study.clothes * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_CLOTHES:
        return
    tone = grade_clothes(palette, lit_tone(study))
    shape = crisp(study.clothes, 0.5, study.size)
    canvas.cover(shape, to_rgb(tone))
    light = np.ascontiguousarray(study.lab[..., 0])
    smooth = study.blur_within(light, inside, 13)
    around = study.blur_within(light, inside, 70)
    fold = max(FOLD_LEAST, FOLD * float(tone[0]))
    depth = study.blur(as_field(0.5 * around + 0.5 * study.clothes_tone[0] - smooth), 7)
    inner = as_field(np.where(inside > 0.5, depth, 0))
    depth = study.blur(without_islands(inner, fold, FOLD_AREA * study.field**2), 5)
    canvas.cover(
        shape * crisp(depth, fold, study.size), to_rgb(toned(tone, -FOLD_STEP * fold, 1.05))
    )


def lit_tone(study: Study) -> Lab:
    """Return the lighter half's mean: a garment is remembered by its lit colour."""
    solid = study.clothes * study.person > 0.7
    if solid.sum() < 100:
        return study.clothes_tone
    light = study.lab[..., 0]
    return middle(study.lab, as_field(solid & (light >= np.median(light[solid]))))
