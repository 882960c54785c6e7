"""What a pencil leaves behind a sitter: a patch of loose hatching in two colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.ground import Tile, noise_tile, spread_tile
from studio.styles.painted.hatch import Pen, hatched_ground
from studio.styles.painted.wash import over_paper, pigment

SLANTS = (-0.95, -0.55)  # radians
PENS = (Pen(0.16, 0.0034, 0.0052, 0.05), Pen(0.10, 0.003, 0.007, 0.05))  # of the shorter side
MIDDLE = (0.5, 0.44)  # of the middle square
REACH = (0.45, 0.40)
RAGGED = 0.07
PRESS = 1.15


def scribble(
    extent: tuple[int, int],
    paper: Tile,
    tones: tuple[NDArray[np.float32], NDArray[np.float32]],
    seed: int,
) -> NDArray[np.uint8]:
    """Hatch a patch behind the head on paper.

    Args:
        extent: Width and height, pixels.
        paper: Its tooth.
        tones: (3,) sRGB each; the second hatches over the first.
        seed: Decides the strokes.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    width, height = extent
    rng = np.random.default_rng(seed)
    tooth = spread_tile(paper, width, height)
    where = _patch(extent, rng)
    total = np.zeros((height, width, 3), np.float32)
    for slant, pen, tone, reach in zip(SLANTS, PENS, tones, (0.0, 0.22), strict=True):
        angles = np.full(where.shape, slant, np.float32)
        inside = as_field(where > reach)
        sheet = hatched_ground(angles, extent, pen, rng, inside)
        sheet = sheet * np.clip(0.85 + 0.32 * tooth, 0.1, 1.4)
        total += (PRESS * sheet)[..., None] * pigment(tone)
    return over_paper(total, tooth)


def _patch(extent: tuple[int, int], rng: np.random.Generator) -> Mask:
    """(h, w), reduced, > 0 inside the patch, growing inwards."""
    shrink = min(extent) / 256
    width, height = (max(8, round(v / shrink)) for v in extent)
    side = min(width, height)
    columns = (np.arange(width, dtype=np.float32) - (width - side) / 2) / side - MIDDLE[0]
    rows = (np.arange(height, dtype=np.float32) - (height - side) / 2) / side - MIDDLE[1]
    x = np.maximum(np.abs(columns) - 0.5 * (width / side - 1), 0)[None, :] / REACH[0]
    y = np.maximum(np.abs(rows) - 0.5 * (height / side - 1), 0)[:, None] / REACH[1]
    ragged = spread_tile(noise_tile(rng, 40), width, height)
    return as_field(1 - (x**2.4 + y**2.4) ** (1 / 2.4) + RAGGED * ragged)
