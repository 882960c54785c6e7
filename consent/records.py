"""Consent records: ISO/IEC TS 27560:2023 fields in W3C DPV terms, as canonical bytes (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import rfc8785
from jsonschema import Draft202012Validator, ValidationError

from consent.errors import ConsentRefused, RecordInvalid
from consent.notices import Controller, Notice
from consent.profiles import MAX_RETENTION_DAYS
from consent.statements import Event, statement, values_of
from consent.types import Purpose, RecordState, Scope, Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose on the consent screen."""

    purpose: Purpose
    scope: Scope
    retention_days: int
    adult_attested: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What the studio brings to a record."""

    notice: Notice  # as it was shown
    controller: Controller
    storage_location: str  # words, e.g. "this computer"
    model_versions: Mapping[str, str]  # what measures the face, name to version
    jurisdiction: str | None = None  # ISO 3166 code, where the settings name one


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRecord:
    """What a subject agreed to, for one purpose. Its statement is what gets signed."""

    record_id: str
    receipt_id: str
    subject_id: str  # pii_principal_id: a random pseudonym
    kind: SubjectKind
    purpose: Purpose
    scope: Scope
    notice_uri: str
    notice_sha256: str
    language: str
    controller: Controller
    jurisdiction: str | None
    storage_location: str
    retention_days: int
    adult_attested: bool
    model_versions: Mapping[str, str]
    nonce: str
    given_at: datetime
    expires_at: datetime
    events: tuple[Event, ...]  # up to the signature; a withdrawal comes after it


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord(ConsentRecord):
    """A record with the service's signature and what happened to it afterwards."""

    key_id: str  # SHA-256 of the public key, hex
    signature: bytes  # Ed25519, 64 bytes
    withdrawn_at: datetime | None = None

    def state(self, now: datetime) -> RecordState:
        """Return the state at a time; a withdrawal outweighs an expiry."""
        if self.withdrawn_at is not None:
            return RecordState.WITHDRAWN
        return RecordState.GIVEN if now < self.expires_at else RecordState.EXPIRED


def new_record(
    subject: Subject,
    choice: Choice,
    terms: Terms,
    *,
    record_id: str,
    nonce: str,
    now: datetime,
) -> ConsentRecord:
    """Make a record out of what was chosen and shown.

    Args:
        subject: who agrees.
        choice: what was chosen.
        terms: what the studio showed and is.
        record_id: random, 32 hex digits.
        nonce: random, 32 hex digits; makes each record's hash unguessable.
        now: aware UTC; the consent is valid from now on.

    Raises:
        ConsentRefused: `adult_not_attested`, `nothing_allowed` or `retention_too_long`.
        RecordInvalid: `record_schema` when a field is malformed.
    """
    _refuse_incomplete(choice)
    record = ConsentRecord(
        record_id=record_id,
        receipt_id=hashlib.sha256(f"receipt|{record_id}".encode()).hexdigest()[:32],
        subject_id=subject.id,
        kind=subject.kind,
        purpose=choice.purpose,
        scope=choice.scope,
        notice_uri=terms.notice.uri,
        notice_sha256=terms.notice.sha256,
        language=terms.notice.language,
        controller=terms.controller,
        jurisdiction=terms.jurisdiction,
        storage_location=terms.storage_location,
        retention_days=choice.retention_days,
        adult_attested=choice.adult_attested,
        model_versions=dict(terms.model_versions),
        nonce=nonce,
        given_at=now,
        expires_at=now + timedelta(days=choice.retention_days),
        events=(Event(at=now, state=RecordState.GIVEN, entity=subject.id),),
    )
    _validate(statement(record))
    return record


def canonical_bytes(record: ConsentRecord) -> bytes:
    """Return the record's statement in JCS (RFC 8785): the bytes that are signed."""
    return rfc8785.dumps(statement(record))


def record_from_json(text: str | bytes) -> ConsentRecord:
    """Read a statement back, e.g. from the database or a receipt.

    Raises:
        RecordInvalid: `record_schema` when it does not follow the schema.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise _schema_refused() from error
    _validate(document)
    return ConsentRecord(**values_of(document))


def with_signature(
    record: ConsentRecord,
    *,
    key_id: str,
    signature: bytes,
    withdrawn_at: datetime | None = None,
) -> SignedRecord:
    """Return the record together with its signature and present state."""
    own = {field.name: getattr(record, field.name) for field in fields(ConsentRecord)}
    return SignedRecord(**own, key_id=key_id, signature=signature, withdrawn_at=withdrawn_at)


def receipt_hash(record: SignedRecord) -> str:
    """Return SHA-256 over statement and signature, hex: what an output's manifest quotes."""
    return hashlib.sha256(canonical_bytes(record) + record.signature).hexdigest()


def _refuse_incomplete(choice: Choice) -> None:
    if choice.adult_attested is not True:
        raise ConsentRefused(
            "adult_not_attested",
            "You have not said that you are 18 or older.",
            why="Avatars of children are not made here.",
            next_step='If you are, tick "I am 18 or older".',
        )
    if not choice.scope.families or not choice.scope.media:
        raise ConsentRefused(
            "nothing_allowed",
            "Nothing to make yet.",
            why="Only what you switch on may be made of your face.",
            next_step="Switch on at least one.",
        )
    if not 1 <= choice.retention_days <= MAX_RETENTION_DAYS:
        raise ConsentRefused(
            "retention_too_long",
            "Consent cannot last that long here.",
            why="You should be asked again at least once a year.",
            next_step="Choose 30 days, 90 days or one year.",
        )


@cache
def _validator() -> Draft202012Validator:
    text = resources.files("consent").joinpath("schemas/consent-record-1.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


def _validate(document: Mapping[str, Any]) -> None:
    try:
        _validator().validate(document)
    except ValidationError as error:
        raise _schema_refused() from error


def _schema_refused() -> RecordInvalid:
    return RecordInvalid(
        "record_schema",
        "This consent record is not in the form it must have.",
        why="Only an undamaged record can say what you agreed to.",
        next_step="Give your consent again; the studio makes a new record.",
    )
