"""A 128-number embedding of a face, by dlib's ResNet.

King, "Dlib-ml" (JMLR 2009) and its 2017 metric-learning model. The five alignment points come
from the landmarks, so neither dlib's detector nor its non-commercial 68-point model is needed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import weakref
from contextlib import suppress
from pathlib import Path

import dlib
import numpy as np
from numpy.typing import NDArray

from studio.face import network
from studio.face.types import Face

# Outer and inner corners of the subject's left and right eye, and the base of the nose: the
# order that dlib's five-point aligner expects.
ALIGNMENT_POINTS = (263, 362, 33, 133, 2)
CHIP_PADDING = 0.25
ANSWER_BYTES = network.DIMENSIONS * np.dtype(np.float64).itemsize
END_SECONDS = 5.0  # for the network's process to end by itself


class FaceEmbedder:
    """Turns a face into a template. Safe to call from any thread.

    The network runs in a process of its own: dlib keeps Python's lock for the 80 ms of an
    embedding, during which this process could neither receive a frame nor answer one.
    """

    def __init__(self, model: Path) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._network = self._start()

    def embed(self, image: NDArray[np.uint8], face: Face) -> tuple[float, ...]:
        """Return 128 numbers for a face of an (H, W, 3) uint8 sRGB image.

        Raises:
            RuntimeError: the network's process ended and cannot be started again.
        """
        chip = self._chip(image, face).tobytes()
        with self._lock:
            found = self._ask(chip)
            if found is None:
                self._stop()
                self._network = self._start()
                found = self._ask(chip)
        if found is None:
            raise RuntimeError("the embedding network does not run")
        return tuple(float(value) for value in found)

    def close(self) -> None:
        """End the network's process."""
        with self._lock:
            self._stop()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", network.__file__, str(self._model)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - our own script
        self._stop = weakref.finalize(self, _end, process)
        return process

    def _ask(self, chip: bytes) -> NDArray[np.float64] | None:
        """Return the network's answer, or None when its process is gone."""
        asked, answered = self._network.stdin, self._network.stdout
        if asked is None or answered is None or asked.closed:
            return None
        try:
            asked.write(chip)
            asked.flush()
        except BrokenPipeError:
            return None
        data = answered.read(ANSWER_BYTES)
        return np.frombuffer(data, np.float64) if len(data) == ANSWER_BYTES else None

    @staticmethod
    def _chip(image: NDArray[np.uint8], face: Face) -> NDArray[np.uint8]:
        box = face.box
        frame = dlib.rectangle(int(box.left), int(box.top), int(box.right), int(box.bottom))
        marks = face.landmarks[list(ALIGNMENT_POINTS), :2].round().astype(int)
        points = [dlib.point(int(x), int(y)) for x, y in marks]
        detection = dlib.full_object_detection(frame, points)
        chip: NDArray[np.uint8] = dlib.get_face_chip(
            np.ascontiguousarray(image), detection, network.CHIP_SIZE, CHIP_PADDING
        )
        return chip


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the process's input, which ends it, and wait."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
