"""A witness: somebody else's memory of a log, so that it cannot be rewritten unnoticed.

A witness keeps the newest checkpoint that it saw, asks for the proof that the next one continues
it, and signs only then (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature). One that is run by the
log's own operator proves little: two, run by others, must agree.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from consent.checkpoints import (
    Checkpoint,
    LogVerifier,
    cosign,
    read_checkpoint,
    with_cosignatures,
    without_cosignatures,
)
from consent.errors import LogInvalid
from consent.log import ConsistencyProof, verify_consistency

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Memory:
    """What a witness remembers of one log."""

    log_keys: tuple[str, ...]  # vkeys that it trusts to be the log's
    cosigned: str | None = None  # the newest checkpoint that it cosigned, with its own line

    def to_json(self) -> str:
        """Return the memory as a text for a file."""
        return json.dumps({"log_keys": self.log_keys, "cosigned": self.cosigned}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Memory:
        """Read what `to_json` wrote.

        Raises:
            LogInvalid: `memory_unreadable`; forgetting silently would let a log start anew.
        """
        try:
            fields = json.loads(text)
            memory = cls(tuple(fields["log_keys"]), fields["cosigned"])
            LogVerifier(memory.log_keys)
            if memory.cosigned is not None:
                read_checkpoint(memory.cosigned)
        except (AttributeError, KeyError, TypeError, ValueError, LogInvalid) as error:
            raise _refused(
                "memory_unreadable",
                "The witness's own memory cannot be read.",
                next_step="Put back a copy of its state file.",
            ) from error
        return memory


@dataclass(frozen=True, slots=True)
class Witness:
    """A name and a key of its own."""

    name: str  # without spaces and plus signs
    key: Ed25519PrivateKey

    def witness(
        self, memory: Memory, note: str, proof: ConsistencyProof | None, *, now: datetime
    ) -> Memory:
        """Cosign a checkpoint that continues what was seen before, and remember it.

        Args:
            memory: what this witness saw before.
            note: the log's newest signed checkpoint.
            proof: from the size seen before to the new one; None when nothing was seen before.
            now: aware.

        Raises:
            LogInvalid: `checkpoint_invalid`, `log_rolled_back`, `log_forked` or `proof_invalid`.
        """
        verifier = LogVerifier(memory.log_keys)
        checkpoint = verifier.verify(note)
        if memory.cosigned is not None:
            require_continuation(verifier.verify(memory.cosigned), checkpoint, proof)
        bare = without_cosignatures(note)
        return replace(
            memory, cosigned=with_cosignatures(bare, [cosign(bare, self.key, self.name, now)])
        )


def require_continuation(seen: Checkpoint, now: Checkpoint, proof: ConsistencyProof | None) -> None:
    """Require that a checkpoint continues one that was seen before.

    Raises:
        LogInvalid: `checkpoint_invalid` for another log's, `log_rolled_back`, `log_forked`, or
            `proof_invalid` when the proof is missing or of other sizes.
    """
    if now.origin != seen.origin:
        raise _refused("checkpoint_invalid", f"This is the log {now.origin}, not {seen.origin}.")
    if now.size < seen.size:
        raise _refused(
            "log_rolled_back",
            f"The log was rolled back: it had {seen.size} entries and now shows {now.size}.",
        )
    if now.size == seen.size:
        if now.root != seen.root:
            raise _refused(
                "log_forked",
                f"The log forked: it signed two different trees of {now.size} entries.",
            )
        return
    if proof is None or (proof.old_size, proof.new_size) != (seen.size, now.size):
        raise _refused(
            "proof_invalid", f"There is no proof from {seen.size} entries to {now.size}."
        )
    verify_consistency(proof, seen.root, now.root)


def compare(
    one: str, other: str, verifier: LogVerifier, proof: ConsistencyProof | None
) -> tuple[Checkpoint, Checkpoint]:
    """Compare what two witnesses saw of one log; return both, the shorter log first.

    Args:
        one: a signed checkpoint.
        other: another one.
        verifier: of the log's keys.
        proof: from the smaller size to the larger; None when both are of one size.

    Raises:
        LogInvalid: as `require_continuation`; a fork is proved by the two checkpoints alone.
    """
    pair = sorted((verifier.verify(one), verifier.verify(other)), key=lambda each: each.size)
    require_continuation(pair[0], pair[1], proof)
    return pair[0], pair[1]


def _refused(code: str, what: str, *, next_step: str | None = None) -> LogInvalid:
    return LogInvalid(
        code,
        what,
        why="A witness signs only what continues everything that it saw before.",
        next_step=next_step
        or "Keep both checkpoints, and ask the studio's operator what happened.",
    )
