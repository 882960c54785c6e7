"""Checks the whole log: every entry, every stored hash, the signed head, every cosigned one.

Entries are read in runs of a power of two, hashed upwards level by level and compared with what is
stored, so memory does not grow with the log.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consent.adapters.log import SqlLog
from consent.adapters.tables import Base
from consent.checkpoints import Checkpoint, LogVerifier, verify_cosignature, with_cosignatures
from consent.errors import LogInvalid
from consent.log import LeafKind
from consent.merkle import log_invalid
from consent.signed_notes import VerifierKey, split_note
from consent.statements import time_value

RUN_LEVEL = 16  # 65,536 entries at a time: about 20 MB

_sha256 = hashlib.sha256
_LEAVES = Base.metadata.tables["log_leaves"]
_NODES = Base.metadata.tables["log_nodes"]
_HEAD = Base.metadata.tables["log_head"]
_COSIGNATURES = Base.metadata.tables["log_cosignatures"]
_FORM = (
    rb'\{"commitment":"[0-9a-f]{64}",'
    rb'"time":"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z",'
    rb'"type":"(?:' + "|".join(LeafKind).encode() + rb')"\}\n'
)
_LINE, _LINES = re.compile(_FORM), re.compile(b"(?:" + _FORM + b")*")
_TIME, _DAY, _KIND = slice(89, 116), slice(0, 10), slice(126, -2)  # where a leaf has them


@dataclass(frozen=True, slots=True)
class LogCheck:
    """A log that was checked from its first entry to its last."""

    checkpoint: Checkpoint
    kinds: dict[LeafKind, int]  # how many entries of each kind
    first: datetime
    last: datetime
    cosigned: tuple[tuple[str, int], ...]  # witness and size, of verified cosignatures
    unverified: tuple[str, ...]  # witnesses whose keys are not known


def check_log(
    session: Session, verifier: LogVerifier, *, witnesses: Sequence[str] = ()
) -> LogCheck:
    """Check the log from its first entry to its last.

    Args:
        session: a transaction that only reads, so that all is seen as of one moment.
        verifier: of the log's keys.
        witnesses: vkeys of the witnesses whose cosignatures are verified.

    Raises:
        LogInvalid: `log_empty`; `leaf_missing`, `leaf_invalid`, `clock_back` or `tree_changed`
            with the place; `checkpoint_invalid`; `log_rolled_back` or `log_forked` when a witness
            saw more or other entries; `cosignature_invalid`.
    """
    checkpoint, at = _signed_head(session, verifier)
    walk = _Walk(session)
    for start in range(0, checkpoint.size, 1 << RUN_LEVEL):
        walk.run(start, min(start + (1 << RUN_LEVEL), checkpoint.size))
    walk.upwards(checkpoint.size)
    _nothing_more(session, checkpoint.size)
    if time_value(walk.last.decode()) != at:
        raise _changed("The log's head tells another time than its last entry.")
    if SqlLog(session, None).root(checkpoint.size) != checkpoint.root:
        raise _changed("The entries agree with each other, but they are not what was signed.")
    cosigned, unverified = _check_cosignatures(session, checkpoint, verifier, witnesses)
    return LogCheck(
        checkpoint,
        {LeafKind(kind.decode()): count for kind, count in sorted(walk.kinds.items())},
        time_value(walk.first.decode()),
        time_value(walk.last.decode()),
        cosigned,
        unverified,
    )


class _Walk:
    """Goes over the entries once, from the left."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tops: list[bytes] = []  # hashes of complete runs
        self.kinds: Counter[bytes] = Counter()
        self.first = self.last = b""

    def run(self, start: int, stop: int) -> None:
        """Check the entries of one run and every stored hash below its top."""
        leaves = self._read(start, stop)
        self._check_forms(start, leaves)
        hashes = [_sha256(b"\x00" + leaf).digest() for leaf in leaves]
        for level in range(1, RUN_LEVEL + 1):
            hashes = self._compare(level, start >> level, hashes)
        self._tops.extend(hashes)

    def upwards(self, size: int) -> None:
        """Check the stored hashes over whole runs."""
        hashes, level = self._tops, RUN_LEVEL + 1
        while size >> level:
            hashes = self._compare(level, 0, hashes)
            level += 1

    def _read(self, start: int, stop: int) -> list[bytes]:
        query = select(_LEAVES.c.index, _LEAVES.c.leaf).order_by(_LEAVES.c.index)
        rows = _raw(self._session, query.where(_LEAVES.c.index.between(start, stop - 1)))
        there = [index for index, _ in rows]
        if there != (due := list(range(start, stop))):
            held = set(there)
            missing = next(each for each in due if each not in held)
            raise log_invalid("leaf_missing", f"Entry {missing} of the log is missing.")
        for index, leaf in rows:
            if not isinstance(leaf, bytes):  # SQLite keeps whatever it is given
                raise log_invalid("leaf_invalid", f"Entry {index} does not consist of bytes.")
        return [leaf for _, leaf in rows]

    def _check_forms(self, start: int, leaves: list[bytes]) -> None:
        lines = b"\n".join(leaves) + b"\n"
        if lines.count(b"\n") != len(leaves) or not _LINES.fullmatch(lines):
            forms = (_LINE.fullmatch(leaf + b"\n") for leaf in leaves)
            place = start + next(i for i, form in enumerate(forms) if form is None)
            raise log_invalid("leaf_invalid", f"Entry {place} is not written as the log writes it.")
        times = [self.last or leaves[0][_TIME], *(leaf[_TIME] for leaf in leaves)]
        if times != sorted(times):
            place = start + next(i for i, (a, b) in enumerate(pairwise(times)) if b < a)
            raise log_invalid("clock_back", f"Entry {place} is earlier than the one before it.")
        try:
            for day in {at[_DAY] for at in times}:
                date.fromisoformat(day.decode())
        except ValueError as error:
            raise log_invalid("leaf_invalid", "An entry's day is not in any calendar.") from error
        self.kinds.update([leaf[_KIND] for leaf in leaves])
        self.first, self.last = self.first or times[0], times[-1]

    def _compare(self, level: int, first: int, below: list[bytes]) -> list[bytes]:
        """Return one level's hashes, made of the level below and compared with the stored ones."""
        pairs = zip(below[::2], below[1::2], strict=False)  # the last may wait for its sibling
        made = [_sha256(b"\x01" + left + right).digest() for left, right in pairs]
        if not made:
            return made
        if (kept := self._stored(level, first, len(made))) != made:
            self._name_damage(level, first, made, kept)
        return made

    def _stored(self, level: int, first: int, count: int) -> list[bytes]:
        query = select(_NODES.c.hash).order_by(_NODES.c.index).where(_NODES.c.level == level)
        query = query.where(_NODES.c.index.between(first, first + count - 1))
        return [value for (value,) in _raw(self._session, query)]

    def _name_damage(self, level: int, first: int, made: list[bytes], kept: list[bytes]) -> None:
        """Raise with what was damaged: an entry, or only a stored hash."""
        if len(kept) < len(made):
            raise _changed(f"A stored hash over {1 << level} entries is missing.")
        place = next(i for i, (a, b) in enumerate(zip(made, kept, strict=True)) if a != b)
        index = first + place
        even = place - place % 2
        pair = made[even : even + 2]
        above = self._stored(level + 1, index >> 1, 1)
        right = len(pair) == 2 and above == [_sha256(b"\x01" + pair[0] + pair[1]).digest()]
        entries = f"{index << level} to {((index + 1) << level) - 1}"
        if level > 1 or right:
            raise _changed(f"The stored hash over the entries {entries} was changed.")
        raise _changed(f"One of the entries {entries} was changed.")


def _signed_head(session: Session, verifier: LogVerifier) -> tuple[Checkpoint, datetime]:
    row = session.execute(select(_HEAD.c.size, _HEAD.c.root, _HEAD.c.note, _HEAD.c.at)).first()
    if row is None or not row.size:
        if session.scalar(select(func.count()).select_from(_LEAVES)):
            raise _changed("The log has entries but no signed head.")
        raise log_invalid(
            "log_empty", "This studio's log is still empty.", next_step="Open the studio once."
        )
    checkpoint = verifier.verify(str(row.note))
    if (checkpoint.size, checkpoint.root) != (row.size, bytes(row.root)):
        raise _changed("The log's head is not the one that was signed.")
    return checkpoint, row.at


def _nothing_more(session: Session, size: int) -> None:
    """Refuse entries and hashes that no signed head covers."""
    leaves = select(func.count()).select_from(_LEAVES).where(_LEAVES.c.index >= size)
    nodes = select(func.count()).select_from(_NODES)
    expected = sum(size >> level for level in range(1, size.bit_length()))
    if session.scalar(leaves) or session.scalar(nodes) != expected:
        raise _changed("The log holds more than its signed head covers.")


def _check_cosignatures(
    session: Session, head: Checkpoint, verifier: LogVerifier, witnesses: Sequence[str]
) -> tuple[tuple[tuple[str, int], ...], tuple[str, ...]]:
    """Return the verified ones, and the names of witnesses whose key is not known."""
    parsed = map(VerifierKey.parse, witnesses)
    keys = {(key.name, key.key_id): key.vkey for key in parsed}
    verified: list[tuple[str, int]] = []
    unknown: set[str] = set()
    query = select(_COSIGNATURES.c.witness, _COSIGNATURES.c.note, _COSIGNATURES.c.line)
    for name, note, line in session.execute(query.order_by(_COSIGNATURES.c.size)):
        seen, cosigned = verifier.verify(note), with_cosignatures(note, [line])
        last = split_note(cosigned)[1][-1]
        if vkey := keys.get((last.name, last.key_id)):
            verify_cosignature(cosigned, vkey)
            verified.append((name, seen.size))
        else:
            unknown.add(name)
        if seen.size > head.size:
            raise log_invalid(
                "log_rolled_back",
                f"{name} saw {seen.size} entries in this log; now there are {head.size}.",
            )
        if SqlLog(session, None).root(seen.size) != seen.root:
            raise log_invalid(
                "log_forked", f"{name} saw {seen.size} other entries in this log than there are."
            )
    return tuple(verified), tuple(sorted(unknown))


def _raw(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    """Return rows as plain tuples: a million of SQLAlchemy's own cost a second."""
    cursor = session.connection().execute(query).cursor
    return cursor.fetchall() if cursor is not None else ()


def _changed(what: str) -> LogInvalid:
    return log_invalid("tree_changed", what)
