"""A baked subject answers a challenge: the same measurements and rules, without a camera.

Time is counted in frames, not waited for, so that a rehearsal takes as long as its measuring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from consent.errors import LivenessRefused
from consent.types import Action
from studio.service import CaptureUpdate
from studio.sitting.measuring import Stamp, Still, measure, measure_still, observe, offer_still
from studio.subjects.player import CameraFrame, Player

if TYPE_CHECKING:
    from consent.liveness import CaptureReview
    from studio.face.meter import FaceMeter

FRAME_SECONDS = 1 / 15
MAX_FRAMES = 60 * 15  # a challenge lives for a minute


@dataclass(slots=True)
class Rehearsal:
    """Plays until the review has finished; `played` and `stills` fill up on the way."""

    meter: FaceMeter
    review: CaptureReview
    player: Player
    began_at: datetime
    played: list[str] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    _performed: list[Action] = field(default_factory=list)
    _shown: int = 0  # frames

    @property
    def performed(self) -> tuple[Action, ...]:
        """What was asked for and done, in order, without the returns to the middle."""
        return tuple(self._performed)

    def run(self) -> Iterator[CaptureUpdate]:
        """Yield what a page would be told after each frame; raises Refusal."""
        asked = Action.CENTRE
        clip: Iterator[CameraFrame] = iter(())
        for sequence in range(MAX_FRAMES):
            self._shown = sequence
            self.player.now = sequence * FRAME_SECONDS
            frame = next(clip, None)
            if frame is None:
                clip = self.player.perform(asked)
                frame = next(clip)
            update = self._show(sequence, frame)
            yield update
            if update.finished:
                return
            self.player.show(update.colour, update.fade_seconds)
            if update.instruction != asked.value:
                asked = Action(update.instruction)
                if asked is not Action.CENTRE:
                    self._performed.append(asked)
        raise LivenessRefused(
            "rehearsal_unfinished",
            "The subject who is nobody did not finish the challenge.",
            why="The same rules hold for everybody.",
            next_step="Choose another subject.",
        )

    @property
    def now(self) -> datetime:
        """The time by the rehearsal's own count."""
        return self.began_at + timedelta(seconds=self._shown * FRAME_SECONDS)

    def _show(self, sequence: int, frame: CameraFrame) -> CaptureUpdate:
        stamp = self._stamp(sequence, frame)
        measured = measure(self.meter, frame.image, stamp)
        update = observe(self.meter, self.review, measured)
        if update.wants_still:
            picture = self.player.still(len(self.stills))
            stamp = self._stamp(sequence, picture)
            measured_still = measure_still(self.meter, picture.image, stamp)
            if measured_still is not None and offer_still(self.review, measured_still):
                self.stills.append(measured_still.still)
        return update

    def _stamp(self, sequence: int, frame: CameraFrame) -> Stamp:
        stamp = Stamp(
            sequence, sequence * FRAME_SECONDS * 1000, self.now, f"{frame.baked_sha256}:{sequence}"
        )
        self.played.append(frame.baked_sha256)
        if frame.light_sha256 is not None:
            self.played.append(frame.light_sha256)
        return stamp
