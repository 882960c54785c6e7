"""Verifying one 12-megapixel selfie, against `face_recognition`'s encodings."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType

import numpy as np
from PIL import Image, ImageFile

from benchmarks.folders import LONDON
from benchmarks.stage import Picture, Stage, enlarged, jpeg
from benchmarks.table import Row, Work, alone, side_by_side
from consent.identity import Cohort, verify_probe
from consent.types import Template
from studio.face.cohort import load_cohort
from studio.sitting.images import decode_photo
from studio.sitting.selfies import look_at

SIZE = (4000, 3000)  # pixels: twelve million
REPETITIONS = 3
LEAST_SPEED_UP = 3.0


@dataclass(frozen=True, slots=True)
class Case:
    """One selfie and the template that it is compared to."""

    name: str
    image: Picture
    template: Template


class Peer:
    """`face_recognition` as its manual uses it."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def encode(self, image: Picture, template: Template) -> Template:
        """Encode the one face of a picture and compare it."""
        (encoding,) = self._module.face_encodings(image)
        self._module.face_distance([encoding], np.array(template))
        return tuple(encoding)

    def load(self, data: bytes) -> Picture:
        """Decode a file."""
        image: Picture = self._module.load_image_file(io.BytesIO(data))
        return image


def load_peer() -> Peer | None:
    """Return the peer, or None when it is not installed."""
    try:
        import face_recognition
    except ImportError:
        return None
    # Its import makes Pillow accept torn files in the whole process; ours must go on refusing.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    return Peer(face_recognition)


def rows(stage: Stage) -> Iterator[Row]:
    """Yield two rows a case: pixels given, and file given."""
    peer = load_peer()
    cohort = load_cohort()
    for case in _cases(stage):
        yield from _case_rows(stage, case, cohort, peer)


def _cases(stage: Stage) -> Iterator[Case]:
    enrolled = stage.frame("rest", 0)
    yield Case("baked subject", enlarged(stage.still, SIZE), _embed(stage, enrolled))
    if LONDON.is_dir():
        neutral, smiling = (
            np.asarray(Image.open(LONDON / f"001_{name}.jpg").convert("RGB"))
            for name in ("neutral", "smiling")
        )
        yield Case("photograph", enlarged(smiling, SIZE), _embed(stage, neutral))


def _case_rows(stage: Stage, case: Case, cohort: Cohort, peer: Peer | None) -> Iterator[Row]:
    data = jpeg(case.image)
    given = partial(_verify, stage, case, cohort)
    what = f"verify a 12 MP selfie ({case.name})"
    size = f"JPEG of {len(data) / 1e6:.1f} MB; ours applies limits, orientation and colour profile"
    if peer is None:
        ways: tuple[tuple[str, Work], ...] = (
            ("decoded", lambda: given(case.image)),
            ("from the file", lambda: given(decode_photo(data))),
        )
        for how, work in ways:
            took = alone(work, REPETITIONS)
            yield Row(
                f"{what}, {how}", "ms", took.median, REPETITIONS, note="face_recognition is missing"
            )
        return
    distance = math.dist(given(case.image), peer.encode(case.image, case.template))
    yield _row(
        f"{what}, decoded",
        lambda: given(case.image),
        lambda: peer.encode(case.image, case.template),
        f"embeddings of the two lie {distance:.3f} apart (0.6 is the peer's match threshold)",
    )
    yield _row(
        f"{what}, from the file",
        lambda: given(decode_photo(data)),
        lambda: peer.encode(peer.load(data), case.template),
        size,
    )


def _verify(stage: Stage, case: Case, cohort: Cohort, image: Picture) -> Template:
    """Measure, judge and match; a refusal ends the benchmark, for it would measure nothing."""
    sight = look_at(stage.meter, image)
    embedding = stage.meter.embed(image, sight.face)
    verify_probe(embedding, case.template, cohort)
    return embedding


def _row(what: str, ours: Work, theirs: Work, note: str) -> Row:
    pair = side_by_side(ours, theirs, REPETITIONS, warm=0)
    return Row(
        what,
        "ms",
        pair.ours.median,
        REPETITIONS,
        "face_recognition 1.3.0",
        pair.theirs.median,
        pair.ratio,
        f">= {LEAST_SPEED_UP:.0f}x faster",
        1 / pair.ratio >= LEAST_SPEED_UP,
        note=note,
        fastest=pair.ours.fastest,
    )


def _embed(stage: Stage, image: Picture) -> Template:
    return stage.meter.embed(image, stage.meter.faces(image)[0])
