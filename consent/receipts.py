"""The receipt: the subject's own copy of a record, with all that is needed to check it offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from consent.entries import logged_json, opening
from consent.errors import ConsentRefused
from consent.log import LeafKind, LoggedLeaf
from consent.records import PASSKEY_DOMAIN, SignedRecord, passkey_challenge
from consent.signing import RECORD_DOMAIN, ServiceSigner, ServiceVerifier
from consent.statements import statement, time_text
from consent.types import RecordState

if TYPE_CHECKING:
    from consent.ports import Unit

RECEIPT_SCHEMA = "urn:selfsame:receipt:1"
RECEIPT_DOMAIN = b"selfsame receipt 1\n"
SIGNED_BY_PASSKEY = "record, with extensions.subject_signature null"
_STATE_TERMS = {  # W3C DPV 2; a consent that another took the place of has no state of its own
    RecordState.GIVEN: "dpv:ConsentGiven",
    RecordState.WITHDRAWN: "dpv:ConsentWithdrawn",
    RecordState.EXPIRED: "dpv:ConsentExpired",
    RecordState.REPLACED: "dpv:ConsentStatusInvalidForProcessing",
}


@dataclass(frozen=True, slots=True)
class LogEvidence:
    """Where a record stands in the log, and what opens its entry."""

    logged: LoggedLeaf
    opening: bytes | None  # 32 bytes; None once the subject's key is destroyed
    vkey: str  # public key of the log
    cosignatures: tuple[str, ...] = ()  # witnesses' lines under the checkpoint

    def as_json(self) -> dict[str, object]:
        """Return the evidence as the receipt holds it."""
        return {
            **logged_json(self.logged),
            "cosignatures": [
                {"witness": name, "line": line}
                for name, line in zip(self.witnesses(), self.cosignatures, strict=True)
            ],
            "opening": None if self.opening is None else self.opening.hex(),
            "log_vkey": self.vkey,
        }

    def witnesses(self) -> tuple[str, ...]:
        """Return the names of those who cosigned, in the order of their lines."""
        return tuple(line.split(" ")[1] for line in self.cosignatures)


def log_evidence(unit: Unit, record: SignedRecord) -> LogEvidence | None:
    """Return where a record stands in the log; None when it was given before there was one.

    The tree is the newest that a witness cosigned, so that the receipt says more than our word.

    Raises:
        LogInvalid: the log is damaged.
    """
    if record.log_index is None:
        return None
    size = unit.log.witnessed_size(record.log_index)
    try:
        key = opening(unit.vault, record.subject_id, LeafKind.CONSENT, record.record_id)
    except ConsentRefused:  # destroyed with all else
        key = None
    return LogEvidence(
        logged=unit.log.prove(record.log_index, size),
        opening=key,
        vkey=unit.log.vkey,
        cosignatures=() if size is None else tuple(unit.log.cosignatures(size)),
    )


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a consent."""

    at: datetime
    event: str  # given, narrowed, extended, assented, replaced, withdrawn or expired
    state: RecordState  # afterwards
    record_id: str | None = None  # of the other record, where one is concerned

    def as_json(self) -> dict[str, object]:
        """Return the happening as the receipt holds it."""
        return {
            "time": time_text(self.at),
            "event": self.event,
            "state": _STATE_TERMS[self.state],
            "record": self.record_id,
        }


def history(record: SignedRecord, now: datetime) -> tuple[Happening, ...]:
    """Return what happened to a record, oldest first."""
    first, assented = (record.change or "given"), record.assented_at
    found = [Happening(record.given_at, str(first), RecordState.GIVEN, record.replaces)]
    if assented is not None and record.given_at <= assented:  # else it stands on an earlier one
        found.append(Happening(assented, "assented", RecordState.GIVEN))
    if record.replaced_at is not None:
        by = record.replaced_by
        found.append(Happening(record.replaced_at, "replaced", RecordState.REPLACED, by))
    if record.withdrawn_at is not None:
        found.append(Happening(record.withdrawn_at, "withdrawn", RecordState.WITHDRAWN))
    if record.state(now) is RecordState.EXPIRED:
        found.append(Happening(record.expires_at, "expired", RecordState.EXPIRED))
    return tuple(sorted(found, key=lambda each: each.at))


def receipt(
    record: SignedRecord,
    signer: ServiceSigner,
    *,
    now: datetime,
    evidence: LogEvidence | None = None,
) -> dict[str, Any]:
    """Return the receipt as a JSON-LD document; `schemas/receipt-1.json` is its contract.

    The service signs it as a whole, on top of the record: Ed25519 over `domain` and the canonical
    bytes (RFC 8785) of everything but `receipt_signature`.

    Args:
        record: what was agreed to.
        signer: signs the receipt, and knows the key that the record was signed with.
        now: aware UTC; the state is that of this time.
        evidence: from the log; None for records of before there was one.
    """
    document = {
        "@context": context(),
        "@type": "dpv:ConsentReceipt",
        "schema_version": RECEIPT_SCHEMA,
        "issued_at": time_text(now),
        "state": record.state(now).value,
        "record": statement(record),
        "signature": _signature(signer, record.key_id, record.signature, domain=RECORD_DOMAIN),
        "passkey": _passkey(record),
        "history": [happening.as_json() for happening in history(record, now)],
        "log": None if evidence is None else evidence.as_json(),
    }
    value = signer.sign_document(document, domain=RECEIPT_DOMAIN)
    signature = _signature(signer, signer.key_id, value, domain=RECEIPT_DOMAIN)
    return {**document, "receipt_signature": signature}


def context() -> dict[str, Any]:
    """Return what the receipt's words mean in W3C DPV, Dublin Core and others (JSON-LD 1.1)."""
    found: dict[str, Any] = json.loads(_context())
    return found


@cache
def _context() -> str:
    return resources.files("consent").joinpath("schemas/context-1.jsonld").read_text("utf-8")


def _signature(
    verifier: ServiceVerifier, key_id: str, value: bytes, *, domain: bytes
) -> dict[str, str]:
    return {
        "algorithm": "Ed25519",
        "domain": domain.decode(),
        "key_id": key_id,
        "public_key": verifier.public_key(key_id).public_bytes_raw().hex(),
        "value": value.hex(),
    }


def _passkey(record: SignedRecord) -> dict[str, str] | None:
    if record.subject_signature is None:
        return None
    return {
        "algorithm": "WebAuthn",
        "domain": PASSKEY_DOMAIN.decode(),
        "challenge": passkey_challenge(record).hex(),
        "signed": SIGNED_BY_PASSKEY,
    }
