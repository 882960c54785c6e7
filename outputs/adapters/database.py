"""Rows of outputs through SQLAlchemy, in consent's database and its migration chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consent.adapters.database import Database
from consent.adapters.tables import OutputRow, ReportRow, WatermarkRow
from consent.reports import Outcome
from outputs.errors import OutputMissing
from outputs.registry import Registered
from outputs.types import StoredOutput


class SqlOutputRows:
    """Rows of final outputs in one transaction (outputs.store.OutputRows)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, output: StoredOutput, object_key: str) -> None:
        """Add a row; a second one for the same job is refused by the database.

        Raises:
            OutputMissing: `output_removed` when the operator removed an output of that id.
        """
        removed = select(ReportRow.id).where(
            ReportRow.output_id == output.id, ReportRow.outcome == Outcome.REMOVED.value
        )
        if self._session.scalar(removed.limit(1)) is not None:
            raise _removed()
        self._session.add(
            OutputRow(
                id=output.id,
                job_id=output.job_id,
                subject_id=output.subject_id,
                record_id=output.record_id,
                style=output.style,
                sha256=output.sha256,
                media_type=output.media_type,
                width=output.width,
                height=output.height,
                object_key=object_key,
                created_at=output.created_at,
                log_index=output.log_index,
                frozen_at=output.frozen_at,
            )
        )
        self._session.flush()

    def load(self, output_id: str) -> tuple[StoredOutput, str] | None:
        """Return an output and its object's key."""
        row = self._session.get(OutputRow, output_id)
        return None if row is None else (_stored(row), row.object_key)

    def of_subject(self, subject_id: str) -> Sequence[StoredOutput]:
        """Return a subject's outputs, newest first."""
        question = (
            select(OutputRow)
            .where(OutputRow.subject_id == subject_id)
            .order_by(OutputRow.created_at.desc(), OutputRow.id)
        )
        return [_stored(row) for row in self._session.scalars(question)]

    def object_keys(self) -> frozenset[str]:
        """Return every key that a row points at."""
        return frozenset(self._session.scalars(select(OutputRow.object_key)))

    def register(self, registered: Registered, at: datetime) -> None:
        """Keep a watermark's id; one that is taken is refused by the database."""
        row = WatermarkRow(
            word=registered.word,
            output_id=registered.output_id,
            receipt_hash=registered.receipt_hash,
            created_at=at,
        )
        self._session.add(row)
        self._session.flush()

    def registered(self) -> Sequence[Registered]:
        """Return every watermark's id that was ever registered."""
        columns = (WatermarkRow.word, WatermarkRow.output_id, WatermarkRow.receipt_hash)
        return [Registered(*row) for row in self._session.execute(select(*columns))]

    def delete(self, output_id: str) -> None:
        """Delete a row; idempotent."""
        self._session.execute(delete(OutputRow).where(OutputRow.id == output_id))

    def delete_subject(self, subject_id: str) -> int:
        """Delete a subject's rows and return how many went."""
        gone = delete(OutputRow).where(OutputRow.subject_id == subject_id).returning(OutputRow.id)
        return len(self._session.execute(gone).all())


class OutputDatabase:
    """Opens transactions over the rows (outputs.store.OutputLedger)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[SqlOutputRows]:
        """Yield rows that may be written; commit on a clean exit, else roll back."""
        with self._database.transaction() as unit:
            yield SqlOutputRows(unit.session)

    @contextmanager
    def reading(self) -> Iterator[SqlOutputRows]:
        """Yield rows to read: this never waits for a writer."""
        with self._database.reading() as unit:
            yield SqlOutputRows(unit.session)


def _removed() -> OutputMissing:
    return OutputMissing(
        "output_removed",
        "This picture was removed by whoever runs this studio.",
        why="Somebody said that it shows them without their consent.",
        next_step="Ask whoever runs this studio about it.",
    )


def _stored(row: OutputRow) -> StoredOutput:
    return StoredOutput(
        id=row.id,
        subject_id=row.subject_id,
        record_id=row.record_id,
        job_id=row.job_id,
        style=row.style,
        sha256=row.sha256,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        created_at=row.created_at,
        log_index=row.log_index,
        frozen_at=row.frozen_at,
    )
