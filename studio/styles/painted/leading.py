"""Where the lead runs in a portrait: outlines, strands of hair, folds, and the planes of a face."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, enlarged
from studio.styles.painted.canvas import spline
from studio.styles.painted.flow import Flow
from studio.styles.painted.glass import Came
from studio.styles.painted.study import Study

Line = NDArray[np.float64]  # (N, 2) shares of the side

OUTLINE, SEAM, PIECE, FINE = 12.0, 8.0, 7.0, 4.5  # units of width
CALM = 6.0  # units that outlines are smoothed along themselves
LEAST = 0.002  # of the picture: smaller shapes get no lead of their own
BARE = 7.0  # Lab distance from skin below which what was parsed as hair is scalp
BEARDED = 0.66  # lightness over the skin's up to which a beard is a glass of its own
GAP = 30.0  # units between strands of glass
STRIDE = 4.0  # units per step along a strand
STEPS = 220
SHORTEST = 90.0  # units: a shorter strand is no piece of glass
FLOW_SPREAD = 34.0  # units over which hair's direction is averaged
FOLDS = 9
BROWS = ((127, (70, 63, 105, 66, 107), 55, (193, 122, 198, 129)),
         (356, (300, 293, 334, 296, 336), 285, (417, 351, 420, 358)))  # fmt: skip
NOSE_BASE = (129, 98, 2, 327, 358)


def outer_cames(study: Study, weight: float) -> list[Came]:
    """Return the lead around the person."""
    return _around(study, study.person, OUTLINE * weight)


def inner_cames(study: Study, weight: float, pieces: float, *, planes: bool) -> list[Came]:
    """Return all other lead; `pieces` 1 as designed, more for smaller ones."""
    hair, beard = hair_of(study), beard_of(study)
    points = study.points.astype(np.float64) / study.size
    cames = [Came(spline(points[list(mesh.JAW)]), PIECE * weight)]
    for shape in (hair, beard, as_field(study.clothes * study.person)):
        cames += _around(study, shape, SEAM * weight)
    cames += _strands(study, hair, PIECE * weight, pieces)
    cames += _folds(study, points[mesh.CHIN], PIECE * weight, pieces)
    if planes:
        for temple, brow, inner, nose in BROWS:
            arch = points[list(brow)] - [0, 0.006]
            line = np.vstack([points[[temple]], arch, points[[inner, *nose]]])
            cames.append(Came(spline(line), FINE * weight))
        cames.append(Came(spline(points[list(NOSE_BASE)]), FINE * weight))
    return cames


def hair_of(study: Study) -> Mask:
    """Return the hair as a field; nothing where it is but the scalp's own tint."""
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return np.zeros_like(study.hair)
    return as_field(study.hair * study.person)


def beard_of(study: Study) -> Mask:
    """Return the beard as a field; nothing where it lets the skin through."""
    beard = study.blur(enlarged(study.regions.beard.mask, study.field), 5)
    core = beard > 0.6
    if not core.any() or study.lab[core][:, 0].mean() > BEARDED * study.skin_tone[0]:
        return np.zeros_like(beard)
    return beard


def _around(study: Study, shape: Mask, width: float) -> list[Came]:
    """Lead around a shape; beyond the picture's border where the shape goes on."""
    side, pad = study.field, study.field // 32
    inside = (study.blur(shape, 3) > 0.5).astype(np.uint8)
    wide = cv2.copyMakeBorder(inside, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    closed = cv2.copyMakeBorder(wide, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    lines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cames = []
    for line in lines:
        if cv2.contourArea(line) > LEAST * side * side:
            places = line.reshape(-1, 2).astype(np.float32) - 1 - pad
            smooth = _smooth_ring(places, CALM * study.scale)[::2]
            cames.append(Came(smooth.astype(np.float64) / side, width, closed=True))
    return cames


def _smooth_ring(places: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Smooth a closed line of (N, 2) places along itself."""
    reach = min(int(4 * sigma) + 1, len(places))
    ring = np.vstack([places[-reach:], places, places[:reach]])
    parts = [cv2.GaussianBlur(ring[:, k : k + 1].copy(), (0, 0), sigma)[:, 0] for k in (0, 1)]
    return as_field(np.column_stack(parts)[reach:-reach])


def _strands(study: Study, hair: Mask, width: float, pieces: float) -> list[Came]:
    """Lead that runs with the hair, from one side of it to another or to a neighbour."""
    inside = hair > 0.5
    if float(inside.mean()) < LEAST:
        return []
    flow = _wide_flow(study, hair)
    gap = max(2, round(GAP * study.scale / pieces))
    taken = np.zeros(inside.shape, np.uint8)
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    grid = max(2, gap // 3)
    rows, columns = np.nonzero(inside[::grid, ::grid])
    rows, columns = rows * grid, columns * grid
    cames = []
    for seed in np.argsort(-depth[rows, columns], kind="stable"):
        row, column = int(rows[seed]), int(columns[seed])
        if taken[row, column]:
            continue
        start = np.array([column, row], np.float64)
        ways = [
            _followed(flow, inside, taken, start, way * STRIDE * study.scale) for way in (1, -1)
        ]
        line = np.vstack([ways[1][::-1], start, ways[0]])
        course = [np.round(line).astype(np.int32)]
        cv2.polylines(taken, course, isClosed=False, color=(1,), thickness=2 * gap)
        if len(line) * STRIDE > SHORTEST:
            cv2.polylines(taken, course, isClosed=False, color=(2,), thickness=2)
            cames.append(Came(line / study.field, width))
    return cames


def _wide_flow(study: Study, hair: Mask) -> Flow:
    light = study.blur(np.ascontiguousarray(study.lab[..., 0]), 3)
    across = cv2.Sobel(light, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(light, cv2.CV_32F, 0, 1)
    products = (across * across, down * down, across * down)
    xx, yy, xy = (study.blur(as_field(part * hair), FLOW_SPREAD) for part in products)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    return as_field(np.dstack([np.cos(angle), np.sin(angle)]))


def _followed(
    flow: Flow, inside: NDArray[np.bool_], taken: NDArray[np.uint8], start: Line, stride: float
) -> Line:
    """Places along the flow until the hair ends or another strand is met; < 0 goes backwards."""
    place, side = start.copy(), len(inside)
    heading = np.sign(stride) * flow[int(start[1]), int(start[0])].astype(np.float64)
    places = []
    for _ in range(STEPS):
        place = place + abs(stride) * heading
        places.append(place)
        column, row = (int(v) for v in place)
        if not (0 <= column < side and 0 <= row < side and inside[row, column]):
            break
        if taken[row, column] > 1:
            break
        new = flow[row, column]
        heading = 0.75 * heading + (0.25 if float(new @ heading) >= 0 else -0.25) * new
        heading /= np.linalg.norm(heading) + 1e-9
    return np.array(places, np.float64).reshape(-1, 2)


def _folds(study: Study, chin: Line, width: float, pieces: float) -> list[Came]:
    """Lead that spreads over the clothes from the neck."""
    inside = study.clothes * study.person > 0.5
    count, along = max(4, round(FOLDS * pieces)), np.linspace(0, 1.1, 160)[:, None]
    cames = []
    for fold in range(count):
        angle = np.pi * (fold + 0.5) / count
        line = chin - [0, 0.02] + along * [np.cos(angle), 0.8 * np.sin(angle)]
        line = line + along**2 * [0, 0.03 * np.cos(angle) ** 2]
        columns, rows = np.clip((line * study.field).astype(int), 0, study.field - 1).T
        shown = np.flatnonzero(
            inside[rows, columns] & (line < 1).all(axis=1) & (line > 0).all(axis=1)
        )
        if len(shown) > 6:
            cames.append(Came(line[max(0, shown[0] - 1) : shown[-1] + 3], width))
    return cames
