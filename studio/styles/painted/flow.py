"""The way hair runs: its direction, smoothing along it, and strands traced through it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

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


def smooth_along(values: Mask, flow: Flow, study: Study) -> Mask:
    """Average along the flow (line integral convolution, Cabral and Leedom 1993)."""
    rows, columns = np.mgrid[0 : study.field, 0 : study.field].astype(np.float32)
    total, weight = values.copy(), 1.0
    stride = np.float32(STRIDE * study.scale)
    fx, fy = (np.ascontiguousarray(flow[..., k]) for k in (0, 1))
    for sign in (1.0, -1.0):
        x, y = columns.copy(), rows.copy()
        dx, dy = np.float32(sign) * fx, np.float32(sign) * fy
        for step in range(1, REACH + 1):
            x += stride * dx
            y += stride * dy
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
    taken = np.zeros(allowed.shape, np.uint8)
    shapes = []
    for x, y in _seeds(valley * allowed, spacing):
        if taken[y, x]:
            continue
        line = _trace(flow, allowed, (x, y), STRAND_STRIDE * study.scale)
        if len(line) < MIN_STEPS:
            continue
        for px, py in line.astype(int):
            cv2.circle(taken, (int(px), int(py)), spacing // 2, (1,), -1)
        width = (1.6 + 1.6 * rng.random()) * study.unit
        curve = line[::3] * (study.size / study.field)
        shapes.append(stroke(curve, [0.2, width, 0.8 * width, 0.2]))
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


def _trace(
    flow: Flow, allowed: NDArray[np.bool_], seed: tuple[int, int], stride: float
) -> NDArray[np.float64]:
    side = allowed.shape[0]
    halves: list[list[tuple[float, float]]] = []
    for sign in (1.0, -1.0):
        x, y = float(seed[0]), float(seed[1])
        hx, hy = (sign * float(v) for v in flow[seed[1], seed[0]])
        line: list[tuple[float, float]] = []
        for _ in range(STRAND_STEPS):
            x, y = x + stride * hx, y + stride * hy
            if not (0 <= x < side and 0 <= y < side and allowed[int(y), int(x)]):
                break
            line.append((x, y))
            nx, ny = (float(v) for v in flow[int(y), int(x)])
            turn = 0.4 if nx * hx + ny * hy > 0 else -0.4
            hx, hy = 0.6 * hx + turn * nx, 0.6 * hy + turn * ny
            length = max(float(np.hypot(hx, hy)), 1e-6)
            hx, hy = hx / length, hy / length
        halves.append(line)
    return np.array([*halves[1][::-1], seed, *halves[0]], np.float64)
