"""What happened to a subject's consents, as sentences with times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from consent.records import SignedRecord
from consent.types import Export, RecordState
from studio.service import HistoryItem

_ASSENTED = "You agreed in front of the camera."
_DROPPED = "You took back what you had asked for."
_ENDED = "You ended your consent."
_RAN_OUT = "Your consent ended by itself: its time was up."


def history(
    records: Sequence[SignedRecord], exports: Sequence[Export], now: datetime
) -> list[HistoryItem]:
    """Return what happened, newest first.

    Args:
        records: of one subject, oldest first.
        exports: the same subject's downloads.
        now: aware UTC; decides what has run out.
    """
    by_id = {record.record_id: record for record in records}
    items = [
        item for record in records for item in _of(record, by_id.get(record.replaces or ""), now)
    ]
    items += [HistoryItem(each.exported_at, _downloaded(each), None) for each in exports]
    # What happened in one moment is told in the order in which it happened.
    return sorted(items, key=lambda item: item.at)[::-1]


def _of(record: SignedRecord, earlier: SignedRecord | None, now: datetime) -> Iterator[HistoryItem]:
    """Tell how one record was given, agreed to and ended; its successor tells of a replacement."""
    narrows = earlier is not None and _narrows(record, earlier)
    asks = earlier is not None and not narrows
    began = "You allowed less." if narrows else "You asked anew." if asks else "You agreed."
    yield HistoryItem(
        record.given_at, began, record.log_index, quote=record.summary, language=record.language
    )
    if record.assented_at is not None and not narrows:
        yield HistoryItem(record.assented_at, _ASSENTED, None)
    if record.withdrawn_at is not None:
        dropped = asks and record.assented_at is None
        yield HistoryItem(record.withdrawn_at, _DROPPED if dropped else _ENDED, None)
    elif record.state(now) is RecordState.EXPIRED:
        yield HistoryItem(record.expires_at, _RAN_OUT, None)


def _narrows(record: SignedRecord, earlier: SignedRecord) -> bool:
    """Tell whether the earlier record's assent carries this one, which then asked for none."""
    if record.assented_at is not None:
        return record.assented_at <= record.given_at
    return earlier.scope.covers(record.scope) and record.expires_at <= earlier.expires_at


def _downloaded(export: Export) -> str:
    return f"You downloaded a picture as {export.media_type.removeprefix('image/').upper()}."
