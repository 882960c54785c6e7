"""Facial hair: where it grows, by the light and the smoothness that it takes from the skin."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.attributes.colours import Lab
from studio.styles.attributes.types import FacialHair
from studio.styles.fields import filled
from studio.styles.parsing.features import WORK, Features

UPPER_LIP = (
    *(57, 186, 92, 165, 167, 164, 393, 391, 322, 410, 287),
    *(291, 270, 269, 267, 0, 37, 39, 40, 61),
)
CHIN = (182, 18, 406, 335, 421, 262, 369, 400, 377, 152, 148, 176, 140, 32, 201, 106)
JAW = (
    (58, 172, 136, 150, 169, 210, 212, 216, 207, 192, 213),
    (288, 397, 365, 379, 394, 430, 432, 436, 427, 416, 433),
)
DENSE = 0.33  # share of the skin's lightness that hair takes
DENSE_JAW = 0.40  # the jaw's sides lie in shade
COARSE = 2.2  # fine contrast over lightness, over the cheeks': skin in shade stays smooth
COARSE_JAW = 2.6
STUBBLE = 2.5  # the same over chin and upper lip for stubble
SHADE = 0.04  # share of the lip's lightness that stubble takes at least


@dataclass(frozen=True, slots=True)
class _Patch:
    lost: float  # share of the skin's lightness
    coarse: float  # fine contrast over the cheeks'


def measure_facial_hair(features: Features, skin: Lab) -> FacialHair:
    """Tell where hair grows on the face.

    Args:
        features: of the portrait.
        skin: (3,) CIELAB of the cheeks as photographed.
    """
    f = features
    lips = filled(WORK, f.points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]])
    lips = cv2.dilate(lips.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    lip = _patch(f, filled(WORK, f.points[list(UPPER_LIP)]) & ~lips, skin)
    chin = _patch(f, filled(WORK, f.points[list(CHIN)]) & ~lips, skin)
    jaw = _patch(f, filled(WORK, *(f.points[list(side)] for side in JAW)), skin)
    above = lip.lost > DENSE and lip.coarse > COARSE
    below = chin.lost > DENSE and chin.coarse > COARSE
    if below and jaw.lost > DENSE_JAW and jaw.coarse > COARSE_JAW:
        return FacialHair.FULL
    if below:
        return FacialHair.GOATEE
    if above:
        return FacialHair.MOUSTACHE
    rough = min(lip.coarse, chin.coarse) > STUBBLE and lip.lost > SHADE and chin.lost > 0
    return FacialHair.STUBBLE if rough else FacialHair.NONE


def _patch(f: Features, zone: NDArray[np.bool_], skin: Lab) -> _Patch:
    if not zone.any() or not f.cheeks.any():
        return _Patch(0.0, 0.0)
    light = f.lab[..., 0]
    relative = f.texture / np.maximum(light, 1)
    smooth = max(float(np.median(relative[f.cheeks])), 1e-4)
    return _Patch(
        lost=1 - float(np.median(light[zone])) / max(float(skin[0]), 1.0),
        coarse=float(np.median(relative[zone])) / smooth,
    )
