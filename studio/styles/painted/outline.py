"""The contour around the person and between clothes and skin: thicker away from the light."""

from __future__ import annotations

import cv2
import numpy as np

from studio.styles.fields import Mask, as_field, blurred, enlarged, slopes
from studio.styles.painted.ink import Ink
from studio.styles.painted.study import Study

CONTOUR = 6.5  # units
SEAM = 4.5


def draw_outline(study: Study, ink: Ink, weight: float, side: float) -> None:
    """Ink the silhouette and the neckline."""
    person = enlarged(study.person, study.size)
    ink.area(_contour(person, CONTOUR * study.unit * weight, side))
    clothes = enlarged(blurred(study.clothes, 1.5), study.size)
    worn = enlarged(study.hair, study.size)
    neckline = (
        _contour(clothes, SEAM * study.unit * weight, side)
        * (person > 0.5)
        * np.clip(1 - 3 * worn, 0, 1)
    )
    ink.area(as_field(0.8 * neckline))


def _contour(field: Mask, width: float, side: float) -> Mask:
    gx, gy = slopes(field)
    slope = cv2.magnitude(gx, gy) + 1e-4
    # The field grows inwards, so its gradient points away from the edge's outside.
    facing = blurred(as_field((gx * side - gy) / slope), 6.0)
    pen = width * (0.8 + 0.35 * np.clip(facing, -1, 1))
    distance = (field - 0.5) / slope
    near = np.clip(pen / 2 + 0.5 - np.abs(distance), 0, 1)
    return as_field(np.where(slope > 4e-3, near, 0))
