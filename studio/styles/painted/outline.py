"""The contour around the person and between clothes and skin: thicker away from the light."""

from __future__ import annotations

import cv2
import numpy as np

from studio.styles.fields import Mask, as_field, blurred, enlarged, linear, reduced, slopes
from studio.styles.painted.canvas import edge_distance
from studio.styles.painted.ink import Ink
from studio.styles.painted.study import Study

CONTOUR = 8.5  # units
SEAM = 4.5
MOST = 1024  # pixels: side of the fields that contours are found in
SEAM_STRENGTH = 0.8
LIGHT_SIDE, DARK_SIDE = 0.5, 1.15  # share of the pen's width towards and away from the light


def draw_outline(study: Study, ink: Ink, weight: float, side: float) -> None:
    """Ink the silhouette and the neckline."""
    ink.area(_contour(study, study.person, CONTOUR * study.unit * weight, side))
    smooth = blurred(study.clothes, 1.5)
    seam = _contour(study, smooth, SEAM * study.unit * weight, side)
    bare = (study.person > 0.5) * np.clip(1 - 3 * study.hair, 0, 1)
    ink.area(as_field(SEAM_STRENGTH * seam * linear(as_field(bare), study.size)))


def _contour(study: Study, field: Mask, width: float, side: float) -> Mask:
    # Distances to an edge are known only near it: a poster's pen would be wider than that.
    field = reduced(field, MOST) if field.shape[0] > MOST else field
    gx, gy = slopes(field)
    slope = as_field(cv2.magnitude(gx, gy)) + np.float32(1e-4)
    # The field grows inwards, so its gradient points away from the edge's outside.
    facing = blurred(as_field((gx * side - gy) / slope), 3.0)
    pen = width * (LIGHT_SIDE + (DARK_SIDE - LIGHT_SIDE) * (0.5 + 0.5 * np.clip(facing, -1, 1)))
    scale = np.float32(study.size / field.shape[0])
    distance = np.abs(enlarged(edge_distance(field, 0.5), study.size)) * scale
    return as_field(np.clip(linear(as_field(pen / 2), study.size) + 0.5 - distance, 0, 1))
