"""Tells drawings from photographs, so that no photograph leaves as an avatar.

A logistic model over `texture`, fitted by `python -m benchmarks.stylisation --write` on photographs
of real people (as taken, and through filters) against this studio's own drawings of them. Both
error rates, and what is not known, are in docs/stylisation.md. `stylisation.json` holds sums over
all of them and nothing of anybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.texture import (
    face_window,
    inner_window,
    measure_texture,
    without_fine_lines,
)

if TYPE_CHECKING:
    from studio.face.types import Face

FILE = Path(__file__).with_name("stylisation.json")
# Log odds by which a picture without its fine lines may lie below the threshold: drawings with flat
# areas lose at most 1 of them, photographs lie 4 and more below (docs/stylisation.md).
BENEATH = 2.0


@dataclass(frozen=True, slots=True)
class Term:
    """One measure of `texture` in the model."""

    mean: float  # over all pictures of the fit
    spread: float  # their standard deviation
    weight: float  # log odds of a drawing per standard deviation


@dataclass(frozen=True, slots=True)
class Stylisation:
    """A logistic model of whether a picture is drawn."""

    terms: Mapping[str, Term]
    bias: float  # log odds
    threshold: float  # log odds from which a picture counts as drawn

    def log_odds(self, measures: Mapping[str, float]) -> float:
        """Return the log odds that a picture with these measures is drawn."""
        return self.bias + sum(
            each.weight * (measures[name] - each.mean) / each.spread
            for name, each in self.terms.items()
        )

    def over(self, window: NDArray[np.uint8]) -> float:
        """Return by how much a window is drawn, log odds over the threshold.

        Fine lines over a photograph look drawn and are none: without them it must not be plainly a
        photograph. Of both looks the least counts.

        Args:
            window: (SIDE, SIDE, 3) uint8 sRGB, of `texture`.
        """
        beneath = self.log_odds(measure_texture(without_fine_lines(window))) + BENEATH
        return min(self.log_odds(measure_texture(window)), beneath) - self.threshold

    def require_drawn(
        self,
        pixels: NDArray[np.uint8],
        face: Face | None,
        mask: NDArray[np.float32] | None = None,
    ) -> float:
        """Check that a picture is no photograph.

        Args:
            pixels: (H, W, 3) uint8 sRGB.
            face: found in them; None: the middle is looked at.
            mask: (h, w) in [0, 1], 1 where it was imagined, around a face: that is looked at by
                itself as well, since the rest was painted and could speak for it.

        Returns:
            By how much it is drawn: log odds over the threshold, of both looks the least.

        Raises:
            PictureRefused: `photo_like`; also when a measure is no number.
        """
        windows = [face_window(pixels, face)]
        inner = None if mask is None else inner_window(pixels, mask)
        windows += [] if inner is None else [inner]
        overs = [self.over(each) for each in windows]
        if not all(over >= 0 for over in overs):
            raise PictureRefused(
                "photo_like",
                "The picture came out too much like a photograph, so it was thrown away.",
                why="This studio makes drawings only: what passes for a photograph of you could "
                "be used to fake one.",
                next_step="Try again, go further from the photo, or choose a style with clearer "
                "lines or colours.",
            )
        return min(overs)


@cache
def load_stylisation() -> Stylisation:
    """Return the model as it was fitted."""
    content = json.loads(FILE.read_text(encoding="utf-8"))
    terms = {name: Term(**each) for name, each in content["terms"].items()}
    return Stylisation(terms, content["bias"], content["threshold"])
