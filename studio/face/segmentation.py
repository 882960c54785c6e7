"""Which pixels are the person, by MediaPipe's selfie segmentation network."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray


class PersonSegmenter:
    """Finds the person in a picture. Safe to call from any thread."""

    def __init__(self, model: Path) -> None:
        self._network = Interpreter(model_path=str(model), num_threads=1)
        self._network.allocate_tensors()
        self._input = self._network.get_input_details()[0]
        self._output = self._network.get_output_details()[0]
        self._lock = threading.Lock()

    def alpha(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (H, W) float32 in [0, 1] for an (H, W, 3) uint8 sRGB image, 1 = person."""
        height, width = self._input["shape"][1:3]
        small = cv2.resize(image, (int(width), int(height)), interpolation=cv2.INTER_AREA)
        with self._lock:
            self._network.set_tensor(self._input["index"], small[None].astype(np.float32) / 255)
            self._network.invoke()
            mask = self._network.get_tensor(self._output["index"])[0, ..., -1]
        whole = cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
        alpha: NDArray[np.float32] = np.clip(whole, 0.0, 1.0).astype(np.float32)
        return alpha
