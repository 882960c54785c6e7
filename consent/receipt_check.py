"""What a receipt proves, found out from the receipt alone: no database, no network, no model.

What the studio alone can say (whether a consent still stands) and what no file can say (whose key
it is) is named as unknown, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from consent.errors import RecordInvalid
from consent.notices import notice_at
from consent.passkeys import verify_subject_signature
from consent.proof_check import Finding, TrustedKeys, Verdict, log_findings
from consent.receipt_form import DELETION, Document, fault_of, kind_of
from consent.receipts import RECEIPT_DOMAIN
from consent.records import ConsentRecord, canonical_bytes, passkey_challenge, record_from_json
from consent.signing import DELETION_DOMAIN, RECORD_DOMAIN, ServiceVerifier
from consent.statements import time_value

_OUTSIDE = frozenset({"log", "signature", "further_receipts"})  # of what a deletion receipt signs


def check_receipt(
    document: Document, *, now: datetime, trusted: TrustedKeys | None = None
) -> tuple[Finding, ...]:
    """Return everything that can be found out from a receipt, in the order of a person's questions.

    Args:
        document: from `read_receipt`.
        now: aware UTC; tells whether a consent's time has run out.
        trusted: keys that the reader knows from elsewhere; none: those in the receipt.
    """
    trusted = trusted or TrustedKeys()
    fault = fault_of(document)
    if fault is not None:
        return (Finding("form", Verdict.FAILS, fault),)
    form = Finding("form", Verdict.FOUND, "The receipt is whole and in its form.")
    if kind_of(document) == DELETION:
        return (form, *_deletion_findings(document, trusted))
    record = record_from_json(rfc8785.dumps(document["record"]))
    return (form, *_consent_findings(document, record, now, trusted))


def _consent_findings(
    document: Document, record: ConsentRecord, now: datetime, trusted: TrustedKeys
) -> Iterator[Finding]:
    signed = {name: value for name, value in document.items() if name != "receipt_signature"}
    payload, signature = rfc8785.dumps(document["record"]), document["signature"]
    yield _signed(
        "whole",
        rfc8785.dumps(signed),
        document["receipt_signature"],
        RECEIPT_DOMAIN,
        ("The receipt is as the studio issued it.", "The receipt was changed after it was issued."),
    )
    yield _signed(
        "record",
        payload,
        signature,
        RECORD_DOMAIN,
        ("The record is as the studio signed it.", "The record was changed after it was signed."),
    )
    if document["receipt_signature"]["key_id"] != signature["key_id"]:
        yield _unknown("keys", "Whether the two signing keys are one studio's: they differ.")
    yield _written(record, payload)
    yield _passkey(document, record)
    yield from _happenings(document, record)
    yield _notice(record)
    if document["log"] is None:
        yield _unknown("log", "This consent was given before the studio kept a log.")
    else:
        logged = payload + bytes.fromhex(signature["value"])
        yield from log_findings(
            document["log"], logged, not_before=record.given_at, trusted=trusted
        )
    yield _standing(document, record, now)
    yield _whose()


def _deletion_findings(document: Document, trusted: TrustedKeys) -> Iterator[Finding]:
    signed = {name: value for name, value in document.items() if name not in _OUTSIDE}
    payload, signature = rfc8785.dumps(signed), document["signature"]
    if "public_key" in signature:
        yield _signed(
            "record",
            payload,
            signature,
            DELETION_DOMAIN,
            (
                "The receipt is as the studio signed it.",
                "The receipt was changed after it was signed.",
            ),
        )
    else:
        yield _unknown("record", "The signature: the receipt does not hold the studio's key.")
    if "log" not in document:
        yield _unknown("log", "This deletion was done before the studio kept a log.")
    else:
        after = time_value(document["ended_at"])
        yield from log_findings(document["log"], payload, not_before=after, trusted=trusted)
    yield _whose()
    yield _unknown("copies", "Whether copies exist elsewhere: no file can tell.")
    for number, further in enumerate(document.get("further_receipts", ()), start=1):
        for finding in _deletion_findings(further, trusted):
            yield Finding(f"further_{number}.{finding.code}", finding.verdict, finding.sentence)


def _whose() -> Finding:
    return _unknown(
        "who", "Whose keys these are: compare them with those that the studio or a witness tells."
    )


def _signed(
    code: str, payload: bytes, signature: Document, domain: bytes, sentences: tuple[str, str]
) -> Finding:
    verifier = ServiceVerifier(
        [Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public_key"]))]
    )
    value = bytes.fromhex(signature["value"])
    try:
        verifier.verify_bytes(payload, value, signature["key_id"], domain=domain)
    except RecordInvalid:
        return Finding(code, Verdict.FAILS, sentences[1])
    return Finding(code, Verdict.FOUND, sentences[0])


def _written(record: ConsentRecord, payload: bytes) -> Finding:
    if canonical_bytes(record) != payload:
        return Finding("written", Verdict.FAILS, "The record is not written as a studio writes it.")
    return Finding("written", Verdict.FOUND, "The record says what was agreed to, in its order.")


def _passkey(document: Document, record: ConsentRecord) -> Finding:
    told = document["passkey"]
    if record.subject_signature is None and told is None:
        return Finding("passkey", Verdict.FOUND, "The studio alone signed; no passkey did.")
    try:
        evidence = verify_subject_signature(record)
    except RecordInvalid:
        return Finding(
            "passkey", Verdict.FAILS, "The passkey's signature does not belong to this record."
        )
    if told is None or told["challenge"] != passkey_challenge(record).hex():
        return Finding("passkey", Verdict.FAILS, "The receipt names another passkey signature.")
    return Finding(
        "passkey", Verdict.FOUND, f"A passkey signed exactly this record, on {evidence.origin}."
    )


def _happenings(document: Document, record: ConsentRecord) -> Iterator[Finding]:
    times = [time_value(each["time"]) for each in document["history"]]
    if times != sorted(times) or times[0] != record.given_at:
        yield Finding("history", Verdict.FAILS, "What happened is not told in its order.")


def _notice(record: ConsentRecord) -> Finding:
    try:
        known = notice_at(record.notice_uri, record.controller)
    except (FileNotFoundError, ValueError):
        return _unknown("notice", "The text that was shown: this version of Selfsame has it not.")
    if known.sha256 != record.notice_sha256:
        return Finding(
            "notice", Verdict.FAILS, "The text that was shown is not Selfsame's text of that name."
        )
    return Finding("notice", Verdict.FOUND, "The text that was shown is Selfsame's, word for word.")


def _standing(document: Document, record: ConsentRecord, now: datetime) -> Finding:
    if document["state"] in {"withdrawn", "replaced"}:
        return Finding("standing", Verdict.FOUND, f"This consent has ended: {document['state']}.")
    if now >= record.expires_at:
        return Finding("standing", Verdict.FOUND, f"It ran out on {record.expires_at:%Y-%m-%d}.")
    return _unknown(
        "standing",
        f"Whether it still stands: the studio knows. It did on {document['issued_at'][:10]}.",
    )


def _unknown(code: str, sentence: str) -> Finding:
    return Finding(code, Verdict.UNKNOWN, sentence)
