"""Labelled looks at pictures that are being made: in memory, the newest of each job."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from consent.deletions import Found

if TYPE_CHECKING:
    from outputs.types import Released

WORDS = ("look at an unfinished picture", "looks at unfinished pictures")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a slow picture is."""

    subject_id: str
    seconds_left: float | None
    number: int  # of the newest look; 0: there is none yet
    released: Released | None  # marked like every preview


class Glimpses:
    """Keeps how far the jobs of this process are. Safe to call from any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, Progress] = {}
        self._lock = threading.Lock()

    def note(
        self, job_id: str, subject_id: str, seconds_left: float | None, released: Released | None
    ) -> None:
        """Keep the newest; a step without a look leaves the look of before."""
        with self._lock:
            before = self._kept.get(job_id) or Progress(subject_id, None, 0, None)
            now = replace(before, seconds_left=seconds_left)
            if released is not None:
                now = replace(now, number=before.number + 1, released=released)
            self._kept[job_id] = now

    def of(self, job_id: str) -> Progress | None:
        """Return how far a job of this process is, or None."""
        with self._lock:
            return self._kept.get(job_id)

    def forget(self, job_id: str) -> None:
        """Drop what is kept of a job that has ended."""
        with self._lock:
            self._kept.pop(job_id, None)

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many looks of a subject lie in memory (consent.ports.Purger)."""
        with self._lock:
            return [
                Found(sum(each.subject_id == subject_id for each in self._kept.values()), *WORDS)
            ]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Forget every look of a subject."""
        with self._lock:
            gone = [job for job, each in self._kept.items() if each.subject_id == subject_id]
            for job_id in gone:
                del self._kept[job_id]
        return [Found(len(gone), *WORDS)]
