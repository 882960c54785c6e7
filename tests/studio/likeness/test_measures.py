"""A drawing is measured against a selfie: shape, colours, features, faces, parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.likeness.colour import ciede2000
from studio.likeness.measures import agreement, compare, shape_error
from studio.likeness.seen import Seen
from studio.likeness.types import Source
from studio.styles import mesh
from studio.styles.attributes.colours import lab_of

rng = np.random.default_rng(1)
POINTS = rng.uniform(100, 400, (478, 2)).astype(np.float32)
SELFIE = Seen(
    points=POINTS,
    source=Source.FOUND,
    skin=np.array((60, 15, 18), np.float32),
    hair=np.array((25, 3, 5), np.float32),
    traits=frozenset({"glasses", "facial_hair"}),
    embedding=(0.1,) * 128,
    shown={"skin": "#a07e56", "hair_colour": "#40302a", "glasses": "round", "mouth": "smile"},
)


# Sharma, Wu and Dalal (2005), table 1: pairs 1, 7, 13, 17, 20, 25 and 34.
@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((50, -0.001, 2.49), (50, 0.0011, -2.49), 4.7461),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.5, 0), (58, 24, 15), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_differences_are_those_of_the_paper(first, second, difference):
    assert ciede2000(first, second) == pytest.approx(difference, abs=1e-4)
    assert ciede2000(second, first) == pytest.approx(difference, abs=1e-4)


@pytest.mark.parametrize("angle", [0.0, 0.4, 2.0])
@pytest.mark.parametrize("scale", [0.3, 1.0, 5.0])
def test_a_face_elsewhere_larger_and_leaning_has_the_same_shape(angle, scale):
    turn = np.array(((np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))))
    moved = scale * POINTS @ turn.T + (30, -70)
    assert shape_error(POINTS, moved.astype(np.float32)) == pytest.approx(0, abs=1e-4)


def test_a_mirrored_face_has_another_shape():
    mirrored = POINTS * np.array((-1, 1), np.float32)
    assert shape_error(POINTS, mirrored) > 0.2


def test_a_shape_error_is_a_share_of_the_eyes_distance_and_grows():
    eyes = [POINTS[[eye.upper[0], eye.upper[-1]]].mean(axis=0) for eye in mesh.EYES]
    apart = float(np.linalg.norm(eyes[0] - eyes[1]))
    noise = rng.normal(size=(478, 2)).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    errors = [shape_error(POINTS, POINTS + share * apart * noise) for share in (0.01, 0.05, 0.2)]
    assert errors == pytest.approx([0.01, 0.05, 0.2], rel=0.1)


@pytest.mark.parametrize("pair", [(None, POINTS), (POINTS, None)])
def test_a_shape_that_was_not_found_has_no_error(pair):
    assert shape_error(*pair) is None


def test_a_drawing_like_its_selfie_has_no_drift():
    measures = compare(SELFIE, replace(SELFIE, shown=None))
    assert measures.shape_error == pytest.approx(0, abs=1e-5)
    assert (measures.skin_drift, measures.hair_drift, measures.face_distance) == (0, 0, 0)
    assert measures.kept == ("facial_hair", "glasses")
    assert measures.lost == ()
    assert measures.agreement is None


def test_lighter_skin_has_a_sign():
    lighter = replace(SELFIE, shown=None, skin=SELFIE.skin + np.array((6, 0, 0), np.float32))
    assert compare(SELFIE, lighter).skin_lightness == pytest.approx(6)
    assert compare(lighter, replace(SELFIE, shown=None)).skin_lightness == pytest.approx(-6)


def test_features_that_went_and_features_that_came_are_both_lost():
    drawing = replace(SELFIE, shown=None, traits=frozenset({"glasses", "fringe"}))
    measures = compare(SELFIE, drawing)
    assert measures.kept == ("glasses",)
    assert measures.lost == ("facial_hair", "fringe")


def test_hair_of_somebody_bald_is_not_compared():
    bald = replace(SELFIE, traits=frozenset({"bald"}))
    assert compare(bald, replace(SELFIE, shown=None)).hair_drift is None


def test_no_face_in_a_drawing_is_no_distance():
    faceless = replace(SELFIE, shown=None, embedding=None, points=None, source=Source.NONE)
    measures = compare(SELFIE, faceless)
    assert measures.face_distance is None
    assert measures.shape_error is None
    assert measures.shape_source is Source.NONE


def parts(**shown):
    colour = shown.get("skin")
    return replace(
        SELFIE,
        shown=shown,
        skin=None if colour is None else lab_of(colour),
        hair=None,
        traits=frozenset(name for name in ("glasses",) if shown.get(name, "none") != "none"),
    )


def test_parts_agree_where_they_show_what_was_measured():
    assert agreement(SELFIE, parts(glasses="round", mouth="smile")) == 1
    assert agreement(SELFIE, parts(glasses="none", mouth="smile")) == 0.5
    assert agreement(SELFIE, parts(glasses="none")) == 0


def test_parts_agree_in_colours_that_look_nearly_the_same():
    assert agreement(SELFIE, parts(skin="#a58259")) == 1
    assert agreement(SELFIE, parts(skin="#f6ede4")) == 0


def test_what_parts_say_nothing_about_counts_for_nothing():
    assert agreement(SELFIE, parts()) is None
    measures = compare(SELFIE, parts(mouth="smile"))
    assert measures.lost == ()
    assert measures.skin_drift is None


def test_glasses_that_a_figure_cannot_wear_are_lost():
    assert compare(SELFIE, parts(glasses="none")).lost == ("glasses",)


def test_skin_of_a_figure_is_held_to_the_attribute_and_not_to_the_light_of_the_photograph():
    assert compare(SELFIE, parts(skin="#a07e56")).skin_drift == pytest.approx(0, abs=0.1)
