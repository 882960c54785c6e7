"""The way hair runs: its direction, smoothing along it, and strands traced through it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, eroded, slopes
from studio.styles.painted.canvas import stroke
from studio.styles.painted.study import Study

Flow = NDArray[np.float32]  # (F, F, 2) unit vectors x, y; a direction and its opposite are one

REACH = 8  # steps of smoothing along the flow, each way
STRIDE = 3.0  # units per step
SPACING = 22  # units between strands
STRAND_STEPS = 20
STRAND_STRIDE = 4.0  # units
MIN_STEPS = 11  # shorter strands look like dirt
VALLEY = 0.4  # L units below the surroundings from which a strand is drawn


def hair_flow(study: Study) -> Flow:
    """Return the direction along the strands from the structure tensor of the lightness."""
    light = blurred(study.lab[..., 0], 2.4 * study.scale)
    gx, gy = slopes(light)
    xx, yy, xy = (study.blur(v, 12) for v in (gx * gx, gy * gy, gx * gy))
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.float32(np.pi / 2)
    return as_field(np.dstack([np.cos(angle), np.sin(angle)]))


def beard_flow(study: Study) -> Flow:
    """Return the way a beard grows: away from the nose, more and more downwards."""
    half = study.field / study.size
    root = study.points[mesh.NOSE_BASE[2]] * half
    rows, columns = np.mgrid[0 : study.field, 0 : study.field]
    across = (columns - root[0]) * 0.55
    down = np.maximum(rows - root[1], 0) + 18 * study.scale
    length = np.hypot(across, down)
    return as_field(np.dstack([across / length, down / length]))


def smooth_along(study: Study, flow: Flow, inside: Mask) -> Mask:
    """Average the lightness along the flow (line integral convolution, Cabral and Leedom 1993).

    Only the surroundings of `inside` are done; the rest keeps its lightness.
    """
    light = np.ascontiguousarray(study.lab[..., 0])
    x0, y0, width, height = cv2.boundingRect((inside > 0.2).astype(np.uint8))
    margin = int(REACH * STRIDE * study.scale)
    box = (
        slice(max(0, y0 - margin), min(study.field, y0 + height + margin)),
        slice(max(0, x0 - margin), min(study.field, x0 + width + margin)),
    )
    light[box] = _convolved(light[box], flow[box], STRIDE * study.scale)
    return light


def _convolved(values: Mask, flow: Flow, stride: float) -> Mask:
    values = np.ascontiguousarray(values)
    rows, columns = np.mgrid[0 : values.shape[0], 0 : values.shape[1]].astype(np.float32)
    total, weight = values.copy(), 1.0
    fx, fy = (np.ascontiguousarray(flow[..., k]) * np.float32(stride) for k in (0, 1))
    for sign in (1.0, -1.0):
        x, y = columns.copy(), rows.copy()
        dx, dy = np.float32(sign) * fx, np.float32(sign) * fy
        for step in range(1, REACH + 1):
            x += dx
            y += dy
            share = 1 - step / (REACH + 2)
            total += np.float32(share) * _at(values, x, y, cv2.INTER_LINEAR)
            weight += share
            nx, ny = _at(fx, x, y, cv2.INTER_NEAREST), _at(fy, x, y, cv2.INTER_NEAREST)
            turn = np.copysign(np.float32(1), nx * dx + ny * dy)
            dx, dy = nx * turn, ny * turn
    return total / np.float32(weight)


def _at(values: Mask, x: Mask, y: Mask, interpolation: int) -> Mask:
    seen = cv2.remap(values, x, y, interpolation, borderMode=cv2.BORDER_REPLICATE)
    return as_field(seen)


def trace_strands(
    study: Study, flow: Flow, light: Mask, inside: Mask, rng: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Return outlines of tapered strands in the hair's valleys, deepest first.

    Args:
        study: The portrait's study.
        flow: The hair's direction.
        light: (F, F) lightness smoothed along it.
        inside: (F, F) in [0, 1], the shape that strands stay within.
        rng: Varies the pen.
    """
    valley = study.blur(light, 14) - light
    allowed = eroded(inside > 0.6, 2)
    spacing = max(5, round(SPACING * study.scale))
    seeds = _seeds(valley * allowed, spacing)
    if not seeds:
        return []
    taken = np.zeros(allowed.shape, np.uint8)
    shapes = []
    for (x, y), line in zip(seeds, _traced(flow, allowed, seeds, study), strict=True):
        if taken[y, x] or len(line) < MIN_STEPS:
            continue
        course = np.round(line).astype(np.int32)
        cv2.polylines(taken, [course], isClosed=False, color=(1,), thickness=spacing)
        width = (1.6 + 1.6 * rng.random()) * study.unit
        curve = line[::3] * (study.size / study.field)
        shapes.append(stroke(curve, [0.2, width, 0.8 * width, 0.2], samples=4))
    return shapes


def _seeds(strength: Mask, spacing: int) -> list[tuple[int, int]]:
    """The deepest place of every cell that is deep enough, deepest first."""
    cells = strength.shape[0] // spacing
    side = cells * spacing
    grid = strength[:side, :side].reshape(cells, spacing, cells, spacing).swapaxes(1, 2)
    blocks = grid.reshape(cells * cells, spacing * spacing)
    best, depth = blocks.argmax(axis=1), blocks.max(axis=1)
    order = [int(k) for k in np.argsort(-depth, kind="stable") if depth[k] > VALLEY]
    return [
        (
            (k % cells) * spacing + int(best[k]) % spacing,
            (k // cells) * spacing + int(best[k]) // spacing,
        )
        for k in order
    ]


def _traced(
    flow: Flow, allowed: NDArray[np.bool_], seeds: list[tuple[int, int]], study: Study
) -> list[NDArray[np.float64]]:
    """Follow the flow from all seeds at once, both ways, until the shape ends."""
    ways = [_followed(flow, allowed, np.array(seeds, np.float64), study, s) for s in (1.0, -1.0)]
    lines = []
    for k, seed in enumerate(seeds):
        ahead, behind = (spots[: int(steps[k]), k] for spots, steps in ways)
        lines.append(np.vstack([behind[::-1], np.array([seed], np.float64), ahead]))
    return lines


def _followed(
    flow: Flow, allowed: NDArray[np.bool_], spots: NDArray[np.float64], study: Study, sign: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Places (STRAND_STEPS, N, 2) along the flow and, for each seed, how many count."""
    side = study.field - 1
    stride = STRAND_STRIDE * study.scale
    heading = sign * flow[spots[:, 1].astype(int), spots[:, 0].astype(int)].astype(np.float64)
    course = np.empty((STRAND_STEPS, len(spots), 2))
    steps = np.zeros(len(spots), np.intp)
    alive = np.ones(len(spots), np.bool_)
    for step in range(STRAND_STEPS):
        spots = np.clip(spots + stride * heading, 0, side)
        columns, rows = spots.astype(int).T
        alive &= allowed[rows, columns]
        course[step] = spots
        steps += alive
        new = flow[rows, columns]
        turn = np.where((new * heading).sum(axis=1) > 0, 0.4, -0.4)[:, None]
        heading = 0.6 * heading + turn * new
        heading /= np.linalg.norm(heading, axis=1, keepdims=True) + 1e-9
    return course, steps
