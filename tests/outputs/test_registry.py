"""Which output an id belongs to, and when nobody may say."""

from __future__ import annotations

from itertools import cycle
from random import Random
from types import SimpleNamespace

import pytest

from outputs.registry import APART, MOST_BY_CHANCE, PREVIEW_WORD, Registered, draw_word, nearest
from outputs.watermark import distance


def registered(count: int, seed: int = 1) -> list[Registered]:
    rng = Random(seed)
    return [Registered(rng.getrandbits(32), f"output-{n}", f"{n:064x}") for n in range(count)]


def flipped(word: int, bits: int) -> int:
    return word ^ ((1 << bits) - 1)


def test_the_exact_id_is_certain_among_a_hundred_thousand():
    everyone = registered(100_000)
    match = nearest(everyone[77].word, everyone)
    assert (match.registered.output_id, match.errors, match.is_certain) == ("output-77", 0, True)


@pytest.mark.parametrize(
    ("count", "errors", "certain"),
    [(10, 3, True), (100, 2, True), (100, 3, False), (10_000, 1, True), (10_000, 2, False)],
)
def test_an_id_is_believed_only_where_chance_would_not_lead_to_it(count, errors, certain):
    everyone = registered(count)
    match = nearest(flipped(everyone[3].word, errors), everyone)
    assert match.errors == errors
    assert match.is_certain is certain
    assert (match.by_chance < MOST_BY_CHANCE) is certain


def test_an_empty_registry_knows_nothing():
    assert nearest(5, []) is None


def test_new_ids_keep_away_from_those_that_are_taken():
    taken = [one.word for one in registered(500)]
    for seed in range(100, 120):
        word = draw_word(Random(seed), taken)
        assert min(distance(word, other) for other in taken) >= APART


def test_no_output_gets_the_id_of_previews():
    drawn = iter([PREVIEW_WORD, 0b1, 0xABCD1234])
    offered = SimpleNamespace(getrandbits=lambda bits: next(drawn))
    assert draw_word(offered, []) == 0xABCD1234


def test_where_no_id_is_far_enough_the_farthest_is_taken():
    drawn = cycle([0b1, 0b110])
    stuck = SimpleNamespace(getrandbits=lambda bits: next(drawn))
    assert draw_word(stuck, [0]) == 0b110
