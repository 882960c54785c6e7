"""The booth: captures of people and of baked subjects, and the selfies that are matched to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Protocol

import numpy as np

from consent.challenge import ChallengeBook, issue_challenge
from consent.entries import log_capture
from consent.errors import ConsentRefused, IdentityRefused, LivenessRefused
from consent.identity import Cohort, MatchEvidence, enrol, verify_probe
from consent.liveness import CaptureReview
from consent.lockout import Attempt, Lockout
from consent.synthetic import SyntheticPlay, synthetic_verdict
from consent.types import Capture, Colour, LiveCapture, Origin, OriginKind, Pace, Probe
from studio.service import CaptureUpdate, SelfieVerdict, Upload
from studio.sitting.capture import Ends, LiveCaptureSession
from studio.sitting.changes import assent, require_standing
from studio.sitting.generated import GeneratedFilter
from studio.sitting.intake import Intake
from studio.sitting.measuring import Still, best_first
from studio.sitting.rehearsal import Rehearsal
from studio.sitting.selfies import SelfieVault
from studio.subjects.player import Player

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from consent.ports import Clock, Ledger
    from consent.records import SignedRecord
    from studio.face.meter import FaceMeter
    from studio.sitting.memory import FrameMemory
    from studio.subjects.cast import CastMember


class CaptureObserver(Protocol):
    """Hears how captures of people end: numbers only, no picture, no template."""

    def ended(self, outcome: str, numbers: Mapping[str, float]) -> None:
        """Take "passed", "left" or a refusal's code, and what was measured until then."""
        ...


@dataclass(frozen=True, slots=True)
class Booth:
    """Turns frames into a capture and pictures into probes."""

    ledger: Ledger
    clock: Clock
    meter: FaceMeter
    selfies: SelfieVault
    cohort: Cohort
    book: ChallengeBook
    lockout: Lockout
    memory: FrameMemory
    rng: Random
    generated: GeneratedFilter = field(default_factory=GeneratedFilter)
    helpers: Executor | None = None  # threads that embed while frames go on
    observer: CaptureObserver | None = None

    def start(
        self,
        record: SignedRecord,
        attempt: Attempt,
        done: Callable[[Capture], None],
        *,
        pace: Pace = Pace.STANDARD,
    ) -> LiveCaptureSession:
        """Issue a challenge for a record and return the session that answers it.

        Args:
            record: the consent that was signed before.
            attempt: whose failures are counted.
            done: called with the stored capture. A subject who was captured before must match
                that capture 1:1.
            pace: how fast the screen's colours change.

        Raises:
            LivenessRefused: `locked`.
        """
        now = self.clock.now()
        self.lockout.check(attempt, now=now)
        challenge = issue_challenge(
            record.subject_id,
            record.record_id,
            rng=self.rng,
            now=now,
            pace=pace,
            earlier=self._earlier_colours(record.subject_id),
        )
        self.book.issue(challenge, now=now)
        taken = self.book.take(challenge.nonce, subject_id=record.subject_id, now=now)

        review = CaptureReview(taken, rng=self.rng)

        def keep(review: CaptureReview, stills: tuple[Still, ...]) -> None:
            scores = [still.passive for still in stills if still.passive is not None]
            capture = review.verdict(self.clock.now(), self._random_id(), passive=scores)
            self._keep(capture, stills)
            self.lockout.count_success(attempt)
            done(capture)

        def failed() -> None:
            self.lockout.count_failure(attempt, now=self.clock.now())

        def told(outcome: str) -> None:
            if self.observer is not None:
                self.observer.ended(outcome, review.numbers)

        ends = Ends(keep, failed, told)
        return LiveCaptureSession(
            self.meter, review, self.clock, self.memory, ends, helpers=self.helpers
        )

    def rehearse(
        self, record: SignedRecord, member: CastMember, done: Callable[[Capture], None]
    ) -> Iterator[CaptureUpdate]:
        """Let a baked subject play a challenge before the same measurements and rules."""
        now = self.clock.now()
        challenge = issue_challenge(record.subject_id, record.record_id, rng=self.rng, now=now)
        noise = np.random.default_rng(self.rng.getrandbits(64))
        run = Rehearsal(self.meter, CaptureReview(challenge), Player(member, noise), now)
        yield from run.run()
        play = SyntheticPlay(
            baked_subject=member.id,
            actions=run.performed,
            frame_hashes=tuple(dict.fromkeys(run.played)),
            template=enrol([still.template for still in run.review.stills]),
        )
        capture = synthetic_verdict(
            challenge,
            record,
            play,
            pinned=frozenset(member.hashes.values()),
            now=self.clock.now(),
            capture_id=self._random_id(),
        )
        self._keep(capture, best_first(run.stills))
        done(capture)

    def add(self, subject_id: str, uploads: Sequence[Upload]) -> Sequence[SelfieVerdict]:
        """Judge each uploaded file by itself; a refused one loses no other."""
        capture = self.latest(subject_id)
        if capture is None:
            raise ConsentRefused(
                "no_capture",
                "The camera has not seen you yet.",
                why="A picture counts only when it is matched to the person in front of it.",
                next_step="Look into the camera first.",
            )
        intake = Intake(
            ledger=self.ledger,
            clock=self.clock,
            meter=self.meter,
            selfies=self.selfies,
            cohort=self.cohort,
            rng=self.rng,
            generated=self.generated,
        )
        return intake.add(capture, uploads)

    def latest(self, subject_id: str) -> Capture | None:
        """Return the subject's newest capture."""
        with self.ledger.reading() as unit:
            return unit.captures.latest(subject_id)

    def _earlier_colours(self, subject_id: str) -> list[tuple[Colour, ...]]:
        known = self.latest(subject_id)
        own = [known.colours] if isinstance(known, LiveCapture) and known.colours else []
        return [*own, *self.book.recent_colours]

    def _keep(self, capture: Capture, stills: Sequence[Still]) -> None:
        """Store the capture and those stills that match its template, worst first.

        Raises:
            ConsentRefused: the consent has ended meanwhile.
            IdentityRefused: the subject was captured before and this is another face.
            LivenessRefused: `no_selfie` when none of the stills matches.
        """
        matched = [
            (still, match) for still in reversed(stills) if (match := self._match(capture, still))
        ]
        if not matched:
            raise LivenessRefused(
                "no_selfie",
                "No sharp picture of your face came out of this.",
                why="An avatar is drawn from a picture that surely shows you.",
                next_step="Hold still when you look straight ahead, and try again.",
            )
        with self.ledger.transaction() as unit:
            now = self.clock.now()
            require_standing(unit, capture.record_id, now)
            known = unit.captures.latest(capture.subject_id)
            if known is not None:
                verify_probe(capture.template, known.template, self.cohort)
            unit.captures.add(capture)
            assent(unit, capture.record_id, capture.captured_at, now)
            log_capture(unit, capture, now)
            for still, match in matched:
                probe = self._probe(capture, still, match)
                self.selfies.put(capture.subject_id, probe.id, still.jpeg)
                unit.captures.add_probe(probe)

    def _match(self, capture: Capture, still: Still) -> MatchEvidence | None:
        try:
            return verify_probe(still.embedding, capture.template, self.cohort)
        except IdentityRefused:
            return None  # a blurred still may not match; the others carry the sitting

    def _probe(self, capture: Capture, still: Still, match: MatchEvidence) -> Probe:
        return Probe(
            id=self._random_id(),
            subject_id=capture.subject_id,
            capture_id=capture.id,
            sha256=still.sha256,
            distance=match.distance,
            z=match.z,
            verified_at=self.clock.now(),
            look=still.look,
            origin=_origin(capture),
        )

    def _random_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def _origin(capture: Capture) -> Origin:
    is_live = isinstance(capture, LiveCapture)
    return Origin(OriginKind.CAPTURE if is_live else OriginKind.BAKED)
