"""How hair runs: the coherence of its structure tensor (Bigun and Granlund 1987)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.alignment import Aligned
from studio.styles.fields import Mask, as_field, blurred, enlarged, slopes
from studio.styles.regions import Regions

SIDE = 512  # pixels: strands and locks, not noise
SPREAD = 2.5  # pixels of SIDE over which strands are compared
LOCK = 12.0  # pixels of SIDE over which locks are
UPPER = -0.3  # face widths below the eyes: hair that neither face nor neck shades lies above
RIM = 4  # pixels of SIDE: the edge of the hair is no strand
FEWEST = 300  # pixels of SIDE
RESOLVED = 0.05  # median slope over lightness under which a picture shows no strands


@dataclass(frozen=True, slots=True)
class Strands:
    """The run of strands."""

    coherence: float  # 0 = every way at once, 1 = neighbours run together
    order: float  # the same of whole locks: close crops glitter, but lie one way


def measure_strands(portrait: Aligned, regions: Regions) -> Strands | None:
    """Measure how strands run above the face; None when the picture shows none."""
    small = cv2.resize(portrait.image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    light = as_field(cv2.cvtColor(as_field(small) / 255, cv2.COLOR_RGB2Lab)[..., 0])
    kernel = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    solid = cv2.erode((enlarged(regions.hair, SIDE) > 0.8).astype(np.uint8), kernel) > 0
    solid &= enlarged(regions.features.down, SIDE) < UPPER
    if solid.sum() < FEWEST:
        return None
    right, down = slopes(light)
    across, along, mixed = (
        blurred(as_field(part), SPREAD) for part in (right * right, down * down, right * down)
    )
    energy = across + along
    slope = np.sqrt(energy[solid])
    if np.median(slope) < RESOLVED * float(np.median(light[solid])):
        return None
    one_way = np.hypot(across - along, 2 * mixed)[solid] / np.maximum(energy[solid], 1e-3)
    return Strands(
        coherence=float(np.average(one_way, weights=slope + 1e-6)),
        order=_order(across - along, 2 * mixed, energy, solid),
    )


def _order(straight: Mask, slanted: Mask, energy: Mask, solid: NDArray[np.bool_]) -> float:
    """How much directions agree over a lock; each counts by its slope, at twice its angle."""
    size = np.maximum(np.hypot(straight, slanted), 1e-6)
    weight = as_field(np.sqrt(energy) * solid)
    first, second = (blurred(as_field(weight * part / size), LOCK) for part in (straight, slanted))
    agreed = np.hypot(first, second) / np.maximum(blurred(weight, LOCK), 1e-4)
    return float(np.median(agreed[solid]))
