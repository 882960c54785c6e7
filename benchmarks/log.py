"""The transparency log at three lengths, beside a plain audit table of the same entries."""

from __future__ import annotations

import hashlib
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, insert, select
from sqlalchemy.orm import Session

from benchmarks.table import Row, milliseconds, side_by_side
from consent.adapters.anchor import HeadAnchor
from consent.adapters.database import Base, Database, SqlUnit
from consent.adapters.keys import MasterKey
from consent.adapters.log import SqlLog
from consent.adapters.log_check import check_log
from consent.checkpoints import Checkpoint, LogSigner
from consent.log import Leaf, LeafKind, verify_consistency, verify_inclusion
from consent.merkle import fold, leaf_hash, node_hash

if TYPE_CHECKING:
    from benchmarks.stage import Stage

SIZES = (1_000, 100_000, 1_000_000)
REPETITIONS = 200
COMMITS = 30  # each waits for the disk twice: ours and the plain table's
MOST_APPEND_MS = 2.0
MOST_PROOF_MS = 1.0
LEAST_CHECKED = 200_000  # entries a second
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SIGNER = LogSigner("log.example/bench", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))
PLAIN = Table(
    "audit",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("entry", LargeBinary, nullable=False),
)
PEER = "plain audit table"


@dataclass(frozen=True, slots=True)
class Grown:
    """A database whose log and audit table hold the same entries."""

    database: Database
    size: int


def rows(stage: Stage) -> Iterator[Row]:
    """Yield append, proofs and the check of the whole log at each length."""
    del stage
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder, grown(Path(folder), size) as log:
            yield from _append_rows(log)
            yield from _proof_rows(log)
            yield _check_row(log)


def _append_rows(log: Grown) -> Iterator[Row]:
    """Yield an entry inside a transaction, and with its commit."""
    numbers = iter(range(log.size, 10 * log.size + 10_000))

    def ours(log_of: SqlLog) -> None:
        log_of.append(_leaf(next(numbers)))

    def theirs(session: Session) -> None:
        data = _leaf(0).to_bytes()
        session.connection().execute(insert(PLAIN), {"entry": data})

    times: list[tuple[float, float]] = []
    with log.database.transaction() as unit:
        add, note_down = partial(ours, unit.log), partial(theirs, unit.session)
        times.extend((milliseconds(add), milliseconds(note_down)) for _ in range(REPETITIONS))
    mine, other = zip(*times, strict=True)
    yield _row(
        f"log of {log.size:,}: append one entry",
        (mine, other),
        target=MOST_APPEND_MS,
        note="inside a transaction: hashes, rows and the signature over the new head",
    )

    def committed(work: Callable[[SqlUnit], None]) -> Callable[[], None]:
        def run() -> None:
            with log.database.transaction() as unit:
                work(unit)

        return run

    pair = side_by_side(
        committed(lambda unit: ours(unit.log)),
        committed(lambda unit: theirs(unit.session)),
        COMMITS,
    )
    yield Row(
        f"log of {log.size:,}: append and commit",
        "ms",
        pair.ours.median,
        COMMITS,
        peer=PEER,
        theirs=pair.theirs.median,
        ratio=pair.ratio,
        fastest=pair.ours.fastest,
        note="the disk has it (synchronous=FULL), and the new head lies beside the keys",
    )


def _proof_rows(log: Grown) -> Iterator[Row]:
    """Yield an inclusion proof, a consistency proof, and what a reader spends on verifying."""
    rng = random.Random(7)  # noqa: S311 - places in the log, no secrets
    with log.database.reading() as unit:
        size = unit.log.size()  # it grew while appending was measured
        root = unit.log.root(size)
        inclusion: list[tuple[float, float]] = []
        consistency: list[float] = []
        verifying: list[float] = []
        for _ in range(REPETITIONS):
            index, old = rng.randrange(size), rng.randrange(1, size)
            query = select(PLAIN.c.entry).where(PLAIN.c.id == index)
            mine = milliseconds(partial(unit.log.prove, index, size))
            inclusion.append((mine, milliseconds(partial(unit.session.scalar, query))))
            consistency.append(milliseconds(partial(unit.log.consistency, old, size)))
            logged, grew = unit.log.prove(index, size), unit.log.consistency(old, size)
            verify_consistency(grew, unit.log.root(old), root)
            data = logged.leaf.to_bytes()
            verifying.append(milliseconds(partial(verify_inclusion, data, logged.proof, root)))
    mine_all, other = zip(*inclusion, strict=True)
    longest = (size - 1).bit_length()
    yield _row(
        f"log of {log.size:,}: prove an entry",
        (mine_all, other),
        target=MOST_PROOF_MS,
        note=f"up to {longest} hashes of 32 bytes; theirs is a look-up by id, which proves nothing",
    )
    yield _row(f"log of {log.size:,}: prove that it grew", (consistency, ()), target=MOST_PROOF_MS)
    yield _row(f"log of {log.size:,}: verify an entry's proof", (verifying, ()))


def _check_row(log: Grown) -> Row:
    with log.database.reading() as unit:
        began, computed = time.perf_counter(), time.process_time()
        found = check_log(unit.session, SIGNER.verifier())
        took, computed = time.perf_counter() - began, time.process_time() - computed
    speed = found.checkpoint.size / took
    return Row(
        f"log of {log.size:,}: check the whole of it",
        "entries/s",
        speed,
        1,
        target=f">= {LEAST_CHECKED:,} entries/s" if log.size > SIZES[0] else "",
        met=speed >= LEAST_CHECKED if log.size > SIZES[0] else None,
        note=f"{took:.2f} s, of which this process computed {computed:.2f} s; a plain table cannot "
        "be checked: nothing in it says what it was",
    )


def _row(
    what: str,
    times: tuple[Sequence[float], Sequence[float]],
    *,
    target: float | None = None,
    note: str = "",
) -> Row:
    ours, theirs = times
    return Row(
        what,
        "ms",
        median(ours),
        len(ours),
        peer=PEER if theirs else "",
        theirs=median(theirs) if theirs else None,
        ratio=median(a / b for a, b in zip(ours, theirs, strict=True)) if theirs else None,
        target=f"<= {target:g} ms" if target else "",
        met=median(ours) <= target if target else None,
        fastest=min(ours),
        note=note,
    )


@contextmanager
def grown(folder: Path, size: int) -> Iterator[Grown]:
    """Yield a database with that many entries, written in bulk: no entry waits for the disk."""
    url, anchor = f"sqlite:///{folder / 'app.db'}", HeadAnchor(folder / "keys")
    database = Database(url, MasterKey(b"\x02" * 32), SIGNER, anchor=anchor)
    try:
        Base.metadata.create_all(database.engine)
        PLAIN.create(database.engine)
        _fill(database, size)
        yield Grown(database, size)
    finally:
        database.close()


def _fill(database: Database, size: int) -> None:
    leaves = [_leaf(number).to_bytes() for number in range(size)]
    connection = database.engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute("BEGIN IMMEDIATE")
    cursor.executemany("INSERT INTO log_leaves VALUES (?, ?)", list(enumerate(leaves)))
    cursor.executemany("INSERT INTO audit VALUES (?, ?)", list(enumerate(leaves)))
    hashes, level = [leaf_hash(leaf) for leaf in leaves], 0
    edge: list[bytes] = []
    while hashes:
        if len(hashes) % 2:
            edge.append(hashes[-1])
        pairs = zip(hashes[::2], hashes[1::2], strict=False)
        hashes, level = [node_hash(left, right) for left, right in pairs], level + 1
        nodes = [(level, index, value) for index, value in enumerate(hashes)]
        cursor.executemany("INSERT INTO log_nodes VALUES (?, ?, ?)", nodes)
    root = fold(edge[::-1])
    note = SIGNER.sign(Checkpoint(SIGNER.origin, size, root))
    at = _leaf(size - 1).at.replace(tzinfo=None).isoformat(" ")
    cursor.execute("INSERT INTO log_head VALUES (1, ?, ?, ?, ?)", (size, root, at, note))
    cursor.execute("COMMIT")
    connection.close()
    database.truncate_wal()


def _leaf(number: int) -> Leaf:
    commitment = hashlib.sha256(number.to_bytes(8)).hexdigest()
    return Leaf(LeafKind.OUTPUT, BEGAN + timedelta(seconds=number), commitment)
