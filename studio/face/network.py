"""The embedding network in a process of its own: face chips come in, templates go out.

Run by `studio.face.embedding`, as a script: `network.py MODEL`. It ends when its input does.
"""

from __future__ import annotations

import signal
import sys

import dlib
import numpy as np

CHIP_SIZE = 150  # pixels, fixed by the network: (150, 150, 3) uint8 sRGB come in
DIMENSIONS = 128  # float64 go out


def main() -> int:
    """Answer chip after chip."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the studio, which ends this
    network = dlib.face_recognition_model_v1(sys.argv[1])
    shape = (CHIP_SIZE, CHIP_SIZE, 3)
    size = CHIP_SIZE * CHIP_SIZE * 3
    while len(data := sys.stdin.buffer.read(size)) == size:
        chip = np.frombuffer(data, np.uint8).reshape(shape)
        found = np.array(network.compute_face_descriptor(chip), np.float64)
        sys.stdout.buffer.write(found.tobytes())
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
