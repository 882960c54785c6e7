"""A studio's public keys: what anybody needs to check its pictures without it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography import x509

from consent.checkpoints import LogVerifier
from consent.errors import LogInvalid
from outputs.errors import VerifyError

SCHEMA = "urn:selfsame:studio-keys:1"


@dataclass(frozen=True, slots=True)
class StudioKeys:
    """Nothing here is secret. Whose keys they are, only the studio itself can tell."""

    log: tuple[str, ...]  # c2sp.org/signed-note vkeys, newest first
    roots: tuple[bytes, ...]  # PEM, of manifests

    def as_json(self) -> dict[str, object]:
        """Return the keys as a studio publishes them."""
        roots = [root.decode("ascii") for root in self.roots]
        return {"schema_version": SCHEMA, "log": list(self.log), "manifests": roots}

    @classmethod
    def from_json(cls, data: bytes) -> StudioKeys:
        """Read what a studio published.

        Raises:
            VerifyError: `keys_invalid`.
        """
        try:
            document = json.loads(data)
            keys = cls(
                tuple(_texts(document, "log")),
                tuple(text.encode("ascii") for text in _texts(document, "manifests")),
            )
            LogVerifier(keys.log)
            for root in keys.roots:
                x509.load_pem_x509_certificate(root)
        except (ValueError, LogInvalid, RecursionError) as error:
            raise _invalid() from error
        return keys


def _texts(document: object, name: str) -> list[str]:
    texts = document.get(name) if isinstance(document, Mapping) else None
    if not isinstance(texts, list) or not texts or not all(isinstance(t, str) for t in texts):
        raise ValueError(name)
    if not isinstance(document, Mapping) or document.get("schema_version") != SCHEMA:
        raise ValueError("schema_version")
    return texts


def _invalid() -> VerifyError:
    return VerifyError(
        "keys_invalid",
        "These are not the keys of a studio.",
        why="Only with a studio's own keys can its pictures be checked elsewhere.",
        next_step="Get them from the studio's address, under /api/verify/keys.",
    )
