"""The rows of the transparency log, as few questions at a time as its tree allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, Table, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consent.adapters.tables import Base
from consent.checkpoints import Cosignature
from consent.merkle import EMPTY_ROOT, Node, leaf_hash, log_invalid

_LEAVES = Base.metadata.tables["log_leaves"]
_NODES = Base.metadata.tables["log_nodes"]
_HEAD = Base.metadata.tables["log_head"]
_COSIGNATURES = Base.metadata.tables["log_cosignatures"]
_HEAD_ID = 1

_READ = select(_HEAD.c.size, _HEAD.c.root, _HEAD.c.at, _HEAD.c.note).where(_HEAD.c.id == _HEAD_ID)
_HELD = _READ.with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == _HEAD_ID)
_ADD_LEAF, _ADD_NODES = insert(_LEAVES), insert(_NODES)


class Head(NamedTuple):
    """The newest tree head."""

    size: int
    root: bytes
    at: datetime  # of the newest entry
    note: str  # signed checkpoint


class LogRows:
    """Leaves, hashes, head and cosignatures in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def head(self, *, lock: bool = False) -> Head | None:
        """Return the head, None while the log is empty; `lock` holds its row, empty or not."""
        row = self._session.connection().execute(_HELD if lock else _READ).first()
        return Head(*row) if row is not None and (row.size or lock) else None

    def hold_head(self, now: datetime) -> Head:
        """Return the head and let nobody else add until this transaction ends.

        SQLite holds the whole database from the start of a writing transaction (BEGIN IMMEDIATE).
        """
        head = self.head(lock=True)
        if head is None:
            empty = {"id": _HEAD_ID, "size": 0, "root": EMPTY_ROOT, "at": now, "note": ""}
            self._insert_once(_HEAD, empty)
            head = self.head(lock=True)  # another process may have been first
        if head is None:
            raise log_invalid("tree_changed", "The log's head cannot be read.")
        return head

    def add(self, index: int, leaf: bytes, nodes: Mapping[Node, bytes]) -> None:
        """Write an entry and the complete subtrees that end with it.

        Raises:
            LogInvalid: `tree_changed` when something lies in their place.
        """
        connection = self._session.connection()
        rows = [{"level": n[0], "index": n[1], "hash": value} for n, value in nodes.items()]
        try:
            connection.execute(_ADD_LEAF, {"index": index, "leaf": leaf})
            if rows:
                connection.execute(_ADD_NODES, rows)
        except IntegrityError as error:
            what = "The log holds more than its signed head covers."
            raise log_invalid("tree_changed", what) from error

    def move_head(self, head: Head) -> None:
        """Write the new head."""
        self._session.connection().execute(_MOVE_HEAD, head._asdict())

    def add_cosignature(self, note: str, cosignature: Cosignature) -> None:
        """Keep a witness's word about a checkpoint, once for each witness and size."""
        values = {
            "size": cosignature.checkpoint.size,
            "witness": cosignature.witness,
            "note": note,
            "line": cosignature.line,
            "at": cosignature.at,
        }
        self._insert_once(_COSIGNATURES, values)

    def witnessed_size(self, index: int) -> int | None:
        """Return the size of the newest cosigned tree that holds an entry, if any."""
        query = select(func.max(_COSIGNATURES.c.size)).where(_COSIGNATURES.c.size > index)
        size = self._session.scalar(query)
        return None if size is None else int(size)

    def cosignatures(self, size: int) -> Sequence[str]:
        """Return witnesses' signature lines under the checkpoint of that size."""
        query = select(_COSIGNATURES.c.line).where(_COSIGNATURES.c.size == size)
        return tuple(self._session.scalars(query.order_by(_COSIGNATURES.c.witness)))

    def hashes(
        self, nodes: Sequence[Node], leaves: Mapping[int, bytes] | None = None
    ) -> dict[Node, bytes]:
        """Return hashes of complete subtrees; those over one entry are made of the entry.

        Raises:
            LogInvalid: `leaf_missing` or `tree_changed` when one is not there.
        """
        if leaves is None:
            leaves = self.leaves(singles(nodes))
        found = {(0, index): leaf_hash(leaves[index]) for index in singles(nodes)}
        larger = [node for node in nodes if node[0]]
        if larger:
            names = {}
            for number, (level, index) in enumerate(larger):
                names[f"level_{number}"], names[f"index_{number}"] = level, index
            rows = self._session.connection().execute(_pick_nodes(len(larger)), names)
            found.update({(level, index): bytes(value) for level, index, value in rows})
        if not found.keys() >= set(nodes):
            raise log_invalid("tree_changed", "A part of the log's tree is missing.")
        return found

    def leaves(self, indexes: Sequence[int]) -> dict[int, bytes]:
        """Return entries by index, or raise LogInvalid (`leaf_missing`)."""
        if not indexes:
            return {}
        names = {f"index_{number}": index for number, index in enumerate(indexes)}
        rows = self._session.connection().execute(_pick_leaves(len(indexes)), names)
        found = {index: bytes(data) for index, data in rows}
        for index in indexes:
            if index not in found:
                raise log_invalid("leaf_missing", f"The log has no entry {index}.")
        return found

    def _insert_once(self, table: Table, values: dict[str, object]) -> None:
        connection = self._session.connection()
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(table).values(values)
        connection.execute(statement.on_conflict_do_nothing())


# Questions are made once for each number of rows: making one takes longer than answering it. SQLite
# would scan the whole table for pairs in a list.
@cache
def _pick_nodes(count: int) -> Select[int, int, bytes]:
    wanted = (
        and_(
            _NODES.c.level == bindparam(f"level_{number}"),
            _NODES.c.index == bindparam(f"index_{number}"),
        )
        for number in range(count)
    )
    return select(_NODES.c.level, _NODES.c.index, _NODES.c.hash).where(or_(*wanted))


@cache
def _pick_leaves(count: int) -> Select[int, bytes]:
    wanted = (_LEAVES.c.index == bindparam(f"index_{number}") for number in range(count))
    return select(_LEAVES.c.index, _LEAVES.c.leaf).where(or_(*wanted))


def singles(nodes: Iterable[Node]) -> list[int]:
    """Return the indexes of subtrees that are single entries."""
    return [index for level, index in nodes if not level]
