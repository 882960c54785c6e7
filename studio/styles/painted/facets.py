"""A portrait cut into triangles: corners where the face has its features, Delaunay between.

Source: triangulation of salient points (Delaunay 1934; as image abstraction Gai and Wang 2015).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, ramp
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import Lab
from studio.styles.painted.study import Study

FACE, HAIR, CLOTHES = 60.0, 58.0, 105.0  # units between corners
FEATURE = 5.0  # units between the corners of features
OUTLINE = 0.5  # of the region's spacing, along its outline
TRIES = 9000  # places looked at for corners that follow edges
INSIDE = 0.5  # share of a triangle that must be the person for it to be drawn
CUT = 5.0  # units by which the silhouette's straight cuts may differ from it
SHIFT = 4  # fractional bits of OpenCV's corners
NEARER = 0.30  # how near the corners of the face's planes may come, in the face's spacing
# Corners of a head's planes as sculptors cut them: the middle, then pairs, left and right alike.
PLANES = (
    *(168, 197, 4, 2, 9, 151, 10, 152, 199, 18, 164),
    *(129, 358, 98, 327, 49, 279, 122, 351, 198, 420, 48, 278),
    *(27, 257, 23, 253, 189, 413, 35, 265, 130, 359),
    *(118, 347, 119, 348, 50, 280, 205, 425, 36, 266, 203, 423, 187, 411, 123, 352, 116, 345),
    *(216, 436, 207, 427, 212, 432, 192, 416, 147, 376, 213, 433),
    *(67, 297, 103, 332, 69, 299, 104, 333, 68, 298, 54, 284, 21, 251, 71, 301),
    *(234, 454, 93, 323, 132, 361, 58, 288, 172, 397, 136, 365, 150, 379, 176, 400),
    *(204, 424, 211, 431, 170, 395, 32, 262, 182, 406),
)


@dataclass(frozen=True, slots=True)
class Facets:
    """Triangles of one portrait and what they show."""

    corners: NDArray[np.float64]  # (N, 2) field pixels
    triangles: NDArray[np.intp]  # (T, 3)
    tones: Lab  # (T, 3)
    inside: NDArray[np.bool_]  # (T,) whether it is part of the person
    bare: NDArray[np.float64]  # (T,) square field pixels of bare skin


def cut_facets(study: Study, detail: float, rng: np.random.Generator) -> Facets:
    """Cut a portrait into triangles; `detail` 1 as designed, more for smaller ones."""
    corners = _corners(study, detail, rng)
    triangles = np.asarray(Delaunay(corners).simplices, np.intp)
    low, high = corners[triangles].min(axis=1), corners[triangles].max(axis=1)
    triangles = triangles[(high - low).max(axis=1) < 0.5 * study.field]
    tones, inside, bare = _tones(study, corners, triangles)
    return Facets(corners, triangles, tones, inside, bare)


class _Corners:
    """Corners taken so far, and how near each other they may come."""

    def __init__(self, side: int) -> None:
        """Begin with none on a sheet of (side, side)."""
        self._taken = np.zeros((side, side), np.uint8)
        self.places: list[tuple[float, float]] = []

    def take(self, x: float, y: float, room: float) -> None:
        """Take a corner, unless another lies within the room that it asked for."""
        column, row, side = int(x), int(y), self._taken.shape[0]
        if not (0 <= column < side and 0 <= row < side) or self._taken[row, column]:
            return
        cv2.circle(self._taken, (column, row), max(1, round(room)), (1,), -1)
        self.places.append((x, y))


def _corners(study: Study, detail: float, rng: np.random.Generator) -> NDArray[np.float64]:
    found = _Corners(study.field)
    unit = study.scale / detail
    points = study.points * (study.field / study.size)
    for index in _features():
        x, y = points[index]
        found.take(x, y, FEATURE * study.scale / max(detail, 1.0))
    shapes = ((study.person, HAIR), (study.hair * study.person, HAIR), (study.skin, FACE))
    for shape, spacing in (*shapes, (study.clothes * study.person, CLOTHES)):
        for x, y in _outline(shape, 0.5 * OUTLINE * spacing * unit):
            found.take(x, y, OUTLINE * spacing * unit)
    for index in PLANES:
        x, y = points[index]
        if study.hair[_cell(study, x, y)] < 0.5:
            found.take(x, y, NEARER * FACE * unit)
    for x, y in _edges(study, rng):
        found.take(x, y, _spacing(study, x, y) * unit)
    corners = np.array(found.places, np.float64).reshape(-1, 2)
    side = float(study.field)
    # Beyond the picture's border, so that triangles reach it.
    frame = np.linspace(-0.1, 1.1, 7) * side
    around = [(v, w) for v in frame for w in frame if not (0 < v < side and 0 < w < side)]
    return np.vstack([corners, around])


def _features() -> Iterable[int]:
    """Landmarks that a face is known by, the most telling first."""
    for eye in mesh.EYES:
        yield from (*eye.upper[::2], *eye.lower[2:-1:2])
    yield from (*mesh.LIPS_UPPER_OUT[::2], 37, 0, 267, *mesh.LIPS_LOWER_OUT[2:-1:2])
    yield from (*mesh.LIPS_UPPER_IN[::2], *mesh.LIPS_LOWER_IN[2:-1:2])
    for eye in mesh.EYES:
        yield from (*eye.brow_top[::2], *eye.brow_bottom[::2])


def _outline(shape: Mask, step: float) -> NDArray[np.float64]:
    """Places along a shape's outline, its tightest corners first."""
    binary = (shape > 0.5).astype(np.uint8)
    lines, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    places: list[NDArray[np.float64]] = [np.empty((0, 2))]
    for line in sorted(lines, key=len, reverse=True)[:4]:
        if len(line) > 8 * step:
            tight = cv2.approxPolyDP(line, 0.35 * step, closed=True)
            places.append(tight.reshape(-1, 2).astype(np.float64))
            places.append(line.reshape(-1, 2)[:: max(1, int(step))].astype(np.float64))
    return np.vstack(places)


def _edges(study: Study, rng: np.random.Generator) -> NDArray[np.float64]:
    """Random places inside the person, those on edges first."""
    places = rng.random((TRIES, 2)) * study.field
    columns, rows = places.astype(int).T
    light = study.blur(np.ascontiguousarray(study.lab[..., 0]), 2.5)
    steep = cv2.magnitude(
        cv2.Sobel(light, cv2.CV_32F, 1, 0, scale=1 / 8),
        cv2.Sobel(light, cv2.CV_32F, 0, 1, scale=1 / 8),
    )
    order = np.argsort(-steep[rows, columns] * study.person[rows, columns], kind="stable")
    kept = order[study.person[rows[order], columns[order]] > 0.5]
    return np.asarray(places[kept], np.float64)


def _cell(study: Study, x: float, y: float) -> tuple[int, int]:
    last = study.field - 1
    return min(max(int(y), 0), last), min(max(int(x), 0), last)


def _spacing(study: Study, x: float, y: float) -> float:
    cell = _cell(study, x, y)
    shares = (study.skin[cell], study.hair[cell], study.clothes[cell])
    return (FACE, HAIR, CLOTHES)[int(np.argmax(shares))]


def _tones(
    study: Study, corners: NDArray[np.float64], triangles: NDArray[np.intp]
) -> tuple[Lab, NDArray[np.bool_], NDArray[np.float64]]:
    """Return each triangle's mean colour, whether it is of the person, and its bare skin."""
    sheet = np.zeros((study.field, study.field), np.int32)
    spots = np.round(corners * (1 << SHIFT)).astype(np.int32)
    for index, triangle in enumerate(triangles):
        cv2.fillConvexPoly(sheet, spots[triangle], (index + 1,), cv2.LINE_8, SHIFT)
    labels, count = sheet.ravel(), len(triangles) + 1
    area = np.bincount(labels, minlength=count)[1:] + 1e-6
    person = np.bincount(labels, study.person.ravel() > 0.5, count)[1:] / area
    bare = np.bincount(labels, study.bare.ravel(), count)[1:]
    # Nothing of the wall behind gets into the colours at the rim.
    weight = (ramp(study.person, 0.55, 0.9) + np.float32(1e-4)).ravel()
    total = np.bincount(labels, weight, count)[1:] + 1e-9
    planes = [np.bincount(labels, weight * study.lab[..., k].ravel(), count) for k in range(3)]
    tones = np.stack([plane[1:] / total for plane in planes], axis=1)
    middle = corners[triangles].mean(axis=1)
    rows, columns = np.clip(middle[:, ::-1].astype(int), 0, study.field - 1).T
    unseen = area < 1
    tones[unseen] = study.lab[rows[unseen], columns[unseen]]
    inside = np.where(unseen, study.person[rows, columns] > 0.5, person > INSIDE)
    return as_field(tones), inside, np.asarray(bare, np.float64)


def paint_facets(
    corners: NDArray[np.float64],
    triangles: NDArray[np.intp],
    colours: NDArray[np.float32],
    shape: tuple[int, int],
    beyond: int = 3,
) -> NDArray[np.uint8]:
    """Return triangles in flat colours without seams, (H, W, 3) uint8 sRGB.

    Args:
        corners: (N, 2) picture pixels.
        triangles: (T, 3) corners of each.
        colours: (T, 3) sRGB, 0 to 255.
        shape: Height and width, pixels.
        beyond: How wide, in pixels, each reaches beyond itself where nothing else lies.
    """
    sheet = np.zeros((*shape, 3), np.uint8)
    spots = np.round(corners * (1 << SHIFT)).astype(np.int32)
    paints = [tuple(float(v) for v in colour) for colour in np.round(colours)]
    wide = max(3, beyond)
    # Each reaches beyond itself first: smoothed edges then mix with paint, not with black.
    for triangle, paint in zip(triangles, paints, strict=True):
        cv2.polylines(
            sheet,
            [spots[triangle]],
            isClosed=True,
            color=paint,
            thickness=wide,
            shift=SHIFT,
        )
    for kind in (cv2.LINE_8, cv2.LINE_AA):
        for triangle, paint in zip(triangles, paints, strict=True):
            cv2.fillConvexPoly(sheet, spots[triangle], paint, kind, SHIFT)
    return sheet


def silhouette(study: Study) -> Mask:
    """Return the person's alpha, (size, size), cut along straight lines as the facets are."""
    inside = (study.person > 0.5).astype(np.uint8)
    lines, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    scale, last = study.size / study.field, study.field - 1
    sheet = Canvas.blank(study.size, study.size, np.zeros(3, np.float32))
    shapes = []
    for line in lines:
        cut = cv2.approxPolyDP(line, CUT * study.scale, closed=True).reshape(-1, 2)
        # Corners on the picture's border lie beyond it, so that no rim is left there.
        moved = cut + np.where(cut >= last, 2, np.where(cut <= 0, -2, 0))
        shapes.append((moved + 0.5) * scale)
    return sheet.shape(*shapes)
