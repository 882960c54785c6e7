"""The transparency log: what its entries hold, and what they commit to.

A leaf holds a kind, a time and a commitment, no more: HMAC-SHA-256 of what was logged under an
opening that only the subject's key gives. Who has payload and opening can show what was logged;
nobody can read it out of the log, and nobody at all once the key is destroyed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consent.merkle import (
    ConsistencyProof,
    InclusionProof,
    leaf_hash,
    log_invalid,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from consent.statements import time_text, time_value

__all__ = [
    "ConsistencyProof",
    "InclusionProof",
    "Leaf",
    "LeafKind",
    "LoggedLeaf",
    "commit",
    "leaf_hash",
    "node_hash",
    "verify_consistency",
    "verify_inclusion",
    "verify_opening",
]

_COMMITMENT = re.compile(r"[0-9a-f]{64}")


class LeafKind(StrEnum):
    """What happened."""

    NOTICE = "notice"
    CONSENT = "consent"
    CAPTURE = "capture"
    GRANT = "grant"
    OUTPUT = "output"
    WITHDRAWAL = "withdrawal"
    SHRED = "shred"
    POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry of the log: nothing in it is personal."""

    kind: LeafKind
    at: datetime  # aware; kept to the microsecond
    commitment: str  # `commit(...)`: 64 hex digits

    def __post_init__(self) -> None:
        if not _COMMITMENT.fullmatch(self.commitment):
            raise ValueError("a commitment has 64 lower-case hex digits")

    def to_bytes(self) -> bytes:
        """Return the canonical JSON (RFC 8785); its strings hold nothing to escape."""
        at = time_text(self.at)
        return (
            f'{{"commitment":"{self.commitment}","time":"{at}","type":"{self.kind.value}"}}'
        ).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Leaf:
        """Read a leaf.

        Raises:
            LogInvalid: `leaf_invalid` when these are not the canonical bytes of a leaf.
        """
        try:
            fields = json.loads(data)
            leaf = cls(LeafKind(fields["type"]), time_value(fields["time"]), fields["commitment"])
            canonical = leaf.to_bytes()
        except (KeyError, TypeError, ValueError) as error:
            raise log_invalid("leaf_invalid", "This is not an entry of a log.") from error
        if canonical != data:
            raise log_invalid("leaf_invalid", "This entry is not written as the log writes it.")
        return leaf


@dataclass(frozen=True, slots=True)
class LoggedLeaf:
    """A leaf, its proof, and the signed checkpoint that the proof leads to."""

    leaf: Leaf
    proof: InclusionProof
    checkpoint: str  # signed note, see `consent.checkpoints`


def commit(opening: bytes, payload: bytes) -> str:
    """Return HMAC-SHA-256 of a payload under an opening (32 secret bytes), hex."""
    return hmac.new(opening, payload, hashlib.sha256).hexdigest()


def verify_opening(leaf: Leaf, opening: bytes, payload: bytes) -> None:
    """Verify that a leaf commits to a payload.

    Raises:
        LogInvalid: `opening_invalid`.
    """
    if not hmac.compare_digest(leaf.commitment, commit(opening, payload)):
        raise log_invalid("opening_invalid", "The log's entry speaks of something else than this.")
