"""The transparency log in the database: leaves, hashes of complete subtrees, the signed head.

Adding an entry and proving one read about two rows for each doubling of the log. Rows are written
once and never changed, except for the head, whose row is held while an entry is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consent.adapters.tables import Base
from consent.checkpoints import Checkpoint, Cosignature, LogSigner
from consent.log import ConsistencyProof, InclusionProof, Leaf, LoggedLeaf
from consent.merkle import (
    EMPTY_ROOT,
    Node,
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

JITTER = timedelta(seconds=2)  # by which clocks are put right while they run, or two hosts differ

_LEAVES = Base.metadata.tables["log_leaves"]
_NODES = Base.metadata.tables["log_nodes"]
_HEAD = Base.metadata.tables["log_head"]
_COSIGNATURES = Base.metadata.tables["log_cosignatures"]
_HEAD_ID = 1


class _Head(NamedTuple):
    size: int
    root: bytes
    at: datetime
    note: str


class SqlLog:
    """The log in one transaction (consent.ports.TransparencyLog)."""

    def __init__(self, session: Session, signer: LogSigner | None) -> None:
        self._session = session
        self._signer = signer

    def append(self, leaf: Leaf) -> int:
        """Add an entry, sign the new head and return the entry's index.

        An entry that is up to `JITTER` earlier than the newest one is given that one's time.

        Raises:
            LogInvalid: `clock_back` when it is earlier than that; `leaf_missing` or `tree_changed`
                when the log is damaged.
        """
        if self._signer is None:
            raise RuntimeError("this database was opened without the log's key")
        head = self._hold_head(leaf.at)
        leaf = replace(leaf, at=_in_order(leaf.at, head.at))
        data = leaf.to_bytes()
        edge = peaks(0, head.size)
        known = self._hashes(edge)
        nodes, root = grown(head.size, [known[node] for node in edge], leaf_hash(data))
        connection = self._session.connection()
        connection.execute(insert(_LEAVES), {"index": head.size, "leaf": data})
        if nodes:
            rows = [{"level": n[0], "index": n[1], "hash": value} for n, value in nodes.items()]
            connection.execute(insert(_NODES), rows)
        size = head.size + 1
        note = self._signer.sign(Checkpoint(self._signer.origin, size, root))
        values = {"size": size, "root": root, "at": leaf.at, "note": note}
        connection.execute(update(_HEAD).where(_HEAD.c.id == _HEAD_ID).values(values))
        return head.size

    def head(self) -> str | None:
        """Return the newest signed checkpoint, None while the log is empty."""
        head = self._read_head()
        return head.note if head else None

    def size(self) -> int:
        """Return the number of entries."""
        head = self._read_head()
        return head.size if head else 0

    def last_time(self) -> datetime | None:
        """Return the time of the newest entry, None while the log is empty."""
        head = self._read_head()
        return head.at if head else None

    def leaf(self, index: int) -> Leaf:
        """Return one entry.

        Raises:
            LogInvalid: `leaf_missing`, or `leaf_invalid`.
        """
        return Leaf.from_bytes(self._leaves([index])[index])

    def prove(self, index: int, size: int | None = None) -> LoggedLeaf:
        """Return an entry with its inclusion proof in the tree of that size, else the newest.

        Raises:
            LogInvalid: `leaf_missing` when there is no such entry or size, else as `append`.
        """
        head = self._head_of(size)
        size = head.size if size is None else size
        ranges = inclusion_ranges(index, size)
        known = self._hashes(nodes_of(ranges))
        proof = InclusionProof(index, size, hashes_of(ranges, known))
        return LoggedLeaf(self.leaf(index), proof, self._note(head, size))

    def consistency(self, old_size: int, new_size: int | None = None) -> ConsistencyProof:
        """Return the proof that the tree of the old size is the beginning of the newer one.

        Raises:
            LogInvalid: `leaf_missing` when there are no such sizes, else as `append`.
        """
        head = self._head_of(new_size)
        new_size = head.size if new_size is None else new_size
        ranges = consistency_ranges(old_size, new_size)
        known = self._hashes(nodes_of(ranges))
        return ConsistencyProof(old_size, new_size, hashes_of(ranges, known))

    def root(self, size: int) -> bytes:
        """Return the root over the first entries.

        Raises:
            LogInvalid: `leaf_missing` when there are fewer, or the log is damaged.
        """
        nodes = peaks(0, size)
        known = self._hashes(nodes)
        return fold([known[node] for node in nodes])

    def add_cosignature(self, note: str, cosignature: Cosignature) -> None:
        """Keep a witness's word about a checkpoint, once for each witness and size."""
        values = {
            "size": cosignature.checkpoint.size,
            "witness": cosignature.witness,
            "note": note,
            "line": cosignature.line,
            "at": cosignature.at,
        }
        self._insert_once(_COSIGNATURES.name, values)

    def cosignatures(self, size: int) -> Sequence[str]:
        """Return witnesses' signature lines under the checkpoint of that size."""
        query = select(_COSIGNATURES.c.line).where(_COSIGNATURES.c.size == size)
        return tuple(self._session.scalars(query.order_by(_COSIGNATURES.c.witness)))

    def witnessed_size(self, index: int) -> int | None:
        """Return the size of the newest tree with that entry that a witness cosigned, if any."""
        query = select(func.max(_COSIGNATURES.c.size)).where(_COSIGNATURES.c.size > index)
        found: int | None = self._session.scalar(query)
        return found

    @property
    def vkey(self) -> str:
        """The public key that the log's heads are signed with (c2sp.org/signed-note)."""
        if self._signer is None:
            raise RuntimeError("this database was opened without the log's key")
        return self._signer.vkey

    def _read_head(self, *, lock: bool = False) -> _Head | None:
        query = select(_HEAD.c.size, _HEAD.c.root, _HEAD.c.at, _HEAD.c.note)
        query = query.where(_HEAD.c.id == _HEAD_ID)
        row = self._session.execute(query.with_for_update() if lock else query).first()
        return _Head(*row) if row is not None and (row.size or lock) else None

    def _hold_head(self, now: datetime) -> _Head:
        """Return the head and let nobody else add until this transaction ends.

        SQLite holds the whole database from the start of a writing transaction (BEGIN IMMEDIATE).
        """
        head = self._read_head(lock=True)
        if head is None:
            empty = {"id": _HEAD_ID, "size": 0, "root": EMPTY_ROOT, "at": now, "note": ""}
            self._insert_once(_HEAD.name, empty)
            head = self._read_head(lock=True)  # another process may have been first
        if head is None:
            raise log_invalid("tree_changed", "The log's head cannot be read.")
        return head

    def _head_of(self, size: int | None) -> _Head:
        head = self._read_head()
        if head is None or (size is not None and not 0 <= size <= head.size):
            held = head.size if head else 0
            asked = "" if size is None else f", not {size}"
            raise log_invalid("leaf_missing", f"The log has {held} entries{asked}.")
        return head

    def _note(self, head: _Head, size: int) -> str:
        if size == head.size:
            return head.note
        if self._signer is None:
            raise log_invalid(
                "leaf_missing", "Without its key the log proves its newest tree only."
            )
        return self._signer.sign(Checkpoint(self._signer.origin, size, self.root(size)))

    def _hashes(self, nodes: Iterable[Node]) -> dict[Node, bytes]:
        wanted = set(nodes)
        inner = sorted(node for node in wanted if node[0])
        found: dict[Node, bytes] = {}
        if inner:
            names = {}
            for number, (level, index) in enumerate(inner):
                names[f"level_{number}"], names[f"index_{number}"] = level, index
            rows = self._session.connection().execute(_pick(len(inner)), names)
            found = {(level, index): bytes(value) for level, index, value in rows}
        outer = [index for level, index in wanted if not level]
        if outer:
            leaves = self._leaves(outer)
            found.update({(0, index): leaf_hash(data) for index, data in leaves.items()})
        if len(found) < len(wanted):
            raise log_invalid("tree_changed", "A part of the log's tree is missing.")
        return found

    def _leaves(self, indexes: Sequence[int]) -> dict[int, bytes]:
        query = select(_LEAVES.c.index, _LEAVES.c.leaf).where(_LEAVES.c.index.in_(indexes))
        rows = self._session.connection().execute(query)
        found = {index: bytes(data) for index, data in rows}
        for index in indexes:
            if index not in found:
                raise log_invalid("leaf_missing", f"The log has no entry {index}.")
        return found

    def _insert_once(self, table: str, values: dict[str, object]) -> None:
        connection = self._session.connection()
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(Base.metadata.tables[table]).values(values)
        connection.execute(statement.on_conflict_do_nothing())


@cache
def _pick(count: int) -> Select[int, int, bytes]:
    """Return the question for so many nodes; SQLite scans the table for pairs in a list."""
    wanted = (
        and_(
            _NODES.c.level == bindparam(f"level_{number}"),
            _NODES.c.index == bindparam(f"index_{number}"),
        )
        for number in range(count)
    )
    return select(_NODES.c.level, _NODES.c.index, _NODES.c.hash).where(or_(*wanted))


def _in_order(at: datetime, newest: datetime) -> datetime:
    if newest - at > JITTER:
        raise log_invalid(
            "clock_back",
            "The clock of this studio was set back.",
            next_step="Set the computer's date and time right; the log goes on from "
            f"{newest:%d %B %Y, %H:%M} UTC.",
        )
    return max(at, newest)
