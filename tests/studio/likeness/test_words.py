"""A report speaks in plain words, and says what it cannot measure."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from studio.likeness.bands import Standing
from studio.likeness.types import Band, Measures, Source
from studio.likeness.words import sentences, title, worse
from studio.styles.catalogue import STYLES

STYLE = replace(STYLES[0], natural_colour=False)
NATURAL = replace(STYLE, natural_colour=True)
STANDING = Standing(97, 40)
WHOLE = Measures(
    shape_error=0.021,
    shape_source=Source.FOUND,
    skin_drift=2.0,
    skin_lightness=0.5,
    hair_drift=3.0,
    face_distance=0.5,
    kept=("glasses",),
)


def said(measures, style=STYLE):
    return " ".join(sentences(style, STANDING, measures))


@pytest.mark.parametrize("band", Band)
def test_a_band_has_a_title(band):
    assert title(band) == f"{band.value.capitalize()} likeness"


def test_the_percentile_comes_first():
    first, second, *_ = sentences(STYLE, STANDING, WHOLE)
    assert "97 of 100 drawings of other people" in first
    assert "40 come out less like themselves" in second


@pytest.mark.parametrize(
    ("error", "words"), [(0.02, "is kept"), (0.05, "a little simplified"), (0.2, "is changed")]
)
def test_a_shape_is_kept_simplified_or_changed(error, words):
    assert words in said(replace(WHOLE, shape_error=error))


def test_carried_landmarks_are_told():
    assert "by how it was drawn" in said(replace(WHOLE, shape_source=Source.CARRIED))
    assert "by how it was drawn" not in said(WHOLE)


@pytest.mark.parametrize(
    ("light", "words"), [(8.0, "lighter"), (-8.0, "darker"), (0.0, "in another colour")]
)
def test_skin_that_drifted_is_told_which_way(light, words):
    drifted = replace(WHOLE, skin_drift=7.0, skin_lightness=light)
    assert f"Your skin is drawn {words}" in said(drifted)


def test_only_styles_that_claim_natural_colour_are_flagged():
    drifted = replace(WHOLE, skin_drift=5.1, skin_lightness=4.0)
    assert "This style means to keep it" in said(drifted, NATURAL)
    assert "This style means to keep it" not in said(drifted, STYLE)
    assert "This style means to keep it" not in said(replace(drifted, skin_drift=5.0), NATURAL)


def test_features_are_named_as_people_name_them():
    told = said(replace(WHOLE, kept=("glasses",), lost=("facial_hair", "fringe", "bald")))
    assert "Kept: glasses." in told
    assert "Not as in your selfie: beard, fringe, bare head." in told


def test_what_was_not_measured_is_not_told():
    told = sentences(STYLE, STANDING, Measures())
    assert len(told) == 3
    assert "finds no face in it" in told[2]


def test_a_figure_of_parts_is_told_by_what_agrees_and_not_by_its_outlines():
    told = said(replace(WHOLE, agreement=0.75))
    assert "75% of what it shows is as in your selfie" in told
    assert "shape of your face" not in told
    assert "network" not in told


def test_no_report_speaks_of_what_somebody_is():
    measures = replace(WHOLE, lost=("glasses",), agreement=0.5, skin_drift=9.0)
    told = said(measures, NATURAL).lower()
    forbidden = r"\b(age|old|young|sex|gender|male|female|man|woman|race|ethnic\w*|emotion\w*)\b"
    assert not re.search(forbidden, told)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("shape", "shape of the face"),
        ("skin", "skin is further"),
        ("hair", "hair is further"),
        ("face", "network"),
        ("traits", "misses what the kept one shows: beard"),
        ("attributes", "Less of what it shows"),
    ],
)
def test_a_dropped_try_is_told_its_worst_measure(name, words):
    lacking = {"shape": 0.02, "skin": 0.02, "hair": 0.02, name: 0.4}
    other = replace(WHOLE, lost=("facial_hair",))
    assert words in worse(lacking, WHOLE, other)


def test_a_try_that_is_as_good_came_later():
    assert "came later" in worse({"shape": 0.001, "skin": -0.4}, WHOLE, WHOLE)
    assert "came later" in worse({}, WHOLE, WHOLE)
