"""Controls keep to their limits, whatever is handed to them."""

from __future__ import annotations

import pytest

from studio.styles.types import Choice, Range
from studio.styles.words import ControlError

LINE = Range("line", "Line", 0.5, 3.0, 0.1, 1.0)
PALETTE = Choice("palette", "Palette", {"cool": "Cool", "warm": "Warm"}, "cool")


@pytest.mark.parametrize("value", [0.5, 3, "1.5"])
def test_a_number_within_the_limits_is_accepted(value):
    assert LINE.accept(value) == float(value)


@pytest.mark.parametrize(
    "value",
    [0.4, 4, -1, "wide", "", "nan", "inf", float("nan"), float("inf"), 10**400, None],
    ids=lambda value: f"{type(value).__name__} {value}"[:14],
)
def test_what_is_no_number_within_the_limits_is_refused(value):
    with pytest.raises(ControlError):
        LINE.accept(value)


def test_limits_without_an_end_accept_no_infinite_number():
    endless = Range("line", "Line", 0.0, float("inf"), 0.1, 1.0)
    with pytest.raises(ControlError):
        endless.accept(float("inf"))


def test_only_the_options_named_are_accepted():
    assert PALETTE.accept("warm") == "warm"
    with pytest.raises(ControlError):
        PALETTE.accept("sepia")
