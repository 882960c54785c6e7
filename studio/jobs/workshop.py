"""What a job does, step by step, without the engine that makes it durable.

Each step asks the gate anew: a grant is never stored, and a step that is run again after a crash
is judged by the consent that stands then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studio.jobs.stylists import STYLISTS

if TYPE_CHECKING:
    from consent.gate import Gate
    from consent.ports import Ledger, Unit
    from consent.types import Grant, GrantRequest
    from outputs.library import Library
    from outputs.release import Releaser
    from outputs.types import Released, StoredOutput
    from studio.jobs.portraits import Portraits
    from studio.jobs.types import Job
    from studio.styles.types import Controls

FINAL_SIZE = 1024  # pixels
PREVIEW_SIZE = 512  # pixels


@dataclass(frozen=True, slots=True)
class Workshop:
    """The collaborators of a job."""

    ledger: Ledger
    gate: Gate
    portraits: Portraits
    releaser: Releaser
    library: Library

    def prepare(self, job: Job) -> None:
        """Prepare the portrait, so that the next step finds it in memory."""
        self.portraits.of(self._granted(job.request()), job.probe_id, size=FINAL_SIZE)

    def render_and_release(self, job: Job) -> StoredOutput:
        """Draw, mark, read back and put the sealed bytes; one step, so no render is ever kept."""
        grant = self._granted(job.request())
        portrait = self.portraits.of(grant, job.probe_id, size=FINAL_SIZE)
        stylist = STYLISTS[job.style]
        render = stylist.render(grant, portrait, job.controls, np.random.default_rng(job.seed))
        grant = self._granted(job.request())
        parameters: Mapping[str, object] = {"seed": job.seed, **job.controls}
        marked = self.releaser.mark(render, grant, job_id=job.id, parameters=parameters)
        return self.library.put_objects(marked, grant, output_id=job.id, job_id=job.id)

    def store(self, job: Job, output: StoredOutput, unit: Unit) -> None:
        """Ask the gate with the record's row locked, then add the output in one transaction."""
        self.gate.grant(job.request(), unit, lock=True)
        self.library.add_row(unit, output)

    def preview(
        self, request: GrantRequest, controls: Controls, seed: int, *, size: int = PREVIEW_SIZE
    ) -> Released:
        """Draw a labelled preview; nothing is stored."""
        grant = self._granted(request)
        portrait = self.portraits.of(grant, request.probe_ids[0], size=size)
        stylist = STYLISTS[request.style]
        render = stylist.render(grant, portrait, controls, np.random.default_rng(seed))
        return self.releaser.release_preview(render, grant)

    def _granted(self, request: GrantRequest) -> Grant:
        with self.ledger.transaction() as unit:
            return self.gate.grant(request, unit)
