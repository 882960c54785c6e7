"""The JSON shape of a consent record, both ways. The schema in `schemas/` is its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from consent.notices import Controller
from consent.types import (
    Audience,
    Change,
    Medium,
    Purpose,
    RecordState,
    Scope,
    SubjectKind,
    SubjectSignature,
)

if TYPE_CHECKING:
    from consent.records import ConsentRecord

SCHEMA = "urn:selfsame:consent-record"
NEWEST = 2  # version of the schema that new records follow
ASSENT = (
    "The subject repeats this consent in front of the camera by a gesture that the studio asks "
    "for; the gesture is recorded with the capture."
)
WITHDRAWAL = "My consent, button Withdraw: at any time, at once, without reason or disadvantage"
UNCAPPED = 1000  # what records of version 1, which name no cap, are held to
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_STATE_TERMS = {
    RecordState.GIVEN: "dpv:ConsentGiven",
    RecordState.WITHDRAWN: "dpv:ConsentWithdrawn",
    RecordState.EXPIRED: "dpv:ConsentExpired",
    RecordState.REPLACED: "dpv:ConsentStatusInvalidForProcessing",
}
_FROM_STATE_TERM = {term: state for state, term in _STATE_TERMS.items()}
_PII = (
    {"name": "selfies", "category": "pd:Picture", "special_category": True},
    {"name": "capture frames", "category": "pd:Picture", "special_category": True},
    {"name": "face template", "category": "pd:FacialPrint", "special_category": True},
)
_PROCESSING = ("dpv:Collect", "dpv:Analyse", "dpv:Store", "dpv:Transform", "dpv:Erase")
_RIGHTS = ("eu-gdpr:A7-3", "eu-gdpr:A15", "eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A20",
           "eu-gdpr:A77")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the consent."""

    at: datetime
    state: RecordState
    entity: str  # who did it: a subject's or controller's id


def time_text(at: datetime) -> str:
    """Return a time as the records write it: UTC, microseconds, Z."""
    if at.tzinfo is None:
        raise ValueError("times must be aware")
    return at.astimezone(UTC).strftime(_TIME)


def time_value(text: str) -> datetime:
    """Read a time that `time_text` wrote."""
    return datetime.strptime(text, _TIME).replace(tzinfo=UTC)


def statement(record: ConsentRecord) -> dict[str, Any]:
    """Return the JSON document that is signed (ISO/IEC TS 27560 sections, DPV terms)."""
    return {
        "header": {
            "schema_version": f"{SCHEMA}:{record.version}",
            "conforms_to": "ISO/IEC TS 27560:2023",
            "record_id": record.record_id,
            "receipt_id": record.receipt_id,
            "pii_principal_id": record.subject_id,
            "subject_kind": record.kind.value,
        },
        "processing": _processing(record),
        "parties": [
            {"id": record.subject_id, "role": "data subject"},
            {
                "id": record.controller.id,
                "name": record.controller.name,
                "contact": record.controller.contact,
                "role": record.controller.role,
            },
        ],
        "events": [
            {
                "time": time_text(event.at),
                "valid_until": time_text(record.expires_at),
                "entity": event.entity,
                "consent_type": "dpv:ExplicitlyExpressedConsent",
                "state": _STATE_TERMS[event.state],
            }
            for event in record.events
        ],
        "extensions": _extensions(record),
    }


def _extensions(record: ConsentRecord) -> dict[str, Any]:
    first: dict[str, Any] = {
        "nonce": record.nonce,
        "families": sorted(record.scope.families),
        "media": sorted(medium.value for medium in record.scope.media),
        "audience": record.scope.audience.value,
        "adult_attested": record.adult_attested,
        "assent": ASSENT,
        "model_versions": dict(record.model_versions),
        "subject_signature": None,
    }
    if record.version == 1:
        return first
    signature = record.subject_signature
    return {
        **first,
        "written_release": True,
        "output_cap": record.scope.output_cap,
        "summary": record.summary,
        "replaces": record.replaces,
        "change": record.change.value if record.change else None,
        "subject_signature": None if signature is None else asdict(signature),
    }


def _processing(record: ConsentRecord) -> dict[str, Any]:
    return {
        "privacy_notice": {
            "uri": record.notice_uri,
            "sha256": record.notice_sha256,
            "language": record.language,
        },
        "purpose": record.purpose.value,
        "lawful_basis": "eu-gdpr:A9-2-a",
        "pii_information": [dict(item) for item in _PII],
        "collection_method": "camera in the browser, and selfies that the subject adds",
        "processing_methods": list(_PROCESSING),
        "storage_locations": [record.storage_location],
        "retention": {
            "days": record.retention_days,
            "from": time_text(record.given_at),
            "until": time_text(record.expires_at),
        },
        "jurisdiction": record.jurisdiction,
        "recipients": [],
        "withdrawal_method": WITHDRAWAL,
        "rights": list(_RIGHTS),
    }


def values_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a ConsentRecord out of a statement that follows the schema."""
    header, processing = document["header"], document["processing"]
    extensions, party = document["extensions"], document["parties"][1]
    retention = processing["retention"]
    signature = extensions["subject_signature"]
    return {
        "version": int(header["schema_version"].rpartition(":")[2]),
        "record_id": header["record_id"],
        "receipt_id": header["receipt_id"],
        "subject_id": header["pii_principal_id"],
        "kind": SubjectKind(header["subject_kind"]),
        "purpose": Purpose(processing["purpose"]),
        "scope": Scope(
            families=frozenset(extensions["families"]),
            media=frozenset(Medium(medium) for medium in extensions["media"]),
            audience=Audience(extensions["audience"]),
            output_cap=extensions.get("output_cap", UNCAPPED),
        ),
        "summary": extensions.get("summary", ""),
        "replaces": extensions.get("replaces"),
        "change": Change(extensions["change"]) if extensions.get("change") else None,
        "subject_signature": None if signature is None else SubjectSignature(**signature),
        "notice_uri": processing["privacy_notice"]["uri"],
        "notice_sha256": processing["privacy_notice"]["sha256"],
        "language": processing["privacy_notice"]["language"],
        "controller": Controller(**party),
        "jurisdiction": processing["jurisdiction"],
        "storage_location": processing["storage_locations"][0],
        "retention_days": retention["days"],
        "adult_attested": extensions["adult_attested"],
        "model_versions": dict(extensions["model_versions"]),
        "nonce": extensions["nonce"],
        "given_at": time_value(retention["from"]),
        "expires_at": time_value(retention["until"]),
        "events": tuple(
            Event(
                at=time_value(event["time"]),
                state=_FROM_STATE_TERM[event["state"]],
                entity=event["entity"],
            )
            for event in document["events"]
        ),
    }
