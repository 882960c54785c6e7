"""Orders: what an open subject asks to be drawn, as requests to the gate and durable jobs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from consent.types import Capture, GrantRequest, Probe, Purpose
from studio.jobs.types import Job
from studio.service import JobState, JobView
from studio.sitting.desk import no_consent
from studio.styles.catalogue import find_style

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger
    from outputs.types import Released
    from studio.jobs.engine import JobEngine, Told
    from studio.jobs.glimpses import Progress
    from studio.jobs.workshop import Workshop
    from studio.likeness.types import MeasuredPreview
    from studio.sitting.booth import Booth
    from studio.sitting.desk import Desk
    from studio.styles.types import Controls, ControlValue, Style


MOST_UNFINISHED = 4  # pictures of one subject that run or wait: a poster takes a minute


@dataclass(frozen=True, slots=True)
class Orders:
    """Takes what is to be drawn of a subject whose session is open."""

    ledger: Ledger
    clock: Clock
    rng: Random
    desk: Desk
    booth: Booth
    workshop: Workshop
    engine: JobEngine

    def preview(
        self,
        subject_id: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> Released:
        """Draw a labelled preview, once; nothing is stored.

        What `still_wanted` raises between two passes ends the drawing.
        """
        chosen = _quick(find_style(style))
        request = self.wish_of(subject_id, chosen)
        return self.workshop.preview(
            request, chosen.accept(controls), seed, still_wanted=still_wanted
        )

    def measured_preview(
        self,
        subject_id: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> MeasuredPreview:
        """Draw a labelled preview, the best of as many tries as asked for, and measure it."""
        chosen = _quick(find_style(style))
        request = self.wish_of(subject_id, chosen)
        return self.workshop.measured_preview(
            request, chosen.accept(controls), seed, still_wanted=still_wanted
        )

    def make(
        self, subject_id: str, style: str, controls: Controls, seed: int, *, like: Job | None = None
    ) -> str:
        """Enqueue one durable job and return its id.

        It draws from the selfie of `like`, as long as that may still be drawn from.
        """
        job = self._job(subject_id, style, controls, seed)
        if like is not None and self._still_offers(like, job.capture_id):
            further = [each for each in job.further_probes if each != like.probe_id]
            job = replace(job, probe_id=like.probe_id, further_probes=tuple(further))
        self.engine.submit(job)
        return job.id

    def make_now(
        self,
        subject_id: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        told: Told = lambda _words, _seconds: None,
    ) -> JobView:
        """Work on one durable job in this process and return how it ended."""
        job = self._job(subject_id, style, controls, seed)
        self.engine.run(job, told=told)
        return self.job(subject_id, job.id)

    def require(self, style: Style, controls: Controls) -> dict[str, ControlValue]:
        """Return all of a style's controls, checked, if something here can draw with them.

        Raises:
            ControlError: a control is unknown or outside its limits.
            NotAvailable: it is a slow style, and what draws it is not here.
        """
        accepted = style.accept(controls)
        batch = self.workshop.stylists[style.name].batch
        if batch is not None:
            batch.require(accepted)
        return accepted

    def newest(self, subject_id: str) -> Job | None:
        """Return the subject's newest job, or None."""
        return self.engine.rows.newest(subject_id)

    def job(self, subject_id: str, job_id: str) -> JobView:
        """Return a job's progress."""
        job = self._own(subject_id, job_id)
        return _view(job, self.engine.glimpses.of(job.id))

    def glimpse(self, subject_id: str, job_id: str) -> Released:
        """Return the newest labelled look at a picture in the making; the gate is asked.

        Raises:
            ConsentRefused: `no_glimpse` where there is none, or the consent has ended.
        """
        job = self._own(subject_id, job_id)
        progress = self.engine.glimpses.of(job.id)
        if progress is None or progress.released is None:
            raise _no_glimpse()
        with self.ledger.reading() as unit:
            self.workshop.gate.grant(job.request(), unit)
        return progress.released

    def cancel(self, subject_id: str, job_id: str) -> JobView:
        """Cancel a job between steps."""
        self.engine.cancel(self._own(subject_id, job_id).id)
        return self.job(subject_id, job_id)

    def _own(self, subject_id: str, job_id: str) -> Job:
        job = self.engine.rows.load(job_id)
        if job is None or job.subject_id != subject_id:
            raise ConsentRefused(
                "job_unknown",
                "There is no such picture in the making.",
                why="What you make is shown to you only.",
                next_step="Go back to the styles and make it again.",
            )
        return job

    def _job(self, subject_id: str, style: str, controls: Controls, seed: int) -> Job:
        chosen = find_style(style)
        request = self.wish_of(subject_id, chosen)
        accepted = self.require(chosen, controls)
        if len(self.engine.rows.unfinished(subject_id)) >= MOST_UNFINISHED:
            raise _too_many()
        return Job(
            id=f"{self.rng.getrandbits(128):032x}",
            subject_id=request.subject_id,
            record_id=request.record_id,
            capture_id=request.capture_id,
            probe_id=request.probe_ids[0],
            style=chosen.name,
            family=chosen.family.value,
            controls=accepted,
            seed=seed,
            state=JobState.QUEUED,
            message="Waiting",
            progress=0.0,
            output_id=None,
            refusal=None,
            created_at=self.clock.now(),
            further_probes=self._further(request, chosen.selfies - 1),
        )

    def _further(self, request: GrantRequest, number: int) -> tuple[str, ...]:
        """Return further selfies of the same look into the camera, the newest first."""
        with self.ledger.reading() as unit:
            probes = unit.captures.probes(request.subject_id)
        own = [probe.id for probe in probes if probe.capture_id == request.capture_id]
        others = [probe_id for probe_id in reversed(own) if probe_id not in request.probe_ids]
        return tuple(others[:number])

    def _still_offers(self, like: Job, capture_id: str) -> bool:
        """Tell whether a job's selfie is there, and of the newest look into the camera."""
        with self.ledger.reading() as unit:
            probes = unit.captures.probes(like.subject_id)
        return any((p.id, p.capture_id) == (like.probe_id, capture_id) for p in probes)

    def wish_of(self, subject_id: str, style: Style) -> GrantRequest:
        """Ask for what the subject's newest consent, capture and selfie allow; the gate decides."""
        record = self.desk.standing(subject_id)
        capture = self.booth.latest(subject_id)
        if record is None or capture is None:
            raise no_consent()
        with self.ledger.reading() as unit:
            probes = unit.captures.probes(subject_id)
        return GrantRequest(
            subject_id=subject_id,
            record_id=record.record_id,
            capture_id=capture.id,
            probe_ids=(_newest(probes, capture).id,),
            purpose=Purpose.AVATAR_STILLS,
            family=style.family.value,
            style=style.name,
        )


def _newest(probes: Sequence[Probe], capture: Capture) -> Probe:
    """Return the selfie added last: of a capture's own stills, that is its best."""
    own = [probe for probe in probes if probe.capture_id == capture.id]
    if not own:
        raise ConsentRefused(
            "no_selfie",
            "There is no picture of you to draw from.",
            why="An avatar is drawn from a picture that was matched to you.",
            next_step="Look into the camera once more, or add a picture.",
        )
    return own[-1]


def _too_many() -> ConsentRefused:
    return ConsentRefused(
        "too_many_jobs",
        f"{MOST_UNFINISHED} pictures of you are in the making already.",
        why="The studio draws one after the other, for everybody who uses it.",
        next_step="Wait until one of them is done, or cancel one.",
    )


def _quick(style: Style) -> Style:
    """Return a style that is drawn while somebody looks on.

    Raises:
        ConsentRefused: `slow_style`; it would keep everybody else's previews waiting.
    """
    if style.is_slow:
        raise ConsentRefused(
            "slow_style",
            f"{style.title} takes too long for a preview.",
            why="Whoever else draws would have to wait for it.",
            next_step="Make the picture: you see it as it comes about, and can stop it.",
        )
    return style


def _no_glimpse() -> ConsentRefused:
    return ConsentRefused(
        "no_glimpse",
        "There is nothing to see of this picture yet.",
        why="It is shown once its first steps are done, and until it is finished.",
        next_step="Wait a moment.",
    )


def _view(job: Job, progress: Progress | None) -> JobView:
    words = {
        JobState.DONE: "Done",
        JobState.CANCELLED: "Cancelled",
        JobState.FAILED: "Something went wrong. Nothing was stored. Try again.",
    }
    refused = job.refusal["what"] if job.refusal else ""
    return JobView(
        id=job.id,
        state=job.state,
        style=job.style,
        message=refused or words.get(job.state, job.message),
        progress=job.progress,
        output_id=job.output_id,
        refusal=job.refusal,
        seconds_left=progress.seconds_left if progress else None,
        glimpse=progress.number if progress else 0,
    )
