"""Printing screens: tones as dots, lines or grain of full ink.

All are laid out in units from the picture's corner, so that a figure and what lies behind it share
one screen. Sources: clustered-dot screening (Ulichney 1987); stochastic screening with blue noise
(Mitsa and Parker 1992).
"""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np

from studio.styles.fields import Mask, as_field

TILE = 192  # specks to the side of the grain before it repeats


def dots(coverage: Mask, pitch: float, degrees: float) -> Mask:
    """Return round dots, each as large as the coverage at its own centre asks.

    Args:
        coverage: (H, W) in [0, 1], the share of paper that ink covers.
        pitch: From one dot to the next, pixels.
        degrees: The screen's turn.
    """
    height, width = coverage.shape
    turn = np.radians(degrees)
    cos, sin = np.float32(np.cos(turn) / pitch), np.float32(np.sin(turn) / pitch)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    across, down = cos * x + sin * y, cos * y - sin * x
    column, row = np.rint(across), np.rint(down)
    # Each pixel asks the tone at the centre of its own dot: dots then are true circles.
    back = np.float32(pitch * pitch)
    centre_x, centre_y = back * (cos * column - sin * row), back * (sin * column + cos * row)
    tone = cv2.remap(
        coverage, centre_x, centre_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    away = cv2.magnitude(across - column, down - row)
    radius = _radius(as_field(tone))
    return as_field(np.clip((radius - away) * np.float32(pitch) + 0.5, 0, 1))


def _radius(coverage: Mask) -> Mask:
    """Radius of a dot, in pitches, that covers a share of its cell; grown ones overlap."""
    known = np.array([0, 0.02, 0.05, 0.12, 0.2, 0.283, 0.385, 0.503, 0.636, 0.785, 0.87, 0.95, 1])
    radii = np.array([-0.2, 0.08, 0.126, 0.195, 0.252, 0.3, 0.35, 0.4, 0.45, 0.5, 0.54, 0.6, 0.72])
    table = np.interp(np.linspace(0, 1, 256), known, radii).astype(np.float32)
    index = np.clip(coverage * 255, 0, 255).astype(np.uint8)
    return as_field(cv2.LUT(index, table.reshape(1, 256)))


def grain(coverage: Mask, pitch: float, plate: int) -> Mask:
    """Return a stochastic screen: specks of ink as many as the coverage asks.

    Args:
        coverage: (H, W) in [0, 1].
        pitch: Size of a speck, pixels.
        plate: Each plate has its own specks.
    """
    height, width = coverage.shape
    wet = coverage > 0.004
    limits = np.roll(_blue_noise(), (61 * plate, 37 * plate), axis=(0, 1))
    sheet = tiled(limits, height, width, pitch)
    # Between two specks limits are mixed, so extreme ones are rarer: ask for what they are.
    coverage = _asked(coverage, round(pitch, 3))
    sharp = np.float32(max(2.2 * pitch, 8.0))
    return as_field(np.clip((coverage - sheet) * sharp + 0.5, 0, 1) * wet)


def _asked(coverage: Mask, pitch: float) -> Mask:
    index = np.clip(coverage * 255, 0, 255).astype(np.uint8)
    return as_field(cv2.LUT(index, _quantiles(pitch).reshape(1, 256)))


@cache
def _quantiles(pitch: float) -> Mask:
    """Limits below which each 255th of a sheet of specks lies."""
    side = min(round(TILE * pitch), 2 * TILE)
    limits = tiled(_blue_noise(), side, side, pitch)
    return as_field(np.quantile(limits, np.linspace(0, 1, 256)))


def rulings(coverage: Mask, pitch: float, degrees: float) -> Mask:
    """Return parallel lines, each as wide as the coverage asks."""
    height, width = coverage.shape
    turn = np.radians(degrees)
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    across = np.float32(np.cos(turn) / pitch) * x + np.float32(np.sin(turn) / pitch) * y
    away = np.abs(across - np.rint(across))
    edge = (as_field(coverage) / 2 - away) * np.float32(pitch) + np.float32(0.5)
    return as_field(np.clip(edge, 0, 1) * (coverage > 0.02))


def tiled(tile: Mask, height: int, width: int, pitch: float) -> Mask:
    """Lay a square tile again and again from the corner, each of its pixels `pitch` wide."""
    rows, columns = (math.ceil(side / pitch) + 2 for side in (height, width))
    times = (math.ceil(rows / len(tile)), math.ceil(columns / len(tile)))
    sheet = np.tile(tile, times)[:rows, :columns]
    moves = np.array([[1 / pitch, 0, 0], [0, 1 / pitch, 0]], np.float32)
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return as_field(cv2.warpAffine(sheet, moves, (width, height), flags=how))


@cache
def _blue_noise() -> Mask:
    """(TILE, TILE) thresholds evenly in [0, 1] without slow changes, the same in every run."""
    noise = np.random.default_rng(TILE).random((TILE, TILE), np.float32)
    for _ in range(4):
        wide = cv2.copyMakeBorder(noise, 8, 8, 8, 8, cv2.BORDER_WRAP)
        noise -= cv2.GaussianBlur(wide, (0, 0), 1.5)[8:-8, 8:-8]
        order = np.argsort(noise, axis=None, kind="stable")
        ranked = np.empty(TILE * TILE, np.float32)
        ranked[order] = (np.arange(TILE * TILE, dtype=np.float32) + 0.5) / (TILE * TILE)
        noise = ranked.reshape(TILE, TILE)
    return as_field(noise)
