"""The transparency log in the database: leaves, hashes of complete subtrees, the signed head.

Adding an entry and proving one read about two rows for each doubling of the log. Rows are written
once and never changed, except for the head, whose row is held while an entry is added.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from consent.adapters.log_rows import Head, LogRows, singles
from consent.checkpoints import Checkpoint, Cosignature, LogSigner
from consent.log import ConsistencyProof, InclusionProof, Leaf, LoggedLeaf, verify_consistency
from consent.merkle import (
    consistency_ranges,
    fold,
    grown,
    hashes_of,
    inclusion_ranges,
    leaf_hash,
    log_invalid,
    nodes_of,
    peaks,
)

Follow = Callable[[Session, str], None]

JITTER = timedelta(seconds=2)  # by which clocks are put right while they run, or two hosts differ


class SqlLog:
    """The log in one transaction (consent.ports.TransparencyLog)."""

    def __init__(
        self, session: Session, signer: LogSigner | None, *, follow: Follow | None = None
    ) -> None:
        """Open the log.

        Args:
            session: the transaction.
            signer: signs heads; without it nothing can be added.
            follow: is told each new head, and sees to it that it is kept after the commit.
        """
        self._session = session
        self._rows = LogRows(session)
        self._signer = signer
        self._follow = follow

    def append(self, leaf: Leaf) -> int:
        """Add an entry, sign the new head and return the entry's index.

        An entry that is up to `JITTER` earlier than the newest one is given that one's time.

        Raises:
            LogInvalid: `clock_back` when it is earlier than that; `leaf_missing`, `tree_changed`
                or `checkpoint_invalid` when the log is damaged, so that nothing is signed on top.
        """
        signer = self._own_signer()
        head = self._rows.hold_head(leaf.at)
        leaf = replace(leaf, at=_in_order(leaf.at, head.at))
        data = leaf.to_bytes()
        edge = self._edge(head.size)
        self._require_signed(head, fold(edge))
        nodes, root = grown(head.size, edge, leaf_hash(data))
        size = head.size + 1
        note = signer.sign(Checkpoint(signer.origin, size, root))
        self._rows.add(head.size, data, nodes)
        self._rows.move_head(Head(size, root, leaf.at, note))
        if self._follow is not None:
            self._follow(self._session, note)
        return head.size

    def head(self) -> str | None:
        """Return the newest signed checkpoint, None while the log is empty."""
        head = self._rows.head()
        return head.note if head else None

    def size(self) -> int:
        """Return the number of entries."""
        head = self._rows.head()
        return head.size if head else 0

    def last_time(self) -> datetime | None:
        """Return the time of the newest entry, None while the log is empty."""
        head = self._rows.head()
        return head.at if head else None

    @property
    def vkey(self) -> str:
        """The public key that the log's heads are signed with (c2sp.org/signed-note)."""
        return self._own_signer().vkey

    def leaf(self, index: int) -> Leaf:
        """Return one entry.

        Raises:
            LogInvalid: `leaf_missing`, or `leaf_invalid`.
        """
        return Leaf.from_bytes(self._rows.leaves([index])[index])

    def prove(self, index: int, size: int | None = None) -> LoggedLeaf:
        """Return an entry with its inclusion proof in the tree of that size, else the newest.

        Raises:
            LogInvalid: `leaf_missing` when there is no such entry or size, else as `append`.
        """
        head = self._head_of(size)
        size = head.size if size is None else size
        ranges = inclusion_ranges(index, size)
        nodes = nodes_of(ranges)
        leaves = self._rows.leaves([index, *singles(nodes)])
        proof = InclusionProof(index, size, hashes_of(ranges, self._rows.hashes(nodes, leaves)))
        return LoggedLeaf(Leaf.from_bytes(leaves[index]), proof, self._note(head, size))

    def consistency(self, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        """Return the proof that the tree of the old size is the beginning of the newer one.

        Raises:
            LogInvalid: `leaf_missing` when there are no such sizes, else as `append`.
        """
        head = self._head_of(new_size)
        new_size = head.size if new_size is None else new_size
        ranges = consistency_ranges(old_size, new_size)
        known = self._rows.hashes(nodes_of(ranges))
        return ConsistencyProof(old_size, new_size, hashes_of(ranges, known))

    def root(self, size: int) -> bytes:
        """Return the root over the first entries.

        Raises:
            LogInvalid: `leaf_missing` when there are fewer, or the log is damaged.
        """
        return fold(self._edge(size))

    def add_cosignature(self, note: str, cosignature: Cosignature) -> None:
        """Keep a witness's word about a checkpoint, once for each witness and size."""
        self._rows.add_cosignature(note, cosignature)

    def witnessed_size(self, index: int) -> int | None:
        """Return the size of the newest tree with that entry that a witness cosigned, if any."""
        return self._rows.witnessed_size(index)

    def cosignatures(self, size: int) -> Sequence[str]:
        """Return witnesses' signature lines under the checkpoint of that size."""
        return self._rows.cosignatures(size)

    def _head_of(self, size: int | None) -> Head:
        head = self._rows.head()
        if head is None or (size is not None and not 0 <= size <= head.size):
            held = head.size if head else 0
            asked = "" if size is None else f", not {size}"
            raise log_invalid("leaf_missing", f"The log has {held} entries{asked}.")
        return head

    def _note(self, head: Head, size: int) -> str:
        if size == head.size:
            return self._newest_note(head)
        signer, whole, root = self._own_signer(), self.root(head.size), self.root(size)
        self._require_signed(head, whole)
        verify_consistency(self.consistency(size, head.size), root, whole)
        return signer.sign(Checkpoint(signer.origin, size, root))

    def _newest_note(self, head: Head) -> str:
        """Return the head's note, signed by the newest key: it may be older than the key is."""
        if self._signer is None:
            return head.note
        checkpoint = self._signer.verifier().verify(head.note)
        return self._signer.sign(checkpoint)  # the same bytes while the key is the same

    def _edge(self, size: int) -> list[bytes]:
        nodes = peaks(0, size)
        known = self._rows.hashes(nodes)
        return [known[node] for node in nodes]

    def _require_signed(self, head: Head, root: bytes) -> None:
        """Sign nothing that builds on what was not signed: that would vouch for who changed it."""
        if not head.size:
            return
        signed = self._own_signer().verifier().verify(head.note)
        if (signed.size, signed.root) != (head.size, root):
            raise log_invalid("tree_changed", "The log's tree is not the one that was signed.")

    def _own_signer(self) -> LogSigner:
        if self._signer is None:
            raise RuntimeError("this database was opened without the log's key")
        return self._signer


def _in_order(at: datetime, newest: datetime) -> datetime:
    if newest - at > JITTER:
        raise log_invalid(
            "clock_back",
            "The clock of this studio was set back.",
            next_step="Set the computer's date and time right; the log goes on from "
            f"{newest:%d %B %Y, %H:%M} UTC.",
        )
    return max(at, newest)
