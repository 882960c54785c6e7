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
from benchmarks.survival.peers import Kept, peers_table
from benchmarks.survival.reading import Outcome
from benchmarks.survival.strangers import Glance
from benchmarks.survival.work import Run

DOCUMENT = Path("docs/survival.md")
NAMED = ("numpy", "opencv-contrib-python", "pillow", "c2pa-python", "av")


def report(run: Run, kept: Sequence[Promise], *, minutes: float) -> str:
    """Return everything that was measured, as Markdown."""
    outcomes = run.outcomes
    if not outcomes:
        return "Nothing was released, so nothing was measured."
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
        "PSNR and SSIM of the worst picture, against the same picture with its label alone.",
        tables.quality_table(run.qualities),
        *_strangers(run.glances),
        *_peers(run.peers),
        _failures(outcomes),
        _circumstances(run, minutes),
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
        "Wrong bits of the tag in each of these pictures, beside the best of as many independent "
        "readings of random bits. Where something that might be the pattern stood out, the fewest "
        "wrong bits of the whole search count; where nothing did, those of the clearest reading, "
        "some 16 of 32, and nothing is taken for a tag however few they are.",
        tables.error_table(glances),
    )


def _peers(kept: Sequence[Kept]) -> tuple[str, ...]:
    if not kept:
        return ()
    return (
        "### Beside the watermarks of others",
        "Share of 32 bits that are read, mean over the same pictures of every kind; 0.5 is chance. "
        "Of ours the id counts, read where the tag was found.",
        peers_table(kept),
    )


def _failures(outcomes: Sequence[Outcome]) -> str:
    """Name every case in which nothing told, the promised sizes first."""
    silent = Counter((one.case.side, one.case.kind, one.attack) for one in outcomes if not one.told)
    lines = [
        f"- {side} px, {kind}, {attack}: {count}"
        for (side, kind, attack), count in sorted(silent.items(), reverse=True)
    ]
    return "\n".join(["### Files in which nothing told", "", *(lines or ["None."])])


def _circumstances(run: Run, minutes: float) -> str:
    outcomes = run.outcomes
    found = [one.seconds for one in outcomes if one.tag]
    missed = [one.seconds for one in outcomes if not one.tag]
    searches = " and ".join(
        f"{median(some):.2f} s where {what}"
        for some, what in ((found, "the tag was detected"), (missed, "it was not"))
        if some
    )
    listed = ", ".join(f"{name} {version(name)}" for name in NAMED)
    return (
        f"{len(run.results)} pictures released, {len(outcomes)} files read, {minutes:.0f} minutes. "
        f"One search for the watermark on one thread, median: {searches}. Measured on {machine()}; "
        f"Python {platform.python_version()}, {listed}."
    )
