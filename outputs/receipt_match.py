"""Whether a receipt is that of the consent behind a picture: only who holds it can find out."""

from __future__ import annotations

import hashlib

import rfc8785

from consent.errors import LogInvalid
from consent.log import Leaf, verify_opening
from consent.receipt_form import CONSENT, Document, fault_of, kind_of
from outputs.provenance import ManifestEvidence, ManifestState
from outputs.report import Finding, State, Technique


def receipt_finding(evidence: ManifestEvidence, document: Document) -> Finding:
    """Compare a receipt with the consent and the log entry that a manifest quotes.

    Args:
        evidence: of the picture's manifest.
        document: from `consent.receipt_form.read_receipt`.
    """
    state, sentence = _compare(evidence, document)
    if state is State.FOUND and evidence.state is not ManifestState.TRUSTED:
        state, sentence = State.UNKNOWN, _QUOTED
    return Finding(Technique.RECEIPT, state, sentence)


def _compare(evidence: ManifestEvidence, document: Document) -> tuple[State, str]:
    fault = "This is no receipt of a consent." if kind_of(document) != CONSENT else None
    fault = fault or fault_of(document)
    if fault is not None:
        return State.INVALID, fault
    quoted = evidence.consent or {}
    if evidence.state not in {ManifestState.TRUSTED, ManifestState.VALID} or not quoted:
        return State.UNKNOWN, "The picture has no intact manifest to compare the receipt with."
    record, signature = rfc8785.dumps(document["record"]), document["signature"]["value"]
    payload = record + bytes.fromhex(signature)
    if quoted.get("receipt_hash") != hashlib.sha256(payload).hexdigest():
        return State.INVALID, "The receipt is that of another consent than this picture's."
    log, told = quoted.get("log"), document["log"]
    if not isinstance(log, dict) or told is None or told["opening"] is None:
        return State.FOUND, (
            "The receipt is that of this picture's consent; nothing here opens the log's entry."
        )
    try:
        leaf = Leaf.from_bytes(rfc8785.dumps(log.get("leaf")))
        verify_opening(leaf, bytes.fromhex(told["opening"]), payload)
    except (LogInvalid, ValueError):
        return State.INVALID, "The receipt does not open the log's entry that the picture quotes."
    return State.FOUND, (
        "The receipt is that of this picture's consent, and opens the log's entry that it quotes."
    )


_QUOTED = (
    "The picture quotes this receipt's consent, but nobody here can vouch for who signed the "
    "picture: whoever has seen a receipt can quote it."
)
