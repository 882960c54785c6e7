"""How living skin answers the colours of the screen, told from the frames of a camera.

The method is the active illumination of Tang et al., "Face Flashing" (NDSS 2018), reduced to what a
web camera can tell: how the colour of skin moves against that of the background. Light that falls
on a surface besides the room's own multiplies what the camera sees, so the answer is looked for in
logarithms of channel ratios, where neither the tone of the skin nor the camera's white balance
matters.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from consent.flash import LIGHT, PUSH, Shift, dot, push_of
from consent.types import Chroma, Colour

_LAG_STEP_MS = 15.0
_LEAST_REGIONS = 3
_DRIFT_MS = 3000.0  # a camera's white balance goes a way and back in some six seconds
_NEGLIGIBLE = 1e-9

_STRENGTHS = tuple(0.005 * 1.5**step for step in range(20))  # of 0.5 % to 11 times the room's light

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
class FlashResponse:
    """How skin and background answered, at the lag that fits the skin best."""

    correlation: float  # -1 to 1, of both channels together
    amplitude: float  # root mean square of the answer in log ratios; 0.01 = one per cent
    background: float  # the same of the background; 0 where it is too dark to tell
    decoded: int  # slots whose colour is the nearest to the answer
    slots: int  # slots in which skin was seen
    lag_ms: float
    relief: float  # how often stronger the strongest region answers than the weakest; NaN = unseen
    spread: float  # the same of the light that was added to the regions; NaN = unseen

    @property
    def contrast(self) -> float:
        """How much stronger skin answers than the background."""
        return self.amplitude / max(self.background, 1e-4)


def measure_response(
    samples: Sequence[Sample], shown: Sequence[Shown], timing: FlashTiming
) -> FlashResponse | None:
    """Return how the skin answered the colours, or None when it was seen too rarely to say.

    Args:
        samples: of the frames during and shortly after the colours, in order.
        shown: the colours in order.
        timing: of the screen.
    """
    steps = int(timing.max_lag_ms // _LAG_STEP_MS) + 1
    fits = [_fit(samples, shown, timing, step * _LAG_STEP_MS) for step in range(steps)]
    possible = [fit for fit in fits if fit is not None]
    if not possible:
        return None
    return _response(max(possible, key=lambda fit: fit.correlation), shown)


@dataclass(frozen=True, slots=True)
class _Seen:
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
class _Fit:
    """Screen and skin at one lag, both without slow drifts."""

    lag_ms: float
    seen: _Seen
    trends: Sequence[Trend]
    pushes: list[Shift]
    skin: list[Shift]
    energy: float  # of the pushes
    gain: float  # skin over pushes
    correlation: float


def _fit(
    samples: Sequence[Sample], shown: Sequence[Shown], timing: FlashTiming, lag_ms: float
) -> _Fit | None:
    seen = _seen(samples, shown, timing, lag_ms)
    if len(set(seen.slots)) < len(shown) // 2 + 1:
        return None
    trends = _trends(seen.times)
    pushes = _detrended(seen.pushes, trends)
    skin = _detrended(seen.skin, trends)
    energy, product = dot(pushes, pushes), dot(pushes, skin)
    if not energy > 0:
        return None
    size = math.sqrt(dot(skin, skin) * energy)
    correlation = product / size if size > 0 else 0.0
    return _Fit(lag_ms, seen, trends, pushes, skin, energy, product / energy, correlation)


def _response(fit: _Fit, shown: Sequence[Shown]) -> FlashResponse:
    size_of_pushes = math.sqrt(fit.energy / len(fit.pushes))
    strengths = _strengths(fit)
    return FlashResponse(
        correlation=fit.correlation,
        amplitude=fit.gain * size_of_pushes,
        background=max(0.0, _gain(fit.seen, fit.seen.background) * size_of_pushes),
        decoded=_decoded(fit, shown),
        slots=len(set(fit.seen.slots)),
        lag_ms=fit.lag_ms,
        relief=_relief(strengths),
        spread=_spread(strengths, fit.seen),
    )


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


def _detrended(values: Sequence[Shift], trends: Sequence[Trend]) -> list[Shift]:
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
) -> _Seen:
    end_ms = shown[-1].from_ms + timing.slot_ms
    seen = _Seen([], [], [], [], [], [], [], [], [])
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


def _gain(seen: _Seen, shifts: Sequence[Shift | None]) -> float:
    """Return how strongly something follows the colours; 0 where it is seen too rarely."""
    measured = [
        (push, shift, time)
        for push, shift, time in zip(seen.pushes, shifts, seen.times, strict=True)
        if shift is not None
    ]
    if len(measured) < len(seen.times) / 2:
        return 0.0
    trends = _trends([time for _, _, time in measured])
    pushes = _detrended([push for push, _, _ in measured], trends)
    answers = _detrended([shift for _, shift, _ in measured], trends)
    energy = dot(pushes, pushes)
    return dot(pushes, answers) / energy if energy > 0 else 0.0


def _strengths(fit: _Fit) -> list[float]:
    """Return how much light each region got from a white screen, as a share of the room's.

    A log ratio grows with the light and then no more: at night all parts of a face would seem to
    answer alike. So what each strength would yield is worked out first, and looked up. NaN where a
    region was seen too rarely or does not answer.
    """
    seen = fit.seen
    answers = [_answer(fit, strength) for strength in _STRENGTHS]
    gains = [_gain(seen, column) for column in zip(*seen.regions, strict=True)]
    return [_looked_up(gain, answers) if gain > 0 else math.nan for gain in gains]


def _answer(fit: _Fit, strength: float) -> float:
    """Return the gain that this strength would yield under the colours that were shown."""
    shifts = [
        (
            math.log((1 + strength * red) / (1 + strength * green)),
            math.log((1 + strength * blue) / (1 + strength * green)),
        )
        for red, green, blue in fit.seen.screen
    ]
    return dot(fit.pushes, _detrended(shifts, fit.trends)) / fit.energy


def _looked_up(gain: float, answers: Sequence[float]) -> float:
    """Return the strength whose answer is `gain`, between the two nearest that were worked out."""
    for step in range(1, len(answers)):
        low, high = answers[step - 1], answers[step]
        if gain <= high and high > low:
            share = max(0.0, (gain - low) / (high - low))
            return _STRENGTHS[step - 1] + share * (_STRENGTHS[step] - _STRENGTHS[step - 1])
    return _STRENGTHS[-1]


def _relief(strengths: Sequence[float]) -> float:
    """Return how unevenly the face answers; a sheet of paper or a tint answers evenly."""
    known = [strength for strength in strengths if strength > 0]
    return max(known) / min(known) if len(known) >= _LEAST_REGIONS else math.nan


def _spread(strengths: Sequence[float], seen: _Seen) -> float:
    """Return how unevenly light was added to the face; glare on glass is added evenly.

    A veil over a picture answers strongly where the picture is dark and weakly where it is bright;
    times the brightness, that is the same everywhere. Light that falls on a head is not.
    """
    lights = [fmean(column) for column in zip(*seen.lights, strict=True)]
    usual = fmean(sum(light) / 3 for light in seen.screen)
    added = [
        strength * light / (1 + strength * usual)  # of the light that was seen, the screen's part
        for strength, light in zip(strengths, lights, strict=False)
        if strength * light > 0
    ]
    return max(added) / min(added) if len(added) >= _LEAST_REGIONS else math.nan


def _decoded(fit: _Fit, shown: Sequence[Shown]) -> int:
    """Count the slots in which the answer lies nearest to the colour that was shown."""
    seen, gain = fit.seen, fit.gain
    if not gain > 0:
        return 0
    # Trends were taken out of both sides; what the nearest colour is depends on where the shown
    # one lies after that, so the others are placed relative to it.
    right = 0
    for slot in sorted(set(seen.slots)):
        chosen = [i for i, found in enumerate(seen.slots) if found == slot and seen.settled[i]]
        chosen = chosen or [i for i, found in enumerate(seen.slots) if found == slot]
        answer = _mean([fit.skin[i] for i in chosen])
        place = _mean([fit.pushes[i] for i in chosen])
        raw = _mean([seen.pushes[i] for i in chosen])
        distances = {
            colour: math.dist(
                answer,
                (gain * (place[0] + push[0] - raw[0]), gain * (place[1] + push[1] - raw[1])),
            )
            for colour, push in PUSH.items()
        }
        right += min(distances, key=lambda colour: distances[colour]) is shown[slot].colour
    return right


def _mean(values: Sequence[Shift]) -> Shift:
    return fmean(value[0] for value in values), fmean(value[1] for value in values)
