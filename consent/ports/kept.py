"""What is kept of a consent: records, captures, downloads, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from consent.deletions import Deletion, EndReason, Stock
    from consent.records import SignedRecord
    from consent.types import Capture, Export, Probe


class HeldRecord(NamedTuple):
    """What a consent's row says, whether or not its statement can still be read."""

    record_id: str
    withdrawn_at: datetime | None
    is_given: bool  # neither withdrawn, replaced nor run out


class RemovedCapture(NamedTuple):
    """What the row of a capture said that was deleted; nothing sealed."""

    id: str
    subject_id: str
    record_id: str
    captured_at: datetime
    probe_ids: tuple[str, ...]


class Records(Protocol):
    """Consent records: signed bytes and their state."""

    def add(self, record: SignedRecord) -> None:
        """Store a record that was signed."""
        ...

    def load(self, record_id: str, *, lock: bool = False) -> SignedRecord:
        """Return the record with its present state; `lock` holds its row until the commit."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[SignedRecord]:
        """Return all records of a subject, oldest first."""
        ...

    def with_receipt_hash(self, wanted: str) -> SignedRecord | None:
        """Return the record that an output's manifest quotes, or None."""
        ...

    def hold(self, subject_id: str, now: datetime) -> Sequence[HeldRecord]:
        """Hold all rows of a subject until the commit, oldest first; no statement is read.

        A damaged record must keep nobody from ending what it says.
        """
        ...

    def withdraw(self, record_id: str, at: datetime) -> None:
        """Append the withdrawal to the record's events."""
        ...

    def assent(self, record_id: str, at: datetime) -> None:
        """Note that the face before the camera agreed; only the first time counts."""
        ...

    def replace(self, record_id: str, by: str, at: datetime) -> None:
        """Note that another record of the subject stands in a record's place from now on."""
        ...

    def made_under(self, record_ids: Sequence[str]) -> int:
        """Return how many outputs were ever made under these records."""
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

    def useless(self, now: datetime, max_age: timedelta) -> Sequence[str]:
        """Return captures that no rule will ever accept again.

        They are not their subject's newest one, and older than `max_age` or of a consent that is
        over. The newest one stays with the consent: it opens the sitting again.
        """
        ...

    def remove(self, capture_id: str) -> RemovedCapture | None:
        """Delete a capture with its probes, readable or not; None when it is not there."""
        ...

    def ids(self, subject_id: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return the ids of a subject's captures and of their probes, readable or not."""
        ...

    def remove_probe(self, probe_id: str) -> None:
        """Delete one probe; idempotent."""
        ...


class Exports(Protocol):
    """Which files subjects downloaded, in one transaction."""

    def add(self, subject_id: str, export: Export) -> None:
        """Note a download; of a file that was downloaded before, only the first time is kept."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[Export]:
        """Return a subject's downloads, oldest first."""
        ...


class Deletions(Protocol):
    """Deletions that were begun, and their receipts, in one transaction."""

    def begin(self, subject_id: str, reason: EndReason, at: datetime) -> bool:
        """Note that a deletion begins; False when it had begun before."""
        ...

    def load(self, subject_id: str, *, lock: bool = False) -> Deletion | None:
        """Return a subject's deletion; `lock` holds its row until the commit."""
        ...

    def unfinished(self) -> Sequence[str]:
        """Return the subjects whose deletion has begun and has no receipt yet."""
        ...

    def note(self, subject_id: str, stock: Stock) -> None:
        """Keep what there is to delete; nothing any more once there is a receipt."""
        ...

    def complete(self, subject_id: str, receipt: str, log_index: int, at: datetime) -> None:
        """Keep the receipt, and nothing else."""
        ...

    def drop_receipts(self, before: datetime) -> int:
        """Forget the receipts that were issued before a time; return how many."""
        ...
