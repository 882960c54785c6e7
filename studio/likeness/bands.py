"""What a distance between a drawing and a selfie is worth, style by style: a percentile.

`bands.json` is written by `python -m benchmarks.likeness`: many people are drawn in every style,
and every drawing is measured against every other person's selfie. It holds sums over all of them
and nothing of anybody.

What a model imagines depends on weights that whoever runs a studio chooses, so that nobody was ever
imagined to calibrate it. Imagined pictures are held to `imagined.json`, written by
`python -m benchmarks.floor`: all painted drawings together, since strangers differ from a selfie by
much the same in any style. How near people's own imagined pictures come is not known and not told.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.likeness.types import Band, Measures
from studio.styles.types import Family

if TYPE_CHECKING:
    from studio.styles.types import Style

FILE = Path(__file__).with_name("bands.json")
IMAGINED = Path(__file__).with_name("imagined.json")
# Of a hundred drawings of other people, how many must be less alike.
STRONG, FAIR = 95, 80
# Of a hundred people's own drawings in the style, how many must be less alike: what is rarely so
# far off is not called strong, and what hardly ever is, is loose unless no stranger is near.
STRONG_OWN, FAIR_OWN = 25, 5
FAR_FROM_STRANGERS = 99
# How many in a hundred come as near as each of a calibration's distances.
PERCENTS = (0, 1, 2, 5, 10, 20, 35, 50, 75, 100)  # of strangers
TIED = 1e-3  # of a distance: nobody sees it
OWN_PERCENTS = (5, 10, 25, 50, 75, 90, 95)
# Where a style's drawings have these and one has not, it is as far as a stranger's.
NEEDED = ("shape", "face")


@dataclass(frozen=True, slots=True)
class Calibration:
    """One style's drawings of many people, each against all other people's selfies."""

    scales: Mapping[str, float]  # median of each measure between strangers
    weights: Mapping[str, float]  # how well it tells a person from strangers, 0 and above
    distances: tuple[float, ...]  # of strangers, at `PERCENTS`
    own: tuple[float, ...]  # of people's own drawings, at `OWN_PERCENTS`; empty: not known

    def distance(self, measures: Measures) -> float:
        """Return how far a drawing is from a selfie: about 1 between strangers, 0 the nearest."""
        found = terms(measures)
        total, weight = 0.0, 0.0
        for name, scale in self.scales.items():
            value = found.get(name)
            if value is None and name not in NEEDED:
                continue
            share = 1.0 if value is None else value / scale
            total += self.weights[name] * share
            weight += self.weights[name]
        return total / weight if weight else 1.0

    def standing(self, distance: float) -> Standing:
        """Return where a distance lies among strangers' and among people's own drawings."""
        strangers = float(np.interp(distance, self.distances, PERCENTS))
        if not self.own:
            return Standing(_below(strangers), None)
        # Whoever shares a distance with others is as good as the best of them.
        own = float(np.interp(distance - TIED, self.own, OWN_PERCENTS, left=0, right=100))
        return Standing(_below(strangers), _below(own))


@dataclass(frozen=True, slots=True)
class Standing:
    """Of a hundred drawings in the same style, how many are less alike; 0 to 99."""

    strangers: int  # drawings of other people
    own: int | None  # drawings of other people, each against their own selfie; None: not known

    @property
    def band(self) -> Band:
        """What that is called."""
        own = 100 if self.own is None else self.own
        if self.strangers >= STRONG and own >= STRONG_OWN:
            return Band.STRONG
        is_usual = own >= FAIR_OWN or self.strangers >= FAR_FROM_STRANGERS
        return Band.FAIR if self.strangers >= FAIR and is_usual else Band.LOOSE


def terms(measures: Measures) -> dict[str, float]:
    """Return the measures that a distance is made of; each grows as likeness is lost."""
    found = {
        "shape": measures.shape_error,
        "skin": measures.skin_drift,
        "hair": measures.hair_drift,
        "face": measures.face_distance,
        "traits": float(len(measures.lost)),
        "attributes": None if measures.agreement is None else 1 - measures.agreement,
    }
    return {name: value for name, value in found.items() if value is not None}


def calibration_of(style: Style) -> Calibration:
    """Return a style's calibration, or its family's for a style that has none of its own.

    Imagined styles that claim natural colours are held to them; bronze and ink are not.
    """
    known = _calibrations(FILE)
    if style.name not in known and style.family is Family.IMAGINED:
        return _calibrations(IMAGINED)["natural" if style.natural_colour else "free"]
    return known.get(style.name) or known.get(f"*{style.family}") or known[f"*{Family.PAINTED}"]


@cache
def _calibrations(file: Path) -> Mapping[str, Calibration]:
    content = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Calibration(
            each["scales"], each["weights"], tuple(each["distances"]), tuple(each["own"])
        )
        for name, each in content["styles"].items()
    }


def _below(share: float) -> int:
    return int(np.clip(np.floor(100 - share), 0, 99))
