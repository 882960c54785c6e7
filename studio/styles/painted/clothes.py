"""Clothes as flat shapes with a shade of their own folds."""

from __future__ import annotations

import numpy as np

from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import to_rgb, toned
from studio.styles.painted.palette import Palette, grade_clothes
from studio.styles.painted.study import Study

FOLD = 2.2  # L units below the local light from which a fold is drawn


def paint_clothes(canvas: Canvas, study: Study, palette: Palette) -> None:
    """Lay the clothes over the body."""
    inside = as_field(np.clip(study.clothes * study.person, 0, 1))
    if float((inside > 0.5).mean()) < 0.002:
        return
    tone = grade_clothes(palette, study.clothes_tone)
    shape = crisp(study.clothes, 0.5, study.size)
    canvas.cover(shape, to_rgb(tone))
    smooth = study.blur_within(study.lab[..., 0], inside, 7)
    around = study.blur_within(study.lab[..., 0], inside, 60)
    shade = smooth - 0.6 * around - 0.4 * tone[0]
    fold = max(FOLD, 0.045 * float(tone[0]))
    canvas.cover(
        shape * crisp(study.blur(-shade, 4), fold, study.size),
        to_rgb(toned(tone, -2.2 * fold, 1.05)),
    )
