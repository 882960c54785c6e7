"""Reports: somebody says of an avatar "this is me and I did not agree"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAX_STATEMENT = 2000  # characters
MAX_CONTACT = 200  # characters
MAX_JOINED = 20  # statements kept about one avatar; further ones are counted only
WORDS_KEPT = timedelta(days=30)  # after a report was closed


class Outcome(StrEnum):
    """What the operator decided."""

    LIFTED = "lifted"  # the avatar is handed out again
    REMOVED = "removed"  # it was deleted, and its id stays refused


class Dispute(StrEnum):
    """What whoever holds a file may know about reports of it."""

    HELD_BACK = "held back"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one person wrote."""

    at: datetime
    text: str
    contact: str  # empty when none was left


@dataclass(frozen=True, slots=True)
class OutputReport:
    """All that was said about one avatar until the operator closed it."""

    id: str
    output_id: str
    reported_at: datetime
    statements: tuple[Statement, ...]  # oldest first; empty once the words were deleted
    further: int = 0  # statements beyond MAX_JOINED: counted, not kept
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    is_readable: bool = True  # False: damaged, or sealed under another master key


@dataclass(frozen=True, slots=True)
class ReportedOutput:
    """What is known about an avatar that somebody reports."""

    output_id: str
    subject_id: str
    record_id: str
    style: str
    made_at: datetime
    is_here: bool  # not deleted since
    frozen_at: datetime | None
