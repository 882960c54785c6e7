"""Coloured glass in lead: cells between lines, each lit from behind, and the cames around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred
from studio.styles.painted.canvas import SHIFT
from studio.styles.painted.colour import Lab, hexed, to_rgb
from studio.styles.painted.screens import tiled

MOST = 1024  # pixels: cells are told apart on no larger sheet
LEAD = hexed("#17161b")
SHINE = 62.0  # sRGB steps by which a came's lit side is lighter
GLOW = (0.80, 0.34)  # light at the lead, and how much more there is far from it
REACH = 26.0  # units from the lead to a cell's full light
STREAK = 0.075  # share of the light by which glass is streaky
WAYS = (15.0, 65.0, 105.0, 160.0)  # degrees in which the sheets of glass were drawn


@dataclass(frozen=True, slots=True)
class Came:
    """A line of lead: (N, 2) places as shares of the sheet's shorter side, and units of width."""

    line: NDArray[np.float64]
    width: float
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of glass between cames on a sheet of at most MOST pixels."""

    labels: NDArray[np.int32]  # (H, W) 1 to count; what lies under lead belongs to a neighbour
    count: int


def draw_lead(cames: Sequence[Came], height: int, width: int, *, spare: float = 1.0) -> Mask:
    """Return the cames' alpha on a sheet of (height, width); `spare` scales their width."""
    side = min(height, width)
    sheet = np.zeros((height, width), np.uint8)
    for came in cames:
        pen = max(1, round(came.width * spare * side / 1024))
        spots = np.round(came.line * side * (1 << SHIFT)).astype(np.int32)
        cv2.polylines(sheet, [spots], came.closed, (255,), pen, cv2.LINE_AA, SHIFT)
    return as_field(sheet) / np.float32(255)


def cells_between(cames: Sequence[Came], height: int, width: int) -> Cells:
    """Tell apart the cells that cames enclose on a sheet of the same proportions."""
    shrink = min(1.0, MOST / min(height, width))
    rows, columns = round(height * shrink), round(width * shrink)
    open_glass = draw_lead(cames, rows, columns, spare=0.7) < 0.4
    count, labels = cv2.connectedComponents(open_glass.astype(np.uint8), connectivity=4)
    # Under the lead, each pixel belongs to the nearest cell.
    _, nearest = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    owners = np.zeros(int(nearest.max()) + 1, np.int32)
    owners[nearest[labels > 0]] = labels[labels > 0]
    return Cells(owners[nearest], count - 1)


def lit_glass(
    cells: Cells, tones: Lab, lead: Mask, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return (3, H, W) sRGB of cells in their tones, (count, 3), lit from behind."""
    height, width = lead.shape
    unit = min(height, width) / 1024
    labels = cells.labels
    far = cv2.distanceTransform((_fit(lead, labels.shape) < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    reach = np.float32(REACH * min(labels.shape) / 1024)
    light = as_field(GLOW[0] + GLOW[1] * (1 - np.exp(-far / reach)))
    ways = rng.integers(len(WAYS), size=cells.count + 1).astype(np.uint8)
    table = np.vstack([np.zeros(3, np.float32), to_rgb(tones)])
    small = table[labels]
    light = as_field(cv2.resize(light, (width, height), interpolation=cv2.INTER_LINEAR))
    way = cv2.resize(ways[labels], (width, height), interpolation=cv2.INTER_NEAREST)
    streaks = np.zeros((height, width), np.float32)
    for index, degrees in enumerate(WAYS):
        sheet = tiled(_streaks(degrees), height, width, 1.6 * unit)
        streaks += np.where(way == index, sheet, 0)
    light = light * (1 + STREAK * streaks)
    colours = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return as_field(np.clip(colours.transpose(2, 0, 1) * light, 0, 255))


def lay_lead(planes: NDArray[np.float32], lead: Mask) -> None:
    """Lay rounded cames, lit from above and the left, over (3, H, W) planes."""
    unit = min(lead.shape) / 1024
    round_top = blurred(lead, 1.6 * unit)
    across = cv2.Sobel(round_top, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(round_top, cv2.CV_32F, 0, 1, scale=1 / 8)
    shine = np.clip((0.6 * across + 0.8 * down) * np.float32(3.2 * max(unit, 0.5)), 0, 1) * lead
    for channel, colour in enumerate(LEAD):
        planes[channel] += lead * (colour + np.float32(SHINE) * shine - planes[channel])


def _fit(values: Mask, shape: tuple[int, ...]) -> Mask:
    if values.shape == shape:
        return values
    return as_field(cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_AREA))


@cache
def _streaks(degrees: float) -> Mask:
    """(TILE, TILE) in about [-1, 1]: clouds drawn out one way."""
    noise = np.random.default_rng(round(degrees)).standard_normal((512, 512)).astype(np.float32)
    wide = cv2.copyMakeBorder(noise, 96, 96, 96, 96, cv2.BORDER_WRAP)
    kernel = np.zeros((95, 95), np.float32)
    angle = np.radians(degrees)
    reach = 44 * np.array([np.cos(angle), np.sin(angle)])
    start, end = (tuple(int(v) for v in np.round(47 + sign * reach)) for sign in (-1, 1))
    cv2.line(kernel, start, end, (1.0,), 1)
    drawn = cv2.filter2D(wide, -1, kernel / kernel.sum())
    soft = cv2.GaussianBlur(drawn, (0, 0), 2.2) + 0.5 * cv2.GaussianBlur(wide, (0, 0), 9.0)
    inner = soft[96:-96, 96:-96]
    return as_field(np.clip(inner / (1.6 * inner.std()), -1.5, 1.5))
