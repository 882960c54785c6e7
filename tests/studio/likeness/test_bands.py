"""A distance is worth a percentile, and a percentile has a name."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from studio.likeness.bands import FILE, IMAGINED, Calibration, Standing, calibration_of, terms
from studio.likeness.types import Band, Measures
from studio.likeness.words import sentences
from studio.styles.catalogue import STYLES
from studio.styles.types import Family

# What an imagined style makes of people depends on weights that the studio does not have.
DRAWN = tuple(style for style in STYLES if style.family is not Family.IMAGINED)
SCALES = {"shape": 0.05, "skin": 10.0, "face": 0.8, "traits": 0.5}
CALIBRATION = Calibration(
    scales=SCALES,
    weights={"shape": 2.0, "skin": 1.0, "face": 2.0, "traits": 1.0},
    distances=(0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2, 2.0),
    own=(0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5),
)
ALIKE = Measures(shape_error=0.0, skin_drift=0.0, face_distance=0.0)
STRANGER = Measures(shape_error=0.05, skin_drift=10.0, face_distance=0.8)


def test_the_same_is_at_no_distance_and_a_stranger_at_one():
    assert CALIBRATION.distance(ALIKE) == 0
    almost = CALIBRATION.distance(replace(STRANGER, lost=("glasses",)))
    assert almost == pytest.approx((2 + 1 + 2 + 2) / 6)


@pytest.mark.parametrize(
    "change",
    [
        {"shape_error": 0.01},
        {"skin_drift": 1.0},
        {"face_distance": 0.2},
        {"lost": ("glasses",)},
    ],
)
def test_every_loss_takes_a_drawing_further_away(change):
    assert CALIBRATION.distance(replace(ALIKE, **change)) > 0


def test_a_drawing_in_which_no_face_is_found_is_a_stranger_in_that():
    found = CALIBRATION.distance(replace(ALIKE, face_distance=0.1))
    assert CALIBRATION.distance(replace(ALIKE, face_distance=None)) > found


def test_what_a_style_does_not_show_counts_for_nothing():
    assert CALIBRATION.distance(replace(ALIKE, skin_drift=None)) == 0


def test_nothing_measured_is_as_far_as_a_stranger():
    assert Calibration({}, {}, (), ()).distance(Measures()) == 1


def test_nearer_is_never_worth_less():
    found = [CALIBRATION.standing(distance / 100) for distance in range(250)]
    for name in ("strangers", "own"):
        values = [getattr(each, name) for each in found]
        assert values == sorted(values, reverse=True)
        assert values[0] == 99
        assert values[-1] == 0


@pytest.mark.parametrize(
    ("strangers", "own", "band"),
    [
        (99, 60, Band.STRONG),
        (95, 25, Band.STRONG),
        (94, 90, Band.FAIR),
        (99, 24, Band.FAIR),
        (80, 5, Band.FAIR),
        (79, 90, Band.LOOSE),
        (98, 4, Band.LOOSE),
        (99, 4, Band.FAIR),
    ],
)
def test_a_band_needs_both_percentiles(strangers, own, band):
    assert Standing(strangers, own).band is band


def test_no_number_in_the_calibration_is_missing_or_endless():
    content = json.loads(FILE.read_text(encoding="utf-8"))
    for each in content["styles"].values():
        numbers = [
            *each["scales"].values(),
            *each["weights"].values(),
            *each["distances"],
            *each["own"],
        ]
        assert all(math.isfinite(number) and number >= 0 for number in numbers)
        assert each["distances"] == sorted(each["distances"])
        assert each["own"] == sorted(each["own"])
        assert all(scale > 0 for scale in each["scales"].values())


@pytest.mark.parametrize("file", [FILE, IMAGINED], ids=lambda file: file.name)
def test_the_calibration_holds_sums_and_nothing_of_anybody(file):
    content = json.loads(file.read_text(encoding="utf-8"))
    known = {"family", "people", "pairs", "scales", "weights", "distances", "own", "outcome"}
    for each in content["styles"].values():
        assert set(each) <= known
        assert each.get("people", 100) >= 20


@pytest.mark.parametrize("style", DRAWN, ids=lambda style: style.name)
def test_what_a_style_makes_of_strangers_is_told_from_what_it_makes_of_oneself(style):
    calibration = calibration_of(style)
    assert calibration.own[3] < calibration.distances[3]  # half of one's own, 5 % of strangers


def test_people_at_one_distance_are_all_as_good_as_the_best_of_them():
    tied = replace(CALIBRATION, own=(0.0, 0.0, 0.0, 0.0, 0.1, 0.2, 0.3))
    assert tied.standing(0.0).own == 99


def test_every_drawn_style_has_a_calibration_of_its_own_and_no_other_has():
    content = json.loads(FILE.read_text(encoding="utf-8"))
    own = {name for name in content["styles"] if not name.startswith("*")}
    assert own == {style.name for style in DRAWN}, "python -m benchmarks.likeness --write"


def test_a_style_without_a_calibration_is_held_to_its_family():
    added = replace(STYLES[0], name="added", family=Family.PAINTED)
    assert calibration_of(added) == calibration_of(replace(added, name="another"))
    imagined = replace(added, family=Family.IMAGINED)
    assert calibration_of(imagined) != calibration_of(added)


def test_how_people_come_out_imagined_is_not_known_and_not_told():
    style = replace(STYLES[0], name="added", family=Family.IMAGINED, natural_colour=True)
    near, far = (calibration_of(style).standing(distance) for distance in (0.0, 9.0))
    assert near == Standing(99, None)
    assert near.band is Band.STRONG
    assert far.band is Band.LOOSE
    told = sentences(style, near, ALIKE)
    assert told[0].startswith("It is nearer to your selfie than 99 of 100 painted drawings")
    assert "never measured" in told[1]


def test_an_imagined_style_is_held_to_colours_only_if_it_claims_them():
    style = replace(STYLES[0], name="added", family=Family.IMAGINED)
    natural, free = (calibration_of(replace(style, natural_colour=yes)) for yes in (True, False))
    assert {"shape", "face"} <= set(free.scales) < set(natural.scales)
    assert {"skin", "hair"} <= set(natural.scales) - set(free.scales)


def test_every_term_grows_as_likeness_is_lost():
    assert terms(Measures(agreement=0.75))["attributes"] == 0.25
    assert terms(Measures(agreement=0.5))["attributes"] == 0.5
    assert "skin" not in terms(Measures())
