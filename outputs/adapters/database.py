"""Rows of outputs through SQLAlchemy, in consent's database and its migration chain."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consent.adapters.database import Database
from consent.adapters.tables import OutputRow, ReportRow, WatermarkRow
from consent.errors import ConsentRefused, RecordInvalid
from consent.reports import Outcome
from outputs.errors import OutputMissing
from outputs.registry import Registered
from outputs.types import StoredOutput

if TYPE_CHECKING:
    from consent.ports import KeyVault

NOTES = "output-notes"  # in the seal's associated data
WITH_WORD = select(OutputRow, WatermarkRow.word).outerjoin(
    WatermarkRow, WatermarkRow.output_id == OutputRow.id
)


class SqlOutputRows:
    """Rows of final outputs in one transaction (outputs.store.OutputRows)."""

    def __init__(self, session: Session, vault: KeyVault) -> None:
        self._session = session
        self._vault = vault

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
                sealed_notes=self._sealed(output),
            )
        )
        self._session.flush()

    def load(self, output_id: str) -> tuple[StoredOutput, str] | None:
        """Return an output and its object's key."""
        found = self._session.execute(WITH_WORD.where(OutputRow.id == output_id)).one_or_none()
        return None if found is None else (self._stored(*found), found[0].object_key)

    def of_subject(self, subject_id: str) -> Sequence[StoredOutput]:
        """Return a subject's outputs, newest first."""
        own = WITH_WORD.where(OutputRow.subject_id == subject_id)
        question = own.order_by(OutputRow.created_at.desc(), OutputRow.id)
        return [self._stored(*found) for found in self._session.execute(question)]

    def keys_of_subject(self, subject_id: str) -> Mapping[str, str]:
        """Return the keys of a subject's objects by the ids of their outputs."""
        columns = select(OutputRow.id, OutputRow.object_key)
        found = self._session.execute(columns.where(OutputRow.subject_id == subject_id))
        return {row.id: row.object_key for row in found}

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

    def registered_under(
        self, receipt_hashes: Collection[str]
    ) -> Sequence[tuple[Registered, datetime]]:
        """Return the ids of what was made under some records and when, oldest first."""
        question = (
            select(WatermarkRow)
            .where(WatermarkRow.receipt_hash.in_(receipt_hashes))
            .order_by(WatermarkRow.created_at, WatermarkRow.word)
        )
        return [
            (Registered(row.word, row.output_id, row.receipt_hash), row.created_at)
            for row in self._session.scalars(question)
        ]

    def delete(self, output_id: str) -> None:
        """Delete a row; idempotent."""
        self._session.execute(delete(OutputRow).where(OutputRow.id == output_id))

    def delete_subject(self, subject_id: str) -> int:
        """Delete a subject's rows and return how many went."""
        gone = delete(OutputRow).where(OutputRow.subject_id == subject_id).returning(OutputRow.id)
        return len(self._session.execute(gone).all())

    def _sealed(self, output: StoredOutput) -> bytes | None:
        if output.likeness is None and output.recipe is None:
            return None
        notes = json.dumps({"id": output.id, "likeness": output.likeness, "recipe": output.recipe})
        return self._vault.seal(output.subject_id, NOTES, notes.encode())

    def _notes(self, row: OutputRow) -> _Notes:
        """Open what is noted about an output; nothing where it is damaged or its key is gone."""
        if row.sealed_notes is None:
            return _Notes()
        try:
            opened = self._vault.unseal(row.subject_id, NOTES, row.sealed_notes)
        except (ConsentRefused, RecordInvalid):
            return _Notes()
        notes = json.loads(opened)
        if notes["id"] != row.id:  # another output's of the same subject
            return _Notes()
        return _Notes(notes["likeness"], notes["recipe"])

    def _stored(self, row: OutputRow, word: int | None) -> StoredOutput:
        notes = self._notes(row)
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
            watermark=word,
            likeness=notes.likeness,
            recipe=notes.recipe,
        )


class _Notes(NamedTuple):
    """What is noted about an output, as JSON data."""

    likeness: Mapping[str, object] | None = None
    recipe: Mapping[str, object] | None = None


class OutputDatabase:
    """Opens transactions over the rows (outputs.store.OutputLedger)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[SqlOutputRows]:
        """Yield rows that may be written; commit on a clean exit, else roll back."""
        with self._database.transaction() as unit:
            yield SqlOutputRows(unit.session, unit.vault)

    @contextmanager
    def reading(self) -> Iterator[SqlOutputRows]:
        """Yield rows to read: this never waits for a writer."""
        with self._database.reading() as unit:
            yield SqlOutputRows(unit.session, unit.vault)


def _removed() -> OutputMissing:
    return OutputMissing(
        "output_removed",
        "This picture was removed by whoever runs this studio.",
        why="Somebody said that it shows them without their consent.",
        next_step="Ask whoever runs this studio about it.",
    )
