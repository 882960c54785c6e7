"""What an oil painter lays behind a sitter: broad, turning strokes in a few mixed tones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field
from studio.styles.painted.brush import Layered, Strokes, bristles, lay_strokes, lit_relief
from studio.styles.painted.colour import to_rgb
from studio.styles.painted.ground import noise_tile, spread_tile, weave_tile

WIDTHS = (0.13, 0.085)  # of the shorter side
LENGTH = 3.4  # widths
SPACING = 0.5  # widths
VARIETY = np.array([1.0, 1.3, 1.6], np.float32)  # Lab by which strokes differ
PAINTED = 720  # pixels of the shorter side: more would show broad strokes no better
WEAVE = 1.6  # sRGB levels
RAISED = 0.3  # of the relief's slope that shows
SHINE = 15.0  # sRGB levels that the relief's light adds at most


@dataclass(frozen=True, slots=True)
class Ground:
    """Two tones as Lab: what the light falls on, and what stays in the dark."""

    label: str
    lit: tuple[float, float, float]
    dark: tuple[float, float, float]


GROUNDS = {
    "studio": Ground("Studio slate", (70, -5, -5), (30, -4, -11)),
    "ochre": Ground("Ochre", (74, 9, 38), (45, 18, 30)),
    "teal": Ground("Teal", (66, -20, -10), (32, -12, -16)),
    "rose": Ground("Rose", (76, 18, 8), (48, 24, 6)),
    "umber": Ground("Dark umber", (38, 8, 15), (14, 5, 8)),
}


def paint_ground(
    extent: tuple[int, int], ground: Ground, seed: int, impasto: float
) -> NDArray[np.uint8]:
    """Paint a ground of any size.

    Args:
        extent: Width and height, pixels.
        ground: Its tones.
        seed: Decides every stroke.
        impasto: How much the relief shows, from 0.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    shrink = max(1.0, min(extent) / PAINTED)
    width, height = (round(v / shrink) for v in extent)
    side = min(width, height)
    rng = np.random.default_rng(seed)
    hairs, turning, weave = bristles(rng), noise_tile(rng, 150), weave_tile(rng, 260)
    start = np.empty((height, width, 3), np.float32)
    start[:] = to_rgb((as_field(ground.lit) + as_field(ground.dark)) / 2)
    canvas = Layered(start, np.zeros((height, width), np.float32))
    for share in WIDTHS:
        strokes = _strokes(
            (width, height), ground, (share * side, spread_tile(turning, width, height)), rng
        )
        lay_strokes(canvas, strokes, hairs)
    lit = SHINE * lit_relief(canvas.relief, RAISED * impasto)
    painted = as_field(canvas.paint + lit[..., None])
    if shrink > 1:
        painted = as_field(cv2.resize(painted, extent, interpolation=cv2.INTER_CUBIC))
    cloth = WEAVE * spread_tile(weave, *extent)
    return np.asarray(cv2.convertScaleAbs(painted + cloth[..., None]), np.uint8)


def _strokes(
    extent: tuple[int, int],
    ground: Ground,
    brush: tuple[float, NDArray[np.float32]],
    rng: np.random.Generator,
) -> Strokes:
    width, turning = brush
    side = min(extent)
    across, down = (max(2, round(v / (SPACING * width))) for v in extent)
    rows, columns = np.mgrid[0:down, 0:across].reshape(2, -1)
    count = len(rows)
    jitter = rng.uniform(-0.6, 0.6, (2, count))
    places = (np.stack([columns, rows]) + 0.5 + jitter).T * (
        extent[0] / across,
        extent[1] / down,
    )
    x, y = np.clip(places.astype(np.intp), 0, (extent[0] - 1, extent[1] - 1)).T
    angles = 0.9 + 0.55 * turning[y, x] + 0.22 * rng.standard_normal(count)
    # Light falls in from the upper left and is brightest beside the head.
    middle = (places - np.asarray(extent) / 2) / side
    lit = 0.5 - 0.75 * middle[:, 0] - 0.3 * middle[:, 1] + 0.07 * rng.standard_normal(count)
    share = np.clip(lit, 0, 1)[:, None]
    tones = as_field(ground.dark) + share * (as_field(ground.lit) - as_field(ground.dark))
    tones = as_field(tones + VARIETY * rng.standard_normal((count, 3)))
    parts = (
        places,
        angles,
        rng.uniform(-0.25, 0.25, count) / width,
        LENGTH * width * rng.uniform(0.7, 1.2, count),
        width * rng.uniform(0.7, 1.15, count),
        to_rgb(tones),
    )
    order = rng.permutation(count)
    return Strokes(*(as_field(part)[order] for part in parts))
