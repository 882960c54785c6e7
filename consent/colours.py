"""The step of a challenge in which the screen shows its colours and the face holds still."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from consent.directions import HINTS, HOLD_HINT, Obstacle, refused
from consent.gestures import Rest, obstacle
from consent.profiles import FlashProfile, LivenessProfile
from consent.reflection import FlashResponse, FlashTiming, Sample, Shown, measure_response
from consent.types import Colour, FrameEvidence, Pace

_LIGHT = frozenset({Obstacle.TOO_DARK, Obstacle.TOO_BRIGHT})


class ColourCheck:
    """Shows one colour after the other and judges how the face answered."""

    def __init__(
        self,
        colours: Sequence[Colour],
        pace: Pace,
        rest: Rest,
        profile: LivenessProfile,
        *,
        rng: Random | None = None,
    ) -> None:
        """Prepare.

        Args:
            colours: to be shown, in order.
            pace: how fast.
            rest: the person's face at rest.
            profile: thresholds.
            rng: chooses the frames that are compared with the template; without it, the first
                that can be of each part.
        """
        self._colours = colours
        self._rest = rest
        self._profile = profile
        flash = self._flash = profile.flash
        gentle = pace is Pace.GENTLE
        self._timing = FlashTiming(
            slot_ms=1000 * (flash.gentle_slot_seconds if gentle else flash.slot_seconds),
            fade_ms=1000 * (flash.gentle_fade_seconds if gentle else 0.0),
            max_lag_ms=1000 * flash.max_lag_seconds,
        )
        self._ready_since: float | None = None  # page ms
        self._shown: list[Shown] = []
        self._samples: list[Sample] = []
        self._response: FlashResponse | None = None
        parts = flash.embeddings
        self._compare_at = [
            (part + (rng.random() if rng else 0.0)) / parts * len(colours) * self._timing.slot_ms
            for part in range(parts)
        ]
        self._past_end = False
        self.done = False
        self.embeddable = False  # the last frame is due to be compared with the template

    @property
    def colour(self) -> Colour | None:
        """What the page must show from now on."""
        return None if self._over or not self._shown else self._shown[-1].colour

    @property
    def fade_seconds(self) -> float:
        """How slowly the page goes over to the next colour."""
        return self._timing.fade_ms / 1000

    @property
    def share(self) -> float:
        """How many of the colours were shown, 0 to 1."""
        return len(self._shown) / len(self._colours)

    @property
    def seconds(self) -> float:
        """How long the colours take, without the wait before."""
        return len(self._colours) * self._timing.slot_ms / 1000

    @property
    def evidence(self) -> Mapping[str, float]:
        """The numbers of the answer, once it was measured."""
        found = self._response
        return {} if found is None else found.numbers

    def watch(self, frame: FrameEvidence, answered_ms: float) -> str | None:
        """Take the next frame and return a hint, if one helps.

        Args:
            frame: the frame.
            answered_ms: the page clock when the answer to it leaves, at the latest guess: no
                colour is seen on the screen before it was sent.

        Raises:
            LivenessRefused: `colours_unseen`, `colours_weak`, `colours_wrong`,
                `colours_everywhere` or `colours_flat`.
        """
        hindered = obstacle(frame, self._rest, self._profile)
        if self._shown and hindered in _LIGHT:
            hindered = None  # at night the screen is the lamp: blue is dark and yellow is bright
        self.embeddable = False
        if not self._shown and hindered is not None:
            self._ready_since = None
            return HINTS[hindered]
        if self._ready_since is None:
            self._ready_since = frame.client_ms
        if self._shown and hindered is None:
            self._samples.append(_sample(frame))
            self._choose_comparison(frame)
        self._show_next(frame, answered_ms)
        if self._over and frame.client_ms >= self._end_ms + self._timing.max_lag_ms:
            self._judge()
        return HOLD_HINT if hindered in {None, Obstacle.NOT_RELAXED} else HINTS[hindered]

    @property
    def _end_ms(self) -> float:
        return self._shown[-1].from_ms + self._timing.slot_ms

    @property
    def _over(self) -> bool:
        return self.done or self._past_end

    def _show_next(self, frame: FrameEvidence, answered_ms: float) -> None:
        """Go on to the next colour when its time has come, never earlier."""
        wait = 1000 * self._flash.lead_seconds
        ready = self._ready_since or frame.client_ms
        due = self._end_ms if self._shown else ready + wait
        if answered_ms < due:
            return
        if len(self._shown) < len(self._colours):
            self._shown.append(Shown(self._colours[len(self._shown)], answered_ms))
        else:
            self._past_end = True

    def _choose_comparison(self, frame: FrameEvidence) -> None:
        """Have a frame of each part of the colours compared with the template."""
        if self._compare_at and frame.client_ms - self._shown[0].from_ms >= self._compare_at[0]:
            self._compare_at.pop(0)
            self.embeddable = True

    def _judge(self) -> None:
        if self._compare_at:
            raise refused("colours_unseen")
        self._response = measure_response(self._samples, self._shown, self._timing)
        judge_response(self._response, self._flash)
        self.done = True


def judge_response(found: FlashResponse | None, profile: FlashProfile) -> FlashResponse:
    """Hold an answer to the thresholds.

    Raises:
        LivenessRefused: `colours_unseen` when the face was seen too rarely, `colours_weak` when
            it answered too little to be read, `colours_wrong` when it answered other colours,
            `colours_everywhere` when the background answered as much, and `colours_flat` when all
            parts of the face answered alike.
    """
    if found is None or not found.slots >= profile.min_decoded:
        raise refused("colours_unseen")
    if not found.amplitude >= profile.min_amplitude:
        raise refused("colours_weak")
    follows = found.correlation >= profile.min_correlation
    if not (follows and found.decoded >= profile.min_decoded):
        faint = found.amplitude < profile.faint_amplitude
        raise refused("colours_weak" if faint else "colours_wrong")
    if not found.contrast >= profile.min_contrast:
        raise refused("colours_everywhere")
    if not (found.relief >= profile.min_relief and found.spread >= profile.min_spread):
        raise refused("colours_flat")
    return found


def _sample(frame: FrameEvidence) -> Sample:
    return Sample(
        frame.client_ms,
        frame.skin_chroma,
        frame.background_chroma,
        frame.region_chromas,
        frame.region_lights,
    )
