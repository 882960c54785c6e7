"""Reads the visible label back: at the known place before a picture leaves, anywhere in Verify."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from outputs.badge import AI_CAP, LOW_CAP, LOW_SHORT_SIDE, Art, Design, Kind, art
from outputs.errors import MarkMissing
from outputs.label import Placement
from outputs.looks import Tone
from outputs.luma import contrast, correlation, luma_of, over_white

MIN_CORRELATION = 0.9  # of luma with the letters; WebP at quality 60 still reads 0.97
MIN_CONTRAST = 12.0  # ratio of relative luminances, as WCAG 2.2 defines it
CAP_TOLERANCE = 0.6  # pixels that lossy compression may blur away from a cap height


@dataclass(frozen=True, slots=True)
class Reading:
    """What was measured on one copy of the label."""

    kind: Kind
    correlation: float  # -1 to 1, of luma with the letters that should be there
    contrast: float  # 1 to 21, letters over pill
    cap_height: float  # pixels, measured on the letter I


@dataclass(frozen=True, slots=True)
class LabelEvidence:
    """Every copy that was burned was read at its place."""

    readings: tuple[Reading, ...]


def read_label(pixels: NDArray[np.uint8], placements: tuple[Placement, ...]) -> LabelEvidence:
    """Read every copy of the label at its place.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB, decoded from the bytes that would leave.
        placements: Where `burn_label` put the copies.

    Returns:
        What was measured on each copy.

    Raises:
        MarkMissing: a copy is absent, covered, too faint or too small, or there is none to read.
    """
    if not placements:
        raise MarkMissing("label", "no place was given to read it at")
    if pixels.shape[2] == 4:
        pixels = over_white(pixels)
    return LabelEvidence(tuple(_read_one(pixels, placement) for placement in placements))


def measure(part: NDArray[np.uint8], design: Design) -> Reading:
    """Measure one copy of the label on the pixels where it should be.

    Args:
        part: (H, W, 3) uint8 sRGB of the drawing's size.
        design: The copy that should be there.
    """
    drawing, bright = art(design), design.tone is Tone.DARK  # bright letters or dark ones
    luma = luma_of(part) if bright else 255 - luma_of(part)
    inside = (drawing.pill > 0.99) & (drawing.rim < 0.01)
    ink, ground = drawing.text > 0.98, inside & (drawing.text < 0.01)
    letters, pill = float(np.median(luma[ink])), float(np.percentile(luma[ground], 75))
    seen = (letters, pill) if bright else (255 - letters, 255 - pill)
    return Reading(
        kind=design.kind,
        correlation=correlation(luma[inside], drawing.text[inside]),
        contrast=contrast(*seen) if letters > pill else 1.0,
        cap_height=_cap_height(luma, drawing, (letters + pill) / 2),
    )


def _read_one(pixels: NDArray[np.uint8], placement: Placement) -> Reading:
    drawing = art(placement.design)
    left, top, right, bottom = (int(value) for value in placement.rect)
    part = pixels[top:bottom, left:right]
    if left < 0 or top < 0 or part.shape[:2] != drawing.pill.shape:
        raise MarkMissing("label", f"the copy ({placement.design.kind}) is not inside the picture")
    reading = measure(part, placement.design)
    side = placement.design.short_side
    smallest = LOW_CAP if side < LOW_SHORT_SIDE else AI_CAP * side
    if not reading.correlation >= MIN_CORRELATION:
        raise MarkMissing("label", f"{reading.kind}: letters read {reading.correlation:.2f}")
    if not reading.contrast >= MIN_CONTRAST:
        raise MarkMissing("label", f"{reading.kind}: contrast {reading.contrast:.1f}:1")
    if not reading.cap_height >= smallest - CAP_TOLERANCE:
        raise MarkMissing("label", f"{reading.kind}: capitals {reading.cap_height:.1f} px high")
    return reading


def _cap_height(luma: NDArray[np.float32], drawing: Art, half: float) -> float:
    """Rows of the letter I that are more than half way from pill to letters."""
    first, last = drawing.ai_stem
    inset = (last - first) // 4
    profile = luma[:, first + inset : max(first + inset + 1, last - inset)].mean(axis=1)
    rows = np.flatnonzero(profile > half)
    if rows.size == 0:
        return 0.0
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    return float(max(len(run) for run in runs))
