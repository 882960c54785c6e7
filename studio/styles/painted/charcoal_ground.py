"""Toned papers and sticks, and what is rubbed onto the paper behind a sitter."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field, ramp
from studio.styles.painted.ground import Tile, spread_tile
from studio.styles.painted.hatch import Pen, hatched_ground

PEN = Pen(0.2, 0.009, 0.0105, 0.10)  # of the shorter side
SLANT = -0.9  # radians
MIDDLE = (0.5, 0.45)  # of the middle square
REACH = 0.50
DEPTH = 0.5  # of the stick, where the rubbing is darkest


@dataclass(frozen=True, slots=True)
class Material:
    """A paper or a stick."""

    label: str
    colour: NDArray[np.float32]  # (3,) sRGB


def _material(label: str, *colour: int) -> Material:
    return Material(label, np.array(colour, np.float32))


SHEETS = {
    "sand": _material("Sand", 206, 192, 170),
    "grey": _material("Grey", 176, 177, 178),
    "blue": _material("Blue grey", 160, 174, 186),
    "white": _material("White", 246, 243, 236),
}
STICKS = {
    "charcoal": _material("Charcoal", 34, 32, 32),
    "sepia": _material("Sepia", 66, 42, 28),
    "sanguine": _material("Sanguine", 122, 48, 30),
}


def rub_ground(
    extent: tuple[int, int],
    tiles: tuple[Tile, Tile],
    colours: tuple[NDArray[np.float32], NDArray[np.float32]],
    seed: int,
) -> NDArray[np.uint8]:
    """Rub charcoal around where the head is, darker on one side, hatched over.

    Args:
        extent: Width and height, pixels.
        tiles: The paper's tooth and the rubbing's unevenness.
        colours: (3,) sRGB of paper and stick.
        seed: Decides the side and the strokes.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    width, height = extent
    side = min(extent)
    rng = np.random.default_rng(seed)
    tooth, cloud = (spread_tile(tile, width, height) for tile in tiles)
    columns = (np.arange(width, dtype=np.float32) - (width - side) / 2) / side - MIDDLE[0]
    rows = (np.arange(height, dtype=np.float32) - (height - side) / 2) / side - MIDDLE[1]
    x = np.maximum(np.abs(columns) - 0.5 * (width / side - 1), 0)[None, :]
    y = np.maximum(np.abs(rows) - 0.5 * (height / side - 1), 0)[:, None]
    inside = 1 - np.hypot(x, y) / REACH + 0.09 * cloud
    lean = rng.choice([-1.0, 1.0]) * columns[None, :] * side / width + 0.3 * rows[:, None]
    rubbed = ramp(inside, 0.0, 0.55) * (0.55 + 0.55 * ramp(lean, -0.5, 0.5) + 0.07 * cloud)
    small = (max(8, round(width * 128 / side)), max(8, round(height * 128 / side)))
    where = cv2.resize(as_field(inside), small, interpolation=cv2.INTER_AREA)
    angles = np.full(where.shape, SLANT, np.float32)
    strokes = hatched_ground(angles, extent, PEN, rng, as_field(where - 0.12))
    grain = np.clip(0.8 + 0.42 * tooth, 0, 1.7)
    depth = DEPTH * rubbed * (0.75 + 0.2 * grain) + 0.34 * strokes * grain * (0.35 + rubbed)
    paper, stick = colours
    drawn = paper + np.clip(depth, 0, 0.9)[..., None] * (stick - paper)
    return np.asarray(cv2.convertScaleAbs(drawn + (1.6 * tooth)[..., None]), np.uint8)
