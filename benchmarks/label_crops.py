"""Which copies of the label survive crops that keep the whole face.

Run: python -m benchmarks.label_crops [--crops 200000] [--seed 1]

Faces are drawn from the ranges that `studio.styles.portrait` yields (face 38 to 46 % of the side,
lip to chin 8 to 13 %), the label is placed by `outputs.label`, and each crop is one of two kinds:
free (each edge uniform between the picture's and the face's) and square (side and position
uniform). A copy survives when it lies in the crop whole.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outputs.label import place_label
from outputs.types import Rect, Render

SIDE = 1024  # pixels
CROPS_PER_FACE = 500

Edges = NDArray[np.float64]  # (N, 4): left, top, right, bottom in pixels


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
    faces = [random_face(rng) for _ in range(max(1, options.crops // CROPS_PER_FACE))]
    total = len(faces) * CROPS_PER_FACE
    print(f"{total} crops of each kind, {len(faces)} faces, {SIDE} px, whole face kept")
    print(f"{'crop':<8} {'corner only':>12} {'face copy':>12} {'either':>12}")
    for name, crop in (("free", free_crops), ("square", square_crops)):
        rows = [survival(face, crop(face.face_box, rng)) for face in faces]
        corner, chin, either = (
            float(np.mean([getattr(row, column) for row in rows]))
            for column in ("corner", "chin", "either")
        )
        print(f"{name:<8} {corner:>12.2%} {chin:>12.2%} {either:>12.2%}")


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


def survival(face: Render, crops: Edges) -> Survival:
    """Return the shares of crops that hold each copy whole."""
    corner, chin = (_held(copy.rect, crops) for copy in place_label(face, synthetic=False))
    return Survival(float(corner.mean()), float(chin.mean()), float((corner | chin).mean()))


def _held(rect: Rect, crops: Edges) -> NDArray[np.bool_]:
    starts = (crops[:, :2] <= np.asarray(rect[:2])).all(axis=1)
    ends = (crops[:, 2:] >= np.asarray(rect[2:])).all(axis=1)
    return np.asarray(starts & ends, np.bool_)


if __name__ == "__main__":
    main()
