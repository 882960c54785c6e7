"""Measures drawings against the selfie that they were drawn from, and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.likeness.bands import calibration_of, terms
from studio.likeness.measures import compare
from studio.likeness.seen import Meter, Seen, see_drawing, see_selfie
from studio.likeness.types import Dropped, Likeness, Measures
from studio.likeness.words import sentences, title, worse

if TYPE_CHECKING:
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Picture, Style


@dataclass(frozen=True, slots=True)
class Judged:
    """A drawing's measures and what they amount to."""

    measures: Measures
    distance: float  # about 1 for a stranger's drawing; less is more alike


@dataclass(frozen=True, slots=True)
class Gauge:
    """Tells how much drawings look like their selfies. Safe to call from any thread."""

    meter: Meter

    def selfie(self, portrait: Portrait, controls: Controls) -> Seen:
        """Look at a selfie, once for all drawings of it.

        Args:
            portrait: of any size.
            controls: of the style; attributes that the person corrected count as they say.
        """
        return see_selfie(portrait, controls, self.meter)

    def judge(self, style: Style, selfie: Seen, portrait: Portrait, picture: Picture) -> Judged:
        """Measure a drawing.

        Args:
            style: in which it was drawn.
            selfie: what is seen in the selfie.
            portrait: that it was drawn from.
            picture: as the style drew it, without any mark.
        """
        measures = compare(selfie, see_drawing(picture, portrait, selfie, self.meter))
        return Judged(measures, calibration_of(style).distance(measures))

    def report(self, style: Style, judged: Judged, dropped: Sequence[Dropped] = ()) -> Likeness:
        """Say what was measured.

        Args:
            style: in which it was drawn.
            judged: the drawing that was kept.
            dropped: the tries that were not.
        """
        standing = calibration_of(style).standing(judged.distance)
        return Likeness(
            band=standing.band,
            title=title(standing.band),
            percentile=standing.strangers,
            among_own=standing.own,
            measures=judged.measures,
            sentences=sentences(style, standing, judged.measures),
            dropped=tuple(dropped),
        )

    def reason(self, style: Style, kept: Judged, other: Judged) -> str:
        """Say in one sentence why another try was not kept."""
        calibration = calibration_of(style)
        best, rest = terms(kept.measures), terms(other.measures)
        lacking = {
            name: calibration.weights.get(name, 0) * (value - best.get(name, value)) / scale
            for name, scale in calibration.scales.items()
            if (value := rest.get(name)) is not None
        }
        return worse(lacking, kept.measures, other.measures)
