"""The colours of the flash: how each looks on a screen, and sequences that nobody can prepare for.

A picture, a film or a puppet made beforehand does not know the colours; see `consent.reflection`
for how skin answers them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from statistics import fmean
from types import MappingProxyType

from consent.types import Colour

Shift = tuple[float, float]  # of log(red / green) and log(blue / green)

# sRGB, 8 bits. None is a saturated red (WCAG 2.3.1: red share of 0.8 or more in linear light).
PALETTE: Mapping[Colour, tuple[int, int, int]] = MappingProxyType(
    {
        Colour.CORAL: (255, 140, 120),
        Colour.YELLOW: (255, 230, 60),
        Colour.GREEN: (70, 255, 110),
        Colour.CYAN: (50, 240, 255),
        Colour.BLUE: (80, 120, 255),
        Colour.MAGENTA: (255, 90, 235),
    }
)
SLOTS = 10  # colours in a sequence
_DRAWS = 500  # attempts at a sequence that is unlike the earlier ones
_NEAR_SLOTS = 1  # a film of an earlier sequence may be this many colours early or late


def draw_sequence(
    rng: Random, earlier: Iterable[Sequence[Colour]], *, max_likeness: float
) -> tuple[Colour, ...]:
    """Draw ten colours, no two alike in a row, unlike every earlier sequence.

    Args:
        rng: unpredictable in use.
        earlier: sequences that somebody may have filmed.
        max_likeness: highest correlation with an earlier one, also when that is a slot off.

    Returns:
        The sequence; the least alike of many where none is unlike enough.
    """
    known = [_signal(colours) for colours in earlier]
    best, lowest = _random_sequence(rng), math.inf
    for _ in range(_DRAWS):
        drawn = _random_sequence(rng)
        worst = max((_likeness(_signal(drawn), old) for old in known), default=-1.0)
        if worst < lowest:
            best, lowest = drawn, worst
        if lowest <= max_likeness:
            break
    return best


def likeness(one: Sequence[Colour], other: Sequence[Colour]) -> float:
    """Return the highest correlation of two sequences, up to one slot apart."""
    return _likeness(_signal(one), _signal(other))


def screen_hex(colour: Colour) -> str:
    """Return a colour as a page writes it, such as #ff8c78."""
    red, green, blue = PALETTE[colour]
    return f"#{red:02x}{green:02x}{blue:02x}"


def linear(colour: Colour) -> tuple[float, float, float]:
    """Return a colour in linear light, 0 to 1 (IEC 61966-2-1)."""
    red, green, blue = (_to_linear(value / 255) for value in PALETTE[colour])
    return red, green, blue


def _to_linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def push_of(light: Sequence[float]) -> Shift:
    """Return the direction in which a little of this light moves any surface's log ratios."""
    red, green, blue = light
    return red - green, blue - green


LIGHT = {colour: linear(colour) for colour in Colour}
PUSH = {colour: push_of(light) for colour, light in LIGHT.items()}


def _random_sequence(rng: Random) -> tuple[Colour, ...]:
    drawn = [rng.choice(tuple(Colour))]
    while len(drawn) < SLOTS:
        drawn.append(rng.choice([colour for colour in Colour if colour is not drawn[-1]]))
    return tuple(drawn)


def _signal(colours: Sequence[Colour]) -> list[Shift]:
    return centred([PUSH[colour] for colour in colours])


def _likeness(one: Sequence[Shift], other: Sequence[Shift]) -> float:
    size = math.sqrt(dot(one, one) * dot(other, other)) or 1.0
    return max(
        dot(one[max(0, shift) :], other[max(0, -shift) :]) / size
        for shift in range(-_NEAR_SLOTS, _NEAR_SLOTS + 1)
    )


def dot(one: Sequence[Shift], other: Sequence[Shift]) -> float:
    """Return the scalar product of two signals; the longer one is cut."""
    return sum(a * c + b * d for (a, b), (c, d) in zip(one, other, strict=False))


def centred(values: Sequence[Shift]) -> list[Shift]:
    """Take out the mean."""
    middle = fmean(value[0] for value in values), fmean(value[1] for value in values)
    return [(a - middle[0], b - middle[1]) for a, b in values]
