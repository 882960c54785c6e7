"""The benchmark of the engine: what it compares, and when it says yes."""

import pytest

from benchmarks import imagined
from benchmarks.table import Pair, Times
from studio.models.types import Kind


def pair(ours, theirs):
    return Pair(Times(ours, ours), Times(theirs, theirs), ours / theirs)


@pytest.mark.parametrize(
    ("ours", "theirs", "met"),
    [(100.0, 100.0, True), (106.9, 100.0, True), (107.5, 100.0, False), (1030.0, 1000.0, False)],
)
def test_two_hundredths_and_five_milliseconds_may_be_added(ours, theirs, met):
    row = imagined.judged("something", pair(ours, theirs))

    assert row.met is met
    assert f"{ours - theirs:.1f} ms" in row.note


def test_both_take_turns_after_one_round_that_does_not_count():
    calls = []

    imagined.in_turns(lambda: calls.append("ours"), lambda: calls.append("theirs"), 2)

    assert len(calls) == 6
    assert calls.count("ours") == 3
    assert calls[2:4] == calls[5:3:-1]


def test_every_kind_is_measured_and_loaded_once(monkeypatch):
    monkeypatch.setattr(imagined, "REPETITIONS", 1)
    monkeypatch.setattr(imagined, "SIDES", (128,))

    rows = list(imagined.rows(None))

    for kind in Kind:
        mine = [row for row in rows if row.what.startswith(f"{kind.value}:")]
        assert len(mine) == 3
        assert any("loaded" in row.what and row.met for row in mine)
        assert any(row.theirs is not None and row.theirs > 0 for row in mine)
