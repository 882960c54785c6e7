"""Which light of the screen fell on the face when: samples and colours brought together.

Screen, camera and network are late together by a lag that nobody knows; at each lag the frames fall
under other colours. Slow drifts are taken out of both sides, and what remains is compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from consent.flash import LIGHT, Shift, dot, push_of
from consent.types import Chroma, Colour

_DRIFT_MS = 3000.0  # a camera's white balance goes a way and back in some six seconds
_NEGLIGIBLE = 1e-9

Trend = list[float]  # one value a sample
Light = tuple[float, float, float]  # linear red, green and blue, 0 to 1


@dataclass(frozen=True, slots=True)
class Shown:
    """A colour on the screen."""

    colour: Colour
    from_ms: float  # page clock: when it was sent to the page, at the earliest


@dataclass(frozen=True, slots=True)
class Sample:
    """What one frame shows during the colours."""

    client_ms: float  # page clock
    skin: Chroma
    background: Chroma
    regions: tuple[Chroma, ...] = ()  # parts of the face that face different ways
    lights: tuple[float, ...] = ()  # linear light of the regions


@dataclass(frozen=True, slots=True)
class FlashTiming:
    """How the colours were shown, and how late the answer may be."""

    slot_ms: float
    fade_ms: float  # from one colour to the next
    max_lag_ms: float  # screen, camera and network together


@dataclass(frozen=True, slots=True)
class Seen:
    """Samples that fall into the colours at one lag, with what the screen showed then."""

    times: list[float]
    slots: list[int]
    settled: list[bool]  # the colour no longer changes
    screen: list[Light]
    pushes: list[Shift]
    skin: list[Shift]
    background: list[Shift | None]
    regions: list[tuple[Shift | None, ...]]
    lights: list[tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Fit:
    """Screen and skin at one lag, both without slow drifts."""

    lag_ms: float
    seen: Seen
    trends: Sequence[Trend]
    pushes: list[Shift]
    skin: list[Shift]
    energy: float  # of the pushes
    gain: float  # skin over pushes
    correlation: float


def fit_at(
    samples: Sequence[Sample], shown: Sequence[Shown], timing: FlashTiming, lag_ms: float
) -> Fit | None:
    """Return screen and skin at one lag (ms), or None where skin was seen too rarely."""
    seen = _seen(samples, shown, timing, lag_ms)
    if len(set(seen.slots)) < len(shown) // 2 + 1:
        return None
    trends = _trends(seen.times)
    pushes = detrended(seen.pushes, trends)
    skin = detrended(seen.skin, trends)
    energy, product = dot(pushes, pushes), dot(pushes, skin)
    if not energy > 0:
        return None
    size = math.sqrt(dot(skin, skin) * energy)
    correlation = product / size if size > 0 else 0.0
    return Fit(lag_ms, seen, trends, pushes, skin, energy, product / energy, correlation)


def gain_of(seen: Seen, shifts: Sequence[Shift | None]) -> float:
    """Return how strongly something follows the colours; 0 where it is seen too rarely."""
    measured = [
        (push, shift, time)
        for push, shift, time in zip(seen.pushes, shifts, seen.times, strict=True)
        if shift is not None
    ]
    if len(measured) < len(seen.times) / 2:
        return 0.0
    trends = _trends([time for _, _, time in measured])
    pushes = detrended([push for push, _, _ in measured], trends)
    answers = detrended([shift for _, shift, _ in measured], trends)
    energy = dot(pushes, pushes)
    return dot(pushes, answers) / energy if energy > 0 else 0.0


def _trends(times: Sequence[float]) -> list[Trend]:
    """Return polynomials over the times, orthonormal: one for each drift that is too slow to count.

    A camera goes on balancing its white; what takes longer than a few colours is no answer.
    """
    span = times[-1] - times[0] or 1.0
    order = max(1, round(span / _DRIFT_MS))
    trends: list[Trend] = []
    for power in range(order + 1):
        trend = [((time - times[0]) / span * 2 - 1) ** power for time in times]
        for earlier in trends:
            share = sum(a * b for a, b in zip(trend, earlier, strict=True))
            trend = [a - share * b for a, b in zip(trend, earlier, strict=True)]
        size = math.sqrt(sum(value * value for value in trend))
        if size > _NEGLIGIBLE:  # times too few to tell two drifts apart yield none
            trends.append([value / size for value in trend])
    return trends


def detrended(values: Sequence[Shift], trends: Sequence[Trend]) -> list[Shift]:
    """Take the drifts out of a signal."""
    reds, blues = [red for red, _ in values], [blue for _, blue in values]
    for trend in trends:
        for channel in (reds, blues):
            share = sum(a * b for a, b in zip(channel, trend, strict=True))
            channel[:] = [a - share * b for a, b in zip(channel, trend, strict=True)]
    return list(zip(reds, blues, strict=True))


def _seen(
    samples: Sequence[Sample],
    shown: Sequence[Shown],
    timing: FlashTiming,
    lag_ms: float,
) -> Seen:
    end_ms = shown[-1].from_ms + timing.slot_ms
    seen = Seen([], [], [], [], [], [], [], [], [])
    index = 0
    for sample in samples:
        at = sample.client_ms - lag_ms
        skin = _log_ratios(sample.skin)
        if not shown[0].from_ms <= at < end_ms or skin is None:
            continue
        while index + 1 < len(shown) and shown[index + 1].from_ms <= at:
            index += 1
        passed = at - shown[index].from_ms
        share = min(1.0, passed / timing.fade_ms) if timing.fade_ms and index else 1.0
        before = LIGHT[shown[max(0, index - 1)].colour]
        red, green, blue = (
            share * new + (1 - share) * old
            for new, old in zip(LIGHT[shown[index].colour], before, strict=True)
        )
        seen.times.append(sample.client_ms)
        seen.slots.append(index)
        seen.settled.append(share == 1.0)
        seen.screen.append((red, green, blue))
        seen.pushes.append(push_of((red, green, blue)))
        seen.skin.append(skin)
        seen.background.append(_log_ratios(sample.background))
        seen.regions.append(tuple(_log_ratios(region) for region in sample.regions))
        seen.lights.append(sample.lights)
    return seen


def _log_ratios(chroma: Chroma) -> Shift | None:
    red, green = chroma
    blue = 1 - red - green
    if not (red > 0 and green > 0 and blue > 0):  # NaN fails too
        return None
    return math.log(red / green), math.log(blue / green)
