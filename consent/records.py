"""Consent records: ISO/IEC TS 27560:2023 fields in W3C DPV terms, as canonical bytes (RFC 8785)."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import rfc8785

from consent.errors import ConsentRefused
from consent.notices import Controller, Notice
from consent.profiles import MAX_RETENTION_DAYS
from consent.schema import malformed, validate
from consent.statements import NEWEST, Event, statement, values_of
from consent.types import (
    Change,
    Purpose,
    RecordState,
    Scope,
    Subject,
    SubjectKind,
    SubjectSignature,
)

PASSKEY_DOMAIN = b"selfsame consent by passkey 1\n"
_REMEMBERED = 512  # statements that were read lately; the gate reads one at every step


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
    summary: str  # the sentence that the choice amounted to, as it was shown
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
    summary: str
    replaces: str | None = None  # record id of the consent that this one narrows or extends
    change: Change | None = None  # which of the two
    subject_signature: SubjectSignature | None = None  # None: the service alone signed
    version: int = NEWEST  # of the schema


_OWN = tuple(field.name for field in fields(ConsentRecord))
_HASHABLE = tuple(name for name in _OWN if name != "model_versions")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRecord(ConsentRecord):
    """A record with the service's signature and what happened to it afterwards."""

    key_id: str  # SHA-256 of the public key, hex
    signature: bytes  # Ed25519, 64 bytes
    withdrawn_at: datetime | None = None
    assented_at: datetime | None = None  # when the face before the camera agreed to it
    replaced_at: datetime | None = None
    replaced_by: str | None = None  # record id
    log_index: int | None = None  # of its commitment; None: given before there was a log

    @property
    def waits_for_assent(self) -> bool:
        """Whether the face before the camera must yet agree before this replaces anything."""
        return self.change is Change.EXTENDED and self.assented_at is None

    def state(self, now: datetime) -> RecordState:
        """Return the state at a time; a withdrawal outweighs all else."""
        if self.withdrawn_at is not None:
            return RecordState.WITHDRAWN
        if self.replaced_at is not None:
            return RecordState.REPLACED
        return RecordState.GIVEN if now < self.expires_at else RecordState.EXPIRED


def new_record(  # noqa: PLR0913 - what a record needs, by name
    subject: Subject,
    choice: Choice,
    terms: Terms,
    *,
    record_id: str,
    nonce: str,
    now: datetime,
    replaces: str | None = None,
) -> ConsentRecord:
    """Make a record out of what was chosen and shown.

    Args:
        subject: who agrees.
        choice: what was chosen.
        terms: what the studio showed and is.
        record_id: random, 32 hex digits.
        nonce: random, 32 hex digits; makes each record's hash unguessable.
        now: aware UTC; the consent is valid from now on.
        replaces: the record of the same subject that this one extends.

    Raises:
        ConsentRefused: `adult_not_attested`, `nothing_allowed` or `retention_too_long`.
        RecordInvalid: `record_schema` when a field is malformed.
    """
    _refuse_incomplete(choice)
    record = ConsentRecord(
        record_id=record_id,
        receipt_id=_receipt_id(record_id),
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
        summary=terms.summary,
        replaces=replaces,
        change=None if replaces is None else Change.EXTENDED,
    )
    validate(statement(record))
    return record


def narrowed_record(  # noqa: PLR0913 - what a new record needs, by name
    earlier: SignedRecord,
    *,
    scope: Scope,
    expires_at: datetime,
    summary: str,
    record_id: str,
    nonce: str,
    now: datetime,
) -> ConsentRecord:
    """Make the record of a narrower consent: less may be made, or not as long.

    It stands on the notice and on the assent before the camera of the earlier one.

    Raises:
        ConsentRefused: `nothing_allowed`; `not_narrower` when it allows anything more, lasts
            longer, or changes nothing.
        RecordInvalid: `record_schema`.
    """
    if not scope.families or not scope.media:
        raise _nothing_allowed()
    is_within = earlier.scope.covers(scope) and now < expires_at <= earlier.expires_at
    if not is_within or (scope, expires_at) == (earlier.scope, earlier.expires_at):
        raise ConsentRefused(
            "not_narrower",
            "This is not less than you allow already.",
            why="More than before needs a new yes in front of the camera.",
            next_step="Switch something off, or choose an earlier end.",
        )
    record = replace(
        _plain(earlier),
        version=NEWEST,
        record_id=record_id,
        receipt_id=_receipt_id(record_id),
        scope=scope,
        retention_days=math.ceil((expires_at - now) / timedelta(days=1)),
        nonce=nonce,
        given_at=now,
        expires_at=expires_at,
        events=(Event(at=now, state=RecordState.GIVEN, entity=earlier.subject_id),),
        summary=summary,
        replaces=earlier.record_id,
        change=Change.NARROWED,
        subject_signature=None,
    )
    validate(statement(record))
    return record


def passkey_challenge(record: ConsentRecord) -> bytes:
    """Return what a passkey signs: SHA-256 over a domain and the record without its signature."""
    unsigned = replace(_plain(record), subject_signature=None)
    return hashlib.sha256(PASSKEY_DOMAIN + canonical_bytes(unsigned)).digest()


def with_subject_signature(record: ConsentRecord, signature: SubjectSignature) -> ConsentRecord:
    """Return the record as the service signs it after the subject did."""
    return replace(record, subject_signature=signature)


def canonical_bytes(record: ConsentRecord) -> bytes:
    """Return the record's statement in JCS (RFC 8785): the bytes that are signed."""
    versions = tuple(sorted(record.model_versions.items()))
    return _canonical_bytes(versions, *(getattr(record, name) for name in _HASHABLE))


@lru_cache(maxsize=_REMEMBERED, typed=True)
def _canonical_bytes(versions: tuple[tuple[str, str], ...], *values: Any) -> bytes:  # noqa: ANN401 - a record's
    """Return the bytes that belong to these very values, whoever asks for them."""
    own = dict(zip(_HASHABLE, values, strict=True))
    return rfc8785.dumps(statement(ConsentRecord(model_versions=dict(versions), **own)))


@lru_cache(maxsize=_REMEMBERED)
def record_from_json(text: str | bytes) -> ConsentRecord:
    """Read a statement back, e.g. from the database or a receipt.

    Raises:
        RecordInvalid: `record_schema` when it does not follow the schema.
    """
    try:
        document = json.loads(text)
    except ValueError as error:
        raise malformed() from error
    validate(document)
    return ConsentRecord(**values_of(document))


def with_signature(
    record: ConsentRecord,
    *,
    key_id: str,
    signature: bytes,
    **happened: Any,  # noqa: ANN401 - the fields that SignedRecord adds, by name
) -> SignedRecord:
    """Return the record together with its signature, and what happened to it afterwards."""
    own = {name: getattr(record, name) for name in _OWN}
    return SignedRecord(**own, key_id=key_id, signature=signature, **happened)


def receipt_payload(record: SignedRecord) -> bytes:
    """Return the statement and its signature: what manifests hash and the log commits to."""
    return canonical_bytes(record) + record.signature


def receipt_hash(record: SignedRecord) -> str:
    """Return SHA-256 over statement and signature, hex: what an output's manifest quotes."""
    return hashlib.sha256(receipt_payload(record)).hexdigest()


def _plain(record: ConsentRecord) -> ConsentRecord:
    return ConsentRecord(**{name: getattr(record, name) for name in _OWN})


def _receipt_id(record_id: str) -> str:
    return hashlib.sha256(f"receipt|{record_id}".encode()).hexdigest()[:32]


def _refuse_incomplete(choice: Choice) -> None:
    if choice.adult_attested is not True:
        raise ConsentRefused(
            "adult_not_attested",
            "You have not said that you are 18 or older.",
            why="Avatars of children are not made here.",
            next_step='If you are, tick "I am 18 or older".',
        )
    if not choice.scope.families or not choice.scope.media:
        raise _nothing_allowed()
    if not 1 <= choice.retention_days <= MAX_RETENTION_DAYS:
        raise ConsentRefused(
            "retention_too_long",
            "Consent cannot last that long here.",
            why="You should be asked again at least once a year.",
            next_step="Choose 30 days, 90 days or one year.",
        )


def _nothing_allowed() -> ConsentRefused:
    return ConsentRefused(
        "nothing_allowed",
        "Nothing to make yet.",
        why="Only what you switch on may be made of your face.",
        next_step="Switch on at least one.",
    )
