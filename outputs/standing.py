"""How the consent that a manifest quotes stands now, as far as whoever holds the file may know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from consent.types import RecordState

if TYPE_CHECKING:
    from consent.ports import Unit


@dataclass(frozen=True, slots=True)
class Standing:
    """State of the record, and of the one that took its place."""

    state: RecordState  # of the record that is quoted
    successor: RecordState | None = None  # of the record that stands in its place now
    families: frozenset[str] = frozenset()  # that the record which stands now covers
    is_shredded: bool = False  # the subject's key was destroyed, and with it all that was kept


def standing_of(unit: Unit, receipt_hash: str, now: datetime) -> Standing | None:
    """Return how the record that a manifest quotes stands, or None when there is none here.

    Args:
        unit: the transaction to read from.
        receipt_hash: SHA-256 of the signed record, hex.
        now: aware.
    """
    record = unit.records.with_receipt_hash(receipt_hash)
    if record is None:
        return None
    last, seen = record, {record.record_id}
    while last.replaced_by is not None and last.replaced_by not in seen:
        seen.add(last.replaced_by)
        last = unit.records.load(last.replaced_by)
    return Standing(
        state=record.state(now),
        successor=last.state(now) if last is not record else None,
        families=last.scope.families,
        is_shredded=not unit.subjects.holds_data(record.subject_id),
    )
