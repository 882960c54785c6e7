"""Writes docs/survival.md, and a list of what failed for the terminal."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.document import machine, write_between
from benchmarks.survival import tables
from benchmarks.survival.floor import LEAST_SIDE, Promise
from benchmarks.survival.reading import Outcome, Result
from benchmarks.survival.strangers import Glance

DOCUMENT = Path("docs/survival.md")
NAMED = ("numpy", "opencv-contrib-python", "pillow", "c2pa-python", "av")


def report(
    results: Sequence[Result], glances: Sequence[Glance], kept: Sequence[Promise], *, minutes: float
) -> str:
    """Return everything that was measured, as Markdown."""
    outcomes = [one for result in results for one in result.outcomes]
    if not outcomes:
        return "Nothing was released, so nothing was measured."
    qualities = [result.quality for result in results]
    parts = [
        "### Promises",
        tables.promise_table(kept),
        "### Every mark after every attack",
        f"Outputs of {LEAST_SIDE} px and more, all kinds.",
        tables.attack_table(outcomes),
        "### By kind of art",
        "Per cent of files: label found / words read by OCR / tag detected / id certain. "
        "`all`: 100 of each. Bold: in some file nothing told.",
        tables.kind_table(outcomes),
        "### By size",
        tables.told_table(outcomes),
        "The same four shares as above.",
        tables.size_table(outcomes),
        "### What the watermark changes",
        tables.quality_table(qualities),
        *_strangers(glances),
        f"{_failures(outcomes)}",
        _circumstances(results, outcomes, minutes),
    ]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Write the document's measured part."""
    write_between(DOCUMENT, "table", text)


def _strangers(glances: Sequence[Glance]) -> tuple[str, ...]:
    if not glances:
        return ()
    return (
        "### Unmarked pictures",
        tables.stranger_table(glances),
        "Wrong bits of the best reading in each of these pictures, beside what as many independent "
        "readings of random bits would give:",
        tables.error_table(glances),
    )


def _failures(outcomes: Sequence[Outcome]) -> str:
    """Name every case in which nothing told, the promised sizes first."""
    silent = Counter((one.case.side, one.case.kind, one.attack) for one in outcomes if not one.told)
    lines = [
        f"- {side} px, {kind}, {attack}: {count}"
        for (side, kind, attack), count in sorted(silent.items(), reverse=True)
    ]
    return "\n".join(["### Files in which nothing told", "", *(lines or ["None."])])


def _circumstances(results: Sequence[Result], outcomes: Sequence[Outcome], minutes: float) -> str:
    found = [one.seconds for one in outcomes if one.tag]
    missed = [one.seconds for one in outcomes if not one.tag]
    searches = " and ".join(
        f"{median(some):.2f} s where {what}"
        for some, what in ((found, "the tag was detected"), (missed, "it was not"))
        if some
    )
    listed = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return (
        f"{len(results)} pictures released, {len(outcomes)} files read, in {minutes:.0f} minutes. "
        f"One search for the watermark on one thread, median: {searches}. Measured on {machine()}; "
        f"Python {platform.python_version()}, {listed}."
    )
