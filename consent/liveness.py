"""A challenge and the frames it was answered with: a LiveCapture, or a refusal.

The review is a state machine without I/O. It asks for the middle, the assent gesture, the middle,
then each action with a return to the middle between, and ends in the middle. Each visit to the
middle proves with an embedding that the face is still the same, and five visits yield the selfies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from consent.challenge import expired
from consent.directions import (
    FINISHED_TEXT,
    FURTHER_HINT,
    HINTS,
    HOLD_HINT,
    RELAX_FIRST_HINT,
    START_TEXT,
    TEXTS,
    Directive,
    Obstacle,
    refused,
)
from consent.errors import Refusal
from consent.gestures import EXPRESSIONS, HEAD_ACTIONS, Rest, obstacle, rises, shown
from consent.identity import check_continuity, enrol
from consent.profiles import (
    STANDARD_IDENTITY,
    STANDARD_LIVENESS,
    IdentityProfile,
    LivenessProfile,
)
from consent.stream import FrameStream
from consent.types import Action, Challenge, FrameEvidence, LiveCapture, Template

__all__ = ["CaptureReview", "Directive", "Still"]

_LOST_SECONDS = 2.0  # an embedding that was asked for and did not come is asked for again


@dataclass(frozen=True, slots=True)
class Still:
    """A full-resolution selfie that was taken inside the challenge."""

    sha256: str
    template: Template
    evidence: FrameEvidence
    distance: float  # Euclidean, to the capture's template


class _Step:
    """What happened since one instruction appeared."""

    def __init__(self, began_at: datetime | None) -> None:
        self.began_at = began_at
        self.absent: set[Action] = set()  # actions not seen at the instruction, or once after it
        self.streak = 0  # consecutive frames that show the action
        self.wrong_since: dict[Action, float] = {}  # page ms
        self.held_since: float | None = None  # page ms
        self.calm: list[FrameEvidence] = []
        self.embedded = 0
        self.embedding_asked: tuple[int, float] | None = None  # sequence, page ms
        self.still_asked: float | None = None  # page ms
        self.still_taken = False
        self.obstacle: Obstacle | None = None


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
        self._identity = identity
        self._rng = rng
        self._steps = _steps_of(challenge)
        self._still_steps = _still_steps(len(self._steps) // 2 + 1, profile.stills)
        self._index = 0
        self._step = _Step(None)
        self._stream = FrameStream(challenge, profile)
        self._embeddings: list[Template] = []
        self._template: Template | None = None
        self._rest: Rest | None = None
        self._asked = 0
        self._next_check_ms = 0.0
        self._distances: list[float] = []
        self._stills: list[Still] = []
        self._stills_due = 0  # asked for and not yet received
        self._peaks: dict[Action, float] = {}
        self._refusal: Refusal | None = None

    @property
    def finished(self) -> bool:
        """Whether everything that was asked for was done."""
        return self._index == len(self._steps)

    @property
    def stills(self) -> tuple[Still, ...]:
        """The selfies so far, each matched to the template as far as continuity goes."""
        return tuple(self._stills)

    def observe(self, frame: FrameEvidence) -> Directive:
        """Take the next frame and say what comes next.

        Raises:
            LivenessRefused: the capture is over; the code says why.
        """
        self._stop_if_refused()
        if self.finished:
            return self._finish()
        try:
            self._stream.admit(frame)
            return self._advance(frame)
        except Refusal as refusal:
            self._refusal = refusal
            raise

    def add_embedding(self, sequence: int, embedding: Template) -> None:
        """Take the embedding of the frame for which `wants_embedding` was set.

        Raises:
            IdentityRefused: `face_changed`.
            LivenessRefused: `out_of_order` for a frame that was not asked about.
        """
        self._stop_if_refused()
        try:
            self._add_embedding(sequence, embedding)
        except Refusal as refusal:
            self._refusal = refusal
            raise

    def add_still(self, sha256: str, embedding: Template, evidence: FrameEvidence) -> None:
        """Take the full-resolution picture for which `wants_still` was set.

        A still that is not frontal, too dark or blinking is dropped and asked for again; one that
        comes late, after another that was asked for in its place, is dropped too.

        Args:
            sha256: of the still's bytes as they will be stored, hex.
            embedding: of the still.
            evidence: measured on the still.

        Raises:
            IdentityRefused: `face_changed`.
            LivenessRefused: `repeated_frame`, or `out_of_order` when none was asked for.
        """
        self._stop_if_refused()
        try:
            self._add_still(sha256, embedding, evidence)
        except Refusal as refusal:
            self._refusal = refusal
            raise

    def verdict(self, now: datetime, capture_id: str) -> LiveCapture:
        """Return the verdict of a finished capture.

        Raises:
            LivenessRefused: `unfinished`, `expired`, `too_slow`, or what was refused before.
            IdentityRefused: what was refused before.
        """
        self._stop_if_refused()
        first = self._stream.first
        enough = len(self._stills) >= self._profile.stills
        if first is None or self._template is None or not (self.finished and enough):
            raise refused("unfinished")
        if not now < self._challenge.expires_at:
            raise expired()
        self._stream.check_rate()
        return LiveCapture(
            id=capture_id,
            subject_id=self._challenge.subject_id,
            record_id=self._challenge.record_id,
            nonce=self._challenge.nonce,
            captured_at=first.arrived_at,
            assent=self._challenge.assent,
            template=self._template,
            evidence=self._summary(),
        )

    def _stop_if_refused(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    def _advance(self, frame: FrameEvidence) -> Directive:
        step = self._step
        step.began_at = step.began_at or frame.arrived_at
        self._check_deadline(frame, step)
        if self._steps[self._index] is Action.CENTRE:
            return self._centre(frame, step)
        return self._action(frame, step, self._steps[self._index])

    def _check_deadline(self, frame: FrameEvidence, step: _Step) -> None:
        if step.began_at is None:
            return
        profile = self._profile
        allowed = profile.positioning_seconds if self._index == 0 else profile.reaction_seconds
        if (frame.arrived_at - step.began_at).total_seconds() <= allowed:
            return
        if step.still_asked is not None:
            raise refused("no_still")
        raise refused("too_far" if step.obstacle is Obstacle.TOO_FAR else "no_response")

    def _centre(self, frame: FrameEvidence, step: _Step) -> Directive:
        """Hold the middle until it was held long enough and gave what it must give."""
        step.obstacle = obstacle(frame, self._rest, self._profile)
        if step.obstacle is not None:
            step.held_since = None
            step.calm.clear()
            return self._say(hint=HINTS[step.obstacle])
        if step.held_since is None:
            step.held_since = frame.client_ms
        step.calm.append(frame)
        held = (frame.client_ms - step.held_since) / 1000
        first = self._index == 0
        profile = self._profile
        if self._lacks_embeddings(step):
            hint = HOLD_HINT if first else None
            return self._say(hint=hint, wants_embedding=self._ask_embedding(frame, step))
        if held < (profile.hold_seconds if first else profile.centre_hold_seconds):
            return self._say(hint=HOLD_HINT if first else None)
        self._rest = self._rest or Rest.of(step.calm)
        if self._wants_still(step):
            return self._say(hint=HOLD_HINT, wants_still=self._ask_still(frame, step))
        return self._next(frame)

    def _action(self, frame: FrameEvidence, step: _Step, asked: Action) -> Directive:
        """Wait until the action begins, and is then seen for long enough."""
        if self._rest is None:
            raise refused("out_of_order")
        seen = shown(frame, self._rest, self._profile)
        measured = rises(frame, self._rest)
        if frame.faces == 1:
            step.absent |= set(measured) - seen
        performed = asked in seen and asked in step.absent
        step.streak = step.streak + 1 if performed else 0
        if performed:
            self._peaks[asked] = max(self._peaks.get(asked, 0.0), measured[asked])
        if step.streak >= (1 if asked is Action.BLINK else self._profile.action_frames):
            return self._next(frame)
        self._check_wrong(frame, step, asked, seen)
        return self._say(
            hint=self._action_hint(frame, asked, seen),
            wants_embedding=not seen and self._wants_check(frame, step),
        )

    def _check_wrong(
        self, frame: FrameEvidence, step: _Step, asked: Action, seen: frozenset[Action]
    ) -> None:
        """Refuse a clear other action that began after the instruction and is held.

        Blinking is never wrong, nor is any expression during a movement of the head, nor anything
        while the asked action is seen as well: people laugh.
        """
        wrong = (seen & _wrong_for(asked) & step.absent) if asked not in seen else frozenset()
        for action in set(step.wrong_since) - wrong:
            del step.wrong_since[action]
        for action in wrong:
            since = step.wrong_since.setdefault(action, frame.client_ms)
            is_head = action in HEAD_ACTIONS
            profile = self._profile
            most = profile.wrong_turn_seconds if is_head else profile.wrong_expression_seconds
            if (frame.client_ms - since) / 1000 >= most:
                raise refused("wrong_action")

    def _action_hint(
        self, frame: FrameEvidence, asked: Action, seen: frozenset[Action]
    ) -> str | None:
        if frame.faces != 1:
            return HINTS[Obstacle.NO_FACE if frame.faces == 0 else Obstacle.TWO_FACES]
        if asked in seen and asked not in self._step.absent:
            return RELAX_FIRST_HINT
        if asked in HEAD_ACTIONS and self._rest is not None:
            turned = rises(frame, self._rest)[asked]
            return FURTHER_HINT if turned > self._profile.centre_degrees else None
        return None

    def _next(self, frame: FrameEvidence) -> Directive:
        self._index += 1
        self._step = _Step(frame.arrived_at)
        if self._rest is not None:
            self._step.absent |= set(Action) - shown(frame, self._rest, self._profile)
        return self._finish() if self.finished else self._say(hint=None)

    def _say(
        self, *, hint: str | None, wants_embedding: bool = False, wants_still: bool = False
    ) -> Directive:
        action = self._steps[self._index]
        return Directive(
            instruction=action,
            text=START_TEXT if self._index == 0 else TEXTS[action],
            hint=hint,
            progress=self._progress(),
            wants_embedding=wants_embedding,
            wants_still=wants_still,
        )

    def _finish(self) -> Directive:
        return Directive(Action.CENTRE, FINISHED_TEXT, None, 1.0, finished=True)

    def _progress(self) -> float:
        part = 0.0
        if self._index == 0:
            part = 0.9 * len(self._embeddings) / self._profile.enrolment_frames
        return (self._index + part) / len(self._steps)

    def _lacks_embeddings(self, step: _Step) -> bool:
        if self._index == 0:
            return self._template is None
        return step.embedded == 0

    def _ask_embedding(self, frame: FrameEvidence, step: _Step) -> bool:
        """Ask for this frame's embedding unless one is under way or the last is too recent."""
        if step.embedding_asked is not None:
            waited = (frame.client_ms - step.embedding_asked[1]) / 1000
            return waited >= _LOST_SECONDS and self._mark_asked(frame, step)
        spaced = frame.client_ms >= self._next_check_ms or self._index > 0
        return spaced and self._mark_asked(frame, step)

    def _wants_check(self, frame: FrameEvidence, step: _Step) -> bool:
        """Ask for a check between the middles, as long as the middles keep their own share."""
        middles_left = (len(self._steps) - self._index) // 2
        spare = self._profile.max_embeddings - self._asked - middles_left
        frontal = obstacle(frame, self._rest, self._profile) is None
        due = frame.client_ms >= self._next_check_ms and step.embedding_asked is None
        return frontal and due and spare > 0 and self._mark_asked(frame, step)

    def _mark_asked(self, frame: FrameEvidence, step: _Step) -> bool:
        step.embedding_asked = (frame.sequence, frame.client_ms)
        self._asked += 1
        profile = self._profile
        pause = profile.embedding_seconds * (self._rng.uniform(0.6, 1.4) if self._rng else 1.0)
        if self._index == 0:
            pause = profile.hold_seconds / profile.enrolment_frames
        self._next_check_ms = frame.client_ms + 1000 * pause
        return True

    def _add_embedding(self, sequence: int, embedding: Template) -> None:
        step = self._step
        if step.embedding_asked is None or step.embedding_asked[0] != sequence:
            raise refused("out_of_order")
        step.embedding_asked = None
        step.embedded += 1
        if self._template is not None:
            self._distances.append(check_continuity(embedding, self._template, self._identity))
            return
        self._embeddings.append(embedding)
        if len(self._embeddings) == self._profile.enrolment_frames:
            self._template = enrol(self._embeddings, self._identity)

    def _wants_still(self, step: _Step) -> bool:
        return self._index in self._still_steps and not step.still_taken

    def _ask_still(self, frame: FrameEvidence, step: _Step) -> bool:
        asked = step.still_asked
        if asked is not None and (frame.client_ms - asked) / 1000 < self._profile.still_seconds:
            return False
        step.still_asked = frame.client_ms
        self._stills_due += 1
        return True

    def _add_still(self, sha256: str, embedding: Template, evidence: FrameEvidence) -> None:
        step = self._step
        rest = self._rest
        if self._stills_due == 0 or self._template is None or rest is None:
            raise refused("out_of_order")
        self._stills_due -= 1
        self._stream.claim_hash(sha256)
        if step.still_asked is None:
            return  # it was asked for again meanwhile, and the other one arrived first
        blinking = Action.BLINK in shown(evidence, rest, self._profile)
        step.still_asked = None
        if obstacle(evidence, rest, self._profile) is not None or blinking:
            return
        distance = check_continuity(embedding, self._template, self._identity)
        self._stills.append(Still(sha256, embedding, evidence, distance))
        step.still_taken = True

    def _summary(self) -> Mapping[str, float]:
        """Return the numbers that are kept with the verdict."""
        peaks = {f"peak_{action.value}": value for action, value in self._peaks.items()}
        distances = [*self._distances, *(still.distance for still in self._stills)]
        return {
            "frames": float(self._stream.count),
            "seconds": self._stream.seconds,
            "frames_per_second": self._stream.frames_per_second,
            "longest_gap_seconds": self._stream.longest_gap,
            "embeddings": float(len(self._embeddings) + len(self._distances)),
            "stills": float(len(self._stills)),
            "worst_distance": max(distances),
            **peaks,
        }


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


def _wrong_for(asked: Action) -> frozenset[Action]:
    others = HEAD_ACTIONS if asked in HEAD_ACTIONS else HEAD_ACTIONS | EXPRESSIONS
    return others - {asked}
