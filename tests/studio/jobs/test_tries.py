"""Of several tries the one most alike is kept, and every other is told why not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from consent.errors import ConsentRefused
from studio.jobs.stylists import STYLISTS
from studio.jobs.tries import Leave, Tries, seeds
from studio.styles.types import Picture
from studio.styles.words import ControlError
from tests.studio.jobs.gauges import ToldGauge


class Granted:
    style = "toon"
    family = STYLISTS["toon"].style.family


LEAVE = Leave(Granted(), lambda: None)


class Desk:
    """A stylist that notes with which seeds and controls it drew."""

    def __init__(self):
        self.drawn = []
        self.stylist = replace(STYLISTS["toon"], draw=self.draw)

    def draw(self, portrait, controls, rng):
        self.drawn.append((controls["best_of"], rng.bit_generator.state["state"]["state"]))
        yield
        return Picture(np.zeros((8, 8, 4), np.uint8), None, None)

    def tries(self, *distances, number, seed=5):
        chosen = self.stylist.style.accept({"best_of": number})
        return Tries(ToldGauge(*distances), self.stylist, chosen, seed)


def state(seed):
    return np.random.default_rng(seed).bit_generator.state["state"]["state"]


def test_the_try_nearest_to_the_selfie_is_kept_and_the_others_are_told_why():
    desk = Desk()
    tries = desk.tries(0.5, 0.3, 0.6, number=3)
    tries.choose(LEAVE, None)
    first, second, third = seeds(5, 3)
    assert [each[1] for each in desk.drawn] == [state(seed) for seed in (first, second, third)]
    assert tries.seed == second
    tries.look(None, None)
    dropped = tries.report().dropped
    assert [each.seed for each in dropped] == [first, third]
    assert "5.0% of the eyes' distance instead of 3.0%" in dropped[0].reason
    assert "6.0% of the eyes' distance instead of 3.0%" in dropped[1].reason


def test_of_tries_that_are_equally_alike_the_first_is_kept():
    tries = Desk().tries(0.4, 0.4, number=2)
    tries.choose(LEAVE, None)
    assert tries.seed == 5
    tries.look(None, None)
    (other,) = tries.report().dropped
    assert "as much like you" in other.reason


def test_the_recipe_draws_the_kept_try_once():
    tries = Desk().tries(0.5, 0.3, number=2)
    tries.choose(LEAVE, None)
    recipe = tries.recipe
    assert recipe["seed"] == tries.seed == seeds(5, 2)[1]
    assert recipe["controls"]["best_of"] == 1
    assert recipe["style"] == "toon"
    assert STYLISTS["toon"].style.accept(recipe["controls"]) == recipe["controls"]


def test_one_try_is_drawn_with_the_seed_that_was_asked_for():
    tries = Desk().tries(number=1, seed=77)
    assert not tries.is_choosing
    assert tries.recipe["seed"] == 77


@pytest.mark.parametrize("number", [0, 7])
def test_more_tries_than_six_and_none_are_refused(number):
    with pytest.raises(ControlError):
        Desk().tries(number=number)


def test_a_leave_that_ends_between_two_tries_ends_them():
    desk, asked = Desk(), []

    def ending():
        asked.append(len(desk.drawn))
        if len(desk.drawn) == 2:
            raise ConsentRefused("withdrawn", "No.", why="A test.", next_step="None.")

    tries = desk.tries(number=5)
    with pytest.raises(ConsentRefused):
        tries.choose(Leave(Granted(), ending), None)
    assert asked == [1, 2]


def test_nothing_is_reported_of_a_drawing_that_nobody_looked_at():
    with pytest.raises(RuntimeError):
        Desk().tries(number=1).report()


def test_seeds_differ_and_are_the_same_again():
    found = seeds(123, 6)
    assert found[0] == 123
    assert len(set(found)) == 6
    assert found == seeds(123, 6)
    assert seeds(124, 6)[1:] != found[1:]
