"""The service's signature (Ed25519) over records and receipts; keys rotate, old ones verify.

Each kind of document is signed under its own domain, so that a signature over one can never be
presented as a signature over another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from consent.errors import RecordInvalid
from consent.records import ConsentRecord, SignedRecord, canonical_bytes, with_signature

RECORD_DOMAIN = b"selfsame consent record 1\n"
DELETION_DOMAIN = b"selfsame deletion receipt 1\n"
_REMEMBERED = 512  # signatures that verified lately; the gate asks about one at every step


@dataclass(frozen=True, slots=True)
class SignatureEvidence:
    """A signature that verified."""

    key_id: str
    payload_sha256: str  # of the canonical bytes, hex


def key_id_of(key: Ed25519PublicKey) -> str:
    """Return SHA-256 of the raw public key, hex."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


class ServiceVerifier:
    """Verifies with any key the service ever signed with."""

    def __init__(self, keys: Iterable[Ed25519PublicKey]) -> None:
        self._keys = {key_id_of(key): key for key in keys}
        # That these very bytes bear this very signature of this key never changes; what the record
        # says, and whether it stands, is judged anew each time. Refusals are not remembered.
        self._verified = lru_cache(maxsize=_REMEMBERED)(self._verify)

    def public_key(self, key_id: str) -> Ed25519PublicKey:
        """Return a known key.

        Raises:
            RecordInvalid: `unknown_key`.
        """
        key = self._keys.get(key_id)
        if key is None:
            raise _invalid("unknown_key", "This was signed with a key that is not ours.")
        return key

    def verify(self, record: SignedRecord) -> SignatureEvidence:
        """Verify a record's signature over its statement.

        Raises:
            RecordInvalid: `unknown_key` or `signature_invalid`.
        """
        return self.verify_bytes(
            canonical_bytes(record), record.signature, record.key_id, domain=RECORD_DOMAIN
        )

    def verify_bytes(
        self, payload: bytes, signature: bytes, key_id: str, *, domain: bytes
    ) -> SignatureEvidence:
        """Verify a signature over canonical bytes under a domain.

        Raises:
            RecordInvalid: `unknown_key` or `signature_invalid`.
        """
        return self._verified(payload, signature, key_id, domain)

    def _verify(
        self, payload: bytes, signature: bytes, key_id: str, domain: bytes
    ) -> SignatureEvidence:
        try:
            self.public_key(key_id).verify(signature, domain + payload)
        except InvalidSignature as error:
            raise _invalid("signature_invalid", "This was changed after it was signed.") from error
        return SignatureEvidence(key_id, hashlib.sha256(payload).hexdigest())


class ServiceSigner(ServiceVerifier):
    """Signs with the newest key and verifies with all."""

    def __init__(
        self, newest: Ed25519PrivateKey, *, older: Iterable[Ed25519PublicKey] = ()
    ) -> None:
        super().__init__((newest.public_key(), *older))
        self._newest = newest
        self._key_id = key_id_of(newest.public_key())

    @property
    def key_id(self) -> str:
        """Identifier of the key that signs now."""
        return self._key_id

    def sign(self, record: ConsentRecord) -> SignedRecord:
        """Sign a record's statement."""
        signature = self._newest.sign(RECORD_DOMAIN + canonical_bytes(record))
        return with_signature(record, key_id=self._key_id, signature=signature)

    def sign_document(self, document: Mapping[str, object], *, domain: bytes) -> bytes:
        """Sign a JSON document's canonical bytes (RFC 8785) under a domain."""
        return self._newest.sign(domain + rfc8785.dumps(dict(document)))  # type: ignore[arg-type] # JSON values


def _invalid(code: str, what: str) -> RecordInvalid:
    return RecordInvalid(
        code,
        what,
        why="Only what this studio signed, unchanged, counts as consent.",
        next_step="Give your consent again; the studio makes a new record.",
    )
