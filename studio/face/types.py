"""What the measurements return: frozen results with units, ranges and signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle in pixels; right and bottom lie outside."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height in pixels."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Pose:
    """Head rotation in degrees; zero looks into the camera."""

    yaw: float  # positive = the subject turns to their own left
    pitch: float  # positive = up
    roll: float  # positive = the head leans to the subject's own left


@dataclass(frozen=True, slots=True)
class Face:
    """One face: where it is, how it is turned and what it does."""

    box: Box
    landmarks: NDArray[np.float32]  # (478, 3): x, y in pixels, z in the same scale, < 0 nearer
    blendshapes: Mapping[str, float]  # 52 scores in [0, 1], named as MediaPipe names them
    pose: Pose

    @property
    def inter_eye(self) -> float:
        """Distance between the eyes' centres, pixels."""
        left = (self.landmarks[263, :2] + self.landmarks[362, :2]) / 2
        right = (self.landmarks[33, :2] + self.landmarks[133, :2]) / 2
        return float(np.linalg.norm(left - right))


@dataclass(frozen=True, slots=True)
class Quality:
    """Numbers that tell whether a picture can be used; judging them is consent's business."""

    face_height: float  # pixels
    inter_eye: float  # pixels, between the eyes' centres
    sharpness: float  # variance of the Laplacian over the face at 256 px, grey levels squared
    luma: float  # mean Rec. 709 luma of the face's skin, 0 to 255
    contrast: float  # standard deviation of the same, 0 to 255
    occlusion: float  # 0 = all of the face is seen, 1 = none of it
