"""A passkey in software: it answers as a device does, or as a test tells it to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from consent.credentials import decoded, encoded

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags of authenticator data
HERE = "http://localhost:7860"
ES256, EDDSA, RS256 = -7, -8, -257


@cache
def _rsa_key() -> rsa.RSAPrivateKey:
    """Return one for all: making it takes longer than a test."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _key(algorithm: int) -> Any:
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    return _rsa_key()


@dataclass
class SoftPasskey:
    """One passkey; every field is what a test may set wrong."""

    algorithm: int = ES256
    origin: str = HERE
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counts: bool = True  # some devices always say 0
    sign_count: int = 0
    client_data: dict[str, object] = field(default_factory=dict)  # said on top, or instead
    credential_id: bytes = b""

    def __post_init__(self) -> None:
        self.key = _key(self.algorithm)
        self.credential_id = self.credential_id or hashlib.sha256(self.cose()).digest()[:20]

    @property
    def id(self) -> str:
        """The credential's id as text."""
        return encoded(self.credential_id)

    def cose(self) -> bytes:
        """Return the public key (RFC 9053)."""
        public = self.key.public_key()
        if self.algorithm == ES256:
            numbers = public.public_numbers()
            x, y = (value.to_bytes(32, "big") for value in (numbers.x, numbers.y))
            return cbor2.dumps({1: 2, 3: ES256, -1: 1, -2: x, -3: y})
        if self.algorithm == EDDSA:
            return cbor2.dumps({1: 1, 3: EDDSA, -1: 6, -2: public.public_bytes_raw()})
        numbers = public.public_numbers()
        return cbor2.dumps(
            {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
        )

    def create(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer creation options (RegistrationResponseJSON)."""
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + self.cose()
        data = self._authenticator_data(ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._client_data("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": encoded(told), "attestationObject": encoded(made)})

    def get(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Answer request options (AuthenticationResponseJSON)."""
        data = self._authenticator_data()
        told = self._client_data("webauthn.get", options["challenge"])
        signature = self.sign(data + hashlib.sha256(told).digest())
        return self._answer(
            {
                "clientDataJSON": encoded(told),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
            }
        )

    def sign(self, message: bytes) -> bytes:
        """Sign bytes as the algorithm does."""
        if self.algorithm == ES256:
            return self.key.sign(message, ec.ECDSA(hashes.SHA256()))
        if self.algorithm == EDDSA:
            return self.key.sign(message)
        return self.key.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def _authenticator_data(self, extra: int = 0) -> bytes:
        self.sign_count += self.counts
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + bytes([self.flags | extra]) + self.sign_count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**told, **self.client_data}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": self.id, "rawId": self.id, "type": "public-key", "response": response}


def spoilt(answer: Mapping[str, Any], name: str, place: int) -> dict[str, Any]:
    """Return an answer with one bit of one of its values turned round."""
    data = bytearray(decoded(answer["response"][name]))
    data[place % len(data)] ^= 1
    return {**answer, "response": {**answer["response"], name: encoded(bytes(data))}}
