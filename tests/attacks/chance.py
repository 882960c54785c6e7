"""How often the answer to one colour sequence would pass for the answer to another.

A film of somebody lit by an earlier sequence is a perfect answer to the wrong question. Pictures
add nothing to that question but noise, so it is put to the judging rule alone, many times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from consent.colours import judge_response
from consent.errors import LivenessRefused
from consent.flash import LIGHT, SLOTS, draw_sequence
from consent.profiles import STANDARD_LIVENESS
from consent.reflection import FlashTiming, Sample, Shown, measure_response
from consent.types import Chroma, Colour, Pace

STRENGTH = 0.12  # of a white screen, as a share of the room's light
SIDES = (1.0, 0.8, 0.6, 0.6, 0.7)  # how strongly the parts of a face are lit, against its strongest
BEHIND = 0.1  # the same of the wall
BRIGHTNESS = (1.0, 1.0, 0.8, 0.8, 0.9, 0.7)  # of the same parts and the wall, linear
LAG_MS = 180.0  # from the server to a picture of its colour
FPS = 12.0


@dataclass(frozen=True, slots=True)
class Chance:
    """How many of so many pairs of sequences passed."""

    passed: int
    pairs: int


def chance(pairs: int, pace: Pace, *, known: bool, rng: Random) -> Chance:
    """Answer sequences with others.

    Args:
        pairs: how many.
        pace: how fast both are shown.
        known: whether the one answered is on record, so that the new one was drawn unlike it.
        rng: draws them.
    """
    likeness = STANDARD_LIVENESS.flash.max_likeness
    passed = 0
    for _ in range(pairs):
        filmed = draw_sequence(rng, (), max_likeness=likeness)
        asked = draw_sequence(rng, (filmed,) if known else (), max_likeness=likeness)
        passed += passes(asked, filmed, pace)
    return Chance(passed, pairs)


def passes(asked: Sequence[Colour], answered: Sequence[Colour], pace: Pace) -> bool:
    """Return whether a noiseless answer to one sequence is accepted for another."""
    flash = STANDARD_LIVENESS.flash
    gentle = pace is Pace.GENTLE
    slot_ms = 1000 * (flash.gentle_slot_seconds if gentle else flash.slot_seconds)
    fade_ms = 1000 * flash.gentle_fade_seconds if gentle else 0.0
    timing = FlashTiming(slot_ms, fade_ms, 1000 * flash.max_lag_seconds)
    shown = [Shown(colour, number * slot_ms) for number, colour in enumerate(asked)]
    samples = list(_samples(answered, timing))
    try:
        judge_response(measure_response(samples, shown, timing), flash)
    except LivenessRefused:
        return False
    return True


def _samples(colours: Sequence[Colour], timing: FlashTiming) -> Iterator[Sample]:
    step = 1000 / FPS
    for number in range(int((SLOTS * timing.slot_ms + timing.max_lag_ms) / step)):
        at = number * step
        light = _light(colours, at - LAG_MS, timing)
        parts = tuple(_chroma(light, STRENGTH * side) for side in SIDES)
        behind = _chroma(light, STRENGTH * BEHIND)
        yield Sample(at, _chroma(light, STRENGTH), behind, parts, BRIGHTNESS)


def _light(colours: Sequence[Colour], at: float, timing: FlashTiming) -> Sequence[float]:
    index = int(at // timing.slot_ms)
    if not 0 <= index < len(colours):
        return 0.0, 0.0, 0.0
    now, before = LIGHT[colours[index]], LIGHT[colours[max(0, index - 1)]]
    share = 1.0
    if timing.fade_ms and index:
        share = min(1.0, (at - index * timing.slot_ms) / timing.fade_ms)
    return [share * new + (1 - share) * old for new, old in zip(now, before, strict=True)]


def _chroma(light: Sequence[float], strength: float) -> Chroma:
    red, green, blue = (1 + strength * part for part in light)
    total = red + green + blue
    return red / total, green / total
