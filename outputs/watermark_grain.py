"""What of a picture may be written rather than drawn: a faint grain at one small size."""

from __future__ import annotations

from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.luma import over_white
from outputs.watermark_code import TILE, Array

SIDE = 256  # pixels, root of the area at which is written and read
LONGEST = 8 * SIDE  # pixels: a picture that would be longer is read squeezed
SMOOTH = 3.0  # pixels: what is coarser is drawn, not written
BORDER = 12  # levels by which a border may differ from its own colour
LEAST = 32  # pixels that a border must leave
THICK = 0.9  # of the picture's area: with less left inside, it is a border
EDGE, AROUND = 8.0, 2.0  # levels within pixels: what is stronger is drawn, not written

Pixels = NDArray[np.uint8]


def shown(pixels: Pixels) -> Pixels:
    """Return (H, W, 3): straight alpha over white."""
    return over_white(pixels) if pixels.shape[2] == 4 else pixels


def reduced(pixels: Pixels) -> Pixels:
    """Return a smaller copy of a large picture: the search looks at it many times."""
    factor = 2 * SIDE / sqrt(pixels.shape[0] * pixels.shape[1])
    if factor >= 1:
        return pixels
    return np.asarray(
        cv2.resize(pixels, _size(pixels, factor), interpolation=cv2.INTER_AREA), np.uint8
    )


def inside_border(pixels: Pixels) -> tuple[slice, slice] | None:
    """Return the rows and columns inside a border of one colour, or None where there is none."""
    ground = np.median(pixels[[0, 0, -1, -1], [0, -1, 0, -1]], axis=0)
    drawn = (np.abs(pixels.astype(np.int16) - ground) > BORDER).any(axis=2)
    rows, columns = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    if rows.size < LEAST or columns.size < LEAST:
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return box if drawn[box].size < THICK * drawn.size else None


def turned_by(array: Array, quarters: int, *, mirrored: bool) -> Array:
    """Return an (h, w) array turned counter-clockwise by 90 degrees, then mirrored."""
    turned = np.rot90(array, quarters)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def resized(pixels: Pixels, scale: float, tilt: float = 0.0) -> Array:
    """Return the brightness of a picture at the area (scale x SIDE)^2, (h, w) float32, 0 to 255.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        scale: Times SIDE.
        tilt: Degrees, counter-clockwise.
    """
    height, width = pixels.shape[:2]
    factor = scale * SIDE / sqrt(height * width)
    size = _size(pixels, factor)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    small = cv2.cvtColor(cv2.resize(pixels, size, interpolation=how), cv2.COLOR_RGB2GRAY)
    if tilt:
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), tilt, 1.0)
        small = cv2.warpAffine(small, turn, size, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(small, np.float32)


def grain_of(brightness: Array) -> Array:
    """Return what may be written rather than drawn: fine, and faint."""
    fine = brightness - cv2.GaussianBlur(brightness, (0, 0), SMOOTH)
    power = cv2.GaussianBlur(np.square(fine), (0, 0), AROUND)
    return np.asarray(fine * np.exp(-power / (2 * EDGE**2)), np.float32)


def folded(grain: Array) -> Array:
    """Return the mean of all tiles of an (h, w) grain, (TILE, TILE) float32."""
    height, width = grain.shape
    room = (ceil(height / TILE) * TILE, ceil(width / TILE) * TILE)
    total, count = np.zeros(room, np.float32), np.zeros(room, np.float32)
    total[:height, :width], count[:height, :width] = grain, 1
    shape = (room[0] // TILE, TILE, room[1] // TILE, TILE)
    tiles = count.reshape(shape).sum(axis=(0, 2))
    mean = total.reshape(shape).sum(axis=(0, 2)) / np.maximum(tiles, 1)
    # A place that only few tiles show is known less well.
    return np.asarray(mean * np.sqrt(tiles / max(float(tiles.max()), 1)), np.float32)


def middle_of(grain: Array) -> tuple[Array, tuple[int, int]]:
    """Return the inner quarter of an (h, w) grain, and where the pattern begins in it."""
    top, left = (length // 4 for length in grain.shape)
    return grain[top : 3 * top, left : 3 * left], (-top % TILE, -left % TILE)


def repeated(tile: Array, shape: tuple[int, ...]) -> Array:
    """Return a tile repeated from the upper left corner to (h, w)."""
    times = (ceil(shape[0] / TILE), ceil(shape[1] / TILE))
    return np.tile(tile, times)[: shape[0], : shape[1]]


def _size(pixels: Pixels, factor: float) -> tuple[int, int]:
    """Return width and height times a factor, within sense."""
    height, width = (min(LONGEST, max(8, round(n * factor))) for n in pixels.shape[:2])
    return width, height
