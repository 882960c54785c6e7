"""How far one's own picture moves from one's template as it gets worse: what may accuse anybody.

The source of `clear_` limits in `consent.quality`. Run: python -m benchmarks.spoilt [--write]

People are photographs of the Face Research Lab London Set (see `benchmarks.people`), neutral for
the template and smiling for the picture that is spoilt. Both were taken on one day: growth is
measured, not what years, make-up or another camera do.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image

from benchmarks.document import CALIBRATION, write_between
from benchmarks.folders import LONDON, WEIGHTS
from benchmarks.stage import Picture
from consent.quality import STANDARD, StillEvidence
from studio.face.meter import FaceMeter
from studio.face.types import Face
from studio.sitting.selfies import still_evidence

INTER_EYE = 160.0  # pixels: a good selfie
SHARE = 95  # per cent of pictures that a figure holds for

Spoil = Callable[[Picture, Face], Picture]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One spoilt picture of a person."""

    person: str
    evidence: StillEvidence
    distance: float  # to the person's template
    growth: float  # against the same picture unspoilt


def blurred(sigma: float) -> Spoil:
    """Out of focus; sigma in pixels."""
    return lambda image, _: np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def shaken(length: int) -> Spoil:
    """Moved sideways during the exposure; length in pixels."""
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1 / length
    return lambda image, _: np.asarray(cv2.filter2D(image, -1, kernel), np.uint8)


def exposed(gain: float) -> Spoil:
    """Less or more light, clipped, with a camera's noise."""

    def spoil(image: Picture, face: Face) -> Picture:
        del face
        noise = np.random.default_rng(1).normal(0, 3, image.shape)
        return np.clip(image * gain + noise, 0, 255).astype(np.uint8)

    return spoil


def glasses(opacity: float) -> Spoil:
    """Dark or tinted glasses, painted over both eyes."""

    def spoil(image: Picture, face: Face) -> Picture:
        mask = np.zeros(image.shape[:2], np.float32)
        size = (int(face.box.width * 0.19), int(face.box.height * 0.12))
        for outer, inner in ((33, 133), (263, 362)):
            x, y = (face.landmarks[outer, :2] + face.landmarks[inner, :2]) / 2
            cv2.ellipse(mask, (int(x), int(y)), size, 0, 0, 360, opacity, -1)
        tint = np.array([25, 22, 20])
        return (image * (1 - mask[..., None]) + tint * mask[..., None]).astype(np.uint8)

    return spoil


def cloth(top: int) -> Spoil:
    """A cloth from the landmark `top` down: 4 = the tip of the nose, 13 = the lips."""

    def spoil(image: Picture, face: Face) -> Picture:
        result, box = image.copy(), face.box
        rows = slice(int(face.landmarks[top, 1]), int(box.bottom) + 10)
        result[rows, max(0, int(box.left)) : int(box.right)] = (40, 90, 200)
        return result

    return spoil


WAYS: tuple[Spoil, ...] = (
    blurred(1.5),
    blurred(2.5),
    shaken(9),
    shaken(17),
    shaken(25),
    exposed(0.5),
    exposed(0.35),
    exposed(1.2),
    exposed(1.4),
    exposed(1.7),
    glasses(1.0),
    glasses(0.6),
    cloth(4),
    cloth(13),
)
# Of each number: where it is clear, and the ranges that are told apart.
RANGES: Mapping[str, tuple[Callable[[StillEvidence], bool], tuple[float, ...]]] = {
    "sharpness": (
        lambda e: e.sharpness >= STANDARD.clear_min_sharpness,
        (0, STANDARD.min_sharpness, STANDARD.clear_min_sharpness, math.inf),
    ),
    "luma": (
        lambda e: STANDARD.clear_min_luma <= e.luma <= STANDARD.clear_max_luma,
        (
            STANDARD.min_luma,
            STANDARD.clear_min_luma,
            STANDARD.clear_max_luma,
            STANDARD.max_luma,
            math.inf,
        ),
    ),
    "occlusion": (
        lambda e: e.occlusion <= STANDARD.clear_max_occlusion,
        (0, STANDARD.clear_max_occlusion, STANDARD.max_occlusion, math.inf),
    ),
    "eye_light": (
        lambda e: e.eye_light >= STANDARD.clear_min_eye_light,
        (0, STANDARD.min_eye_light, STANDARD.clear_min_eye_light, math.inf),
    ),
}


def measure(meter: FaceMeter) -> Iterator[Spoilt]:
    """Yield every person's picture, spoilt in every way."""
    for path in sorted(LONDON.glob("*_smiling.jpg")):
        person = path.stem.partition("_")[0]
        neutral = np.asarray(Image.open(LONDON / f"{person}_neutral.jpg").convert("RGB"))
        template = meter.embed(neutral, meter.faces(neutral)[0])
        image = np.asarray(Image.open(path).convert("RGB"))
        scale = INTER_EYE / meter.faces(image)[0].inter_eye
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale), np.uint8)
        face = meter.faces(image)[0]
        clean = math.dist(meter.embed(image, face), template)
        for way in WAYS:
            spoilt = way(image, face)
            faces = meter.faces(spoilt)
            evidence = still_evidence(spoilt, faces)
            if evidence is None:
                continue
            distance = math.dist(meter.embed(spoilt, faces[0]), template)
            yield Spoilt(person, evidence, distance, distance - clean)
        print(f"spoilt the picture of {person}", file=sys.stderr)


def table(found: Iterable[Spoilt]) -> str:
    """Return the table: a number's rows hold pictures that are clear in every other number."""
    pictures = list(found)
    lines = [
        f"| number | range | pictures | people | own distance, {SHARE} % | growth, {SHARE} % |",
        "|---|---|---|---|---|---|",
    ]
    for name, (_, edges) in RANGES.items():
        others = [clear for other, (clear, _) in RANGES.items() if other != name]
        chosen = [one for one in pictures if all(clear(one.evidence) for clear in others)]
        for low, high in pairwise(edges):
            part = [one for one in chosen if low <= getattr(one.evidence, name) < high]
            if part:
                lines.append(_row(name, low, high, part))
    people = len({one.person for one in pictures})
    return "\n".join([*lines, "", f"{people} people, {len(WAYS)} ways to spoil a picture."])


def _row(name: str, low: float, high: float, part: list[Spoilt]) -> str:
    reach = f"{low:g} to {high:g}" if math.isfinite(high) else f"from {low:g}"
    distance = np.percentile([one.distance for one in part], SHARE)
    growth = np.percentile([one.growth for one in part], SHARE)
    people = len({one.person for one in part})
    words = name.replace("_", " ")
    return f"| {words} | {reach} | {len(part)} | {people} | {distance:.3f} | {growth:.3f} |"


def main() -> None:
    """Print the table, and write it into the documentation when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write it into {CALIBRATION}")
    asked = parser.parse_args()
    if not LONDON.is_dir():
        sys.exit(f"{LONDON} is not there")
    cv2.setNumThreads(1)
    meter = FaceMeter(WEIGHTS)
    try:
        text = table(measure(meter))
    finally:
        meter.close()
    print(text)
    if asked.write:
        write_between(CALIBRATION, "spoilt", text)


if __name__ == "__main__":
    main()
