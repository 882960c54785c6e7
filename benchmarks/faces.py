"""Landmarks, blendshapes and pose of one frame, against bare MediaPipe with the same options."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from mediapipe import Image, ImageFormat
from mediapipe.tasks.python import BaseOptions
from mediapipe.tasks.python.vision import FaceLandmarker, FaceLandmarkerOptions

from benchmarks.folders import WEIGHTS
from benchmarks.stage import Stage, jpeg
from benchmarks.table import Row, side_by_side
from studio.face.landmarks import MAX_FACES
from studio.sitting.images import decode_frame
from studio.sitting.measuring import Stamp, measure
from studio.weights import FACE_LANDMARKER, locate

REPETITIONS = 240
MOST_OVERHEAD = 0.10


def rows(stage: Stage) -> Iterator[Row]:
    """Yield two rows on a frontal frame of 640 x 480: landmarks, and everything measured."""
    frame = np.ascontiguousarray(stage.frame("rest"))
    data = jpeg(frame, 80)
    stamp = Stamp(0, 0.0, datetime.now(UTC), "")  # noqa: TID251 - any aware moment will do
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
        whole = side_by_side(
            lambda: measure(stage.meter, decode_frame(data), stamp),
            lambda: bare.detect(Image(image_format=ImageFormat.SRGB, data=decode_frame(data))),
            REPETITIONS,
        )
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
    yield Row(
        "whole measurement of a frame, from JPEG to skin chroma",
        "ms",
        whole.ours.median,
        REPETITIONS,
        "JPEG to bare MediaPipe",
        whole.theirs.median,
        whole.ratio,
        note=f"overhead {whole.ratio - 1:+.1%}: luma, skin, regions and background besides",
        fastest=whole.ours.fastest,
    )
