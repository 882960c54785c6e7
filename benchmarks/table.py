"""Rows of the table, how they are timed, and how they are printed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Times:
    """Repeated calls, milliseconds."""

    median: float
    fastest: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two works that took turns."""

    ours: Times
    theirs: Times
    ratio: float  # median of ours over the neighbouring call of theirs: steady when load changes


@dataclass(frozen=True, slots=True)
class Row:
    """One thing measured, with what it is compared to."""

    what: str
    unit: str
    ours: float  # median
    n: int  # repetitions
    peer: str = ""
    theirs: float | None = None  # median, interleaved with ours
    ratio: float | None = None  # ours over theirs: median over neighbouring calls
    target: str = ""
    met: bool | None = None  # None: reported, without a target; judged by the median
    fastest: float | None = None  # of ours: what a machine with nothing else to do comes near
    note: str = ""

    def as_json(self) -> dict[str, object]:
        """Return JSON-ready values."""
        return asdict(self)


def milliseconds(work: Work) -> float:
    """Return how long one call takes."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def alone(work: Work, repetitions: int, *, warm: int = 1) -> Times:
    """Time repeated calls."""
    for _ in range(warm):
        work()
    return _times([milliseconds(work) for _ in range(repetitions)])


def side_by_side(ours: Work, theirs: Work, repetitions: int, *, warm: int = 1) -> Pair:
    """Time both; calls take turns, so that both meet the same machine."""
    for _ in range(warm):
        ours()
        theirs()
    mine: list[float] = []
    other: list[float] = []
    for number in range(repetitions):
        pair = (ours, mine), (theirs, other)
        for work, times in pair if number % 2 else reversed(pair):
            times.append(milliseconds(work))
    ratios = [one / two for one, two in zip(mine, other, strict=True)]
    return Pair(_times(mine), _times(other), median(ratios))


def as_table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table that is also readable in a terminal."""
    head = ("what", "ours", "fastest", "peer", "theirs", "ratio", "target", "met", "n")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    printed = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    printed.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(printed)


def notes(rows: Sequence[Row]) -> str:
    """Return what must be said besides the numbers, one line a row."""
    return "\n".join(f"- {row.what}: {row.note}" for row in rows if row.note)


def _times(values: list[float]) -> Times:
    return Times(median(values), min(values))


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "not met", None: ""}[row.met]
    return (
        row.what,
        _amount(row.ours, row.unit),
        "" if row.fastest is None else _amount(row.fastest, row.unit),
        row.peer,
        "" if row.theirs is None else _amount(row.theirs, row.unit),
        "" if row.ratio is None else f"{row.ratio:.{2 if row.ratio >= 0.1 else 3}f}",
        row.target,
        met,
        str(row.n),
    )


def _amount(value: float, unit: str) -> str:
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f} {unit}"
