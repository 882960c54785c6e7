"""The receipt: the subject's own copy of a record, as JSON and as a page to read."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Any

from consent.records import SignedRecord
from consent.signing import RECORD_DOMAIN, ServiceVerifier
from consent.statements import statement, time_text
from consent.types import Audience, RecordState

# JSON-LD: what our field names mean in the W3C Data Privacy Vocabulary and Dublin Core.
CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "schema_version": "dct:conformsTo",
    "receipt_id": "dct:identifier",
    "pii_principal_id": "dpv:hasDataSubject",
    "privacy_notice": "dpv:hasNotice",
    "purpose": "dpv:hasPurpose",
    "lawful_basis": "dpv:hasLegalBasis",
    "pii_information": "dpv:hasPersonalData",
    "processing_methods": "dpv:hasProcessing",
    "storage_locations": "dpv:hasLocation",
    "retention": "dpv:hasStorageCondition",
    "jurisdiction": "dpv:hasJurisdiction",
    "recipients": "dpv:hasRecipient",
    "withdrawal_method": "dpv:hasConsentControl",
    "rights": "dpv:hasRight",
    "state": "dpv:hasConsentStatus",
}
_STATES = {
    RecordState.GIVEN: "in force",
    RecordState.WITHDRAWN: "withdrawn",
    RecordState.EXPIRED: "run out",
}
_AUDIENCES = {
    Audience.PRIVATE: "only me",
    Audience.PUBLIC: "anyone",
    Audience.COMMERCIAL: "anyone, commercial use included",
}
_STYLE = (
    "body{font:16px/1.5 system-ui;max-width:64ch;margin:32px auto;padding:0 16px}"
    "dt{font-weight:600;margin-top:8px}dd{margin:0;overflow-wrap:anywhere}"
    ":root{color-scheme:light dark}"
)


def receipt(record: SignedRecord, verifier: ServiceVerifier) -> dict[str, Any]:
    """Return the receipt as a JSON document with all that is needed to check it offline.

    To check: Ed25519 over `domain` followed by the canonical bytes (RFC 8785) of `record`.
    """
    return {
        "@context": dict(CONTEXT),
        "record": statement(record),
        "withdrawn_at": None if record.withdrawn_at is None else time_text(record.withdrawn_at),
        "signature": {
            "algorithm": "Ed25519",
            "domain": RECORD_DOMAIN.decode(),
            "key_id": record.key_id,
            "public_key": verifier.public_key(record.key_id).public_bytes_raw().hex(),
            "value": record.signature.hex(),
        },
    }


def receipt_page(record: SignedRecord, notice_text: str, *, now: datetime) -> str:
    """Return the receipt as one HTML page without script or outside request.

    Args:
        record: what was agreed to.
        notice_text: the notice as it was shown.
        now: aware UTC; decides whether the consent is still in force.
    """
    rows = (
        ("State", _STATES[record.state(now)]),
        ("Receipt", record.receipt_id),
        ("Given", f"{record.given_at:%d %B %Y, %H:%M} UTC"),
        ("Lasts until", f"{record.expires_at:%d %B %Y, %H:%M} UTC"),
        ("What may be made", ", ".join(sorted(record.scope.families))),
        ("In which form", ", ".join(sorted(medium.value for medium in record.scope.media))),
        ("Who may see it", _AUDIENCES[record.scope.audience]),
        ("You said", "I am 18 or older"),
        ("Responsible", f"{record.controller.name}, {record.controller.contact}"),
        ("How to stop", 'Open "My consent" and press "Withdraw".'),
        ("Notice (SHA-256)", record.notice_sha256),
        ("Signed with key", record.key_id),
        ("Signature", record.signature.hex()),
    )
    items = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    return (
        f'<!doctype html><html lang="{escape(record.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Consent receipt</title><style>{_STYLE}</style></head><body>"
        f"<h1>Your consent</h1><dl>{items}</dl><h2>What you were shown</h2>"
        f'<p style="white-space:pre-line">{escape(notice_text)}</p></body></html>\n'
    )
