"""The toon at 1024 pixels, against `cv2.stylization` of the same portrait."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.stage import Stage
from benchmarks.table import Row, alone, side_by_side
from studio.styles.framing import flattened
from studio.styles.painted.styles import toon
from studio.styles.portrait import Portrait, prepare_portrait

SIZE = 1024  # pixels
REPETITIONS = 7


def rows(stage: Stage) -> Iterator[Row]:
    """Yield the drawing, and the portrait that every style shares."""
    still = stage.still
    face = stage.meter.faces(still)[0]

    def prepare() -> Portrait:
        return prepare_portrait(still, face, stage.meter.person(still), size=SIZE)

    portrait = prepare()
    pair = side_by_side(
        lambda: flattened(toon.draw(portrait, {}, np.random.default_rng(7))),
        lambda: cv2.stylization(portrait.image),
        REPETITIONS,
    )
    yield Row(
        "toon at 1024 px",
        "ms",
        pair.ours.median,
        REPETITIONS,
        "cv2.stylization",
        pair.theirs.median,
        pair.ratio,
        "<= its time",
        pair.ratio <= 1,
        note="the same aligned portrait; the peer with its default parameters",
        fastest=pair.ours.fastest,
    )
    took = alone(prepare, REPETITIONS)
    yield Row(
        "portrait at 1024 px: outline and align",
        "ms",
        took.median,
        REPETITIONS,
        fastest=took.fastest,
    )
