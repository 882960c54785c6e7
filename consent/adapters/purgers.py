"""What of a subject lies in consent's own tables, and how it goes (consent.ports.Purger)."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from sqlalchemy import Delete, delete, func, select, update
from sqlalchemy.orm import Session

from consent.adapters.database import Database
from consent.adapters.tables import CaptureRow, ExportRow, ProbeRow, SessionSubjectRow
from consent.deletions import Found

_WORDS = (
    (ProbeRow, "comparison of a selfie", "comparisons of selfies"),
    (CaptureRow, "camera capture with its face template", "camera captures with face templates"),
    (ExportRow, "note of a file that you downloaded", "notes of files that you downloaded"),
)


class CapturePurger:
    """Deletes captures, probes and notes of downloads, and closes browsers that showed them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say what is there."""
        with self._database.reading() as unit:
            return [
                Found(_count(unit.session, row, subject_id), one, many) for row, one, many in _WORDS
            ]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete, and say what went."""
        with self._database.transaction() as unit:
            close = update(SessionSubjectRow).where(SessionSubjectRow.subject_id == subject_id)
            unit.session.execute(close.values(opened_until=None))
            return [
                Found(_gone(unit.session, delete(row).where(row.subject_id == subject_id)), *words)
                for row, *words in _WORDS
            ]


def probe_ids(database: Database) -> Callable[[], Container[str]]:
    """Return what tells the ids of all probes, whoever they are of."""

    def known() -> frozenset[str]:
        with database.reading() as unit:
            return frozenset(unit.session.scalars(select(ProbeRow.id)))

    return known


def _count(session: Session, row: type[ProbeRow | CaptureRow | ExportRow], subject_id: str) -> int:
    query = select(func.count()).select_from(row).where(row.subject_id == subject_id)
    return session.scalar(query) or 0


def _gone(session: Session, statement: Delete) -> int:
    return len(session.execute(statement.returning(statement.table.c.subject_id)).all())
