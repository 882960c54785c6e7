"""A challenge and the frames it was answered with: a LiveCapture, or a refusal.

The review is a state machine without I/O. It asks for the middle, the assent gesture, the middle,
then each action with a return to the middle between, and ends in the middle; one of the actions is
to hold still while the screen shows its colours. Each visit to the middle and each action proves
with an embedding that the face is still the same, and five visits yield the selfies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from random import Random

from consent.challenge import expired
from consent.colours import ColourCheck
from consent.continuity import Continuity
from consent.directions import (
    FINISHED_TEXT,
    HINTS,
    HOLD_HINT,
    START_TEXT,
    TEXTS,
    Directive,
    Obstacle,
    refused,
)
from consent.errors import Refusal
from consent.gestures import Rest, obstacle
from consent.passive import require_unsuspicious
from consent.performance import Performance
from consent.profiles import (
    STANDARD_IDENTITY,
    STANDARD_LIVENESS,
    IdentityProfile,
    LivenessProfile,
)
from consent.selfies import Selfies, Still
from consent.stream import FrameStream
from consent.types import Action, Challenge, FrameEvidence, LiveCapture, Template

__all__ = ["CaptureReview", "Directive", "Still"]


class CaptureReview:
    """Follows one capture. Once it has refused, it refuses for good."""

    def __init__(
        self,
        challenge: Challenge,
        profile: LivenessProfile = STANDARD_LIVENESS,
        *,
        identity: IdentityProfile = STANDARD_IDENTITY,
        rng: Random | None = None,
    ) -> None:
        """Start.

        Args:
            challenge: what to ask for; taken from the book.
            profile: thresholds.
            identity: how alike the frames of one capture must be.
            rng: makes the moments of continuity checks unpredictable; without it they are even.
        """
        self._challenge = challenge
        self._profile = profile
        self._steps = _steps_of(challenge)
        self._still_steps = _still_steps(len(self._steps) // 2 + 1, profile.stills)
        self._rng = rng
        self._stream = FrameStream(challenge, profile)
        self._continuity = Continuity(profile, identity, rng)
        self._selfies = Selfies(profile, identity)
        self._selfies.begin_step(wanted=0 in self._still_steps)
        self._rest: Rest | None = None
        self._index = 0
        self._began_at: datetime | None = None  # the present step
        self._calm: list[FrameEvidence] = []  # unbroken frontal frames of the present step
        self._obstacle: Obstacle | None = None
        self._performance: Performance | None = None
        self._colours: ColourCheck | None = None
        self._peaks: dict[str, float] = {}
        self._refusal: Refusal | None = None

    @property
    def finished(self) -> bool:
        """Whether everything that was asked for was done."""
        return self._index == len(self._steps)

    @property
    def stills(self) -> tuple[Still, ...]:
        """The selfies so far, each matched to the template as far as continuity goes."""
        return tuple(self._selfies.kept)

    @property
    def numbers(self) -> Mapping[str, float]:
        """Summary numbers so far: nothing of them is a picture or a template."""
        distances = (*self._continuity.distances, *(still.distance for still in self.stills))
        return {
            "frames": float(self._stream.count),
            "seconds": self._stream.seconds,
            "frames_per_second": self._stream.frames_per_second,
            "longest_gap_seconds": self._stream.longest_gap,
            "embeddings": float(self._continuity.count),
            "stills": float(len(self.stills)),
            **({"worst_distance": max(distances)} if distances else {}),
            **(self._colours.evidence if self._colours is not None else {}),
            **self._peaks,
        }

    def observe(self, frame: FrameEvidence, *, now: datetime | None = None) -> Directive:
        """Take the next frame and say what comes next.

        Args:
            frame: what was measured.
            now: when the answer leaves, aware UTC; without it, at once when the frame arrived.

        Raises:
            LivenessRefused: the capture is over; the code says why.
        """
        with self._refusing_for_good():
            if self.finished:
                return self._finish()
            self._stream.judges_light = self._colours is None or self._colours.colour is None
            self._stream.admit(frame)
            self._check_deadline(frame)
            if self._performance is not None:
                return self._perform(frame, self._performance)
            if self._colours is not None:
                return self._flash(frame, self._colours, now or frame.arrived_at)
            return self._hold(frame)

    def add_embedding(self, sequence: int, embedding: Template) -> None:
        """Take the embedding of the frame for which `wants_embedding` was set.

        Raises:
            IdentityRefused: `face_changed`.
            LivenessRefused: `out_of_order` for a frame that was not asked about.
        """
        with self._refusing_for_good():
            self._continuity.add(sequence, embedding)

    def add_still(self, sha256: str, embedding: Template, evidence: FrameEvidence) -> None:
        """Take the full-resolution picture for which `wants_still` was set.

        A still that is not frontal, too dark, blinking, or unlike the frames beside it is dropped
        and asked for again; one that comes late, after another that was asked for in its place, is
        dropped too.

        Args:
            sha256: of the still's bytes as they will be stored, hex.
            embedding: of the still.
            evidence: measured on the still.

        Raises:
            IdentityRefused: `face_changed`.
            LivenessRefused: `repeated_frame`, or `out_of_order` when none was asked for.
        """
        with self._refusing_for_good():
            self._selfies.expect()
            self._stream.claim_hash(sha256)
            self._stream.count_still()
            template, rest = self._continuity.template, self._rest
            if template is None or rest is None:
                raise refused("out_of_order")
            self._selfies.add(sha256, embedding, evidence, to=template, rest=rest, among=self._calm)

    def verdict(
        self, now: datetime, capture_id: str, *, passive: Sequence[float] = ()
    ) -> LiveCapture:
        """Return the verdict of a finished capture.

        Args:
            now: aware UTC.
            capture_id: of the capture to be.
            passive: scores of a passive model for the stills; empty without one.

        Raises:
            LivenessRefused: `unfinished`, `expired`, `too_slow`, `passive_rejects`, or what was
                refused before.
            IdentityRefused: what was refused before.
        """
        if self._refusal is not None:
            raise self._refusal
        first, template = self._stream.first, self._continuity.template
        enough = len(self._selfies.kept) >= self._profile.stills
        if first is None or template is None or not (self.finished and enough):
            raise refused("unfinished")
        if not now < self._challenge.expires_at:
            raise expired()
        self._stream.check_rate()
        looks = require_unsuspicious(passive)
        return LiveCapture(
            id=capture_id,
            subject_id=self._challenge.subject_id,
            record_id=self._challenge.record_id,
            nonce=self._challenge.nonce,
            captured_at=first.arrived_at,
            assent=self._challenge.assent,
            template=template,
            evidence={**self.numbers, **looks},
            colours=self._challenge.colours,
        )

    @contextmanager
    def _refusing_for_good(self) -> Iterator[None]:
        if self._refusal is not None:
            raise self._refusal
        try:
            yield
        except Refusal as refusal:
            self._refusal = refusal
            raise

    def _check_deadline(self, frame: FrameEvidence) -> None:
        self._began_at = self._began_at or frame.arrived_at
        profile = self._profile
        allowed = profile.positioning_seconds if self._index == 0 else profile.reaction_seconds
        allowed += self._colours.seconds if self._colours is not None else 0.0
        if (frame.arrived_at - self._began_at).total_seconds() <= allowed:
            return
        if self._selfies.missing:
            raise refused("no_still")
        raise refused("too_far" if self._obstacle is Obstacle.TOO_FAR else "no_response")

    def _hold(self, frame: FrameEvidence) -> Directive:
        """Hold the middle until it was held long enough and gave what it must give."""
        self._obstacle = obstacle(frame, self._rest, self._profile)
        if self._obstacle is not None:
            self._calm.clear()
            return self._say(HINTS[self._obstacle])
        self._calm.append(frame)
        first, profile = self._index == 0, self._profile
        hint = HOLD_HINT if first else None
        lacking = self._continuity.template is None if first else not self._continuity.checked
        if lacking:
            return self._say(hint, wants_embedding=self._continuity.ask(frame))
        held = (frame.client_ms - self._calm[0].client_ms) / 1000
        if held < (profile.hold_seconds if first else profile.centre_hold_seconds):
            return self._say(hint)
        self._rest = self._rest or Rest.of(self._calm)
        self._stream.enrolled = True
        if self._selfies.wanted:
            return self._say(HOLD_HINT, wants_still=self._selfies.ask(frame))
        return self._next(frame)

    def _perform(self, frame: FrameEvidence, performance: Performance) -> Directive:
        """Wait until the action is done, and done by the face that was enrolled."""
        hint = performance.watch(frame)
        if performance.done and self._continuity.proved:
            self._peaks[f"peak_{self._steps[self._index].value}"] = performance.peak
            return self._next(frame)
        if performance.embeddable and self._continuity.ask_performing(frame):
            return self._say(hint, wants_embedding=True)
        calm = not performance.seen and obstacle(frame, self._rest, self._profile) is None
        due = calm and self._continuity.ask_if_due(frame, reserved=self._reserved())
        return self._say(hint, wants_embedding=due)

    def _reserved(self) -> int:
        """Return how many embeddings the steps to come need at least."""
        left = self._steps[self._index :]
        under_colours = self._profile.flash.embeddings - 1
        return len(left) + under_colours * left.count(Action.COLOURS)

    def _flash(self, frame: FrameEvidence, colours: ColourCheck, now: datetime) -> Directive:
        """Show the colours until the skin has answered them, and answered as the enrolled face."""
        hint = colours.watch(frame, self._stream.page_ms(now))
        if colours.done and self._continuity.proved:
            self._peaks |= colours.evidence
            return self._next(frame)
        wants = colours.embeddable and self._continuity.ask_coloured(frame)
        return self._say(hint, wants_embedding=wants)

    def _next(self, frame: FrameEvidence) -> Directive:
        self._index += 1
        self._began_at = frame.arrived_at
        self._calm.clear()
        self._obstacle = None
        self._performance = None
        self._colours = None
        colours_next = not self.finished and self._steps[self._index] is Action.COLOURS
        proofs = self._profile.flash.embeddings if colours_next else 1
        self._continuity.begin_step(frame, proofs=proofs)
        self._selfies.begin_step(wanted=self._index in self._still_steps)
        if self.finished:
            return self._finish()
        asked = self._steps[self._index]
        if self._rest is not None:
            self._begin(asked, self._rest, frame)
        return self._say(None)

    def _begin(self, asked: Action, rest: Rest, frame: FrameEvidence) -> None:
        if asked is Action.COLOURS:
            asked_for = self._challenge
            self._colours = ColourCheck(
                asked_for.colours, asked_for.pace, rest, self._profile, rng=self._rng
            )
        elif asked is not Action.CENTRE:
            self._performance = Performance(asked, rest, self._profile, before=frame)

    def _say(
        self, hint: str | None, *, wants_embedding: bool = False, wants_still: bool = False
    ) -> Directive:
        asked = self._steps[self._index]
        colours = self._colours
        part = 0.9 * self._continuity.enrolled_share if self._index == 0 else 0.0
        part = part if colours is None else 0.9 * colours.share
        return Directive(
            instruction=asked,
            text=START_TEXT if self._index == 0 else TEXTS[asked],
            hint=hint,
            progress=(self._index + part) / len(self._steps),
            wants_embedding=wants_embedding,
            wants_still=wants_still,
            colour=None if colours is None else colours.colour,
            fade_seconds=0.0 if colours is None else colours.fade_seconds,
        )

    def _finish(self) -> Directive:
        return Directive(Action.CENTRE, FINISHED_TEXT, None, 1.0, finished=True)


def _steps_of(challenge: Challenge) -> tuple[Action, ...]:
    """Return what is asked for in order: the middle before, between and after all actions."""
    steps = [Action.CENTRE]
    for action in (challenge.assent, *challenge.actions):
        steps += [action, Action.CENTRE]
    return tuple(steps)


def _still_steps(middles: int, stills: int) -> frozenset[int]:
    """Return the steps (every second one is a middle) that give a still, spread evenly."""
    last = middles - 1
    return frozenset(2 * round(number * last / (stills - 1)) for number in range(stills))
