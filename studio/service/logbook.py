"""The transparency log as anybody may read it; nothing in it is personal, so no session is asked.

Refusals are `consent.errors.LogInvalid`: `leaf_missing` where there is no such entry or size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class LogService(Protocol):
    """The transparency log as anybody may read it."""

    def vkeys(self) -> Sequence[str]:
        """Return the log's public keys, newest first (c2sp.org/signed-note)."""
        ...

    def checkpoint(self) -> str:
        """Return the newest signed checkpoint with its cosignatures (c2sp.org/tlog-checkpoint)."""
        ...

    def entry(self, index: int) -> Mapping[str, object]:
        """Return an entry as JSON-ready data."""
        ...

    def proof(self, index: int, size: int | None = None) -> Mapping[str, object]:
        """Return an entry with its proof in the tree of that size, else the newest."""
        ...

    def consistency(self, old_size: int, new_size: int | None = None) -> Mapping[str, object]:
        """Return the proof that the log of the old size is the beginning of the newer one."""
        ...

    def keep_cosignature(self, cosigned: str) -> None:
        """Keep the word of a witness that the operator named.

        Args:
            cosigned: one of this log's checkpoints, with a witness's line under it.

        Raises:
            LogInvalid: `witness_unknown`, `cosignature_invalid`, `checkpoint_invalid`, or
                `log_forked` when the log's key signed a tree that this is not.
        """
        ...
