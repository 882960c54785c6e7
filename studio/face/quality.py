"""How good a picture of a face is, in numbers (terms of ISO/IEC 29794-5 where it has them)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.face.types import Face, Quality

SHARPNESS_SIZE = 256  # pixels: sharpness is measured on a face crop of this size
PATCH_POINTS = (10, 151, 67, 297, 50, 280, 117, 346, 205, 425, 4, 195, 152, 175, 172, 397)
# Lids and the skin under the eyes, both sides: what glasses that hide the eyes darken.
EYE_POINTS = (27, 257, 23, 253, 230, 450)
LEFT_POINTS = (297, 280, 346, 425, 397)  # of PATCH_POINTS, on the subject's left...
RIGHT_POINTS = (67, 50, 117, 205, 172)  # ...and mirrored
PATCH_LIMIT = 22.0  # CIELAB chroma units from the face's median skin: clearly another surface
REC709 = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def measure_quality(image: NDArray[np.uint8], face: Face) -> Quality:
    """Return the quality numbers of one face in an (H, W, 3) uint8 sRGB image."""
    crop = _crop(image, face)
    skin = skin_samples(image, face)
    luma = skin.astype(np.float32) @ REC709
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    square = cv2.resize(grey, (SHARPNESS_SIZE, SHARPNESS_SIZE), interpolation=cv2.INTER_AREA)
    return Quality(
        face_height=face.box.height,
        inter_eye=face.inter_eye,
        sharpness=float(cv2.Laplacian(square, cv2.CV_64F).var()),
        luma=float(luma.mean()),
        contrast=float(luma.std()),
        occlusion=_occlusion(image, face, skin),
    )


def eye_light(image: NDArray[np.uint8], face: Face) -> float:
    """Return the luma around the eyes as a share of the face's: dark glasses come near 0.15.

    Measured on 67 people's two pictures: bare eyes 0.66 to 1.14; drawn-in glasses 0.12 to 0.33,
    tinted ones 0.37 to 0.61.
    """
    skin = float(np.median(skin_samples(image, face).astype(np.float32) @ REC709))
    eyes = float(np.median(skin_samples(image, face, EYE_POINTS).astype(np.float32) @ REC709))
    return eyes / max(skin, 1.0)


def side_light(image: NDArray[np.uint8], face: Face) -> float:
    """Return how one-sided the light is, -1 to 1: positive = the subject's left is brighter."""
    left = float((skin_samples(image, face, LEFT_POINTS).astype(np.float32) @ REC709).mean())
    right = float((skin_samples(image, face, RIGHT_POINTS).astype(np.float32) @ REC709).mean())
    return (left - right) / max(left + right, 1.0)


def skin_samples(
    image: NDArray[np.uint8], face: Face, points: Sequence[int] = PATCH_POINTS
) -> NDArray[np.uint8]:
    """Return (N, 3) uint8 sRGB: the median colour around each of N points of the face."""
    radius = max(1, round(face.inter_eye / 24))
    height, width = image.shape[:2]
    samples = []
    for x, y in face.landmarks[list(points), :2].round().astype(int):
        column = int(np.clip(x, radius, width - radius - 1))
        row = int(np.clip(y, radius, height - radius - 1))
        patch = image[row - radius : row + radius + 1, column - radius : column + radius + 1]
        samples.append(np.median(patch.reshape(-1, 3), axis=0))
    return np.array(samples, dtype=np.uint8)


def _crop(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
    height, width = image.shape[:2]
    box = face.box
    left, top = min(max(0, int(box.left)), width - 1), min(max(0, int(box.top)), height - 1)
    right, bottom = min(width, int(box.right) + 1), min(height, int(box.bottom) + 1)
    return image[top : max(bottom, top + 1), left : max(right, left + 1)]


def _occlusion(image: NDArray[np.uint8], face: Face, skin: NDArray[np.uint8]) -> float:
    """Return the part of the face's points that are outside the frame or not skin-coloured."""
    height, width = image.shape[:2]
    points = face.landmarks[list(PATCH_POINTS), :2]
    outside = ((points < 0) | (points >= (width, height))).any(axis=1)
    lab = cv2.cvtColor(skin[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    distance = np.linalg.norm(lab[:, 1:] - np.median(lab[:, 1:], axis=0), axis=1)
    return float((outside | (distance > PATCH_LIMIT)).mean())
