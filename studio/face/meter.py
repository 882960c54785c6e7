"""One pass over one picture: every number that the decisions need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.face.embedding import FaceEmbedder
from studio.face.landmarks import LandmarkDetector
from studio.face.passive import PassiveModel
from studio.face.quality import REC709, measure_quality, skin_samples
from studio.face.quiet import native_silence
from studio.face.segmentation import PersonSegmenter
from studio.face.types import Face, Quality
from studio.weights import FACE_EMBEDDING, FACE_LANDMARKER, PERSON_SEGMENTATION, locate


@dataclass(frozen=True, slots=True)
class Selfie:
    """Everything measured on one still picture with at least one face."""

    image: NDArray[np.uint8]  # (H, W, 3) sRGB
    faces: tuple[Face, ...]  # largest first
    quality: Quality  # of the largest face
    embedding: tuple[float, ...]  # of the largest face


class FaceMeter:
    """The models behind all measurements, loaded once. Safe to call from any thread."""

    def __init__(self, weights: Path, *, passive: PassiveModel | None = None) -> None:
        self._passive = passive
        blank = np.zeros((64, 64, 3), np.uint8)
        with native_silence():
            self._landmarks = LandmarkDetector(locate(FACE_LANDMARKER, weights))
            self._embedder = FaceEmbedder(locate(FACE_EMBEDDING, weights))
            self._segmenter = PersonSegmenter(locate(PERSON_SEGMENTATION, weights))
            self._landmarks.detect(blank)  # the first picture is what they speak at
            self._segmenter.alpha(blank)

    def faces(self, image: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Return the faces of an (H, W, 3) uint8 sRGB image, largest first."""
        return self._landmarks.detect(image)

    def luma(self, image: NDArray[np.uint8], face: Face) -> float:
        """Return the mean Rec. 709 luma of the face's skin, 0 to 255."""
        return float((skin_samples(image, face).astype(np.float32) @ REC709).mean())

    def embed(self, image: NDArray[np.uint8], face: Face) -> tuple[float, ...]:
        """Return the face's 128-number embedding."""
        return self._embedder.embed(image, face)

    def passive(self, image: NDArray[np.uint8], face: Face) -> float | None:
        """Return the passive model's score, 0 to 1 (alive); None where none is installed."""
        return None if self._passive is None else self._passive.score(image, face)

    def person(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the person's alpha, (H, W) float32 in [0, 1]."""
        return self._segmenter.alpha(image)

    def selfie(self, image: NDArray[np.uint8]) -> Selfie | None:
        """Measure a still picture, or return None when it shows no face."""
        faces = self.faces(image)
        if not faces:
            return None
        face = faces[0]
        return Selfie(image, faces, measure_quality(image, face), self.embed(image, face))

    def close(self) -> None:
        """Free the models."""
        self._landmarks.close()
        self._embedder.close()


def smile(blendshapes: Mapping[str, float]) -> float:
    """Return how much the mouth smiles, 0 to 1."""
    return (blendshapes["mouthSmileLeft"] + blendshapes["mouthSmileRight"]) / 2


def mouth_open(blendshapes: Mapping[str, float]) -> float:
    """Return how far the jaw is open, 0 to 1."""
    return blendshapes["jawOpen"]


def eyes_closed(blendshapes: Mapping[str, float]) -> float:
    """Return how far both eyes are closed, 0 to 1."""
    return min(blendshapes["eyeBlinkLeft"], blendshapes["eyeBlinkRight"])
