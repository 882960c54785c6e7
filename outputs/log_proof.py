"""The consent's entry in the log, as a manifest carries it: enough to check it offline.

The entry is a commitment: who holds the consent's receipt can open it, nobody else learns anything
from it. Format of entries and proofs: RFC 9162; of checkpoints: c2sp.org/tlog-checkpoint.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from consent.checkpoints import Checkpoint, read_checkpoint
from consent.entries import logged_json
from consent.errors import LogInvalid
from consent.log import InclusionProof, Leaf, LeafKind, LoggedLeaf, verify_inclusion
from consent.signed_notes import VerifierKey

FIELDS = frozenset({"origin", "leaf", "index", "size", "proof", "checkpoint"})
MAX_PATH = 64  # hashes: a log of 2**64 entries needs no more


class LogKeys(Protocol):
    """This installation's log keys, the earlier ones as well (consent.checkpoints.LogVerifier)."""

    @property
    def vkeys(self) -> tuple[str, ...]:
        """The public keys."""
        ...

    def verify(self, note: str) -> Checkpoint:
        """Verify a signed checkpoint, or raise LogInvalid."""
        ...


@dataclass(frozen=True, slots=True)
class ProofEvidence:
    """An entry whose proof leads to the checkpoint that is given with it."""

    leaf: Leaf
    index: int
    checkpoint: Checkpoint
    is_ours: bool  # the checkpoint was signed by this installation's log


def proof_json(logged: LoggedLeaf) -> dict[str, object]:
    """Return what the manifest's assertion holds under `log`."""
    return {"origin": read_checkpoint(logged.checkpoint).origin, **logged_json(logged)}


def check_proof(fields: object, keys: LogKeys) -> ProofEvidence:
    """Check what a manifest of any origin holds under `log`.

    Args:
        fields: JSON data of any shape.
        keys: this installation's.

    Raises:
        LogInvalid: the entry is none of a consent, the proof does not hold, or the checkpoint
            names this installation's log and its key did not sign it.
    """
    logged, origin = _read(fields)
    if logged.leaf.kind is not LeafKind.CONSENT:
        raise _invalid("The entry is not that of a consent.")
    checkpoint = read_checkpoint(logged.checkpoint)
    if (checkpoint.origin, checkpoint.size) != (origin, logged.proof.size):
        raise _invalid("The proof and the checkpoint speak of different logs.")
    verify_inclusion(logged.leaf.to_bytes(), logged.proof, checkpoint.root)
    is_ours = origin in {VerifierKey.parse(vkey).name for vkey in keys.vkeys}
    if is_ours:
        keys.verify(logged.checkpoint)
    return ProofEvidence(logged.leaf, logged.proof.index, checkpoint, is_ours)


def _read(fields: object) -> tuple[LoggedLeaf, str]:
    if not isinstance(fields, Mapping) or fields.keys() != FIELDS:
        raise _invalid("The proof lacks a part, or has one too many.")
    leaf, note, origin = fields["leaf"], fields["checkpoint"], fields["origin"]
    if not isinstance(note, str) or not isinstance(origin, str) or not isinstance(leaf, Mapping):
        raise _invalid("The proof is not written as logs write it.")
    canonical = json.dumps(dict(leaf), sort_keys=True, separators=(",", ":"))
    proof = InclusionProof(_number(fields["index"]), _number(fields["size"]), _path(fields))
    return LoggedLeaf(Leaf.from_bytes(canonical.encode()), proof, note), origin


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _invalid("The proof names no place in a log.")
    return value


def _path(fields: Mapping[str, object]) -> tuple[bytes, ...]:
    path = fields["proof"]
    if not isinstance(path, list) or len(path) > MAX_PATH:
        raise _invalid("The proof is not written as logs write it.")
    try:
        return tuple(base64.b64decode(str(item), validate=True) for item in path)
    except (binascii.Error, ValueError) as error:
        raise _invalid("The proof is not written as logs write it.") from error


def _invalid(what: str) -> LogInvalid:
    return LogInvalid(
        "proof_invalid",
        what,
        why="Only a proof that anybody can follow shows that a consent was logged.",
        next_step="Ask whoever gave you the picture for the file as the studio made it.",
    )
