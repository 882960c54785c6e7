"""Landmarks, blendshapes and pose of one frame, against bare MediaPipe with the same options."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from mediapipe import Image, ImageFormat
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

from benchmarks.stage import WEIGHTS, Stage
from benchmarks.table import Row, side_by_side
from studio.face.landmarks import MAX_FACES
from studio.weights import FACE_LANDMARKER, locate

REPETITIONS = 240
MOST_OVERHEAD = 0.10


def rows(stage: Stage) -> Iterator[Row]:
    """Yield one row: a frontal frame of 640 x 480."""
    frame = np.ascontiguousarray(stage.frame("rest"))
    options = FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(locate(FACE_LANDMARKER, WEIGHTS))),
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
        num_faces=MAX_FACES,
    )
    with FaceLandmarker.create_from_options(options) as bare:

        def theirs() -> object:
            return bare.detect(Image(image_format=ImageFormat.SRGB, data=frame))

        pair = side_by_side(lambda: stage.meter.faces(frame), theirs, REPETITIONS, warm=10)
    overhead = pair.ratio - 1
    yield Row(
        "landmarks, blendshapes, pose of a frame",
        "ms",
        pair.ours.median,
        REPETITIONS,
        "bare MediaPipe",
        pair.theirs.median,
        pair.ratio,
        f"overhead <= {MOST_OVERHEAD:.0%}",
        overhead <= MOST_OVERHEAD,
        note=f"overhead {overhead:+.1%}; the same options on the same 640 x 480 frame",
        fastest=pair.ours.fastest,
    )
