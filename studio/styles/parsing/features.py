"""What is measured at every pixel before it is told what it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.alignment import Aligned
from studio.styles.fields import Mask, as_field, blurred, filled, reduced

WORK = 256  # pixels: parsing needs areas, not strands


@dataclass(frozen=True, slots=True)
class Features:
    """Per pixel of the working size: colour, texture and place in the face's own frame."""

    lab: NDArray[np.float32]  # (WORK, WORK, 3) CIELAB, L 0 to 100
    texture: Mask  # (WORK, WORK) local contrast of fine detail, L units
    person: Mask  # (WORK, WORK) alpha
    across: Mask  # (WORK, WORK) face widths from the face's middle, > 0 right
    down: Mask  # (WORK, WORK) face widths below the eyes
    inside: Mask  # (WORK, WORK) face widths inside the face's outline, < 0 outside
    points: NDArray[np.float32]  # (478, 2) landmarks in working pixels
    face_width: float  # working pixels

    @property
    def chin(self) -> float:
        """How far the chin lies below the eyes, face widths."""
        return float((self.points[mesh.CHIN, 1] - _eye_line(self.points)) / self.face_width)

    @property
    def cheeks(self) -> NDArray[np.bool_]:
        """Pixels of both cheeks: the skin's own colour is taken there."""
        return filled(WORK, *(self.points[list(outline)] for outline in mesh.CHEEKS))

    @property
    def guide(self) -> NDArray[np.uint8]:
        """(WORK, WORK, 3) the colours as a guide for edge-keeping filters."""
        scaled = self.lab * as_field((2.55, 1, 1)) + as_field((0, 128, 128))
        return np.asarray(np.clip(scaled, 0, 255), np.uint8)

    @property
    def colours(self) -> NDArray[np.float32]:
        """(WORK, WORK, 4) what the colour models see: light counts half, since shade varies."""
        light, green, blue = (self.lab[..., k] for k in range(3))
        parts = (light * 0.6, green * 1.3, blue * 1.3, np.minimum(self.texture, 8) * 2)
        return as_field(np.dstack(parts))


def measure_features(portrait: Aligned) -> Features:
    """Reduce a portrait to the working size and measure every pixel."""
    double = reduced(portrait.image, 2 * WORK)
    lab = as_field(cv2.cvtColor(double / 255, cv2.COLOR_RGB2Lab))
    light = np.ascontiguousarray(lab[..., 0])
    detail = as_field(np.abs(light - blurred(light, 2)))
    points = as_field(portrait.landmarks[:, :2] * (WORK / portrait.size))
    width = portrait.face_width * WORK / portrait.size
    rows, columns = np.mgrid[0:WORK, 0:WORK]
    middle = float(points[list(mesh.TEMPLES), 0].mean())
    return Features(
        lab=reduced(lab, WORK),
        texture=reduced(blurred(detail, 4), WORK),
        person=reduced(portrait.person, WORK),
        across=as_field((columns - middle) / width),
        down=as_field((rows - _eye_line(points)) / width),
        inside=as_field(_signed_distance(points[list(mesh.OVAL)]) / width),
        points=points,
        face_width=float(width),
    )


def _eye_line(points: NDArray[np.float32]) -> float:
    return float(np.mean([points[[e.upper[0], e.upper[-1]], 1].mean() for e in mesh.EYES]))


def _signed_distance(outline: NDArray[np.float32]) -> Mask:
    """Distances in pixels to a closed outline, positive inside."""
    shape = filled(WORK, outline).astype(np.uint8)
    inner = cv2.distanceTransform(shape, cv2.DIST_L2, 5)
    outer = cv2.distanceTransform(1 - shape, cv2.DIST_L2, 5)
    return as_field(inner - outer)
