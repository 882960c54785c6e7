"""The transparency log as anybody may read it, and what witnesses say of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.checkpoints import (
    Checkpoint,
    Cosignature,
    LogSigner,
    read_checkpoint,
    verify_cosignature,
    with_cosignatures,
)
from consent.entries import logged_json
from consent.errors import LogInvalid
from consent.merkle import EMPTY_ROOT
from consent.signed_notes import VerifierKey, split_note

if TYPE_CHECKING:
    from consent.ports import Ledger


@dataclass(frozen=True, slots=True)
class Logbook:
    """Implements `studio.service.logbook.LogService`."""

    ledger: Ledger
    signer: LogSigner
    witnesses: tuple[str, ...]  # vkeys of those whose cosignatures are kept

    def vkeys(self) -> Sequence[str]:
        """Return the log's public keys, newest first."""
        return self.signer.verifier().vkeys

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint with its cosignatures."""
        with self.ledger.reading() as unit:
            note = unit.log.head()
            if note is None:
                return self.signer.sign(Checkpoint(self.signer.origin, 0, EMPTY_ROOT))
            return with_cosignatures(note, unit.log.cosignatures(read_checkpoint(note).size))

    def entry(self, index: int) -> Mapping[str, object]:
        """Return an entry as JSON-ready data."""
        with self.ledger.reading() as unit:
            return {"index": index, "leaf": json.loads(unit.log.leaf(index).to_bytes())}

    def proof(self, index: int, size: int | None = None) -> Mapping[str, object]:
        """Return an entry with its proof in the tree of that size, else the newest."""
        with self.ledger.reading() as unit:
            logged = unit.log.prove(index, size)
            lines = unit.log.cosignatures(logged.proof.size)
        cosigned = [{"witness": line.split(" ")[1], "line": line} for line in lines]
        return {**logged_json(logged), "cosignatures": cosigned}

    def consistency(self, old_size: int, new_size: int | None = None) -> Mapping[str, object]:
        """Return the proof that the log of the old size is the beginning of the newer one."""
        with self.ledger.reading() as unit:
            proof = unit.log.consistency(old_size, new_size)
        path = [base64.b64encode(each).decode() for each in proof.path]
        return {"old_size": proof.old_size, "new_size": proof.new_size, "proof": path}

    def keep_cosignature(self, cosigned: str) -> None:
        """Keep the word of a witness that the operator named; see `LogService`."""
        cosignature = self._known(cosigned)
        seen = self.signer.verifier().verify(cosigned)
        with self.ledger.transaction() as unit:
            if seen.size > unit.log.size() or unit.log.root(seen.size) != seen.root:
                raise _refused(
                    "log_forked",
                    f"{cosignature.witness} saw a log of {seen.size} entries that is not this one.",
                    next_step="Keep that checkpoint, and run `python app.py log check` here.",
                )
            unit.log.add_cosignature(self.signer.sign(seen), cosignature)

    def _known(self, cosigned: str) -> Cosignature:
        """Return the verified cosignature of the first witness that is known."""
        signers = {(line.name, line.key_id) for line in split_note(cosigned)[1]}
        for vkey in self.witnesses:
            key = VerifierKey.parse(vkey)
            if (key.name, key.key_id) in signers:
                return verify_cosignature(cosigned, vkey)
        raise _refused(
            "witness_unknown",
            "This studio does not know that witness.",
            next_step="Ask the operator to add the witness's key to the setting witnesses.",
        )


def _refused(code: str, what: str, *, next_step: str) -> LogInvalid:
    why = "Only the word of witnesses whom the operator chose says something about this log."
    return LogInvalid(code, what, why=why, next_step=next_step)
