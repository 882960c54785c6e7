"""Which way a draughtsman hatches: along hair, around the face, aslant everywhere else."""

from __future__ import annotations

import math

import numpy as np

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred
from studio.styles.painted.filters import Flow
from studio.styles.painted.sitter import Sitter

SLANT = -0.95  # radians: a right hand's easiest way, up to the right
ROUND = 0.75  # radians by which hatching turns from the face's middle to its side
ALONG_FOLDS = 0.35  # share of a garment's own folds


def hatching_angles(sitter: Sitter, flow: Flow) -> Mask:
    """Return where strokes go, (W, W) radians; a direction and its opposite are one.

    Args:
        sitter: Their regions.
        flow: Of their colours, at the working side.
    """
    side = sitter.side
    points = sitter.study.points * (side / sitter.size)
    middle = float(points[list(mesh.TEMPLES), 0].mean())
    width = float(np.ptp(points[list(mesh.OVAL), 0]))
    columns = np.arange(side, dtype=np.float32)[None, :]
    aside = np.clip((columns - middle) / (0.6 * width), -1, 1) * np.ones((side, 1), np.float32)
    slanted = SLANT + ROUND * aside * sitter.skin
    own = np.arctan2(flow.down, flow.across)
    share = np.clip(sitter.hair + ALONG_FOLDS * sitter.clothes * flow.strength, 0, 1)
    # Directions mix by their doubled angles, in which a direction and its opposite are one.
    parts = [
        blurred(as_field((1 - share) * turn(2 * slanted) + share * turn(2 * own)), 5 * sitter.unit)
        for turn in (np.cos, np.sin)
    ]
    return as_field(0.5 * np.arctan2(parts[1], parts[0])) % np.float32(math.pi)
