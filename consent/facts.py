"""What a rule looks at, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from consent.errors import ConsentRefused
from consent.log import LoggedLeaf
from consent.records import SignedRecord
from consent.types import Capture, GrantRequest, Probe, Subject


@dataclass(frozen=True, slots=True)
class Lineage:
    """The consents that a request stands on: each replaced the one before."""

    records: tuple[SignedRecord, ...]  # the one that stands now first, down to the oldest
    release: SignedRecord  # the one that the face before the camera agreed to
    later: tuple[SignedRecord, ...] = ()  # in force and agreed to after the one that stands

    def has(self, record_id: str) -> bool:
        """Tell whether a record is one of them."""
        return any(record.record_id == record_id for record in self.records)


@dataclass(frozen=True, slots=True)
class Facts:
    """What was loaded, freshly, for one request."""

    request: GrantRequest
    subject: Subject
    record: SignedRecord  # that stands now
    lineage: Lineage
    capture: Capture | None  # None: nothing is drawn, something that was is handed out
    probes: tuple[Probe, ...]
    made: int  # outputs under these consents
    logged: LoggedLeaf | None  # the record's entry
    opening: bytes = field(repr=False)  # of the entry's commitment
    last_logged_at: datetime | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A rule that was satisfied."""

    rule: str
    detail: str


class Rule(Protocol):
    """One condition of a grant."""

    def check(self, facts: Facts) -> Evidence:
        """Return evidence, or raise a Refusal."""
        ...


def require_capture(facts: Facts) -> Capture:
    """Return the capture.

    Raises:
        ConsentRefused: `no_capture`.
    """
    if facts.capture is None:
        raise ConsentRefused(
            "no_capture",
            "The camera has not seen you yet.",
            why="Only the person before the camera may be drawn.",
            next_step="Look into the camera first.",
        )
    return facts.capture
