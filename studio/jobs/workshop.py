"""What a job does, step by step, without the engine that makes it durable.

Each step asks the gate anew: a grant is never stored, and a step that is run again after a crash
is judged by the consent that stands then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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

    def prepare(self, job: Job) -> None:
        """Prepare the portrait, so that the next step finds it in memory."""
        self.portraits.of(self._granted(job.request()), job.probe_id, size=FINAL_SIZE)

    def render_and_release(self, job: Job) -> Made:
        """Draw, mark, read back and put the sealed bytes; one step, so no render is ever kept."""
        grant = self._granted(job.request())
        portrait = self.portraits.of(grant, job.probe_id, size=FINAL_SIZE)
        stylist = STYLISTS[job.style]
        render = stylist.render(grant, portrait, job.controls, np.random.default_rng(job.seed))
        grant = self._granted(job.request())
        formats = self.releaser.mark(
            render,
            grant,
            output_id=job.id,
            job_id=job.id,
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
        )
        return Made(output, self.library.put_objects(job.subject_id, job.id, formats))

    def discard(self, job: Job) -> None:
        """Delete the sealed bytes of a job that ended without an output."""
        self.library.discard(job.subject_id, job.id)

    def store(self, job: Job, made: Made, unit: Unit, rows: OutputRows) -> None:
        """Ask the gate with the record's row locked, then add the output in one transaction."""
        grant = self.gate.grant(job.request(), unit, lock=True)
        log_grant(unit, grant, job.id)
        output = made.output
        index = log_output(
            unit, job.subject_id, output.id, grant.record_id, output.sha256, grant.granted_at
        )
        self.library.add_row(rows, replace(output, log_index=index), made.object_key)

    def preview(
        self, request: GrantRequest, controls: Controls, seed: int, *, size: int = PREVIEW_SIZE
    ) -> Released:
        """Draw a labelled preview; nothing is stored."""
        grant = self._granted(request)
        portrait = self.portraits.of(grant, request.probe_ids[0], size=size)
        stylist = STYLISTS[request.style]
        render = stylist.render(grant, portrait, controls, np.random.default_rng(seed))
        return self.releaser.preview(render, self._granted(request))

    def _granted(self, request: GrantRequest) -> Grant:
        with self.ledger.transaction() as unit:
            return self.gate.grant(request, unit)
