from __future__ import annotations

import itertools
from random import Random

import pytest

from consent.flash import PALETTE, draw_sequence, likeness, linear, screen_hex
from consent.types import Colour


def draw(seed, earlier=()):
    return draw_sequence(Random(seed), earlier, max_likeness=0.35)


@pytest.mark.parametrize("seed", range(40))
def test_a_sequence_has_ten_colours_and_none_twice_in_a_row(seed):
    colours = draw(seed)
    assert len(colours) == 10
    assert all(one is not other for one, other in itertools.pairwise(colours))


def test_a_sequence_is_unlike_every_earlier_one_even_a_colour_off():
    earlier = [draw(seed) for seed in range(16)]
    for seed in range(50, 80):
        drawn = draw(seed, earlier)
        assert max(likeness(drawn, old) for old in earlier) <= 0.35


def test_where_none_is_unlike_enough_the_least_alike_is_drawn():
    earlier = [draw(seed) for seed in range(400)]
    drawn = draw(1000, earlier)
    assert drawn not in earlier
    assert max(likeness(drawn, old) for old in earlier) < 0.9


def test_a_film_that_starts_a_colour_late_is_still_alike():
    colours = draw(3)
    assert likeness(colours, colours) == pytest.approx(1.0)
    assert likeness(colours, (Colour.GREEN, *colours[:-1])) > 0.7
    assert likeness(colours, (*colours[1:], Colour.GREEN)) > 0.7


@pytest.mark.parametrize("colour", Colour)
def test_no_colour_is_a_saturated_red(colour):
    red, green, blue = linear(colour)
    assert red / (red + green + blue) < 0.8  # WCAG 2.3.1


@pytest.mark.parametrize("colour", Colour)
def test_a_colour_is_written_as_the_page_needs_it(colour):
    assert tuple(bytes.fromhex(screen_hex(colour)[1:])) == PALETTE[colour]
