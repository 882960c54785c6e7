"""How living skin answers the colours of the screen, told from the frames of a camera.

The method is the active illumination of Tang et al., "Face Flashing" (NDSS 2018), reduced to what a
web camera can tell: how the colour of skin moves against that of the background. Light that falls
on a surface besides the room's own multiplies what the camera sees, so the answer is looked for in
logarithms of channel ratios, where neither the tone of the skin nor the camera's white balance
matters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from consent.alignment import Fit, FlashTiming, Sample, Seen, Shown, detrended, fit_at, gain_of
from consent.flash import PUSH, Shift, dot

__all__ = ["FlashResponse", "FlashTiming", "Sample", "Shown", "measure_response"]

_LAG_STEP_MS = 15.0
_LEAST_REGIONS = 3
_STRENGTHS = tuple(0.005 * 1.5**step for step in range(20))  # of 0.5 % to 11 times the room's light


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

    @property
    def numbers(self) -> Mapping[str, float]:
        """The numbers that are kept, by the names that they are kept under."""
        return {
            "colours_correlation": self.correlation,
            "colours_amplitude": self.amplitude,
            "colours_background": self.background,
            "colours_relief": self.relief,
            "colours_spread": self.spread,
            "colours_decoded": float(self.decoded),
            "colours_lag_ms": self.lag_ms,
        }


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
    fits = [fit_at(samples, shown, timing, step * _LAG_STEP_MS) for step in range(steps)]
    possible = [fit for fit in fits if fit is not None]
    if not possible:
        return None
    return _response(max(possible, key=lambda fit: fit.correlation), shown)


def _response(fit: Fit, shown: Sequence[Shown]) -> FlashResponse:
    size_of_pushes = math.sqrt(fit.energy / len(fit.pushes))
    strengths = _strengths(fit)
    return FlashResponse(
        correlation=fit.correlation,
        amplitude=fit.gain * size_of_pushes,
        background=max(0.0, gain_of(fit.seen, fit.seen.background) * size_of_pushes),
        decoded=_decoded(fit, shown),
        slots=len(set(fit.seen.slots)),
        lag_ms=fit.lag_ms,
        relief=_relief(strengths),
        spread=_spread(strengths, fit.seen),
    )


def _strengths(fit: Fit) -> list[float]:
    """Return how much light each region got from a white screen, as a share of the room's.

    A log ratio grows with the light and then no more: at night all parts of a face would seem to
    answer alike. So what each strength would yield is worked out first, and looked up. NaN where a
    region was seen too rarely or does not answer.
    """
    seen = fit.seen
    answers = [_answer(fit, strength) for strength in _STRENGTHS]
    gains = [gain_of(seen, column) for column in zip(*seen.regions, strict=True)]
    return [_looked_up(gain, answers) if gain > 0 else math.nan for gain in gains]


def _answer(fit: Fit, strength: float) -> float:
    """Return the gain that this strength would yield under the colours that were shown."""
    shifts = [
        (
            math.log((1 + strength * red) / (1 + strength * green)),
            math.log((1 + strength * blue) / (1 + strength * green)),
        )
        for red, green, blue in fit.seen.screen
    ]
    return dot(fit.pushes, detrended(shifts, fit.trends)) / fit.energy


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


def _spread(strengths: Sequence[float], seen: Seen) -> float:
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


def _decoded(fit: Fit, shown: Sequence[Shown]) -> int:
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
