"""What a job does, step by step, without the engine that makes it durable.

Each step asks the gate anew, and so does a drawing between its passes: a grant is never stored, and
a step that is run again after a crash is judged by the consent that stands then.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random, SystemRandom
from typing import TYPE_CHECKING

from consent.entries import log_grant, log_output
from outputs.types import StoredOutput
from studio.jobs.made import Made
from studio.jobs.stylists import STYLISTS, Stylist
from studio.jobs.tries import Leave, Tries
from studio.likeness.types import MeasuredPreview
from studio.styles.attributes.corrections import CORRECTABLE
from studio.styles.framing import drawing_size

if TYPE_CHECKING:
    from consent.gate import Gate
    from consent.ports import Clock, Ledger, Unit
    from consent.types import Grant, GrantRequest
    from outputs.library import Library
    from outputs.release import Releaser
    from outputs.store import OutputRows
    from outputs.types import Released, Render
    from studio.jobs.portraits import Portraits
    from studio.jobs.stylists import Look
    from studio.jobs.types import Job
    from studio.likeness.gauge import Gauge
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Glimpse

    Glimpsed = Callable[[Glimpse, Released | None], None]

FINAL_SIZE = 1024  # pixels; larger ones are prepared when they are drawn
PREVIEW_SIZE = 512  # pixels
NOTES = "job-notes"  # in the seal's associated data
ASK_AFTER_SECONDS = 0.5  # how long a drawing goes on at most after its consent has ended


@dataclass(frozen=True, slots=True)
class Workshop:
    """The collaborators of a job."""

    ledger: Ledger
    gate: Gate
    portraits: Portraits
    releaser: Releaser
    library: Library
    clock: Clock
    gauge: Gauge
    monotonic: Callable[[], float] = time.monotonic  # seconds; a clock may be set back
    rng: Random = field(default_factory=SystemRandom)  # draws watermarks' ids
    stylists: Mapping[str, Stylist] = field(default_factory=lambda: STYLISTS)  # by style

    def prepare(self, job: Job) -> None:
        """Prepare the portrait, so that the next step finds it in memory."""
        self.portraits.of(self._granted(job.request()), job.probe_id, size=FINAL_SIZE)

    def render_and_release(
        self,
        job: Job,
        *,
        still_wanted: Callable[[], None] = lambda: None,
        glimpsed: Glimpsed = lambda _glimpse, _released: None,
    ) -> Made:
        """Draw, mark, read back and put the sealed bytes; one step, so no render is ever kept.

        What `still_wanted` raises between two passes ends the drawing. `glimpsed` is told how far a
        slow one is, with a labelled look at it where there is one.
        """
        stylist = self.stylists[job.style]
        tries = Tries(self.gauge, stylist, stylist.style.accept(job.controls), job.seed)
        leave = self._leave(job.request(), Recheck(still_wanted, self.monotonic))
        if stylist.style.is_slow:
            render = self._imagined(job, stylist, tries, leave, glimpsed)
        else:
            render = self._drawn(job, stylist, tries, leave)
        grant = self._granted(job.request())
        word = self.library.draw_word(self.rng)
        formats = self.releaser.mark(
            render,
            grant,
            output_id=job.id,
            job_id=job.id,
            watermark=word,
            parameters={"seed": tries.seed, **_told(tries.controls)},
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
        sealed = self._seal(job.subject_id, tries)
        return Made(output, self.library.put_objects(job.subject_id, job.id, formats), sealed)

    def _drawn(self, job: Job, stylist: Stylist, tries: Tries, leave: Leave) -> Render:
        if tries.is_choosing:
            small = self.portraits.of(leave.grant, job.probe_id, size=PREVIEW_SIZE)
            tries.choose(leave, small)
        size = drawing_size(tries.controls)
        portrait = self.portraits.of(leave.grant, job.probe_id, size=size)
        return stylist.render(leave, portrait, tries.controls, tries.seed, look=tries.look)

    def _imagined(
        self, job: Job, stylist: Stylist, tries: Tries, leave: Leave, glimpsed: Glimpsed
    ) -> Render:
        portrait = self._sitter(job, leave.grant, size=drawing_size(tries.controls))

        def show(glimpse: Glimpse) -> None:
            released = None
            if glimpse.pixels is not None:
                render = stylist.glimpse(glimpse.pixels, portrait)
                released = self.releaser.preview(render, self._granted(job.request()))
            glimpsed(glimpse, released)

        picture = tries.imagine(leave, portrait, show)
        return stylist.framed(picture, portrait, tries.controls)

    def _sitter(self, job: Job, grant: Grant, *, size: int) -> Portrait:
        """Return the portrait with the further selfies that the job draws from."""
        portrait = self.portraits.of(grant, job.probe_id, size=size)
        others = [
            self.portraits.photo(grant, probe_id, size=FINAL_SIZE)
            for probe_id in job.further_probes
        ]
        return replace(portrait, others=tuple(others))

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
            rows,
            _with_notes(replace(output, log_index=index), made.sealed_notes, unit),
            made.object_key,
            receipt_hash=grant.receipt_hash,
        )

    def preview(
        self,
        request: GrantRequest,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
        look: Look | None = None,
    ) -> Released:
        """Draw a labelled preview; nothing is stored.

        What `still_wanted` raises between two passes ends the drawing. `look` is shown the drawing
        without its marks.
        """
        leave = self._leave(request, still_wanted)
        portrait = self.portraits.of(leave.grant, request.probe_ids[0], size=PREVIEW_SIZE)
        stylist = self.stylists[request.style]
        render = stylist.render(leave, portrait, controls, seed, look=look)
        return self.releaser.preview(render, self._granted(request))

    def measured_preview(
        self,
        request: GrantRequest,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> MeasuredPreview:
        """Draw as often as `best_of` says, and tell how much the labelled preview looks alike."""
        stylist = self.stylists[request.style]
        tries = Tries(self.gauge, stylist, stylist.style.accept(controls), seed)
        if tries.is_choosing:
            leave = self._leave(request, still_wanted)
            portrait = self.portraits.of(leave.grant, request.probe_ids[0], size=PREVIEW_SIZE)
            tries.choose(leave, portrait)
        released = self.preview(
            request, tries.controls, tries.seed, still_wanted=still_wanted, look=tries.look
        )
        return MeasuredPreview(released, tries.report(), tries.recipe)

    def _seal(self, subject_id: str, tries: Tries) -> bytes:
        """Seal what is noted: it passes through the engine's records before it is stored."""
        notes = {"likeness": tries.report().as_json(), "recipe": tries.recipe}
        with self.ledger.reading() as unit:
            return unit.vault.seal(subject_id, NOTES, json.dumps(notes).encode())

    def _leave(
        self, request: GrantRequest, still_wanted: Callable[[], None] = lambda: None
    ) -> Leave:
        grant = self._granted(request)
        recheck = Recheck(lambda: self._granted(request), self.monotonic)

        def still_granted() -> None:
            still_wanted()
            recheck()

        return Leave(grant, still_granted)

    def _granted(self, request: GrantRequest) -> Grant:
        with self.ledger.reading() as unit:
            return self.gate.grant(request, unit)


def _with_notes(output: StoredOutput, sealed: bytes | None, unit: Unit) -> StoredOutput:
    """Open what was noted about the drawing."""
    if sealed is None:
        return output
    notes = json.loads(unit.vault.unseal(output.subject_id, NOTES, sealed))
    return replace(output, likeness=notes["likeness"], recipe=notes["recipe"])


def _told(controls: Controls) -> Controls:
    """Return the controls that a file may tell: none that says what a person looks like."""
    return {name: value for name, value in controls.items() if name not in CORRECTABLE}


class Recheck:
    """Asks the gate again while something is drawn, but not at every pass."""

    def __init__(self, ask: Callable[[], object], monotonic: Callable[[], float]) -> None:
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
