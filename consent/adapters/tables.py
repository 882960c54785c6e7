"""Tables of `app.db`. Jobs and outputs are declared here too: one migration chain for all."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time in every database; a naive time is an error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - read by SQLAlchemy as is


_ID = String(64)


class SubjectRow(Base):
    """A random pseudonym."""

    __tablename__ = "subjects"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(_ID, index=True)  # who signed by passkey


class AccountRow(Base):
    """Whoever holds certain passkeys; a random pseudonym."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    created_at: Mapped[datetime]


class PasskeyRow(Base):
    """The public half of a passkey."""

    __tablename__ = "passkeys"

    credential_id: Mapped[str] = mapped_column(String(1400), primary_key=True)  # base64url
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    public_key: Mapped[str] = mapped_column(Text)  # COSE_Key, base64url
    sign_count: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class WrappedKeyRow(Base):
    """A subject's data key under the master key. Deleting the row is the deletion of the data."""

    __tablename__ = "wrapped_keys"

    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class RecordRow(Base):
    """A consent record exactly as signed, and its state."""

    __tablename__ = "records"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    statement: Mapped[str] = mapped_column(Text)  # canonical JSON
    key_id: Mapped[str] = mapped_column(String(64))
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)  # what manifests quote
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    assented_at: Mapped[datetime | None]  # when the face before the camera agreed
    replaced_at: Mapped[datetime | None]
    replaced_by: Mapped[str | None] = mapped_column(_ID)  # a record's id
    log_index: Mapped[int | None] = mapped_column(BigInteger)


class CaptureRow(Base):
    """A capture's verdict; template and numbers are sealed under the subject's key."""

    __tablename__ = "captures"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    kind: Mapped[str] = mapped_column(String(16))
    nonce: Mapped[str] = mapped_column(String(32), unique=True)  # a challenge passes once
    captured_at: Mapped[datetime]
    assent: Mapped[str | None] = mapped_column(String(16))
    baked_subject: Mapped[str | None] = mapped_column(String(64))
    sealed_evidence: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, see captures.py
    template: Mapped[bytes] = mapped_column(LargeBinary)


class ProbeRow(Base):
    """A selfie that was matched to a capture; its numbers are sealed under the subject's key."""

    __tablename__ = "probes"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    capture_id: Mapped[str] = mapped_column(ForeignKey("captures.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_numbers: Mapped[bytes] = mapped_column(LargeBinary)  # JSON, see captures.py
    verified_at: Mapped[datetime]


class BrowserSessionRow(Base):
    """A browser, known by its token's hash."""

    __tablename__ = "browser_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    created_at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(_ID)  # signed in with a passkey of it
    signed_in_until: Mapped[datetime | None]


class SessionSubjectRow(Base):
    """Which subjects a browser was bound to, and until when theirs is open."""

    __tablename__ = "session_subjects"

    token_hash: Mapped[str] = mapped_column(
        ForeignKey("browser_sessions.token_hash"), primary_key=True
    )
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    opened_until: Mapped[datetime | None]
    bound_at: Mapped[datetime]


class JobRow(Base):
    """A job: ids, settings and state; no pixels."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_subject_id_created_at", "subject_id", "created_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"))
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    capture_id: Mapped[str] = mapped_column(_ID)  # no foreign key: captures are purged first
    probe_id: Mapped[str] = mapped_column(_ID)
    style: Mapped[str] = mapped_column(String(64))
    family: Mapped[str] = mapped_column(String(32))
    controls: Mapped[str] = mapped_column(Text)  # JSON; {} where they are sealed
    sealed_controls: Mapped[bytes | None]  # corrections tell what a person looks like
    seed: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(32))
    message: Mapped[str] = mapped_column(String(64))  # what is being done, in words
    progress: Mapped[float]  # 0 to 1
    refusal: Mapped[str | None] = mapped_column(Text)  # JSON: code, what, why, next
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class OutputRow(Base):
    """A released output; its bytes lie in the store under `object_key`."""

    __tablename__ = "outputs"
    __table_args__ = (Index("ix_outputs_subject_id_created_at", "subject_id", "created_at"),)

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    job_id: Mapped[str] = mapped_column(_ID, unique=True)  # a job yields one output
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"))
    record_id: Mapped[str] = mapped_column(ForeignKey("records.id"))
    style: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    object_key: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]  # reported: not handed out until the operator has looked
    log_index: Mapped[int | None] = mapped_column(BigInteger)
    sealed_notes: Mapped[bytes | None] = mapped_column(LargeBinary)  # likeness and recipe


class WatermarkRow(Base):
    """What the id in an output's colours leads to; stays after the output and the consent."""

    __tablename__ = "watermarks"

    word: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    output_id: Mapped[str] = mapped_column(_ID, unique=True)
    receipt_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]


class ExportRow(Base):
    """A file that its subject downloaded: what the deletion receipt will list."""

    __tablename__ = "exports"

    output_id: Mapped[str] = mapped_column(_ID, primary_key=True)
    media_type: Mapped[str] = mapped_column(String(32), primary_key=True)
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64))  # of the file
    exported_at: Mapped[datetime]  # the first time


class DeletionRow(Base):
    """The deletion of what belongs to a subject: what was found, and the receipt at its end."""

    __tablename__ = "deletions"

    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[datetime]
    found: Mapped[str] = mapped_column(Text)  # JSON, see deletions.py; empty at the end
    receipt: Mapped[str | None] = mapped_column(Text)  # JSON; kept for a while
    completed_at: Mapped[datetime | None] = mapped_column(index=True)
    log_index: Mapped[int | None] = mapped_column(BigInteger)  # of the entry about the receipt


class ReportRow(Base):
    """Somebody says: this is me and I did not agree. The operator answers."""

    __tablename__ = "reports"

    id: Mapped[str] = mapped_column(_ID, primary_key=True)
    output_id: Mapped[str] = mapped_column(_ID, index=True)  # may outlive the output
    sealed_words: Mapped[bytes] = mapped_column(LargeBinary)  # JSON under the master key
    reported_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(16))  # lifted, removed


class AnnouncementRow(Base):
    """What the log said last about something public, such as a notice or the gate's rules."""

    __tablename__ = "announcements"

    name: Mapped[str] = mapped_column(_ID, primary_key=True)
    commitment: Mapped[str] = mapped_column(String(64))
    log_index: Mapped[int] = mapped_column(BigInteger)


class LogLeafRow(Base):
    """One entry of the transparency log, exactly as it is hashed."""

    __tablename__ = "log_leaves"

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class LogNodeRow(Base):
    """The root of a complete subtree of 2**level leaves."""

    __tablename__ = "log_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogHeadRow(Base):
    """The newest tree head; one row, held while a leaf is appended."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]  # of the newest leaf
    note: Mapped[str] = mapped_column(Text)  # signed checkpoint


class LogCosignatureRow(Base):
    """A checkpoint that a witness vouched for."""

    __tablename__ = "log_cosignatures"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(String(128), primary_key=True)
    note: Mapped[str] = mapped_column(Text)  # without the cosignature
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
