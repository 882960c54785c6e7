"""What consent keeps, through one SQLAlchemy session: `unit_of` in `database` puts it together."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from consent.adapters.keys import MasterKey, seal, unseal
from consent.adapters.tables import (
    BrowserSessionRow,
    CaptureRow,
    ProbeRow,
    RecordRow,
    SessionSubjectRow,
    SubjectRow,
    WrappedKeyRow,
)
from consent.errors import ConsentRefused
from consent.ports import SessionState
from consent.records import (
    SignedRecord,
    canonical_bytes,
    receipt_hash,
    record_from_json,
    with_signature,
)
from consent.types import (
    Action,
    Capture,
    LiveCapture,
    Probe,
    Subject,
    SubjectKind,
    SyntheticCapture,
    Template,
)


class SqlVault:
    """Data keys of subjects, wrapped in the database."""

    def __init__(self, session: Session, master: MasterKey) -> None:
        self._session = session
        self._master = master

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        wrapped = self._master.wrap(self._master.new_data_key(), name=_key_name(subject_id))
        self._session.add(WrappedKeyRow(subject_id=subject_id, wrapped=wrapped))
        self._session.flush()

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt under the subject's data key, bound to subject and kind."""
        name = f"{subject_id}|{kind}"
        return seal(self._key(subject_id), plaintext, name=name, entropy=self._master.entropy)

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused (`key_destroyed`) or RecordInvalid."""
        return unseal(self._key(subject_id), sealed, name=f"{subject_id}|{kind}")

    def destroy(self, subject_id: str) -> None:
        """Delete the wrapped key; gone for good only after the commit and `truncate_wal`."""
        self._session.execute(delete(WrappedKeyRow).where(WrappedKeyRow.subject_id == subject_id))

    def _key(self, subject_id: str) -> bytes:
        row = self._session.get(WrappedKeyRow, subject_id)
        if row is None:
            raise ConsentRefused(
                "key_destroyed",
                "This data was deleted.",
                why="Its key was destroyed when consent was withdrawn or ran out.",
                next_step="Give a new consent to start again.",
            )
        return self._master.unwrap(row.wrapped, name=_key_name(subject_id))


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
        row = self._session.get(SubjectRow, subject_id)
        if row is None:
            raise _unknown("subject")
        return Subject(id=row.id, kind=SubjectKind(row.kind), created_at=row.created_at)

    def ended(self, now: datetime) -> Sequence[str]:
        """Return subjects whose records are all over but whose data key still exists."""
        of_subject = RecordRow.subject_id == WrappedKeyRow.subject_id
        in_force = RecordRow.withdrawn_at.is_(None) & (RecordRow.expires_at > now)
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
        )
        self._session.add(row)
        self._session.flush()

    def load(self, record_id: str, *, lock: bool = False) -> SignedRecord:
        """Return the record with its present state, or raise ConsentRefused or RecordInvalid.

        On SQLite a writing transaction holds the whole database from its start (BEGIN IMMEDIATE),
        so `lock` adds nothing there.
        """
        query = select(RecordRow).where(RecordRow.id == record_id)
        query = query.execution_options(populate_existing=True)
        row = self._session.scalar(query.with_for_update() if lock else query)
        if row is None:
            raise _unknown("consent")
        return _record(row)

    def of_subject(self, subject_id: str) -> Sequence[SignedRecord]:
        """Return all records of a subject, oldest first."""
        query = select(RecordRow).where(RecordRow.subject_id == subject_id)
        query = query.execution_options(populate_existing=True)
        rows = self._session.scalars(query.order_by(RecordRow.given_at, RecordRow.id))
        return tuple(_record(row) for row in rows)

    def with_receipt_hash(self, wanted: str) -> SignedRecord | None:
        """Return the record that a manifest quotes, or None."""
        row = self._session.scalar(select(RecordRow).where(RecordRow.receipt_hash == wanted))
        return None if row is None else _record(row)

    def withdraw(self, record_id: str, at: datetime) -> None:
        """Mark a record withdrawn; a second withdrawal changes nothing."""
        self._session.execute(
            update(RecordRow)
            .where(RecordRow.id == record_id, RecordRow.withdrawn_at.is_(None))
            .values(withdrawn_at=at)
        )
        self.load(record_id)  # an unknown record is refused


class SqlCaptures:
    """Captures and probes in one transaction."""

    def __init__(self, session: Session, vault: SqlVault) -> None:
        self._session = session
        self._vault = vault

    def add(self, capture: Capture) -> None:
        """Store a verdict with its template sealed."""
        live = capture if isinstance(capture, LiveCapture) else None
        synthetic = capture if isinstance(capture, SyntheticCapture) else None
        kept: object = dict(live.evidence) if live else {}
        if synthetic:
            kept = list(synthetic.frame_hashes)
        row = CaptureRow(
            id=capture.id,
            subject_id=capture.subject_id,
            record_id=capture.record_id,
            kind=(SubjectKind.PERSON if live else SubjectKind.SYNTHETIC).value,
            nonce=capture.nonce,
            captured_at=capture.captured_at,
            assent=live.assent.value if live else None,
            baked_subject=synthetic.baked_subject if synthetic else None,
            evidence=json.dumps(kept),
            template=self._vault.seal(capture.subject_id, "template", _packed(capture.template)),
        )
        self._session.add(row)
        self._session.flush()

    def load(self, capture_id: str) -> Capture:
        """Return the capture, or raise ConsentRefused."""
        row = self._session.get(CaptureRow, capture_id)
        if row is None:
            raise _unknown("capture")
        return self._capture(row)

    def latest(self, subject_id: str) -> Capture | None:
        """Return the newest capture of a subject."""
        query = select(CaptureRow).where(CaptureRow.subject_id == subject_id)
        row = self._session.scalar(query.order_by(CaptureRow.captured_at.desc()).limit(1))
        return None if row is None else self._capture(row)

    def add_probe(self, probe: Probe) -> None:
        """Store a verified probe."""
        row = ProbeRow(
            id=probe.id,
            subject_id=probe.subject_id,
            capture_id=probe.capture_id,
            sha256=probe.sha256,
            distance=probe.distance,
            z=None if math.isnan(probe.z) else probe.z,
            verified_at=probe.verified_at,
        )
        self._session.add(row)
        self._session.flush()

    def probes(self, subject_id: str) -> Sequence[Probe]:
        """Return the subject's probes, oldest first."""
        query = select(ProbeRow).where(ProbeRow.subject_id == subject_id)
        rows = self._session.scalars(query.order_by(ProbeRow.verified_at, ProbeRow.id))
        return tuple(_probe(row) for row in rows)

    def load_probe(self, probe_id: str) -> Probe:
        """Return one probe, or raise ConsentRefused."""
        row = self._session.get(ProbeRow, probe_id)
        if row is None:
            raise _unknown("selfie")
        return _probe(row)

    def _capture(self, row: CaptureRow) -> Capture:
        template = _unpacked(self._vault.unseal(row.subject_id, "template", row.template))
        if row.kind == SubjectKind.PERSON.value and row.assent is not None:
            return LiveCapture(
                id=row.id,
                subject_id=row.subject_id,
                record_id=row.record_id,
                nonce=row.nonce,
                captured_at=row.captured_at,
                assent=Action(row.assent),
                template=template,
                evidence=json.loads(row.evidence),
            )
        return SyntheticCapture(
            id=row.id,
            subject_id=row.subject_id,
            record_id=row.record_id,
            nonce=row.nonce,
            captured_at=row.captured_at,
            baked_subject=row.baked_subject or "",
            template=template,
            frame_hashes=tuple(json.loads(row.evidence)),
        )


class SqlSessions:
    """Browser sessions in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(self, token_hash: str, *, now: datetime) -> None:
        """Store a new session."""
        self._session.add(BrowserSessionRow(token_hash=token_hash, created_at=now))
        self._session.flush()

    def bind(
        self, token_hash: str, subject_id: str, opened_until: datetime | None, *, now: datetime
    ) -> None:
        """Bind the session to a subject and close what it had open of others."""
        self.lock(token_hash)
        row = SessionSubjectRow(
            token_hash=token_hash, subject_id=subject_id, opened_until=opened_until, bound_at=now
        )
        self._session.merge(row)
        self._session.flush()

    def current(self, token_hash: str, *, now: datetime) -> SessionState:
        """Return the subject bound last, and whether theirs is open now."""
        query = select(SessionSubjectRow).where(SessionSubjectRow.token_hash == token_hash)
        row = self._session.scalar(query.order_by(SessionSubjectRow.bound_at.desc()).limit(1))
        if row is None:
            return SessionState(None, is_open=False)
        is_open = row.opened_until is not None and now < row.opened_until
        return SessionState(row.subject_id, is_open=is_open)

    def known(self, token_hash: str) -> bool:
        """Tell whether a session of that token was created."""
        return self._session.get(BrowserSessionRow, token_hash) is not None

    def bound_at(self, token_hash: str, subject_id: str) -> datetime | None:
        """Return when the session was last bound to a subject, or None."""
        row = self._session.get(SessionSubjectRow, (token_hash, subject_id))
        return None if row is None else row.bound_at

    def subjects_of(self, token_hash: str) -> Sequence[str]:
        """Return all subjects the session was ever bound to, newest first."""
        query = select(SessionSubjectRow.subject_id).where(
            SessionSubjectRow.token_hash == token_hash
        )
        return tuple(self._session.scalars(query.order_by(SessionSubjectRow.bound_at.desc())))

    def lock(self, token_hash: str) -> None:
        """Close what is open in this session."""
        self._session.execute(
            update(SessionSubjectRow)
            .where(SessionSubjectRow.token_hash == token_hash)
            .values(opened_until=None)
        )


def _record(row: RecordRow) -> SignedRecord:
    return with_signature(
        record_from_json(row.statement),
        key_id=row.key_id,
        signature=row.signature,
        withdrawn_at=row.withdrawn_at,
    )


def _probe(row: ProbeRow) -> Probe:
    return Probe(
        id=row.id,
        subject_id=row.subject_id,
        capture_id=row.capture_id,
        sha256=row.sha256,
        distance=row.distance,
        z=math.nan if row.z is None else row.z,
        verified_at=row.verified_at,
    )


def _packed(template: Template) -> bytes:
    return struct.pack(f"<{len(template)}d", *template)


def _unpacked(data: bytes) -> Template:
    return struct.unpack(f"<{len(data) // 8}d", data)


def _key_name(subject_id: str) -> str:
    return f"{subject_id}|data-key"


def _unknown(thing: str) -> ConsentRefused:
    return ConsentRefused(
        f"{thing}_unknown",
        f"This {thing} is not here, or no longer.",
        why="Only what was agreed to and captured here can be drawn.",
        next_step="Start again from the consent page.",
    )
