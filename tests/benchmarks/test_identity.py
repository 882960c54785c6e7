"""Rates beside the peer's, of the same pairs."""

from random import Random

import pytest

from benchmarks.identity import rows_of
from benchmarks.identity_tables import unordered
from benchmarks.people import Likeness
from benchmarks.verification import Strangers
from studio.face.cohort import load_cohort


def likenesses(groups):
    rng = Random(1)
    for person, group in enumerate(groups):
        face = tuple(rng.gauss(0, 0.05) for _ in range(128))
        for shot in ("neutral", "smiling"):
            # To the peer, everybody looks the same.
            yield Likeness(f"{person:03d}", group, shot, face, None, (0.0,) * 128)


@pytest.fixture
def rows():
    cohort = Strangers.of_nobody(load_cohort().templates)
    trial = unordered(list(likenesses(["a", "a", "a", "b", "b", "alone"])), cohort)
    return {row.what: row for row in rows_of(trial)}


def test_strangers_are_counted_within_each_group_that_has_two(rows):
    assert rows["strangers accepted (FMR), a"].n == 12
    assert rows["strangers accepted (FMR), b"].n == 4
    assert "strangers accepted (FMR), alone" not in rows
    assert rows["strangers accepted (FMR), of the same group"].n == 16


def test_both_are_judged_on_the_same_pairs(rows):
    everybody = rows["strangers accepted (FMR), everybody"]
    assert (everybody.ours, everybody.theirs) == (0.0, 100.0)
    assert rows["owners not accepted (FNMR)"].theirs == 0.0


def test_the_bound_is_by_person(rows):
    assert "peer 60 of 60 (100.0%); people <= 100%" in (
        rows["strangers accepted (FMR), everybody"].note
    )
