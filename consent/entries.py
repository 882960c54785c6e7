"""What each entry of the log commits to, and how its commitment is opened.

A commitment is HMAC-SHA-256 of the payload under an opening. The opening of whatever belongs to a
subject is derived from their data key for this one entry, so it dies with the key and one receipt
opens one entry. Notices and policies are public: their payload is, and so is their opening. An
entry's time is that of its appending.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import rfc8785

from consent.log import Leaf, LeafKind, LoggedLeaf, commit
from consent.records import SignedRecord, receipt_payload
from consent.statements import time_text

if TYPE_CHECKING:
    from consent.notices import Notice
    from consent.ports import KeyVault, RemovedCapture, Unit
    from consent.types import Capture, Grant

PUBLIC_OPENING = hashlib.sha256(b"selfsame public entry 1").digest()


def opening(vault: KeyVault, subject_id: str, kind: LeafKind, name: str) -> bytes:
    """Return what opens a subject's entry: 32 bytes.

    Args:
        vault: holds the data keys.
        subject_id: whose entry it is.
        kind: of the entry.
        name: of the record, capture or output that it is about.

    Raises:
        ConsentRefused: `key_destroyed`.
    """
    return vault.derive(subject_id, f"log|{kind.value}|{name}")


def log_consent(unit: Unit, record: SignedRecord, at: datetime) -> int:
    """Log that a record was signed; to be called before it is stored. Return the index."""
    key = opening(unit.vault, record.subject_id, LeafKind.CONSENT, record.record_id)
    return _append(unit, LeafKind.CONSENT, at, key, receipt_payload(record))


def log_capture(unit: Unit, capture: Capture, at: datetime) -> int:
    """Log that a live person, or a subject who is nobody, agreed before the camera."""
    key = opening(unit.vault, capture.subject_id, LeafKind.CAPTURE, capture.id)
    return _append(unit, LeafKind.CAPTURE, at, key, capture_payload(capture))


def log_grant(unit: Unit, grant: Grant, job_id: str) -> int:
    """Log the leave under which an output is stored."""
    key = opening(unit.vault, grant.subject_id, LeafKind.GRANT, job_id)
    payload = grant_payload(grant, job_id)
    return _append(unit, LeafKind.GRANT, grant.granted_at, key, payload)


def log_output(
    unit: Unit, subject_id: str, output_id: str, record_id: str, sha256: str, at: datetime
) -> int:
    """Log an output with the hash of its first file."""
    key = opening(unit.vault, subject_id, LeafKind.OUTPUT, output_id)
    payload = output_payload(output_id, record_id, sha256)
    return _append(unit, LeafKind.OUTPUT, at, key, payload)


def log_withdrawal(unit: Unit, subject_id: str, records: Sequence[str], at: datetime) -> int:
    """Log that a subject ended everything, while their key still exists."""
    key = opening(unit.vault, subject_id, LeafKind.WITHDRAWAL, subject_id)
    payload = _canonical({"records": list(records), "at": time_text(at)})
    return _append(unit, LeafKind.WITHDRAWAL, at, key, payload)


def log_shred(unit: Unit, document: Mapping[str, object], nonce: bytes, at: datetime) -> int:
    """Log a deletion receipt; the key is gone, so a nonce that only the receipt holds opens it."""
    return _append(unit, LeafKind.SHRED, at, nonce, shred_payload(document))


def log_template_shred(unit: Unit, capture: RemovedCapture, at: datetime) -> int:
    """Log that a face template was destroyed while its subject's consent goes on."""
    key = opening(unit.vault, capture.subject_id, LeafKind.SHRED, capture.id)
    return _append(unit, LeafKind.SHRED, at, key, template_shred_payload(capture, at))


def announce_notice(unit: Unit, notice: Notice, at: datetime) -> None:
    """Log a notice as it is shown from now on, unless the log says so already."""
    _announce(unit, LeafKind.NOTICE, f"notice|{notice.language}", notice.text.encode(), at)


def announce_policy(unit: Unit, policy: Mapping[str, object], at: datetime) -> None:
    """Log the gate's rules and thresholds as they hold from now on, unless the log says so."""
    _announce(unit, LeafKind.POLICY, "policy", _canonical(policy), at)


def logged_json(logged: LoggedLeaf) -> dict[str, object]:
    """Return an entry with its proof as JSON data: all that is needed to check it offline."""
    return {
        "leaf": json.loads(logged.leaf.to_bytes()),
        "index": logged.proof.index,
        "size": logged.proof.size,
        "proof": [base64.b64encode(each).decode() for each in logged.proof.path],
        "checkpoint": logged.checkpoint,
    }


def capture_payload(capture: Capture) -> bytes:
    """Return what a capture's entry commits to: no template, no picture."""
    return _canonical(
        {
            "id": capture.id,
            "record_id": capture.record_id,
            "nonce": capture.nonce,
            "captured_at": time_text(capture.captured_at),
            "kind": type(capture).__name__,
        }
    )


def grant_payload(grant: Grant, job_id: str) -> bytes:
    """Return what a grant's entry commits to."""
    return _canonical(
        {
            "job_id": job_id,
            "record_id": grant.record_id,
            "capture_id": grant.capture_id,
            "probe_hashes": list(grant.probe_hashes),
            "purpose": grant.purpose.value,
            "family": grant.family,
            "style": grant.style,
            "audience": grant.audience.value,
            "rules": list(grant.rules),
            "granted_at": time_text(grant.granted_at),
        }
    )


def output_payload(output_id: str, record_id: str, sha256: str) -> bytes:
    """Return what an output's entry commits to."""
    return _canonical({"output_id": output_id, "record_id": record_id, "sha256": sha256})


def shred_payload(document: Mapping[str, object]) -> bytes:
    """Return what a deletion receipt's entry commits to."""
    return _canonical(document)


def template_shred_payload(capture: RemovedCapture, at: datetime) -> bytes:
    """Return what the entry of a destroyed template commits to."""
    return _canonical(
        {
            "capture_id": capture.id,
            "record_id": capture.record_id,
            "captured_at": time_text(capture.captured_at),
            "destroyed_at": time_text(at),
        }
    )


def _append(unit: Unit, kind: LeafKind, at: datetime, key: bytes, payload: bytes) -> int:
    return unit.log.append(Leaf(kind, at, commit(key, payload)))


def _announce(unit: Unit, kind: LeafKind, name: str, payload: bytes, at: datetime) -> None:
    commitment = commit(PUBLIC_OPENING, payload)
    if unit.announcements.last(name) != commitment:
        unit.announcements.set(name, commitment, unit.log.append(Leaf(kind, at, commitment)))


def _canonical(document: Mapping[str, object]) -> bytes:
    return rfc8785.dumps(dict(document))  # type: ignore[arg-type] # JSON values
