"""A 128-number embedding of a face, by dlib's ResNet.

King, "Dlib-ml" (JMLR 2009) and its 2017 metric-learning model. The five alignment points come
from the landmarks, so neither dlib's detector nor its non-commercial 68-point model is needed.
"""

from __future__ import annotations

import threading
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray

from studio.face.types import Face

# Outer and inner corners of the subject's left and right eye, and the base of the nose: the
# order that dlib's five-point aligner expects.
ALIGNMENT_POINTS = (263, 362, 33, 133, 2)
CHIP_SIZE = 150  # pixels, fixed by the network
CHIP_PADDING = 0.25


class FaceEmbedder:
    """Turns a face into a template. Safe to call from any thread."""

    def __init__(self, model: Path) -> None:
        self._network = dlib.face_recognition_model_v1(str(model))
        self._lock = threading.Lock()

    def embed(self, image: NDArray[np.uint8], face: Face) -> tuple[float, ...]:
        """Return 128 numbers for a face of an (H, W, 3) uint8 sRGB image."""
        chip = self._chip(image, face)
        with self._lock:
            return tuple(float(x) for x in self._network.compute_face_descriptor(chip))

    @staticmethod
    def _chip(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
        box = face.box
        frame = dlib.rectangle(int(box.left), int(box.top), int(box.right), int(box.bottom))
        marks = face.landmarks[list(ALIGNMENT_POINTS), :2].round().astype(int)
        points = [dlib.point(int(x), int(y)) for x, y in marks]
        detection = dlib.full_object_detection(frame, points)
        chip: NDArray[np.uint8] = dlib.get_face_chip(
            np.ascontiguousarray(image), detection, CHIP_SIZE, CHIP_PADDING
        )
        return chip
