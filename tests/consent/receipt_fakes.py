"""Receipts of people who gave, signed by their own passkeys and logged; and their files spoilt."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consent.checkpoints import cosign, witness_key
from consent.entries import log_consent
from consent.passkeys import encoded
from consent.receipts import log_evidence, receipt
from consent.records import new_record, passkey_challenge, with_subject_signature
from consent.types import SubjectSignature
from tests.fakes import NOON, SIGNER, MemoryLedger, a_choice, a_subject, identifier, terms

WITNESS = Ed25519PrivateKey.from_private_bytes(b"\x05" * 32)
WITNESS_KEY = witness_key("witness.example", WITNESS.public_key()).vkey
ORIGIN = "http://localhost:7860"


def signed_by_passkey(record, *, origin=ORIGIN, verified=True, challenge=None):
    """Return a record with the signature of a software passkey (ES256)."""
    key = ec.derive_private_key(7, ec.SECP256R1())
    point = key.public_key().public_numbers()
    x, y = point.x.to_bytes(32), point.y.to_bytes(32)
    cose = bytes.fromhex("a5010203262001215820") + x + bytes.fromhex("225820") + y
    client = {
        "type": "webauthn.get",
        "challenge": encoded(challenge or passkey_challenge(record)),
        "origin": origin,
        "crossOrigin": False,
    }
    client_data = json.dumps(client, separators=(",", ":")).encode()
    flags = bytes([0x05 if verified else 0x01])
    authenticator = hashlib.sha256(b"localhost").digest() + flags + bytes(4)
    signed = authenticator + hashlib.sha256(client_data).digest()
    return with_subject_signature(
        record,
        SubjectSignature(
            credential_id=encoded(b"credential"),
            public_key=encoded(cose),
            authenticator_data=encoded(authenticator),
            client_data_json=encoded(client_data),
            signature=encoded(key.sign(signed, ec.ECDSA(hashes.SHA256()))),
        ),
    )


class Registry:
    """A studio's records and its log; every record is another person's."""

    def __init__(self, ledger=None) -> None:
        self.ledger = ledger or MemoryLedger()

    def give(self, name: str = "ada", *, passkey: bool = False, at: datetime = NOON, **choice):
        subject = a_subject(name)
        record = new_record(
            subject,
            a_choice(**choice),
            terms(),
            record_id=identifier(f"record of {name}"),
            nonce=identifier(f"nonce of {name}"),
            now=at,
        )
        signed = SIGNER.sign(signed_by_passkey(record) if passkey else record)
        with self.ledger.transaction() as unit:
            unit.subjects.add(subject)
            unit.vault.create(subject.id)
            signed = replace(signed, log_index=log_consent(unit, signed, at), assented_at=at)
            unit.records.add(signed)
        return signed

    def fill(self, count: int) -> None:
        """Log consents of other people."""
        for number in range(count):
            self.give(f"other {self.ledger.log.size()} {number}", at=NOON + timedelta(seconds=1))

    def witness(self) -> None:
        """Let a witness cosign the newest checkpoint."""
        log = self.ledger.log
        line = cosign(log.head(), WITNESS, "witness.example", NOON + timedelta(minutes=1))
        log.cosigned[log.size()] = [line]

    def evidence(self, record):
        with self.ledger.reading() as unit:
            return log_evidence(unit, record)

    def receipt(self, record, *, now: datetime = NOON + timedelta(hours=1)):
        """Return the receipt as it is read back from a file."""
        document = receipt(record, SIGNER, now=now, evidence=self.evidence(record))
        return json.loads(json.dumps(document))
