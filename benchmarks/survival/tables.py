"""The tables of docs/survival.md."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import groupby
from typing import TypeVar

import numpy as np

from benchmarks.survival.attacks import ATTACKS
from benchmarks.survival.floor import LEAST_SIDE, Promise, share
from benchmarks.survival.kinds import KINDS
from benchmarks.survival.reading import INTACT, Outcome, Quality
from benchmarks.survival.strangers import Glance
from outputs.watermark import chance

Cells = Sequence[str]
Key = TypeVar("Key", bound=Hashable)

FACTS = (  # what `_facts` returns
    *("files", "any of three", "label", "words (OCR)", "tag", "wrong bits"),
    *("id, wrong bits", "id certain", "manifest", "XMP"),
)


def markdown(head: Cells, lines: Iterable[Cells]) -> str:
    """Return a Markdown table that is also readable in a terminal."""
    rows = [tuple(head), *(tuple(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    printed = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    printed.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(printed)


def promise_table(kept: Sequence[Promise]) -> str:
    """Return what is promised and what was measured."""
    head = ("promised", "measured", "kept")
    return markdown(
        head, ((one.sentence, one.measured, "yes" if one.kept else "**no**") for one in kept)
    )


def attack_table(outcomes: Sequence[Outcome]) -> str:
    """Return every mark after every attack, of the sizes that are promised."""
    promised = [one for one in outcomes if one.case.side >= LEAST_SIDE]
    by_attack = _grouped(promised, lambda one: one.attack)
    lines = [(name, *_facts(by_attack[name])) for name in _names(promised)]
    return markdown(("attack", *FACTS), [*lines, ("**all**", *_facts(promised))])


def kind_table(outcomes: Sequence[Outcome]) -> str:
    """Return label, words, tag and id of every kind after every attack."""
    promised = [one for one in outcomes if one.case.side >= LEAST_SIDE]
    cells = _grouped(promised, lambda one: (one.case.kind, one.attack))
    kinds = [kind for kind in KINDS if any(one.case.kind == kind for one in promised)]
    lines = [
        (name, *(_short(cells.get((kind, name), [])) for kind in kinds))
        for name in _names(promised)
    ]
    return markdown(("attack", *kinds), lines)


def size_table(outcomes: Sequence[Outcome]) -> str:
    """Return label, words, tag and id of every size after every attack."""
    cells = _grouped(outcomes, lambda one: (one.case.side, one.attack))
    sides = sorted({one.case.side for one in outcomes}, reverse=True)
    lines = [
        (name, *(_short(cells.get((side, name), [])) for side in sides))
        for name in _names(outcomes)
    ]
    return markdown(("attack", *(f"{side} px" for side in sides)), lines)


def told_table(outcomes: Sequence[Outcome]) -> str:
    """Return in how many files of each size anything tells."""
    by_side = _grouped(outcomes, lambda one: one.case.side)
    lines = [(f"{side} px", *_facts(by_side[side])) for side in sorted(by_side, reverse=True)]
    return markdown(("size", *FACTS), lines)


def quality_table(qualities: Sequence[Quality]) -> str:
    """Return how much the watermark changes pictures of each kind and size, at worst."""
    sides = sorted({one.case.side for one in qualities}, reverse=True)
    lines = []
    for kind in KINDS:
        cells = []
        for side in sides:
            seen = [one for one in qualities if (one.case.kind, one.case.side) == (kind, side)]
            cells.append(_worst(seen) if seen else "")
        lines.append((kind, *cells))
    return markdown(("kind", *(f"{side} px" for side in sides)), lines)


def _worst(seen: Sequence[Quality]) -> str:
    return f"{min(one.psnr for one in seen):.1f} dB, {min(one.ssim for one in seen):.3f}"


def stranger_table(glances: Sequence[Glance]) -> str:
    """Return what was seen in unmarked pictures, by where they come from."""
    head = (
        "where from",
        "pictures",
        "tag detected",
        "tag possible",
        "label found",
        "fewest wrong bits",
    )
    by_group = sorted(glances, key=lambda one: one.stranger.group)
    lines = []
    for group, members in groupby(by_group, key=lambda one: one.stranger.group):
        seen = list(members)
        counts = (
            sum(o.tag for o in seen),
            sum(o.possible for o in seen),
            sum(o.label for o in seen),
        )
        lines.append((group, *map(str, (len(seen), *counts, min(o.tag_errors for o in seen)))))
    return markdown(head, lines)


def error_table(glances: Sequence[Glance]) -> str:
    """Return how many wrong bits the best reading had, beside what random bits would give."""
    trials = max(one.trials for one in glances)
    upto = [1 - (1 - chance(errors)) ** trials for errors in range(33)]
    lines = []
    for errors in range(33):
        seen = sum(one.tag_errors == errors for one in glances)
        expected = len(glances) * (upto[errors] - (upto[errors - 1] if errors else 0))
        if seen or expected >= 0.05:
            lines.append((str(errors), str(seen), f"{expected:.1f}"))
    return markdown(("wrong bits", "pictures", f"best of {trials} random readings"), lines)


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    seen = {one.attack for one in outcomes}
    return [attack.name for attack in ATTACKS if attack.name in seen]


def _grouped(
    outcomes: Sequence[Outcome], key: Callable[[Outcome], Key]
) -> dict[Key, list[Outcome]]:
    groups: dict[Key, list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault(key(one), []).append(one)
    return groups


def _short(some: Sequence[Outcome]) -> str:
    """Return four shares, "all" where each is whole, bold where a file told nothing."""
    if not some:
        return ""
    facts = dict(zip(FACTS, _facts(some), strict=True))
    shares = [
        facts[name].removesuffix(" %") for name in ("label", "words (OCR)", "tag", "id certain")
    ]
    text = "all" if set(shares) == {"100"} else " / ".join(shares)
    return text if all(one.told for one in some) else f"**{text}**"


def _facts(some: Sequence[Outcome]) -> tuple[str, ...]:
    words = [one.words for one in some if one.words is not None]
    return (
        str(len(some)),
        percent([one.told for one in some]),
        percent([one.label for one in some]),
        percent(words) if words else "not measured",
        percent([one.tag for one in some]),
        f"{np.mean([one.tag_errors for one in some]):.1f}",
        f"{np.mean([one.id_errors for one in some]):.1f}",
        percent([one.id_certain for one in some]),
        percent([one.manifest in INTACT for one in some]),
        percent([one.xmp for one in some]),
    )


def percent(values: Sequence[bool]) -> str:
    """Return a share in per cent; only all is 100 and only none is 0."""
    part = 100 * share(values)
    whole = min(99, max(1, round(part))) if 0 < part < 100 else round(part)
    return f"{whole} %"
