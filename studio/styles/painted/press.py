"""A stencil duplicator: transparent inks one over the other, a little off register, on paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.canvas import Colour
from studio.styles.painted.colour import hexed
from studio.styles.painted.screens import dots, grain, rulings, tiled

PAPER = hexed("#f6f1e4")
GRAIN = 2.1  # units: size of a speck
DOT = 7.0  # units from dot to dot
RULE = 6.0
ANGLES = (75.0, 45.0, 15.0)  # of the plates' screens: no two are alike
MOTTLE = 0.10  # share of the ink that goes missing in the thinnest places
FIBRE = 0.022  # share of its light by which paper varies
MISSES = (0.0, 1.0, -1.0)  # how far each plate misses, in offsets; the first is the measure
SCREENS = {"grain": "Grain", "dots": "Dots", "lines": "Lines"}


@dataclass(frozen=True, slots=True)
class InkSet:
    """Three transparent inks, the lightest first."""

    label: str
    inks: tuple[Colour, Colour, Colour]


@dataclass(frozen=True, slots=True)
class Press:
    """How plates are printed; lengths in pixels of the sheet."""

    inks: tuple[Colour, Colour, Colour]
    screen: str
    unit: float  # pixels per unit
    offset: float  # how far plates miss, units
    turn: float  # which way they do, radians

    def printed(self, plates: Sequence[Mask], line_work: Mask | None = None) -> NDArray[np.float32]:
        """Return (3, H, W) sRGB of plates' coverages, each (H, W) in [0, 1].

        Line work is printed with the last ink and through no screen: a screen would break it.
        """
        height, width = plates[0].shape
        sheet = paper(height, width, self.unit)
        thin = tiled(_mottle(), height, width, 5.0 * self.unit)
        for index, (plate, ink) in enumerate(zip(plates, self.inks, strict=True)):
            covered = self._screened(plate, index)
            if line_work is not None and index == len(plates) - 1:
                covered = np.maximum(covered, line_work)
            density = covered * (1 - MOTTLE * thin)
            for channel, passed in enumerate(ink / np.float32(255)):
                sheet[channel] *= 1 - density * (1 - passed)
        return sheet

    def moved(self, plate: Mask, index: int) -> Mask:
        """Return a plate where it comes to lie, off register by its own way."""
        miss = MISSES[index] * self.offset * self.unit
        if miss == 0:
            return plate
        # The second misses one way, the third another: not quite opposite.
        angle = self.turn + 0.9 * index
        across, down = miss * np.cos(angle), miss * np.sin(angle)
        matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
        height, width = plate.shape
        moved = cv2.warpAffine(plate, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return as_field(moved)

    def _screened(self, plate: Mask, index: int) -> Mask:
        if self.screen == "dots":
            return dots(plate, DOT * self.unit, ANGLES[index])
        if self.screen == "lines":
            return rulings(plate, RULE * self.unit, ANGLES[index])
        # Whole pixels: specks of other sizes would beat with the pixels' own grid.
        # Specks swallow faint tints and close up in full ones.
        return grain(plate * plate * (3 - 2 * plate), max(1, round(GRAIN * self.unit)), index)


def paper(height: int, width: int, unit: float) -> NDArray[np.float32]:
    """Return (3, H, W) sRGB of bare paper: the same fibres at the same places every time."""
    fine = tiled(_mottle(), height, width, max(1, round(1.3 * unit)))
    light = np.float32(1 + FIBRE / 2) - np.float32(FIBRE) * fine
    return as_field(PAPER[:, None, None] * light[None])


@cache
def _mottle() -> Mask:
    """(TILE, TILE) in [0, 1]: clouds over fine specks."""
    noise = np.random.default_rng(5).random((256, 256), np.float32)
    wide = cv2.copyMakeBorder(noise, 32, 32, 32, 32, cv2.BORDER_WRAP)
    parts = [cv2.GaussianBlur(wide, (0, 0), sigma)[32:-32, 32:-32] for sigma in (0.8, 3.0, 9.0)]
    mixed = sum((part - part.mean()) / part.std() for part in parts)
    return as_field(np.clip(0.5 + 0.2 * as_field(mixed), 0, 1))
