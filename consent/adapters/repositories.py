"""Subjects and consent records, through one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from consent.adapters.tables import AnnouncementRow, JobRow, RecordRow, SubjectRow, WrappedKeyRow
from consent.errors import ConsentRefused, RecordInvalid
from consent.ports import HeldRecord
from consent.profiles import ASSENT_WITHIN
from consent.records import (
    SignedRecord,
    canonical_bytes,
    receipt_hash,
    record_from_json,
    with_signature,
)
from consent.types import Subject, SubjectKind

_DONE = "done"  # state of a job whose output was stored

# The gate asks these at every step: made once, and read without the mapper.
_SUBJECT = select(SubjectRow.__table__).where(SubjectRow.id == bindparam("wanted"))
_HOLDS = select(WrappedKeyRow.subject_id).where(WrappedKeyRow.subject_id == bindparam("wanted"))
_RECORD = select(RecordRow.__table__).where(RecordRow.id == bindparam("wanted"))
_RECORD_HELD = _RECORD.with_for_update()
_RECORDS = (
    select(RecordRow.__table__)
    .where(RecordRow.subject_id == bindparam("wanted"))
    .order_by(RecordRow.given_at, RecordRow.id)
)
_MADE = (
    select(func.count())
    .select_from(JobRow)
    .where(JobRow.state == _DONE, JobRow.record_id.in_(bindparam("records", expanding=True)))
)


class SqlSubjects:
    """Subjects in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subject: Subject) -> None:
        """Store a new subject."""
        row = SubjectRow(id=subject.id, kind=subject.kind.value, created_at=subject.created_at)
        self._session.add(row)
        self._session.flush()

    def load(self, subject_id: str) -> Subject:
        """Return the subject, or raise ConsentRefused."""
        row = self._session.connection().execute(_SUBJECT, {"wanted": subject_id}).first()
        if row is None:
            raise unknown("subject")
        return Subject(id=row.id, kind=SubjectKind(row.kind), created_at=row.created_at)

    def holds_data(self, subject_id: str) -> bool:
        """Tell whether the subject's data key still exists."""
        found = self._session.connection().execute(_HOLDS, {"wanted": subject_id}).first()
        return found is not None

    def ended(self, now: datetime) -> Sequence[str]:
        """Return subjects whose records are all over but whose data key still exists."""
        of_subject = RecordRow.subject_id == WrappedKeyRow.subject_id
        # A longer consent that nobody agreed to before the camera prolongs nothing.
        agreed = RecordRow.assented_at.is_not(None) | (RecordRow.given_at > now - ASSENT_WITHIN)
        in_force = RecordRow.withdrawn_at.is_(None) & (RecordRow.expires_at > now)
        in_force &= agreed & RecordRow.replaced_at.is_(None)
        query = select(WrappedKeyRow.subject_id).where(
            exists().where(of_subject), ~exists().where(of_subject, in_force)
        )
        return tuple(self._session.scalars(query.order_by(WrappedKeyRow.subject_id)))


class SqlRecords:
    """Consent records in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: SignedRecord) -> None:
        """Store a signed record."""
        row = RecordRow(
            id=record.record_id,
            subject_id=record.subject_id,
            statement=canonical_bytes(record).decode(),
            key_id=record.key_id,
            signature=record.signature,
            receipt_hash=receipt_hash(record),
            given_at=record.given_at,
            expires_at=record.expires_at,
            withdrawn_at=record.withdrawn_at,
            assented_at=record.assented_at,
            replaced_at=record.replaced_at,
            replaced_by=record.replaced_by,
            log_index=record.log_index,
        )
        self._session.add(row)
        self._session.flush()

    def load(self, record_id: str, *, lock: bool = False) -> SignedRecord:
        """Return the record with its present state, or raise ConsentRefused or RecordInvalid.

        On SQLite a writing transaction holds the whole database from its start (BEGIN IMMEDIATE),
        so `lock` adds nothing there.
        """
        self._session.flush()
        query = _RECORD_HELD if lock else _RECORD
        row = self._session.connection().execute(query, {"wanted": record_id}).first()
        if row is None:
            raise unknown("consent")
        return _record(row)

    def of_subject(self, subject_id: str) -> Sequence[SignedRecord]:
        """Return all records of a subject, oldest first."""
        self._session.flush()
        rows = self._session.connection().execute(_RECORDS, {"wanted": subject_id})
        return tuple(_record(row) for row in rows)

    def with_receipt_hash(self, wanted: str) -> SignedRecord | None:
        """Return the record that a manifest quotes, or None."""
        row = self._session.scalar(select(RecordRow).where(RecordRow.receipt_hash == wanted))
        return None if row is None else _record(row)

    def hold(self, subject_id: str, now: datetime) -> Sequence[HeldRecord]:
        """Hold all rows of a subject until the commit, oldest first; no statement is read."""
        given = RecordRow.withdrawn_at.is_(None) & RecordRow.replaced_at.is_(None)
        given &= RecordRow.expires_at > now
        query = select(RecordRow.id, RecordRow.withdrawn_at, given)
        query = query.where(RecordRow.subject_id == subject_id).with_for_update()
        rows = self._session.execute(query.order_by(RecordRow.given_at, RecordRow.id))
        return tuple(HeldRecord(name, at, bool(is_given)) for name, at, is_given in rows)

    def withdraw(self, record_id: str, at: datetime) -> None:
        """Mark a record withdrawn; a second withdrawal changes nothing."""
        self._session.execute(
            update(RecordRow)
            .where(RecordRow.id == record_id, RecordRow.withdrawn_at.is_(None))
            .values(withdrawn_at=at)
        )
        if self._session.scalar(select(RecordRow.id).where(RecordRow.id == record_id)) is None:
            raise unknown("consent")

    def assent(self, record_id: str, at: datetime) -> None:
        """Note that the face before the camera agreed; only the first time counts."""
        self._session.execute(
            update(RecordRow)
            .where(RecordRow.id == record_id, RecordRow.assented_at.is_(None))
            .values(assented_at=at)
        )

    def replace(self, record_id: str, by: str, at: datetime) -> None:
        """Note that another record of the subject stands in a record's place from now on."""
        self._session.execute(
            update(RecordRow)
            .where(RecordRow.id == record_id, RecordRow.replaced_at.is_(None))
            .values(replaced_at=at, replaced_by=by)
        )

    def made_under(self, record_ids: Sequence[str]) -> int:
        """Return how many outputs were ever made under these records, the deleted ones too."""
        values = {"records": list(record_ids)}
        return self._session.connection().execute(_MADE, values).scalar() or 0


class SqlAnnouncements:
    """What the log said last about public things, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self, name: str) -> str | None:
        """Return the commitment that was logged last under a name."""
        row = self._session.get(AnnouncementRow, name)
        return None if row is None else row.commitment

    def set(self, name: str, commitment: str, log_index: int) -> None:
        """Note what was logged."""
        row = AnnouncementRow(name=name, commitment=commitment, log_index=log_index)
        self._session.merge(row)
        self._session.flush()


def _record(row: RecordRow | Row[Any]) -> SignedRecord:
    """Return a row's record.

    Raises:
        RecordInvalid: `record_schema`, or `record_swapped` when it belongs into another row.
    """
    record = record_from_json(row.statement)
    if (record.record_id, record.subject_id) != (row.id, row.subject_id):
        raise RecordInvalid(
            "record_swapped",
            "Another consent lies in the place of this one.",
            why="Only an undamaged record can say what you agreed to.",
            next_step="Withdraw, and give your consent again.",
        )
    return with_signature(
        record,
        key_id=row.key_id,
        signature=row.signature,
        withdrawn_at=row.withdrawn_at,
        assented_at=row.assented_at,
        replaced_at=row.replaced_at,
        replaced_by=row.replaced_by,
        log_index=row.log_index,
    )


def unknown(thing: str) -> ConsentRefused:
    """Return the refusal of something that is not stored."""
    return ConsentRefused(
        f"{thing}_unknown",
        f"This {thing} is not here, or no longer.",
        why="Only what was agreed to and captured here can be drawn.",
        next_step="Start again from the consent page.",
    )
