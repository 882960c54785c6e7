from dataclasses import replace

import pytest

from consent.types import Look
from studio.sitting.coverage import VIEWS, choose_next, coverage, difference
from studio.ui.views import plain

FRONT = Look(yaw=0.0, pitch=0.0, luma=130.0, side_light=0.0, smile=0.05, sharpness=25.0)


def done(*looks):
    return {item.name for item in coverage(looks) if item.done}


def test_nothing_is_done_without_a_selfie():
    assert done() == set()


def test_every_view_has_a_label_and_one_sentence_of_advice():
    items = coverage([])
    assert len({item.name for item in items}) == len(items) == len(VIEWS)
    for item in items:
        assert item.label
        assert item.advice.endswith(".")
        assert item.advice.count(".") == 1


def test_one_frontal_calm_picture_does_two_things():
    assert done(FRONT) == {"straight", "calm"}


@pytest.mark.parametrize(
    ("change", "adds"),
    [
        ({"yaw": 15.0}, "left"),
        ({"yaw": -15.0}, "right"),
        ({"pitch": 11.0}, "tilt"),
        ({"pitch": -11.0}, "tilt"),
        ({"smile": 0.7}, "smile"),
        ({"luma": 90.0}, "light"),
        ({"side_light": 0.2}, "light"),
        ({"sharpness": 60.0}, "detail"),
    ],
)
def test_each_other_picture_adds_what_it_shows(change, adds):
    assert done(FRONT, replace(FRONT, **change)) == {"straight", "calm", adds}


@pytest.mark.parametrize(
    "change", [{"yaw": 8.0}, {"pitch": 5.0}, {"smile": 0.3}, {"luma": 115.0}, {"side_light": 0.05}]
)
def test_a_small_difference_adds_nothing(change):
    assert done(FRONT, replace(FRONT, **change)) == {"straight", "calm"}


def test_a_turned_head_in_one_light_is_no_other_light():
    turned = replace(FRONT, yaw=25.0, side_light=0.2)
    assert "light" not in done(FRONT, turned)


def test_a_camera_that_looks_up_is_no_lifted_chin():
    level = replace(FRONT, pitch=-12.0)
    assert "tilt" not in done(level, replace(level, smile=0.7))


def test_the_page_gets_plain_data():
    (first, *_) = plain(coverage([FRONT]))
    assert first == {
        "name": "straight",
        "label": "Straight ahead",
        "done": True,
        "advice": "Look straight into the camera.",
    }


# Choosing.


def chosen(looks, merits=None, kept=()):
    """Return the order in which looks are chosen."""
    rest, order, there = list(range(len(looks))), [], list(kept)
    merits = merits or [1.0] * len(looks)
    while rest:
        index = choose_next([looks[n] for n in rest], [merits[n] for n in rest], there)
        if index < 0:
            return order
        number = rest.pop(index)
        order.append(number)
        there.append(looks[number])
    return order


def test_the_better_of_two_alike_is_chosen_and_the_other_never():
    assert chosen([FRONT, replace(FRONT, yaw=1.0)], [1.0, 2.0]) == [1]


def test_what_is_there_already_is_not_chosen_again():
    assert chosen([FRONT, replace(FRONT, yaw=2.0)], kept=[replace(FRONT, luma=135.0)]) == []


def test_a_new_view_comes_before_a_better_picture_of_a_known_one():
    near = replace(FRONT, pitch=7.5)
    turned = replace(FRONT, yaw=20.0)
    assert chosen([near, turned], [2.0, 1.0], kept=[FRONT]) == [1, 0]


def test_a_poor_new_view_does_not_beat_everything():
    near, turned = replace(FRONT, pitch=7.5), replace(FRONT, yaw=20.0)
    assert chosen([near, turned], [6.0, 1.0], kept=[FRONT])[0] == 0


def test_differences_are_in_units_of_the_largest_number():
    assert difference(FRONT, FRONT) == 0
    assert difference(FRONT, replace(FRONT, yaw=7.0)) == pytest.approx(1.0)
    assert difference(FRONT, replace(FRONT, yaw=7.0, luma=160.0)) == pytest.approx(2.0)
    assert difference(FRONT, replace(FRONT, sharpness=500.0)) == 0
