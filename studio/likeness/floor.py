"""The least likeness with which an imagined picture is kept.

A drawing function follows the photograph; a diffusion model may lose the person. What came out
loose (`Band.LOOSE`) is thrown away. A picture of somebody else comes nearer by chance the more
often it is tried: so the bar rises with the tries, and over all of them together no more strangers
come through than one try lets through.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.likeness.bands import FAIR, Standing, calibration_of, terms
from studio.likeness.types import Band, Measures, Source
from studio.styles.diffusion.errors import PictureRefused

if TYPE_CHECKING:
    from studio.likeness.gauge import Judged
    from studio.styles.types import Style

HIGHEST = 99  # of a hundred strangers: more are not told apart


def require_alike(style: Style, judged: Judged, *, tries: int = 1) -> None:
    """Refuse a picture that is not within the style's band.

    Args:
        style: in which it was drawn.
        judged: how much it looks like its selfie.
        tries: how many pictures are drawn at most, of which one is kept.

    Raises:
        PictureRefused: `not_alike`; also when a distance is no number.
    """
    calibration = calibration_of(style)
    found = as_found(judged.measures)
    distance = calibration.distance(found)
    # That glasses were not lost says nothing of who wears them.
    says = terms(found).keys() & calibration.scales.keys() - {"traits"}
    if not (says and distance >= 0) or not _is_near(calibration.standing(distance), tries):
        raise PictureRefused(
            "not_alike",
            f"The {style.title} picture did not look enough like you, so it was thrown away.",
            why="An avatar is of you; a picture that could as well be somebody else is not.",
            next_step="Try again, stay closer to the photo, or use fewer words.",
        )


def _is_near(standing: Standing, tries: int) -> bool:
    """Tell whether a standing is near enough, as one of several tries (Bonferroni's bound)."""
    least = min(100 - (100 - FAIR) / tries, HIGHEST)
    return standing.band is not Band.LOOSE and standing.strangers >= least


def as_found(measures: Measures) -> Measures:
    """Return measures whose shape counts only if it was found in the picture itself.

    Landmarks that were carried say where a face was asked for. Whether one came out there, nobody
    looked: so it counts as a stranger's, and colours and features have to make up for it.
    """
    if measures.shape_source is Source.FOUND:
        return measures
    return replace(measures, shape_error=None)
