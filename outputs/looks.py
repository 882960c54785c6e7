"""How the label looks beside each family of styles: its shape, its rim, its letters and inks.

All keep the same layout and the same minimums; `outputs.badge` sets the letters into the shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from outputs.lettering import Mask, Weight

Colour = tuple[int, int, int]  # sRGB


class Family(StrEnum):
    """The families that have a look of their own."""

    ILLUSTRATED = "illustrated"
    PAINTED = "painted"
    IMAGINED = "imagined"


class Tone(StrEnum):
    """Which of the two is dark: a dark pill has light letters, a light pill has dark ones."""

    DARK = "dark"
    LIGHT = "light"


class Corner(StrEnum):
    """How the pill's corners are cut."""

    ROUND = "round"
    TICKET = "ticket"  # a quarter circle taken out


@dataclass(frozen=True, slots=True)
class Look:
    """One family's pill. Lengths are fractions of the acronym's cap height."""

    weight: Weight
    corner: Corner
    radius: float  # more than half the height makes a capsule
    rim: float  # width
    inset: float  # of the rim from the pill's edge
    rim_opacity: float  # of the letters' colour; between pill and picture it holds the edge
    dark: Colour
    light: Colour


LOOKS: Final[Mapping[Family, Look]] = {
    # The caption box of a comic: a bold outline, ink and paper.
    Family.ILLUSTRATED: Look(
        Weight.BOLD, Corner.ROUND, 0.42, 0.05, 0.0, 0.9, (10, 10, 13), (255, 255, 255)
    ),
    # The plate on a picture frame: corners cut out, a fine line inside, warm inks.
    Family.PAINTED: Look(
        Weight.SEMIBOLD, Corner.TICKET, 0.2, 0.026, 0.075, 0.55, (24, 18, 14), (253, 246, 234)
    ),
    # A caption on a screen: a capsule, hardly a line, cool inks.
    Family.IMAGINED: Look(
        Weight.SEMIBOLD, Corner.ROUND, 0.8, 0.03, 0.0, 0.22, (12, 14, 26), (246, 249, 255)
    ),
}


def family_of(name: str) -> Family:
    """Return the family of that name; a stranger's is labelled like a drawing."""
    return Family(name) if name in set(Family) else Family.ILLUSTRATED


def inks(family: Family, tone: Tone) -> tuple[Colour, Colour]:
    """Return the colours of pill and letters."""
    look = LOOKS[family]
    return (look.dark, look.light) if tone is Tone.DARK else (look.light, look.dark)


def plate(family: Family, height: int, width: int, cap_height: int) -> tuple[Mask, Mask]:
    """Return the coverage of the pill and of its rim, each (H, W) float32 in [0, 1]."""
    look = LOOKS[family]
    radius = min(look.radius * cap_height, height / 2)
    edge = _distance(height, width, radius, look.corner)
    inset = int(look.inset * cap_height)  # down: low copies have few pixels beside the letters
    stroke = max(1.0, look.rim * cap_height)
    outer = np.clip(0.5 - (edge + inset), 0, 1)
    inner = np.clip(0.5 - (edge + inset + stroke), 0, 1)
    return np.clip(0.5 - edge, 0, 1), outer - inner


def _distance(height: int, width: int, radius: float, corner: Corner) -> Mask:
    """Signed distance in pixels from pixel centres to the pill's edge, negative inside."""
    y = np.abs(np.arange(height, dtype=np.float32)[:, None] + 0.5 - height / 2)
    x = np.abs(np.arange(width, dtype=np.float32)[None] + 0.5 - width / 2)
    dx, dy = x - width / 2, y - height / 2  # from the sides, negative inside
    if corner is Corner.TICKET:
        return np.asarray(np.maximum(np.maximum(dx, dy), radius - np.hypot(dx, dy)), np.float32)
    dx, dy = dx + radius, dy + radius
    outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
    return np.asarray(outside + np.minimum(np.maximum(dx, dy), 0) - radius, np.float32)
