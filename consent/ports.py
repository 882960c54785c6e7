"""What the outside must supply to consent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from consent.records import ConsentRecord
    from consent.types import Capture, Probe, Subject


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class KeyVault(Protocol):
    """Seals bytes under a subject's own data key; destroying the key is the deletion."""

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        ...

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt (AES-256-GCM, associated data subject|kind|version)."""
        ...

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused when the key was destroyed."""
        ...

    def destroy(self, subject_id: str) -> None:
        """Destroy the wrapped key; idempotent."""
        ...


class Subjects(Protocol):
    """Subjects and the browser sessions bound to them."""

    def add(self, subject: Subject) -> None:
        """Store a new subject."""
        ...

    def load(self, subject_id: str) -> Subject:
        """Return the subject, or raise ConsentRefused."""
        ...


class Records(Protocol):
    """Consent records: signed bytes and their state."""

    def add(self, record: ConsentRecord) -> None:
        """Store a record that was signed."""
        ...

    def load(self, record_id: str, *, lock: bool = False) -> ConsentRecord:
        """Return the record with its present state; `lock` holds its row until the commit."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[ConsentRecord]:
        """Return all records of a subject, oldest first."""
        ...

    def withdraw(self, record_id: str, at: datetime) -> None:
        """Append the withdrawal to the record's events."""
        ...


class Captures(Protocol):
    """Captures and the probes matched to them; templates are sealed at rest."""

    def add(self, capture: Capture) -> None:
        """Store a verdict."""
        ...

    def load(self, capture_id: str) -> Capture:
        """Return the capture, or raise ConsentRefused."""
        ...

    def latest(self, subject_id: str) -> Capture | None:
        """Return the newest capture of a subject."""
        ...

    def add_probe(self, probe: Probe) -> None:
        """Store a verified probe."""
        ...

    def probes(self, subject_id: str) -> Sequence[Probe]:
        """Return the subject's probes, oldest first."""
        ...

    def load_probe(self, probe_id: str) -> Probe:
        """Return one probe, or raise ConsentRefused."""
        ...


class Unit(Protocol):
    """One transaction over everything that consent keeps."""

    @property
    def subjects(self) -> Subjects:
        """Subjects in this transaction."""
        ...

    @property
    def records(self) -> Records:
        """Records in this transaction."""
        ...

    @property
    def captures(self) -> Captures:
        """Captures and probes in this transaction."""
        ...


class Ledger(Protocol):
    """Opens transactions; commits on a clean exit, rolls back on an exception."""

    def transaction(self) -> AbstractContextManager[Unit]:
        """Return a context that yields one unit of work."""
        ...


class JobStopper(Protocol):
    """Stops what a subject's withdrawal must stop."""

    def stop(self, subject_id: str) -> int:
        """Cancel running and queued jobs of a subject and return how many."""
        ...


class Purger(Protocol):
    """Deletes one kind of trace of a subject."""

    def purge(self, subject_id: str) -> Sequence[str]:
        """Delete, and return a plain description of each thing that went."""
        ...
