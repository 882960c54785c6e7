"""Grounds to draw on: paper's tooth, canvas' weave and the slow unevenness of washes.

A ground is a tile of fixed detail that repeats without seams. A picture's middle square shows it
once; what lies beyond shows it again. Figure and backdrop therefore share one sheet, and a large
picture shows the same sheet as a preview.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field

LATTICE = 1024  # pixels of a tile, whatever the picture's size
Tile = NDArray[np.float32]  # (LATTICE, LATTICE), mean 0, standard deviation 1


def noise_tile(rng: np.random.Generator, sigma: float) -> Tile:
    """Return seamless noise whose lumps are about `sigma` wide, in 1/LATTICE of the side."""
    shrink = 1
    while sigma / shrink > 6 and shrink < 64:
        shrink *= 2
    side = LATTICE // shrink
    margin = min(side, int(4 * sigma / shrink) + 4)
    small = rng.standard_normal((side, side), np.float32)
    wide = cv2.GaussianBlur(np.pad(small, margin, mode="wrap"), (0, 0), sigma / shrink)
    if shrink == 1:
        return _standard(as_field(wide[margin:-margin, margin:-margin]))
    # Enlarge with a rim of the neighbouring tile, so that the seam stays smooth.
    rim = margin - 2
    grown = cv2.resize(
        wide[rim:-rim, rim:-rim], None, fx=shrink, fy=shrink, interpolation=cv2.INTER_CUBIC
    )
    cut = 2 * shrink
    return _standard(as_field(grown[cut:-cut, cut:-cut]))


def paper_tile(rng: np.random.Generator, coarseness: float = 1.0) -> Tile:
    """Return a paper's tooth: small pits, in groups of their own."""
    fine = noise_tile(rng, 1.1 * coarseness)
    middle = noise_tile(rng, 2.6 * coarseness)
    return _standard(0.75 * fine + 0.6 * middle + 0.25 * noise_tile(rng, 9 * coarseness))


def weave_tile(rng: np.random.Generator, threads: int) -> Tile:
    """Return a plain weave of about `threads` threads across the side, slightly uneven."""
    rows, columns = (axis.astype(np.float32) for axis in np.mgrid[0:LATTICE, 0:LATTICE])
    wander = noise_tile(rng, 40) * np.float32(1.2)
    turn = np.float32(2 * np.pi * threads / LATTICE)
    warp, weft = np.sin(turn * (columns + wander)), np.sin(turn * (rows + wander))
    over = np.sin(turn / 2 * columns) * np.sin(turn / 2 * rows)
    woven = warp * np.maximum(over, 0) + weft * np.maximum(-over, 0)
    return _standard(as_field(woven) + np.float32(0.3) * noise_tile(rng, 1.2))


def wash_tile(rng: np.random.Generator, sigma: float) -> Tile:
    """Return the unevenness of a wet wash: lumps of `sigma` with smaller ones within."""
    octaves = [(sigma, 1.0), (sigma / 2.2, 0.6), (sigma / 5, 0.35), (sigma / 11, 0.2)]
    return _standard(as_field(sum(share * noise_tile(rng, s) for s, share in octaves)))


def spread_tile(tile: Tile, width: int, height: int) -> Mask:
    """Return a tile over a picture of any size, its middle square showing it once."""
    side = min(width, height)
    across = cv2.INTER_AREA if side < LATTICE else cv2.INTER_CUBIC
    drawn = as_field(cv2.resize(tile, (side, side), interpolation=across))
    if width == height:
        return drawn
    rows = (np.arange(height) - (height - side) // 2) % side
    columns = (np.arange(width) - (width - side) // 2) % side
    return np.ascontiguousarray(drawn[rows][:, columns])


def _standard(values: Mask) -> Tile:
    return as_field((values - values.mean()) / (values.std() + 1e-6))
