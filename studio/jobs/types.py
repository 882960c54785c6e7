"""A job as it is kept: ids, style and controls; never pixels, never a grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from consent.types import Audience, GrantRequest, Purpose
from studio.service import JobState

if TYPE_CHECKING:
    from studio.styles.types import ControlValue


@dataclass(frozen=True, slots=True)
class Job:
    """One request for one output."""

    id: str
    subject_id: str
    record_id: str
    capture_id: str
    probe_id: str
    style: str
    family: str
    controls: Mapping[str, ControlValue]
    seed: int
    state: JobState
    message: str  # what is being done, in one or two words
    progress: float  # 0 to 1
    output_id: str | None
    refusal: Mapping[str, str] | None
    created_at: datetime
    further_probes: tuple[str, ...] = ()  # more selfies, for styles that draw from several

    def request(self) -> GrantRequest:
        """Return what the gate is asked for, anew at every step."""
        return GrantRequest(
            subject_id=self.subject_id,
            record_id=self.record_id,
            capture_id=self.capture_id,
            probe_ids=(self.probe_id, *self.further_probes),
            purpose=Purpose.AVATAR_STILLS,
            family=self.family,
            style=self.style,
            audience=Audience.PRIVATE,
        )


class JobRows(Protocol):
    """Where jobs are kept. A job that has ended never changes again."""

    def add(self, job: Job) -> None:
        """Store a new job."""
        ...

    def load(self, job_id: str) -> Job | None:
        """Return a job, or None."""
        ...

    def newest(self, subject_id: str) -> Job | None:
        """Return the subject's newest job, or None."""
        ...

    def unfinished(self, subject_id: str) -> list[str]:
        """Return the ids of the subject's queued and running jobs."""
        ...

    def queued(self) -> list[tuple[str, str]]:
        """Return id and family of all jobs that nobody has begun."""
        ...

    def report(self, job_id: str, message: str, progress: float) -> bool:
        """Set a live job running with a message; False when it has ended meanwhile."""
        ...

    def end(self, job_id: str, state: JobState, refusal: Mapping[str, str] | None = None) -> bool:
        """End a live job; False when it had ended already."""
        ...

    def of_subject(self, subject_id: str) -> list[Job]:
        """Return the subject's jobs, oldest first."""
        ...

    def told(self, subject_id: str) -> list[Job]:
        """Return the subject's jobs with what was asked for, oldest first."""
        ...

    def purge(self, subject_id: str) -> int:
        """Delete the subject's jobs and return how many went."""
        ...
