"""What happened to a subject's consents, as sentences with times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from consent.records import SignedRecord
from consent.types import Change, Export, RecordState
from studio.service import HistoryItem

_BEGAN = {
    None: "You agreed.",
    Change.NARROWED: "You allowed less.",
    Change.EXTENDED: "You asked anew.",
}
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
    items = [item for record in records for item in _of(record, now)]
    items += [HistoryItem(each.exported_at, _downloaded(each), None) for each in exports]
    # What happened in one moment is told in the order in which it happened.
    return sorted(items, key=lambda item: item.at)[::-1]


def _of(record: SignedRecord, now: datetime) -> Iterator[HistoryItem]:
    """Tell how one record was given, agreed to and ended; its successor tells of a replacement."""
    yield HistoryItem(
        record.given_at,
        _BEGAN[record.change],
        record.log_index,
        quote=record.summary,
        language=record.language,
    )
    if record.assented_at is not None and record.given_at <= record.assented_at:
        yield HistoryItem(record.assented_at, _ASSENTED, None)
    if record.withdrawn_at is not None:
        ended = _DROPPED if record.waits_for_assent else _ENDED
        yield HistoryItem(record.withdrawn_at, ended, None)
    elif record.state(now) is RecordState.EXPIRED:
        yield HistoryItem(record.expires_at, _RAN_OUT, None)


def _downloaded(export: Export) -> str:
    return f"You downloaded a picture as {export.media_type.removeprefix('image/').upper()}."
