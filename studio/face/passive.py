"""A port for a passive presentation attack detector, and an adapter for MiniFASNet.

No such model comes with the studio. An operator may name a file and its SHA-256 in the settings:
MiniFASNetV2 (Minivision, "Silent-Face-Anti-Spoofing", 2020; Apache-2.0) as ONNX, which takes a crop
of 2.7 times the face at 80 x 80, BGR from 0 to 255, and has three classes: the second is "alive".
What its scores may do is decided in `consent.passive`: reject, never accept.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.face.types import Box, Face

SIZE = 80  # pixels, fixed by the network
CROP = 2.7  # times the face's box: what surrounds a face gives paper and screens away
CLASSES = 3  # flat attack, alive, other attack
ALIVE = 1


class PassiveModelError(Exception):
    """The operator's file is not there, not the one that was named, or not such a model."""


class PassiveModel(Protocol):
    """Anything that scores one picture of a face by itself."""

    def score(self, image: NDArray[np.uint8], face: Face) -> float:
        """Return 0 (surely an attack) to 1 (alive) for a face of an (H, W, 3) sRGB image."""
        ...


class MiniFASNet:
    """A pinned ONNX file, run by OpenCV. Safe to call from any thread."""

    def __init__(self, model: Path, *, expected_sha256: str) -> None:
        """Load.

        Args:
            model: the file.
            expected_sha256: of its bytes, hex.

        Raises:
            PassiveModelError: no such file, another hash, or not a network of this kind.
        """
        try:
            data = model.read_bytes()
        except OSError as error:
            raise PassiveModelError(f"The passive model {model} cannot be read.") from error
        digest = hashlib.sha256(data).hexdigest()
        if not hmac.compare_digest(digest, expected_sha256.lower()):
            raise PassiveModelError(
                f"The passive model {model} is not the one named: its SHA-256 is {digest}."
            )
        self._lock = threading.Lock()
        try:
            self._network = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
            classes = self._run(np.zeros((SIZE, SIZE, 3), np.uint8)).size
        except cv2.error as error:
            raise PassiveModelError(f"The passive model {model} does not run: {error}") from error
        if classes != CLASSES:
            raise PassiveModelError(f"The passive model {model} has {classes} classes, not three.")

    def score(self, image: NDArray[np.uint8], face: Face) -> float:
        """Return how alive a face of an (H, W, 3) uint8 sRGB image looks, 0 to 1."""
        return float(_shares(self._run(crop(image, face.box)))[ALIVE])

    def _run(self, square: NDArray[np.uint8]) -> NDArray[np.float64]:
        blob = cv2.dnn.blobFromImage(square, swapRB=True)  # RGB to BGR; values stay 0 to 255
        with self._lock:
            self._network.setInput(blob)
            return np.asarray(self._network.forward(), np.float64).ravel()


def crop(image: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    """Return the (80, 80, 3) surroundings of a face, moved and shrunk to lie within the image."""
    height, width = image.shape[:2]
    scale = min(CROP, (width - 1) / box.width, (height - 1) / box.height)
    size = np.array([box.width * scale, box.height * scale])
    middle = np.array([(box.left + box.right) / 2, (box.top + box.bottom) / 2])
    left, top = np.clip(middle - size / 2, 0, np.array([width, height]) - size).astype(int)
    right, bottom = (np.array([left, top]) + size).round().astype(int)
    found = image[top : max(bottom, top + 1), left : max(right, left + 1)]
    return np.asarray(cv2.resize(found, (SIZE, SIZE)), dtype=np.uint8)


def _shares(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return class probabilities: exports differ in whether the softmax is part of them."""
    if (scores >= 0).all() and abs(scores.sum() - 1) < 1e-3:
        return scores
    powers = np.exp(scores - scores.max())
    return np.asarray(powers / powers.sum(), np.float64)
