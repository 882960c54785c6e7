"""An imagined picture that could be anybody is thrown away."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from studio.likeness.bands import calibration_of
from studio.likeness.floor import as_found, require_alike
from studio.likeness.gauge import Judged
from studio.likeness.types import Measures, Source
from studio.styles.catalogue import STYLES
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.types import Family

NATURAL = replace(STYLES[0], name="new", family=Family.IMAGINED, natural_colour=True)
FREE = replace(NATURAL, natural_colour=False)
ALIKE = Measures(
    shape_error=0.02,
    shape_source=Source.FOUND,
    skin_drift=2.0,
    hair_drift=2.0,
    face_distance=0.4,
)
STRANGER = replace(ALIKE, shape_error=0.05, skin_drift=12.0, hair_drift=12.0, face_distance=0.8)


def judged(style, measures):
    return Judged(measures, calibration_of(style).distance(measures))


@pytest.mark.parametrize("style", [NATURAL, FREE])
def test_who_looks_like_the_selfie_is_kept(style):
    require_alike(style, judged(style, ALIKE))


@pytest.mark.parametrize("style", [NATURAL, FREE])
@pytest.mark.parametrize(
    "measures",
    [STRANGER, Measures(), replace(STRANGER, shape_error=9.0)],
    ids=["a stranger", "nothing measured", "no likeness at all"],
)
def test_who_looks_like_a_stranger_is_not(style, measures):
    with pytest.raises(PictureRefused) as refused:
        require_alike(style, judged(style, measures))
    assert refused.value.code == "not_alike"
    assert refused.value.why
    assert refused.value.next_step


@pytest.mark.parametrize("name", ["shape_error", "skin_drift", "hair_drift", "face_distance"])
def test_a_measure_that_is_no_number_is_no_likeness(name):
    with pytest.raises(PictureRefused):
        require_alike(NATURAL, judged(NATURAL, replace(ALIKE, **{name: math.nan})))


def test_bronze_is_not_held_to_the_colour_of_skin():
    cast = replace(ALIKE, skin_drift=45.0, hair_drift=45.0)
    require_alike(FREE, judged(FREE, cast))
    with pytest.raises(PictureRefused):
        require_alike(NATURAL, judged(NATURAL, cast))


def test_carried_landmarks_are_no_evidence_that_a_face_came_out_there():
    carried = replace(ALIKE, shape_error=0.0, shape_source=Source.CARRIED, face_distance=None)
    assert as_found(carried).shape_error is None
    assert as_found(ALIKE) == ALIKE


def test_without_a_face_the_colours_must_be_kept():
    faceless = replace(ALIKE, shape_error=0.0, shape_source=Source.CARRIED, face_distance=None)
    require_alike(NATURAL, judged(NATURAL, replace(faceless, skin_drift=0.5, hair_drift=0.5)))
    drifted = replace(faceless, skin_drift=12.0, hair_drift=12.0)
    with pytest.raises(PictureRefused):
        require_alike(NATURAL, judged(NATURAL, drifted))


def test_without_a_face_and_without_colours_nothing_of_the_person_is_left():
    faceless = replace(ALIKE, shape_error=0.0, shape_source=Source.CARRIED, face_distance=None)
    with pytest.raises(PictureRefused):
        require_alike(FREE, judged(FREE, replace(faceless, kept=("glasses",))))


def test_the_bar_rises_with_the_tries_so_that_strangers_gain_nothing():
    calibration = calibration_of(NATURAL)
    shapes = [number / 1000 for number in range(20, 80)]
    near = next(
        measures
        for measures in (replace(ALIKE, shape_error=s, face_distance=16 * s) for s in shapes)
        if calibration.standing(calibration.distance(measures)).strangers in range(82, 88)
    )
    require_alike(NATURAL, judged(NATURAL, near))
    with pytest.raises(PictureRefused):
        require_alike(NATURAL, judged(NATURAL, near), tries=3)
    require_alike(NATURAL, judged(NATURAL, replace(ALIKE, shape_error=0.0)), tries=30)
