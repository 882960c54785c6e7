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

from consent.flash import LIGHT, PUSH, Shift, centred, dot, push_of
from consent.types import Chroma, Colour

_LAG_STEP_MS = 15.0
_LEAST_REGIONS = 3


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
    end_ms = shown[-1].from_ms + timing.slot_ms
    steps = int(timing.max_lag_ms // _LAG_STEP_MS) + 1
    fits = [_fit(samples, shown, timing, end_ms, step * _LAG_STEP_MS) for step in range(steps)]
    seen = [fit for fit in fits if fit is not None]
    return max(seen, key=lambda fit: fit.correlation) if seen else None


def _detrended(values: Sequence[Shift], times: Sequence[float]) -> list[Shift]:
    """Take out mean and slope: a camera that adjusts itself slowly is no answer."""
    middle = fmean(times)
    spread = sum((time - middle) ** 2 for time in times) or 1.0
    level = centred(values)
    slopes = [
        sum((time - middle) * value[channel] for time, value in zip(times, level, strict=True))
        / spread
        for channel in (0, 1)
    ]
    return [
        (a - slopes[0] * (time - middle), b - slopes[1] * (time - middle))
        for (a, b), time in zip(level, times, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Seen:
    """Samples that fall into the colours at one lag, with what the screen showed then."""

    times: list[float]
    slots: list[int]
    settled: list[bool]  # the colour no longer changes
    pushes: list[Shift]
    skin: list[Shift]
    background: list[Shift | None]
    regions: list[tuple[Shift | None, ...]]


def _fit(
    samples: Sequence[Sample],
    shown: Sequence[Shown],
    timing: FlashTiming,
    end_ms: float,
    lag_ms: float,
) -> FlashResponse | None:
    seen = _seen(samples, shown, timing, end_ms, lag_ms)
    slots = len(set(seen.slots))
    if slots < len(shown) // 2 + 1:
        return None
    pushes = _detrended(seen.pushes, seen.times)
    skin = _detrended(seen.skin, seen.times)
    energy = dot(pushes, pushes)
    product = dot(pushes, skin)
    if not energy > 0:
        return None
    size = math.sqrt(dot(skin, skin) * energy)
    gain = product / energy
    size_of_pushes = math.sqrt(energy / len(pushes))
    return FlashResponse(
        correlation=product / size if size > 0 else 0.0,
        amplitude=gain * size_of_pushes,
        background=max(0.0, _gain(seen, seen.background) * size_of_pushes),
        decoded=_decoded(seen, shown, pushes, skin, gain),
        slots=slots,
        lag_ms=lag_ms,
        relief=_relief(seen),
    )


def _seen(
    samples: Sequence[Sample],
    shown: Sequence[Shown],
    timing: FlashTiming,
    end_ms: float,
    lag_ms: float,
) -> _Seen:
    seen = _Seen([], [], [], [], [], [], [])
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
        light = [
            share * new + (1 - share) * old
            for new, old in zip(LIGHT[shown[index].colour], before, strict=True)
        ]
        seen.times.append(sample.client_ms)
        seen.slots.append(index)
        seen.settled.append(share == 1.0)
        seen.pushes.append(push_of(light))
        seen.skin.append(skin)
        seen.background.append(_log_ratios(sample.background))
        seen.regions.append(tuple(_log_ratios(region) for region in sample.regions))
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
    times = [time for _, _, time in measured]
    pushes = _detrended([push for push, _, _ in measured], times)
    answers = _detrended([shift for _, shift, _ in measured], times)
    energy = dot(pushes, pushes)
    return dot(pushes, answers) / energy if energy > 0 else 0.0


def _relief(seen: _Seen) -> float:
    """Return how unevenly the face answers; a sheet of paper or a tint answers evenly."""
    columns = zip(*seen.regions, strict=True)
    gains = [gain for column in columns if (gain := _gain(seen, column)) > 0]
    return max(gains) / min(gains) if len(gains) >= _LEAST_REGIONS else math.nan


def _decoded(
    seen: _Seen,
    shown: Sequence[Shown],
    pushes: Sequence[Shift],
    skin: Sequence[Shift],
    gain: float,
) -> int:
    """Count the slots in which the answer lies nearest to the colour that was shown."""
    if not gain > 0:
        return 0
    # Trends were taken out of both sides; what the nearest colour is depends on where the shown
    # one lies after that, so the others are placed relative to it.
    right = 0
    for slot in sorted(set(seen.slots)):
        chosen = [i for i, found in enumerate(seen.slots) if found == slot and seen.settled[i]]
        chosen = chosen or [i for i, found in enumerate(seen.slots) if found == slot]
        answer = _mean([skin[i] for i in chosen])
        place = _mean([pushes[i] for i in chosen])
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
