"""Brush strokes with bristles: many at once, each bent, dry at its tip, and raised from the cloth.

Every stroke is drawn once as a plain line that holds its number. From the number each pixel knows
how far along and how far aside of its stroke it lies, and so what the bristles left there
(strokes as in Litwinowicz 1997 and Hertzmann 1998; relief and its light as in Hertzmann 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field

BRISTLE = 0.9  # pixels of a 512 px picture from one bristle to the next
HIGHEST = 23.0  # pixels of a 512 px picture: no stroke is laid thicker than one so wide
TIP = 0.34  # share of half a stroke over which it runs dry
ROWS = 48  # laid at a time
FLAT = 5  # corners of a stroke's line
LIGHT = (-0.62, -0.78)  # where the light on the relief comes from: right and down are positive


@dataclass(frozen=True, slots=True)
class Strokes:
    """N strokes in the order in which they are laid."""

    places: NDArray[np.float32]  # (N, 2) middles, pixels
    angles: NDArray[np.float32]  # (N,) radians
    bends: NDArray[np.float32]  # (N,) turn per pixel, radians
    lengths: NDArray[np.float32]  # (N,) pixels
    widths: NDArray[np.float32]  # (N,) pixels
    paint: NDArray[np.float32]  # (N, C) what the canvas takes on


@dataclass(frozen=True, slots=True)
class Layered:
    """A canvas under the brush; both fields change as strokes are laid."""

    paint: NDArray[np.float32]  # (H, W, C)
    relief: Mask  # (H, W) height of the paint, pixels


def bristles(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return what bristles leave, (256 across, 256 along), about -1 to 1: long streaks."""
    noise = as_field(rng.standard_normal((256, 256)))
    padded = np.pad(noise, 64, mode="wrap")
    streaks = cv2.GaussianBlur(padded, (0, 0), 14, sigmaY=1.0)[64:-64, 64:-64]
    patches = cv2.GaussianBlur(padded, (0, 0), 20, sigmaY=9)[64:-64, 64:-64]
    mixed = streaks / streaks.std() + 0.5 * patches / patches.std()
    return as_field(np.clip(mixed / 2, -1, 1))


def lay_strokes(canvas: Layered, strokes: Strokes, hairs: NDArray[np.float32]) -> None:
    """Lay strokes over a canvas, the later ones on top.

    Args:
        canvas: Changed in place.
        strokes: At least one.
        hairs: Of `bristles`.
    """
    height, width = canvas.relief.shape
    numbers = np.full((height, width), -1, np.float32)
    lines = np.round(_lines(strokes) * 16).astype(np.int32)
    pens = np.maximum(1, np.round(strokes.widths)).astype(int)
    for number in range(len(lines)):
        pen = int(pens[number])
        cv2.polylines(
            numbers, [lines[number]], isClosed=False, color=(number,), thickness=pen, shift=4
        )
    table = _table(strokes, 512 / (BRISTLE * min(height, width)))
    for top in range(0, height, ROWS):
        _lay_rows(canvas, numbers, table, hairs, slice(top, min(top + ROWS, height)))


def _table(strokes: Strokes, fine: float) -> NDArray[np.float32]:
    """(N, 10 + C) all that a pixel needs to know of its stroke, in one row."""
    half_width = np.maximum(strokes.widths / 2, 0.5)
    return np.column_stack(
        [
            strokes.places,
            np.cos(strokes.angles),
            np.sin(strokes.angles),
            0.5 * strokes.bends,
            2 / strokes.lengths,
            1 / half_width,
            strokes.lengths * np.float32(fine),
            np.minimum(strokes.widths * fine, 30),
            np.minimum(strokes.widths, HIGHEST / fine),
            strokes.paint,
        ]
    ).astype(np.float32)


def _lay_rows(
    canvas: Layered,
    numbers: Mask,
    table: NDArray[np.float32],
    hairs: NDArray[np.float32],
    band: slice,
) -> None:
    """Lay what strokes leave in some rows: few at a time stay in the processor's memory."""
    rows, columns = np.nonzero(numbers[band] >= 0)
    if len(rows) == 0:
        return
    rows += band.start
    stroke = numbers[rows, columns].astype(np.int32)
    own = table[stroke]
    dx = columns.astype(np.float32) - own[:, 0]
    dy = rows.astype(np.float32) - own[:, 1]
    u = dx * own[:, 2] + dy * own[:, 3]
    v = dy * own[:, 2] - dx * own[:, 3] - own[:, 4] * u * u
    along, aside = u * own[:, 5], v * own[:, 6]
    left = hairs[
        (aside * own[:, 8] + 37 * stroke).astype(np.int32) & 255,
        (along * own[:, 7] + 91 * stroke).astype(np.int32) & 255,
    ]
    far = np.abs(aside)
    dry = (1 - np.abs(along)) / TIP + 0.8 * left - 0.25
    cover = as_field(np.clip(np.minimum(dry, (1 - far) * 3.2 + 0.35 * left), 0, 1))
    under = canvas.paint[rows, columns]
    canvas.paint[rows, columns] = under + cover[:, None] * (own[:, 10:] - under)
    raised = own[:, 9] * (0.55 * left + 0.5 * np.clip(far * 2.2 - 1.1, 0, 1))
    low = canvas.relief[rows, columns]
    canvas.relief[rows, columns] = low + cover * (raised - low)


def lit_relief(relief: Mask, strength: float) -> Mask:
    """Return the lightness that slanting light adds to a relief, (H, W), about -1 to 1."""
    dx = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=1 / 8)
    dy = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=1 / 8)
    slope = strength * (LIGHT[0] * dx + LIGHT[1] * dy)
    return as_field(np.tanh(slope))


def _lines(strokes: Strokes) -> NDArray[np.float32]:
    """(N, FLAT, 2) pixels: each stroke's bent middle line, short of its tips' round caps."""
    reach = np.maximum(strokes.lengths - strokes.widths * 0.5, 1)[:, None] / 2
    u = np.linspace(-1, 1, FLAT, dtype=np.float32)[None] * reach
    v = 0.5 * strokes.bends[:, None] * u * u
    cos, sin = np.cos(strokes.angles)[:, None], np.sin(strokes.angles)[:, None]
    return as_field(
        strokes.places[:, None] + np.stack([u * cos - v * sin, u * sin + v * cos], axis=-1)
    )
