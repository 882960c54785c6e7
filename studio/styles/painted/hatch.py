"""Hatching: pencil strokes that follow a direction, drawn as lines, so that they look drawn.

A sheet of strokes says how hard the pencil pressed at each pixel. What it leaves there depends on
the tone that is wanted and on the paper's tooth (Sousa and Buchanan 1999): light pressure colours
the paper's peaks alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field

STEPS = 3  # corners of a stroke on either side of its middle
PRESSURES = 6  # how many different ones a sheet holds
AGAIN = 0.4  # share of its pressure that a stroke over a stroke adds
SHEET = 1024  # pixels of the shorter side on which grounds are hatched
SOFT = 0.5  # pixels that an antialiased line is wider than asked for
SHIFT = 4  # fractional bits of OpenCV's corners


@dataclass(frozen=True, slots=True)
class Pen:
    """How strokes are drawn; lengths in units of `Directions`' picture."""

    length: float  # pixels
    width: float  # pixels
    spacing: float  # pixels between strokes, aside
    waver: float = 0.06  # radians by which each strays from its direction


def hatched(
    angles: Mask,
    extent: tuple[int, int],
    pen: Pen,
    rng: np.random.Generator,
    where: Mask | None = None,
) -> Mask:
    """Return a sheet of strokes.

    Args:
        angles: (h, w) radians, of the sheet's proportions: where strokes go; a direction and its
            opposite are one.
        extent: Width and height of the sheet, pixels.
        pen: In pixels of the sheet.
        rng: Scatters the strokes.
        where: (h, w) strokes start where it exceeds 0.1; None: everywhere.

    Returns:
        (H, W) float32 in [0, 1]: pressure, 0 between strokes.
    """
    places = _places(extent, pen, rng)
    ratio = angles.shape[1] / extent[0]
    if where is not None:
        places = places[where[_cells(places * ratio, angles.shape)] > 0.1]
    courses = _courses(angles, places, ratio, pen, rng)
    sheet = np.zeros(extent[::-1], np.uint8)
    thick = max(1, round(pen.width - SOFT))
    corners = np.round(courses * (1 << SHIFT)).astype(np.int32)
    for pressure in range(PRESSURES):
        grey = round(255 * (0.35 + 0.45 * (pressure + 1) / PRESSURES))
        lines = list(corners[pressure::PRESSURES])
        drawn = np.zeros_like(sheet)
        cv2.polylines(
            drawn,
            lines,
            isClosed=False,
            color=(grey,),
            thickness=thick,
            lineType=cv2.LINE_AA,
            shift=SHIFT,
        )
        # Strokes over strokes press once more.
        over = cv2.convertScaleAbs(cv2.min(sheet, drawn), alpha=AGAIN)
        sheet = np.asarray(cv2.add(cv2.max(sheet, drawn), over), np.uint8)
    return as_field(sheet) / np.float32(255)


def hatched_ground(
    angles: Mask,
    extent: tuple[int, int],
    pen: Pen,
    rng: np.random.Generator,
    where: Mask,
) -> Mask:
    """Return a sheet of any size whose strokes look the same on each.

    As `hatched`, but the pen counts in shares of the shorter side, and strokes are drawn on a
    sheet of one size and then enlarged or reduced: lines of one and two pixels are no kin.
    """
    scale = SHEET / min(extent)
    width, height = (max(1, round(side * scale)) for side in extent)
    drawn = Pen(pen.length * SHEET, pen.width * SHEET, pen.spacing * SHEET, pen.waver)
    sheet = hatched(angles, (width, height), drawn, rng, where)
    across = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    return as_field(np.clip(cv2.resize(sheet, extent, interpolation=across), 0, 1))


def _places(extent: tuple[int, int], pen: Pen, rng: np.random.Generator) -> NDArray[np.float32]:
    """(N, 2) middles of strokes, scattered evenly."""
    gap = np.sqrt(pen.spacing * pen.length)
    across, down = (max(1, round(side / gap)) for side in extent)
    rows, columns = np.mgrid[0:down, 0:across].reshape(2, -1)
    cells = np.stack([columns, rows]) + rng.uniform(0, 1, (2, len(rows)))
    scaled = cells.T * (extent[0] / across, extent[1] / down)
    return as_field(rng.permutation(scaled, axis=0))


def _cells(
    places: NDArray[np.floating], shape: tuple[int, ...]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    limits = (shape[1] - 1, shape[0] - 1)
    columns, rows = np.clip(places.astype(np.intp), 0, limits).T
    return rows, columns


def _courses(
    angles: Mask, places: NDArray[np.float32], ratio: float, pen: Pen, rng: np.random.Generator
) -> NDArray[np.float32]:
    """(N, 2 STEPS + 1, 2) corners of strokes that follow the directions."""
    stray = pen.waver * rng.standard_normal(len(places))
    reach = pen.length * rng.uniform(0.6, 1.2, len(places)) / 2
    halves = []
    for way in (1.0, -1.0):
        spots = places.astype(np.float32)
        heading: NDArray[np.float32] | None = None
        course = []
        for _ in range(STEPS):
            there = angles[_cells(spots * ratio, angles.shape)] + stray
            step = as_field(np.column_stack([np.cos(there), np.sin(there)]))
            if heading is None:
                heading = way * step
            turned = np.where((step * heading).sum(axis=1, keepdims=True) < 0, -step, step)
            heading = as_field(0.5 * heading + 0.5 * turned)
            spots = spots + as_field((reach / STEPS)[:, None] * heading)
            course.append(spots)
        halves.append(course)
    return as_field(np.stack([*halves[1][::-1], places, *halves[0]], axis=1))
