"""Withdrawing with 10, 100 and 1,000 avatars, beside deleting the same rows and files plainly.

What is withdrawn is a whole studio's: consent ended and logged, jobs stopped, selfies, template and
avatars deleted, key destroyed, write-ahead log emptied, receipt signed and logged. The plain peer
is a table and a folder of the same number and size: one DELETE, and each file unlinked.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.stage import Stage, open_studio, seat
from benchmarks.table import Row, Times, milliseconds
from outputs.types import Released, StoredOutput
from studio.house import House

SIZES = {10: 3, 100: 3, 1000: 1}  # avatars, repetitions
SHREDS = 15
MOST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One real avatar in its formats."""

    output: StoredOutput
    formats: tuple[Released, ...]

    @property
    def size(self) -> int:
        """Bytes of all formats."""
        return sum(len(released.data) for released in self.formats)


def rows(stage: Stage) -> Iterator[Row]:
    """Yield the whole withdrawal for each number of avatars, and the shredding alone."""
    with open_studio() as house:
        sample = _drawn(house, stage)
        for number, repetitions in SIZES.items():
            pairs = [_pair(house, stage, sample, number) for _ in range(repetitions)]
            yield _row(number, pairs, sample)
        yield _shredding(house, stage)


def _pair(house: House, stage: Stage, sample: Sample, number: int) -> tuple[float, float]:
    """Return the milliseconds of a withdrawal, and of the plain deletion after it."""
    token = seat(house, stage.member)
    _fill(house, house.door.open_subject(token), sample, number)
    receipts: list[object] = []
    took = milliseconds(lambda: receipts.append(house.withdraw(token)["deleted"]))
    if f"{number} avatars in the gallery" not in str(receipts):
        raise RuntimeError(f"the receipt tells something else: {receipts}")
    return took, _plainly(sample, number)


def _drawn(house: House, stage: Stage) -> Sample:
    token = seat(house, stage.member)
    job = house.make_now(token, "toon", {}, 7)
    if job.output_id is None:
        raise RuntimeError(f"the job ended as {job.state}: {job.message}")
    output = house.library.find(house.door.open_subject(token), job.output_id)
    subject_id = output.subject_id
    kinds = house.library.formats(subject_id)[output.id]
    formats = (house.library.read(subject_id, output.id, kind) for kind in kinds)
    return Sample(output, tuple(formats))


def _fill(house: House, subject_id: str, sample: Sample, number: int) -> None:
    """Store the avatar many times, as if it had been drawn so often."""
    record = house.desk.standing(subject_id)
    if record is None:
        raise RuntimeError("the subject has no consent")
    keys = {}
    for index in range(number):
        output_id = f"{index:08x}{subject_id[:24]}"
        keys[output_id] = house.library.put_objects(subject_id, output_id, sample.formats)
    known = replace(sample.output, subject_id=subject_id, record_id=record.record_id)
    with house.library.ledger.transaction() as kept:
        for output_id, key in keys.items():
            kept.add(replace(known, id=output_id, job_id=output_id), key)


def _plainly(sample: Sample, number: int) -> float:
    """Return the milliseconds of a DELETE and of unlinking as many files, nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        count = number * len(sample.formats)
        files = [Path(folder) / str(index) for index in range(count)]
        for path, released in zip(files, sample.formats * number, strict=True):
            path.write_bytes(released.data)
        with closing(sqlite3.connect(Path(folder) / "plain.db")) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("CREATE TABLE outputs (id TEXT PRIMARY KEY, subject TEXT, row TEXT)")
            named = [(str(index), "s", str(sample.output)) for index in range(number)]
            database.executemany("INSERT INTO outputs VALUES (?, ?, ?)", named)
            database.commit()

            def delete() -> None:
                database.execute("DELETE FROM outputs WHERE subject = 's'")
                database.commit()
                for path in files:
                    path.unlink()

            return milliseconds(delete)


def _row(number: int, pairs: Sequence[tuple[float, float]], sample: Sample) -> Row:
    ours, plain = [one for one, _ in pairs], [two for _, two in pairs]
    took = median(ours)
    return Row(
        f"withdraw with {number:,} avatars",
        "ms",
        took,
        len(pairs),
        peer="DELETE and unlink",
        theirs=median(plain),
        ratio=median(one / two for one, two in pairs),
        target=f"<= {MOST_SECONDS:.0f} s" if number == max(SIZES) else "",
        met=took / 1000 <= MOST_SECONDS if number == max(SIZES) else None,
        fastest=min(ours),
        note=f"{number * sample.size / 1e6:.0f} MB in {len(sample.formats) * number:,} sealed "
        "files; the peer proves nothing, destroys no key and leaves its rows in the file",
    )


def _shredding(house: House, stage: Stage) -> Row:
    times = []
    for _ in range(SHREDS):
        subject_id = house.door.open_subject(seat(house, stage.member))
        times.append(milliseconds(partial(house.withdrawal.vault.destroy, subject_id)))
    shred = Times(median(times), min(times))
    return Row(
        "destroy a subject's key, write-ahead log included",
        "ms",
        shred.median,
        SHREDS,
        note="from then on nothing that was sealed can be read, however many files there are",
        fastest=shred.fastest,
    )
