"""What a picture is imagined from: the selfie, its lines, its faces, and where to imagine.

All of it is drawn from one prepared portrait, square, at the size that is imagined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import as_field, filled

if TYPE_CHECKING:
    from studio.styles.alignment import Aligned
    from studio.styles.fields import Mask
    from studio.styles.portrait import Portrait

Pixels = NDArray[np.uint8]

GREY = 115.0  # sRGB, behind a face that is only to be recognised
GROUND = np.array([152.0, 156.0, 162.0])  # sRGB, behind the selfie: no wall, no room
MOTTLE = 22.0  # sRGB levels: clouds in the ground, which a model can make a setting of
CLOUDS = 7  # their seed: the same behind everybody
AROUND = 1.5  # side of a face's crop, heights of its outline: chin, ears and hairline are in it
FEATHER = 0.012  # of the side: over this much imagined and painted pixels mix
BEYOND = 0.015  # of the side: how far the face's mask goes beyond its outline


def before_plain_ground(portrait: Portrait, size: int) -> Pixels:
    """Return the selfie before a plain ground: the room it was taken in is nobody's business.

    Args:
        portrait: of any size.
        size: of the result, (size, size, 3) uint8 sRGB.
    """
    alpha = _sized(portrait.person, size)[..., None]
    image = _sized(as_field(portrait.image), size)
    clouds = np.zeros((size, size), np.float32)
    rng = np.random.default_rng(CLOUDS)
    for cells in (3, 6, 12):
        noise = as_field(rng.standard_normal((cells, cells)) / cells * 3)
        clouds += cv2.resize(noise, (size, size), interpolation=cv2.INTER_CUBIC)
    ground = GROUND + MOTTLE * np.tanh(clouds)[..., None]
    return _as_pixels(image * alpha + ground * (1 - alpha))


def face_crop(portrait: Aligned, size: int) -> Pixels:
    """Return the face before plain grey, (size, size, 3) uint8 sRGB."""
    alpha = portrait.person[..., None]
    image = as_field(portrait.image * alpha + GREY * (1 - alpha))
    points = portrait.landmarks[list(mesh.OVAL), :2]
    low, high = points.min(axis=0), points.max(axis=0)
    scale = size / (AROUND * max(float((high - low).max()), 1.0))
    shift = size / 2 - scale * (low + high) / 2
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    if scale < 0.5:  # a warp alone would alias
        image = as_field(cv2.GaussianBlur(image, (0, 0), 0.35 / scale))
    border = (GREY, GREY, GREY)
    crop = cv2.warpAffine(image, matrix, (size, size), flags=cv2.INTER_LINEAR, borderValue=border)
    return _as_pixels(crop)


def face_mask(portrait: Aligned, size: int) -> Mask:
    """Return 1 on the face, 0 elsewhere, soft between, (size, size) float32."""
    face = filled(size, portrait.landmarks[list(mesh.OVAL), :2] * (size / portrait.size))
    reach = cv2.distanceTransform((~face).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return _soft(reach <= BEYOND * size)


def background_mask(alpha: Mask, size: int) -> Mask:
    """Return 1 where a figure with this alpha is not, soft at its rim, (size, size) float32."""
    return as_field(1 - _soft(_sized(alpha, size) > 0.5))


def _soft(shape: NDArray[np.bool_]) -> Mask:
    sigma = FEATHER * shape.shape[0]
    return as_field(cv2.GaussianBlur(shape.astype(np.float32), (0, 0), sigma).clip(0, 1))


def _sized(values: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    if values.shape[0] == size:
        return values
    across = cv2.INTER_AREA if values.shape[0] > size else cv2.INTER_LINEAR
    return as_field(cv2.resize(values, (size, size), interpolation=across))


def _as_pixels(values: NDArray[np.generic]) -> Pixels:
    return np.asarray(np.rint(as_field(values)).clip(0, 255), np.uint8)
