"""A drawing's likeness in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from studio.likeness.types import Band, Measures, Source

if TYPE_CHECKING:
    from studio.likeness.bands import Standing
    from studio.styles.types import Style

SHAPE_KEPT, SHAPE_NEAR = 0.03, 0.07  # share of the eyes' distance; 0.03 is what toon is held to
SKIN_KEPT = 5.0  # CIEDE2000: from here a style that claims natural colour is flagged
HAIR_KEPT = 10.0  # CIEDE2000: what measuring hair from a photograph is held to
LIGHTER = 3.0  # L*: a change of lightness that has a name of its own
# Distance within which dlib's network is said to find one person in two photographs (King, 2017).
SAME_FACE = 0.6
LESS = 0.01  # share of a stranger's distance: below it two tries are equally alike

NAMES = {"glasses": "glasses", "facial_hair": "beard", "fringe": "fringe", "bald": "bare head"}


def title(band: Band) -> str:
    """Return a band's name as it is shown."""
    return f"{band.value.capitalize()} likeness"


def sentences(style: Style, standing: Standing, measures: Measures) -> tuple[str, ...]:
    """Say what was measured, the most important first.

    Args:
        style: in which it was drawn.
        standing: among drawings of other people in the style.
        measures: of the drawing.
    """
    said = [
        *_standing(standing),
        *(_parts(measures.agreement) if measures.agreement is not None else _shape(measures)),
        *_skin(style, measures),
        *_hair(measures),
        *_features(measures),
    ]
    if measures.agreement is None:
        said += _face(measures)
    return tuple(said)


def worse(lacking: Mapping[str, float], kept: Measures, other: Measures) -> str:
    """Say why a try was dropped.

    Args:
        lacking: by how much each measure took it further away than the kept one.
        kept: measures of the try that was kept.
        other: measures of the one that was dropped.
    """
    name = max(lacking, key=lambda each: lacking[each], default="")
    if not name or lacking[name] < LESS:
        return "It is as much like you as the one that was kept, and came later."
    off, instead = other.shape_error or 0, kept.shape_error or 0
    shape = f"{off:.1%} of the eyes' distance instead of {instead:.1%}"
    missing = [each for each in other.lost if each not in kept.lost]
    reasons = {
        "shape": f"The shape of the face is further from yours: {shape}.",
        "skin": _colour_reason("skin", other.skin_drift, kept.skin_drift),
        "hair": _colour_reason("hair", other.hair_drift, kept.hair_drift),
        "face": "A network that compares faces finds yours less clearly in it.",
        "traits": f"It misses what the kept one shows: {_listed(missing)}.",
        "attributes": "Less of what it shows agrees with your selfie.",
    }
    return reasons[name]


def _colour_reason(what: str, dropped: float | None, kept: float | None) -> str:
    return (
        f"Your {what} is further from its colour: {dropped or 0:.1f} instead of {kept or 0:.1f} "
        "(CIEDE2000)."
    )


def _standing(standing: Standing) -> list[str]:
    if standing.own is None:
        return [
            f"It is nearer to your selfie than {standing.strangers} of 100 painted drawings of "
            "other people.",
            "How people usually come out in this style was never measured.",
        ]
    return [
        f"It is nearer to your selfie than {standing.strangers} of 100 drawings of other people "
        "in this style.",
        f"Of 100 people drawn in this style, {standing.own} come out less like themselves.",
    ]


def _parts(agreement: float) -> list[str]:
    return [
        "It is put together from an artist's parts: its outlines are theirs, and "
        f"{agreement:.0%} of what it shows is as in your selfie."
    ]


def _shape(measures: Measures) -> list[str]:
    error = measures.shape_error
    if error is None:
        return []
    number = f"{error:.1%} of the distance between the eyes"
    where = "" if measures.shape_source is Source.FOUND else ", by how it was drawn"
    if error <= SHAPE_KEPT:
        return [f"The shape of your face is kept (off by {number}{where})."]
    if error <= SHAPE_NEAR:
        return [f"The shape of your face is a little simplified (off by {number}{where})."]
    return [f"The shape of your face is changed (off by {number}{where})."]


def _skin(style: Style, measures: Measures) -> list[str]:
    drift = measures.skin_drift
    if drift is None:
        return []
    if drift <= SKIN_KEPT:
        return [f"Your skin keeps its colour (CIEDE2000 {drift:.1f})."]
    light = measures.skin_lightness or 0.0
    way = "lighter than it is" if light > LIGHTER else "darker than it is"
    changed = way if abs(light) > LIGHTER else "in another colour than its own"
    flag = (
        " This style means to keep it, and here it did not: try another one or other controls."
        if style.natural_colour
        else ""
    )
    return [f"Your skin is drawn {changed} (CIEDE2000 {drift:.1f}).{flag}"]


def _hair(measures: Measures) -> list[str]:
    drift = measures.hair_drift
    if drift is None:
        return []
    if drift <= HAIR_KEPT:
        return [f"Your hair keeps its colour (CIEDE2000 {drift:.1f})."]
    return [f"Your hair is drawn in another colour (CIEDE2000 {drift:.1f})."]


def _features(measures: Measures) -> list[str]:
    said = []
    if measures.kept:
        said.append(f"Kept: {_listed(measures.kept)}.")
    if measures.lost:
        said.append(f"Not as in your selfie: {_listed(measures.lost)}.")
    return said


def _face(measures: Measures) -> list[str]:
    if measures.face_distance is None:
        return ["A network that compares photographs finds no face in it: it is clearly a drawing."]
    if measures.face_distance <= SAME_FACE:
        return ["A network that compares photographs takes it for the same face as your selfie."]
    return ["A network that compares photographs does not take it for a photograph of you."]


def _listed(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(NAMES.get(name, name) for name in names)
