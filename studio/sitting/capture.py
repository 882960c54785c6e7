"""One capture in memory: frames are measured, consent decides, and nothing touches a disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from consent.directions import refused
from consent.errors import Refusal
from consent.types import Action
from studio.face.meter import FaceMeter
from studio.service import CaptureUpdate
from studio.sitting.images import MAX_STILL_PIXELS, decode_frame
from studio.sitting.later import Later
from studio.sitting.measuring import (
    MeasuredStill,
    Stamp,
    Still,
    best_first,
    measure,
    measure_still,
    offer_still,
    shrink,
    update_of,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from datetime import datetime

    from consent.liveness import CaptureReview
    from consent.ports import Clock
    from studio.sitting.memory import FrameMemory

ASSENT_TEXT = "You, in front of the camera, agree to this."


@dataclass(frozen=True, slots=True)
class Ends:
    """What happens when a capture ends well or badly."""

    enrol: Callable[[CaptureReview, tuple[Still, ...]], None]
    failed: Callable[[], None]
    told: Callable[[str], None] = lambda _outcome: None  # "passed", "left", or a refusal's code


class LiveCaptureSession:
    """Feeds camera frames to the review; see `studio.service.CaptureSession`."""

    def __init__(
        self,
        meter: FaceMeter,
        review: CaptureReview,
        clock: Clock,
        memory: FrameMemory,
        ends: Ends,
        *,
        helpers: Executor | None = None,
    ) -> None:
        """Start.

        Args:
            meter: measures.
            review: judges.
            clock: tells when an answer leaves.
            memory: knows the frames of earlier captures.
            ends: what happens at the end.
            helpers: threads that embed and measure stills, so that no frame waits for it.
        """
        self._meter = meter
        self._review = review
        self._clock = clock
        self._memory = memory
        self._ends = ends
        self._later = Later(helpers)
        self._stills: list[Still] = []
        self._stills_due = 0  # asked for and not yet received
        self._last: CaptureUpdate | None = None
        self._ended = False
        self._acted = False  # whether an action was asked for

    @property
    def assent_text(self) -> str:
        """The sentence that the gesture agrees to."""
        return ASSENT_TEXT

    def frame(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Measure one JPEG frame and say what comes next; raises Refusal."""
        with self._counting_failure():
            digest = hashlib.sha256(data).hexdigest()
            self._memory.add(digest)
            image = shrink(decode_frame(data))
            measured = measure(self._meter, image, Stamp(sequence, client_ms, arrived_at, digest))
            self._later.take_up()
            directive = self._review.observe(measured.evidence, now=self._now())
            if directive.wants_embedding and measured.face is not None:
                self._later.do(
                    partial(self._meter.embed, measured.image, measured.face),
                    partial(self._review.add_embedding, sequence),
                )
            self._last = update_of(directive, sequence)
            self._stills_due += self._last.wants_still
            self._acted = self._acted or self._last.instruction != Action.CENTRE.value
            return self._last

    def still(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Take one full-resolution JPEG still; raises Refusal."""
        with self._counting_failure():
            image = decode_frame(data, most=MAX_STILL_PIXELS)
            if self._last is None or not self._stills_due:
                raise refused("out_of_order")
            self._stills_due -= 1
            stamp = Stamp(sequence, client_ms, arrived_at, "")
            self._later.do(partial(measure_still, self._meter, image, stamp), self._offer)
            # The page waits for an answer to this very picture before it sends another still.
            return replace(self._last, sequence=sequence, wants_still=False)

    def finish(self) -> None:
        """Judge, enrol and store; raises Refusal."""
        with self._counting_failure():
            self._later.take_up(wait=True)
            self._ends.enrol(self._review, best_first(self._stills))
            self._ended = True
            self._ends.told("passed")

    def abandon(self) -> None:
        """Count a capture that was left once an action was shown; a look at the page is free."""
        self._later.forget()
        if self._acted and not self._ended:
            self._fail("left")

    def _offer(self, measured: MeasuredStill | None) -> None:
        if measured is not None and offer_still(self._review, measured):
            self._stills.append(measured.still)

    def _now(self) -> datetime:
        return self._clock.now()

    @contextmanager
    def _counting_failure(self) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            if not self._ended:
                self._fail(refusal.code)
            raise

    def _fail(self, outcome: str) -> None:
        self._ended = True
        self._ends.failed()
        self._ends.told(outcome)
