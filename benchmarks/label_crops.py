"""Which copies of the label survive crops that keep the whole face.

Run: python -m benchmarks.label_crops [--crops 200000] [--seed 1]

Two lots of faces: random ones from the ranges that `studio.styles.portrait` yields (face 38 to 46 %
of the side, lip to chin 8 to 13 %), and every baked subject as the portrait is really framed. The
label is placed by `outputs.label` in every language, and each crop is one of two kinds: free (each
edge uniform between the picture's and the face's) and square (side and position uniform). A copy
survives when it lies in the crop whole. A face on which the label has no legal place is refused.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.folders import WEIGHTS
from outputs.errors import ReleaseRefused
from outputs.label import place_label
from outputs.label_words import LOCALES, WORDS
from outputs.types import Rect, Render
from studio.face.meter import FaceMeter
from studio.styles.alignment import anatomy
from studio.styles.portrait import prepare_portrait
from studio.subjects.cast import CastMember, load_cast

SIDE = 1024  # pixels
CROPS_PER_FACE = 500

Edges = NDArray[np.float64]  # (N, 4): left, top, right, bottom in pixels
Crops = Callable[[Rect, np.random.Generator], Edges]


@dataclass(frozen=True, slots=True)
class Survival:
    """Shares of crops in which a copy survived."""

    corner: float
    chin: float
    either: float


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--crops", type=int, default=200_000, help="per kind of crop")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    count = max(1, options.crops // CROPS_PER_FACE)
    lots = {"random": [random_face(rng) for _ in range(count)], **subjects()}
    print(f"{SIDE} px, whole face kept; {CROPS_PER_FACE} crops of a kind and face, {count} random")
    print("faces; shares of crops in which a copy is whole, and faces that were refused")
    print(f"{'faces':<8} {'words':<16} {'crop':<7} {'corner':>8} {'chin':>8} {'either':>8} refused")
    for lot, faces in lots.items():
        for locale in LOCALES if lot in ("random", "baked") else LOCALES[:1]:
            for name, crop in (("free", free_crops), ("square", square_crops)):
                print(line_of(faces, locale, crop, rng, f"{lot:<8} {{:<16}} {name:<7}"))


def subjects() -> dict[str, list[Render]]:
    """Return the baked subjects' real geometry: all of them, and each alone."""
    meter = FaceMeter(WEIGHTS)
    try:
        each = {name: [_framed(meter, member)] for name, member in load_cast().items()}
    finally:
        meter.close()
    return {"baked": [render for (render,) in each.values()], **each}


def _framed(meter: FaceMeter, member: CastMember) -> Render:
    """Return a subject's portrait as styles are given it, with its anatomy."""
    still = member.frame(member.clips["still"][0]).image
    face = meter.faces(still)[0]
    portrait = prepare_portrait(still, face, meter.person(still), size=SIDE)
    found = anatomy(portrait)
    return Render(
        pixels=portrait.image,
        face_box=found.face_box,
        keep_clear=found.keep_clear,
        lower_face=found.lower_face,
        style="geometry",
        family="geometry",
        digital_source_type="algorithmicMedia",
    )


def line_of(
    faces: list[Render], locale: str, crop: Crops, rng: np.random.Generator, head: str
) -> str:
    """Return one line of the table; `head` has a place for what the label says."""
    rows, refused = [], 0
    for face in faces:
        try:
            rows.append(survival(face, crop(face.face_box, rng), locale))
        except ReleaseRefused:
            refused += 1
    means = (
        f"{np.mean([getattr(row, column) for row in rows]):>8.2%}" if rows else f"{'-':>8}"
        for column in ("corner", "chin", "either")
    )
    return f"{head.format(WORDS[locale].said)} {' '.join(means)} {refused:>7}"


def random_face(rng: np.random.Generator) -> Render:
    """Return an empty render with a plausible face, nothing but geometry."""
    width = rng.uniform(0.38, 0.46) * SIDE
    middle = rng.uniform(0.47, 0.53) * SIDE
    top, bottom = rng.uniform(0.22, 0.28) * SIDE, rng.uniform(0.71, 0.81) * SIDE
    left, right = middle - width / 2, middle + width / 2
    lip = bottom - rng.uniform(0.08, 0.13) * SIDE
    features = (left + 0.08 * width, 0.38 * SIDE, right - 0.08 * width, lip)
    return Render(
        pixels=np.zeros((SIDE, SIDE, 3), np.uint8),
        face_box=(left, top, right, bottom),
        keep_clear=(features,),
        lower_face=(left, lip, right, bottom),
        style="geometry",
        family="geometry",
        digital_source_type="algorithmicMedia",
    )


def free_crops(face: Rect, rng: np.random.Generator) -> Edges:
    """Return crops whose four edges are independent."""
    edges = np.empty((CROPS_PER_FACE, 4))
    for column, (low, high) in enumerate(
        ((0, face[0]), (0, face[1]), (face[2], SIDE), (face[3], SIDE))
    ):
        edges[:, column] = rng.uniform(low, high, CROPS_PER_FACE)
    return edges


def square_crops(face: Rect, rng: np.random.Generator) -> Edges:
    """Return square crops of uniform side and position."""
    least = max(face[2] - face[0], face[3] - face[1])
    side = rng.uniform(least, SIDE, CROPS_PER_FACE)
    left = rng.uniform(np.maximum(0, face[2] - side), np.minimum(face[0], SIDE - side))
    top = rng.uniform(np.maximum(0, face[3] - side), np.minimum(face[1], SIDE - side))
    return np.column_stack([left, top, left + side, top + side])


def survival(face: Render, crops: Edges, locale: str = "en") -> Survival:
    """Return the shares of crops that hold each copy whole.

    Raises:
        ReleaseRefused: the label has no legal place on this face.
    """
    places = place_label(face, synthetic=False, locale=locale)
    corner, chin = (_held(copy.rect, crops) for copy in places)
    return Survival(float(corner.mean()), float(chin.mean()), float((corner | chin).mean()))


def _held(rect: Rect, crops: Edges) -> NDArray[np.bool_]:
    starts = (crops[:, :2] <= np.asarray(rect[:2])).all(axis=1)
    ends = (crops[:, 2:] >= np.asarray(rect[2:])).all(axis=1)
    return np.asarray(starts & ends, np.bool_)


if __name__ == "__main__":
    main()
