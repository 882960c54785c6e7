"""What a job does, step by step, without the engine that makes it durable.

Each step asks the gate anew, and so does a drawing between its passes: a grant is never stored, and
a step that is run again after a crash is judged by the consent that stands then.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random, SystemRandom
from typing import TYPE_CHECKING

import numpy as np

from consent.entries import log_grant, log_output
from outputs.types import StoredOutput
from studio.jobs.stylists import STYLISTS

if TYPE_CHECKING:
    from consent.gate import Gate
    from consent.ports import Clock, Ledger, Unit
    from consent.types import Grant, GrantRequest
    from outputs.library import Library
    from outputs.release import Releaser
    from outputs.store import OutputRows
    from outputs.types import Released
    from studio.jobs.portraits import Portraits
    from studio.jobs.types import Job
    from studio.styles.types import Controls

FINAL_SIZE = 1024  # pixels
PREVIEW_SIZE = 512  # pixels
ASK_AFTER_SECONDS = 0.5  # how long a drawing goes on at most after its consent has ended


@dataclass(frozen=True, slots=True)
class Made:
    """An output whose sealed bytes lie in the store, before its row."""

    output: StoredOutput
    object_key: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """The collaborators of a job."""

    ledger: Ledger
    gate: Gate
    portraits: Portraits
    releaser: Releaser
    library: Library
    clock: Clock
    monotonic: Callable[[], float] = time.monotonic  # seconds; a clock may be set back
    rng: Random = field(default_factory=SystemRandom)  # draws watermarks' ids

    def prepare(self, job: Job) -> None:
        """Prepare the portrait, so that the next step finds it in memory."""
        self.portraits.of(self._granted(job.request()), job.probe_id, size=FINAL_SIZE)

    def render_and_release(self, job: Job) -> Made:
        """Draw, mark, read back and put the sealed bytes; one step, so no render is ever kept."""
        grant = self._granted(job.request())
        portrait = self.portraits.of(grant, job.probe_id, size=FINAL_SIZE)
        stylist = STYLISTS[job.style]
        render = stylist.render(
            grant,
            portrait,
            job.controls,
            np.random.default_rng(job.seed),
            still_granted=self._still_granted(job.request()),
        )
        grant = self._granted(job.request())
        word = self.library.draw_word(self.rng)
        formats = self.releaser.mark(
            render,
            grant,
            output_id=job.id,
            job_id=job.id,
            watermark=word,
            parameters={"seed": job.seed, **job.controls},
        )
        first = formats[0]
        output = StoredOutput(
            id=job.id,
            subject_id=job.subject_id,
            record_id=job.record_id,
            job_id=job.id,
            style=job.style,
            sha256=first.sha256,
            media_type=first.media_type,
            width=first.width,
            height=first.height,
            created_at=self.clock.now(),
            watermark=word,
        )
        return Made(output, self.library.put_objects(job.subject_id, job.id, formats))

    def discard(self, job: Job) -> None:
        """Delete the sealed bytes of a job that ended without an output."""
        self.library.discard(job.subject_id, job.id)

    def store(self, job: Job, made: Made, unit: Unit, rows: OutputRows) -> None:
        """Ask the gate with the record's row locked, then add the output in one transaction."""
        grant = self.gate.grant(job.request(), unit, lock=True)
        self.library.require_objects(made.object_key)  # before anything is logged of it
        log_grant(unit, grant, job.id)
        # Narrowed or extended meanwhile: row and entry name the consent that stands now.
        output = replace(made.output, record_id=grant.record_id)
        index = log_output(
            unit, job.subject_id, output.id, output.record_id, output.sha256, grant.granted_at
        )
        self.library.add_row(
            rows, replace(output, log_index=index), made.object_key, receipt_hash=grant.receipt_hash
        )

    def preview(
        self,
        request: GrantRequest,
        controls: Controls,
        seed: int,
        *,
        size: int = PREVIEW_SIZE,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> Released:
        """Draw a labelled preview; nothing is stored.

        What `still_wanted` raises between two passes ends the drawing.
        """
        grant = self._granted(request)
        portrait = self.portraits.of(grant, request.probe_ids[0], size=size)
        stylist = STYLISTS[request.style]
        render = stylist.render(
            grant,
            portrait,
            controls,
            np.random.default_rng(seed),
            still_granted=_both(still_wanted, self._still_granted(request)),
        )
        return self.releaser.preview(render, self._granted(request))

    def _granted(self, request: GrantRequest) -> Grant:
        with self.ledger.reading() as unit:
            return self.gate.grant(request, unit)

    def _still_granted(self, request: GrantRequest) -> Callable[[], None]:
        return Recheck(lambda: self._granted(request), self.monotonic)


def _both(first: Callable[[], None], second: Callable[[], None]) -> Callable[[], None]:
    """Return what calls both, in this order."""

    def call() -> None:
        first()
        second()

    return call


class Recheck:
    """Asks the gate again while something is drawn, but not at every pass."""

    def __init__(self, ask: Callable[[], Grant], monotonic: Callable[[], float]) -> None:
        """Begin right after the gate was asked.

        Args:
            ask: asks it; raises a Refusal when the leave has ended.
            monotonic: seconds.
        """
        self._ask = ask
        self._monotonic = monotonic
        self._asked_at = monotonic()

    def __call__(self) -> None:
        """Ask when it has been `ASK_AFTER_SECONDS`."""
        if self._monotonic() - self._asked_at >= ASK_AFTER_SECONDS:
            self._ask()
            self._asked_at = self._monotonic()
