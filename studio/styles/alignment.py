"""From a photograph and its measured face to head and shoulders, upright in a square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.face.types import Face
from studio.styles import mesh
from studio.styles.fields import as_field, enlarged, filled, linear, ramp, reduced

Rect = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom lie outside

EYE_LINE = 0.42  # height of the eyes in the portrait, fraction of its side
FACE_WIDTH = 0.45  # temple to temple, fraction of the side: with ears and hair the head is half
TALL_HAIR_FACE_WIDTH = 0.385  # what the face may shrink to so that tall hair fits
CHIN_ROOM = 0.076  # chin below the lip, fraction of the side: the label needs 0.066 of it
NEAREST = 0.56  # how wide a face may become so that a short chin has that room
HAIR_ROOM = 0.93  # share of the height above the eyes that hair may fill
NEARER = 1.05  # how much closer to come so that the photograph fills the portrait
FACE_RATIO = 0.8  # temple to temple over hairline to chin: keeps the scale when the head turns
MATTE_RADIUS = 12  # pixels at 1024: keeps strands of hair, see `refine_matte`
MATTE_SIDE = 1024  # pixels: selfies rarely have more to show
MATTE_EPS = (0.01 * 255) ** 2  # squared grey levels


@dataclass(frozen=True, slots=True)
class Aligned:
    """Head and shoulders, upright, in a square of `size` pixels."""

    image: NDArray[np.uint8]  # (size, size, 3) sRGB; black where not covered
    landmarks: NDArray[np.float32]  # (478, 3) portrait pixels
    blendshapes: Mapping[str, float]  # 52 scores in [0, 1]
    person: NDArray[np.float32]  # (size, size) alpha in [0, 1]
    covered: NDArray[np.bool_]  # (size, size) True where the photograph has pixels

    @property
    def size(self) -> int:
        """Side of the square, pixels."""
        return int(self.image.shape[0])

    @property
    def face_width(self) -> float:
        """Temple to temple, pixels, as if the head looked straight ahead."""
        return _face_width(self.landmarks)


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Where a label may and may not go, in portrait pixels."""

    face_box: Rect
    keep_clear: tuple[Rect, ...]  # each eye, the nose, the mouth
    lower_face: Rect  # below the lower lip, above the chin, inside the face box


def align_photo(
    image: NDArray[np.uint8], face: Face, person: NDArray[np.float32], *, size: int = 1024
) -> Aligned:
    """Turn, scale and crop a photograph so that the head stands upright in the middle.

    Args:
        image: (H, W, 3) uint8 sRGB.
        face: The face measured in `image`, landmarks in its pixels.
        person: (H, W) float32, the segmentation's alpha in [0, 1] at the image's size.
        size: Side of the portrait, pixels.

    Returns:
        Head and shoulders. Where the photograph ends, `covered` is False, `person` is 0 and the
        image black: nothing is smeared or made up.

    Raises:
        ValueError: the alpha's size differs from the image's.
    """
    if person.shape != image.shape[:2]:
        raise ValueError(f"alpha is {person.shape}, the image {image.shape[:2]}: they must match")
    points = np.asarray(face.landmarks, np.float64)
    matrix = _alignment(points, size, _crown(person, points), float(image.shape[0]))
    scale = float(np.hypot(matrix[0, 0], matrix[0, 1]))
    source, matte, reduced = _reduced(image, person, matrix, scale)
    across = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_LINEAR
    drawn = np.asarray(cv2.warpAffine(source, reduced, (size, size), flags=across), np.uint8)
    alpha = cv2.warpAffine(matte, reduced, (size, size), flags=cv2.INTER_LINEAR)
    ones = np.full(source.shape[:2], 255, np.uint8)
    covered = cv2.warpAffine(ones, reduced, (size, size), flags=cv2.INTER_LINEAR) == 255
    landmarks = np.empty((len(points), 3), np.float32)
    landmarks[:, :2] = points[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    landmarks[:, 2] = points[:, 2] * scale
    refined = refine_matte(drawn, as_field(np.where(covered, alpha, 0)))
    # A segmentation may see the wall in an eye: what lies inside the face is the person's.
    refined = np.maximum(refined, _inner_face(landmarks, size))
    return Aligned(
        image=np.where(covered[..., None], drawn, 0).astype(np.uint8),
        landmarks=landmarks,
        blendshapes=dict(face.blendshapes),
        person=as_field(np.where(covered, refined, 0)),
        covered=covered,
    )


def refine_matte(image: NDArray[np.uint8], alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pull a coarse alpha onto the image's edges (guided filter, He, Sun and Tang 2010).

    Args:
        image: (N, N, 3) uint8 sRGB.
        alpha: (N, N) float32 in [0, 1].

    Returns:
        (N, N) float32 in [0, 1].
    """
    size = image.shape[0]
    side = min(size, MATTE_SIDE)
    guide = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    radius = max(2, round(MATTE_RADIUS * side / 1024))
    filtered = cv2.ximgproc.guidedFilter(guide, reduced(alpha, side) * 255, radius, MATTE_EPS)
    return enlarged(as_field(np.clip(filtered / 255, 0, 1)), size).clip(0, 1)


def anatomy(portrait: Aligned) -> Anatomy:
    """Return the boxes that a label needs: the face, what must stay clear, and the free chin."""
    points = portrait.landmarks[:, :2]
    side = portrait.size
    margin = 0.01 * side
    face = _rect(points[list(mesh.OVAL)], 0, side)
    eyes = [_rect(points[[*e.upper, *e.lower]], margin, side) for e in mesh.EYES]
    nose = _rect(points[list(mesh.NOSE)], 0, side)
    mouth = _rect(points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT]], margin / 2, side)
    return Anatomy(
        face_box=face,
        keep_clear=(*eyes, nose, mouth),
        lower_face=(face[0], mouth[3], face[2], face[3]),
    )


def _inner_face(points: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """1 well inside the face's outline, falling to 0 at it."""
    small = size // 4
    shape = filled(small, points[list(mesh.OVAL), :2] / 4).astype(np.uint8)
    inside = as_field(cv2.distanceTransform(shape, cv2.DIST_L2, 5))
    return linear(ramp(inside / small, 0.008, 0.024), size)


def _face_width(points: NDArray[np.floating]) -> float:
    left, right = (points[i, :2] for i in mesh.TEMPLES)
    height = np.linalg.norm(points[mesh.FOREHEAD_TOP, :2] - points[mesh.CHIN, :2])
    return float(max(np.linalg.norm(left - right), FACE_RATIO * height))


def _chin(points: NDArray[np.floating]) -> float:
    """Distance of the chin from the lower lip."""
    lip = points[list(mesh.LIPS_LOWER_OUT), :2]
    chin = points[mesh.CHIN, :2]
    return float(max(np.linalg.norm(lip - chin, axis=1).min(), 1.0))


def _eye_centres(points: NDArray[np.floating]) -> NDArray[np.float64]:
    rows = [points[[e.upper[0], e.upper[-1]], :2].mean(axis=0) for e in mesh.EYES]
    return np.asarray(rows, np.float64)


def _crown(person: NDArray[np.float32], points: NDArray[np.float64]) -> float:
    """Height of the hair above the eyes in face widths, from the coarse alpha."""
    eyes = _eye_centres(points).mean(axis=0)
    width = _face_width(points)
    left, right = (int(eyes[0] + s * 0.35 * width) for s in (-1, 1))
    columns = person[: max(1, int(eyes[1])), max(0, left) : max(1, right)]
    rows = np.flatnonzero((columns > 0.5).mean(axis=1) > 0.15) if columns.size else np.empty(0)
    return float((eyes[1] - rows[0]) / width) if rows.size else 1.0


def _alignment(
    points: NDArray[np.float64], size: int, crown: float, bottom: float
) -> NDArray[np.float64]:
    left, right = _eye_centres(points)
    middle = (left + right) / 2
    lean = np.arctan2(right[1] - left[1], right[0] - left[0])
    room = HAIR_ROOM * EYE_LINE / max(crown, 0.1)
    fraction = float(np.clip(room, TALL_HAIR_FACE_WIDTH, FACE_WIDTH))
    # Come nearer, within reason, rather than show where the photograph ends below.
    below = (bottom - 1 - middle[1]) * np.cos(lean) - abs(np.sin(lean)) * _face_width(points)
    filled = (1 - EYE_LINE) * _face_width(points) / max(float(below), 1.0)
    if fraction < filled <= NEARER * fraction:
        fraction = filled
    fraction = max(fraction, min(CHIN_ROOM * _face_width(points) / _chin(points), NEAREST))
    scale = fraction * size / _face_width(points)
    cos, sin = scale * np.cos(lean), scale * np.sin(lean)
    turn = np.array([[cos, sin], [-sin, cos]])
    sides = points[list(mesh.TEMPLES), :2].mean(axis=0)
    anchor_x = turn @ (0.5 * middle + 0.5 * sides)
    anchor_y = turn @ middle
    shift = np.array([0.5 * size - anchor_x[0], EYE_LINE * size - anchor_y[1]])
    return np.column_stack([turn, shift])


def _reduced(
    image: NDArray[np.uint8],
    person: NDArray[np.float32],
    matrix: NDArray[np.float64],
    scale: float,
) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float64]]:
    """Shrink large photographs by whole areas first: a warp alone would alias them."""
    if scale > 0.75:
        return image, person, matrix
    height, width = image.shape[:2]
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    ratio = np.array([width / small[0], height / small[1]])
    reduced = matrix.copy()
    reduced[:, :2] = matrix[:, :2] * ratio
    # Pixel centres: x_full = (x_small + 0.5) * ratio - 0.5.
    reduced[:, 2] = matrix[:, 2] + matrix[:, :2] @ (0.5 * ratio - 0.5)
    return (
        np.asarray(cv2.resize(image, small, interpolation=cv2.INTER_AREA), np.uint8),
        as_field(cv2.resize(person, small, interpolation=cv2.INTER_AREA)),
        reduced,
    )


def _rect(points: NDArray[np.floating], margin: float, side: int) -> Rect:
    low = np.floor(points.min(axis=0) - margin)
    high = np.ceil(points.max(axis=0) + margin)
    left, top = (int(np.clip(v, 0, side)) for v in low)
    right, bottom = (int(np.clip(v, 0, side)) for v in high)
    return left, top, right, bottom
