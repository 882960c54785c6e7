"""Water and pigment on paper: how densities add up, and the loose wash behind a figure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, ramp
from studio.styles.painted.ground import Tile, spread_tile

WHITE = np.array([252, 249, 243], np.float32)  # sRGB of the paper
TOOTH = 2.2  # sRGB levels by which the paper's pits are darker
BLOTS = 26
MIDDLE = (0.5, 0.43)  # of the middle square
REACH = 0.45


def pigment(colour: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the density per channel that makes a colour, (..., 3) sRGB, 0 to 255, on white."""
    return as_field(-np.log(np.clip(colour, 4, 255) / np.float32(255)))


def over_paper(density: NDArray[np.float32], tooth: Mask) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 sRGB of densities on paper with the given tooth."""
    light = np.exp(-density) * WHITE + (TOOTH * np.clip(tooth, -3, 3))[..., None]
    return np.asarray(cv2.convertScaleAbs(np.clip(light, 0, 255)), np.uint8)


def lay_backdrop(
    extent: tuple[int, int],
    tiles: tuple[Tile, Tile],
    tones: tuple[NDArray[np.float32], NDArray[np.float32]],
    seed: int,
) -> NDArray[np.uint8]:
    """Paint a loose wash of two tones that run into each other, with a few drops around.

    Args:
        extent: Width and height, pixels.
        tiles: The paper's tooth and the wash's unevenness.
        tones: (3,) sRGB each.
        seed: Decides the drops and where the tones meet.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    width, height = extent
    rng = np.random.default_rng(seed)
    side = min(extent)
    tooth, wash = (spread_tile(tile, width, height) for tile in tiles)
    x, y = _places(width, height)
    long = width / side - 1, height / side - 1
    across = np.maximum(np.abs(x - MIDDLE[0]) - 0.5 * long[0], 0) / REACH
    down = np.maximum(np.abs(y - MIDDLE[1]) - 0.5 * long[1], 0) / REACH
    inside = 1 - (across**2.6 + down**2.6) ** (1 / 2.6) + 0.085 * wash
    shape = ramp(inside, 0.0, 0.03)
    rim = np.clip(shape - blurred(shape, 0.006 * side), 0, 1)
    angle = rng.uniform(0, 2 * np.pi)
    lean = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5)
    second = ramp(lean + 0.16 * np.roll(wash, side // 3, axis=1), -0.16, 0.2)
    depth = shape * (0.62 + 0.2 * wash + 0.05 * tooth) + 0.7 * rim
    depth = np.maximum(depth, 0.75 * _drops(extent, rng))
    first, other = (pigment(tone) for tone in tones)
    colour = first + second[..., None] * (other - first)
    return over_paper(as_field(np.clip(depth, 0, 1.4)[..., None] * colour), tooth)


def _places(width: int, height: int) -> tuple[Mask, Mask]:
    """Each pixel's place in sides of the middle square."""
    side = min(width, height)
    columns = (np.arange(width, dtype=np.float32) - (width - side) / 2) / side
    rows = (np.arange(height, dtype=np.float32) - (height - side) / 2) / side
    x, y = np.meshgrid(columns, rows)
    return as_field(x), as_field(y)


def _drops(extent: tuple[int, int], rng: np.random.Generator) -> Mask:
    """Drops from the brush, small ones mostly, dried darker at their edges."""
    width, height = extent
    side = min(extent)
    sheet = np.zeros((height, width), np.float32)
    for _ in range(round(BLOTS * width * height / side**2)):
        x, y = rng.random(2) * (width, height)
        radius = side * (0.0015 + 0.006 * rng.random() ** 4)
        centre = (round(16 * x), round(16 * y))
        shade = float(rng.uniform(0.35, 0.8))
        cv2.circle(sheet, centre, round(16 * radius), (shade,), -1, cv2.LINE_AA, 4)
        cv2.circle(sheet, centre, round(12 * radius), (0.75 * shade,), -1, cv2.LINE_AA, 4)
    return blurred(sheet, 0.0006 * side)
