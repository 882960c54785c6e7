"""Which entry of the log speaks of which record or avatar, and whether it still says the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from consent.adapters.tables import AnnouncementRow, DeletionRow, OutputRow, RecordRow
from consent.entries import opening, output_payload, shred_payload
from consent.errors import ConsentRefused, LogInvalid
from consent.log import LeafKind, verify_opening
from consent.merkle import log_invalid
from consent.records import receipt_payload

if TYPE_CHECKING:
    from consent.adapters.database import SqlUnit


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry of the log should commit to."""

    kind: LeafKind
    name: str  # of the record or output
    subject_id: str
    index: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class EntryCheck:
    """Entries that were compared with what they speak of."""

    opened: int  # said the same
    closed: int  # their subject's key is destroyed: nobody can read them any more
    older: int  # records and outputs from before there was a log


def find_entry(unit: SqlUnit, name: str) -> Entry | None:
    """Return the entry about a record or an output, None when there is none.

    Raises:
        ConsentRefused: there is no such record or output.
    """
    output = unit.session.get(OutputRow, name)
    if output is not None:
        return _of_output(output)
    return _of_record(unit, name)


def opening_of(unit: SqlUnit, entry: Entry) -> bytes | None:
    """Return what opens an entry: 32 bytes; None once the subject's key is destroyed."""
    try:
        return opening(unit.vault, entry.subject_id, entry.kind, entry.name)
    except ConsentRefused:
        return None


def check_entries(unit: SqlUnit, *, consents: int) -> EntryCheck:
    """Compare every record, output, announcement and deletion with the entry it points at.

    Args:
        unit: a transaction that only reads.
        consents: how many consents the log knows; their records are kept for good.

    Raises:
        LogInvalid: `entry_wrong` with the first that does not say the same, `record_missing`.
    """
    found: Counter[str] = Counter()
    for entry in _entries(unit):
        if entry is None:
            found["older"] += 1
            continue
        found[entry.kind] += 1
        found["opened" if _says_the_same(unit, entry) else "closed"] += 1
    if found[LeafKind.CONSENT] != consents:
        held = found[LeafKind.CONSENT]
        raise log_invalid(
            "record_missing", f"The log knows of {consents} consents, the database of {held}."
        )
    found["opened"] += _check_announcements(unit)
    for deletion in unit.session.scalars(select(DeletionRow)):
        if deletion.log_index is not None:
            found["opened" if _receipt_says_the_same(unit, deletion) else "closed"] += 1
    return EntryCheck(found["opened"], found["closed"], found["older"])


def _check_announcements(unit: SqlUnit) -> int:
    rows = unit.session.scalars(select(AnnouncementRow)).all()
    for row in rows:
        if unit.log.leaf(row.log_index).commitment != row.commitment:
            raise _wrong(f"What was announced as {row.name}", row.log_index)
    return len(rows)


def _receipt_says_the_same(unit: SqlUnit, deletion: DeletionRow) -> bool:
    """Open the entry of a deletion; False when its receipt is the subject's alone by now."""
    index = int(deletion.log_index or 0)
    leaf = unit.log.leaf(index)
    if leaf.kind is not LeafKind.SHRED:
        raise _wrong("A deletion", index)
    if deletion.receipt is None:
        return False
    try:
        kept = json.loads(deletion.receipt)
        verify_opening(leaf, bytes.fromhex(kept["nonce"]), shred_payload(kept["document"]))
    except (KeyError, TypeError, ValueError, LogInvalid) as error:
        raise _wrong("The receipt of a deletion", index) from error
    return True


def _entries(unit: SqlUnit) -> Iterator[Entry | None]:
    for name in unit.session.scalars(select(RecordRow.id).order_by(RecordRow.given_at)):
        yield _of_record(unit, name)
    for output in unit.session.scalars(select(OutputRow).order_by(OutputRow.created_at)):
        yield _of_output(output)


def _of_record(unit: SqlUnit, name: str) -> Entry | None:
    record = unit.records.load(name)
    if record.log_index is None:
        return None
    payload = receipt_payload(record)
    return Entry(LeafKind.CONSENT, name, record.subject_id, record.log_index, payload)


def _of_output(row: OutputRow) -> Entry | None:
    if row.log_index is None:
        return None
    payload = output_payload(row.id, row.record_id, row.sha256)
    return Entry(LeafKind.OUTPUT, row.id, row.subject_id, row.log_index, payload)


def _says_the_same(unit: SqlUnit, entry: Entry) -> bool:
    """Open an entry; False when its subject's key is destroyed and it can only be looked at."""
    leaf, key = unit.log.leaf(entry.index), opening_of(unit, entry)
    if leaf.kind is not entry.kind:
        raise _wrong(f"The {entry.kind} {entry.name}", entry.index)
    if key is None:
        return False
    try:
        verify_opening(leaf, key, entry.payload)
    except LogInvalid as refused:
        raise _wrong(f"The {entry.kind} {entry.name}", entry.index) from refused
    return True


def _wrong(what: str, index: int) -> LogInvalid:
    return log_invalid("entry_wrong", f"{what} is not what entry {index} of the log says.")
