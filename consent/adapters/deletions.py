"""Deletions that were begun, and their receipts.

`found` is the JSON of {"found": [[count, one, many]], "stopped_jobs", "exported", "had_key"}; it is
emptied when the receipt is issued, which then says it all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consent.adapters.tables import DeletionRow
from consent.deletions import Deletion, EndReason, Found, Stock
from consent.statements import time_text, time_value
from consent.types import Export


class SqlDeletions:
    """Deletions in one transaction (consent.ports.Deletions)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, subject_id: str, reason: EndReason, at: datetime) -> bool:
        """Note that a deletion begins; False when it had begun before."""
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        row = {
            "subject_id": subject_id,
            "reason": reason.value,
            "begun_at": at,
            "found": _to_json(Stock()),
        }
        statement = dialect.insert(DeletionRow).values(row).on_conflict_do_nothing()
        begun = self._session.execute(statement.returning(DeletionRow.subject_id))
        return begun.first() is not None

    def load(self, subject_id: str, *, lock: bool = False) -> Deletion | None:
        """Return a subject's deletion; `lock` holds its row until the commit."""
        query = select(DeletionRow).where(DeletionRow.subject_id == subject_id)
        query = query.execution_options(populate_existing=True)
        row = self._session.scalar(query.with_for_update() if lock else query)
        if row is None:
            return None
        return Deletion(
            subject_id=row.subject_id,
            reason=EndReason(row.reason),
            begun_at=row.begun_at,
            stock=_from_json(row.found),
            completed_at=row.completed_at,
            receipt=row.receipt,
            log_index=row.log_index,
        )

    def unfinished(self) -> Sequence[str]:
        """Return the subjects whose deletion has begun and has no receipt yet."""
        query = select(DeletionRow.subject_id).where(DeletionRow.completed_at.is_(None))
        return tuple(self._session.scalars(query.order_by(DeletionRow.subject_id)))

    def note(self, subject_id: str, stock: Stock) -> None:
        """Keep what there is to delete; nothing any more once there is a receipt."""
        is_open = (DeletionRow.subject_id == subject_id) & DeletionRow.completed_at.is_(None)
        change = update(DeletionRow).where(is_open)
        self._session.execute(change.values(found=_to_json(stock)))

    def complete(self, subject_id: str, receipt: str, log_index: int, at: datetime) -> None:
        """Keep the receipt, and nothing else."""
        change = update(DeletionRow).where(DeletionRow.subject_id == subject_id)
        self._session.execute(
            change.values(
                found=_to_json(Stock()), receipt=receipt, log_index=log_index, completed_at=at
            )
        )

    def drop_receipts(self, before: datetime) -> int:
        """Forget the receipts that were issued before a time; return how many."""
        old = DeletionRow.receipt.is_not(None) & (DeletionRow.completed_at < before)
        change = update(DeletionRow).where(old).values(receipt=None)
        return len(self._session.execute(change.returning(DeletionRow.subject_id)).all())


def _to_json(stock: Stock) -> str:
    return json.dumps(
        {
            "found": [list(each) for each in stock.found],
            "stopped_jobs": stock.stopped_jobs,
            "exported": [
                [
                    each.output_id,
                    each.media_type,
                    each.sha256,
                    time_text(each.exported_at),
                    each.is_watermarked,
                ]
                for each in stock.exported
            ],
            "had_key": stock.had_key,
        }
    )


def _from_json(text: str) -> Stock:
    kept = json.loads(text)
    return Stock(
        found=tuple(Found(*each) for each in kept["found"]),
        stopped_jobs=kept["stopped_jobs"],
        exported=tuple(
            Export(output_id, media_type, sha256, time_value(at), *marked)
            for output_id, media_type, sha256, at, *marked in kept["exported"]
        ),
        had_key=kept["had_key"],
    )
