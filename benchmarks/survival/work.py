"""The cases of a run, and how they are shared out over processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from typing import TypeVar

import cv2

from benchmarks.survival.attacks import ATTACKS, Attack
from benchmarks.survival.kinds import KINDS, Drawn
from benchmarks.survival.ocr import open_recogniser
from benchmarks.survival.peers import Kept, compare
from benchmarks.survival.press import Press
from benchmarks.survival.reading import Case, Outcome, Quality, Result, measure
from benchmarks.survival.strangers import Glance, Stranger, look
from outputs.authority import Authority
from outputs.errors import ReleaseRefused
from outputs.watermark import Watermarker

SHIPPED = "toon"  # the kind that a style draws today: measured on every subject
# Side in pixels: how many subjects for SHIPPED, and for each other kind.
SIDES: Mapping[int, tuple[int, int]] = {
    1024: (6, 2),
    512: (3, 1),
    256: (3, 1),
    192: (1, 1),
    128: (1, 1),
}
QUICK_ATTACKS = ("as released, PNG", "JPEG 50", "resized to 25 %", "crop to 50 % of the side")
BATCH = 25  # strangers at a time

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Bench:
    """What every case needs; it travels to each process."""

    authority: Authority
    moment: datetime
    attacks: Sequence[Attack] = ATTACKS

    def press(self) -> Press:
        """Return a press of this process."""
        return Press(self.authority, Watermarker(), self.moment)


@dataclass(frozen=True, slots=True)
class Refused:
    """A picture that could not be released: nothing of it leaves, so nothing can survive."""

    case: Case
    why: str


def cases(subjects: Sequence[str], *, quick: bool) -> list[Case]:
    """Return what is released; the kinds take turns with the subjects."""
    if quick:
        return [Case(kind, subjects[0], 512) for kind in ("toon", "sticker with alpha")]
    listed = []
    for side, (shipped, others) in SIDES.items():
        for number, kind in enumerate(KINDS):
            count = shipped if kind == SHIPPED else others
            listed += [
                Case(kind, subjects[(number + turn) % len(subjects)], side)
                for turn in range(min(count, len(subjects)))
            ]
    return listed


def survive(bench: Bench, drawn: Drawn, case: Case) -> Result | Refused:
    """Measure one case in this process."""
    cv2.setNumThreads(1)
    try:
        return measure(bench.press(), open_recogniser(), drawn, case, bench.attacks)
    except ReleaseRefused as refusal:
        return Refused(case, str(refusal))


def glance(listed: Sequence[Stranger], drawn: Mapping[str, Drawn]) -> list[Glance]:
    """Look at some strangers in this process."""
    cv2.setNumThreads(1)
    reader = Watermarker()
    return [seen for one in listed if (seen := look(one, drawn, reader)) is not None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run does."""

    released: Sequence[Case]
    unmarked: Sequence[Stranger]  # searched in vain
    beside_peers: Sequence[tuple[str, str]]  # subject and kind


@dataclass(frozen=True, slots=True)
class Run:
    """What a run measured."""

    results: Sequence[Result]
    refused: Sequence[Refused]
    glances: Sequence[Glance]
    peers: Sequence[Kept]

    @property
    def outcomes(self) -> list[Outcome]:
        """Every file that was read."""
        return [one for result in self.results for one in result.outcomes]

    @property
    def qualities(self) -> list[Quality]:
        """Every picture that was released."""
        return [result.quality for result in self.results]


def carry_out(bench: Bench, drawn: Mapping[str, Drawn], plan: Plan, processes: int) -> Run:
    """Measure every case, look at every stranger, compare with the peers."""
    unmarked = plan.unmarked
    batches = [unmarked[start : start + BATCH] for start in range(0, len(unmarked), BATCH)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        beside = [pool.submit(compare, drawn[who], kind) for who, kind in plan.beside_peers]
        released = [
            pool.submit(survive, bench, drawn[case.subject], case) for case in plan.released
        ]
        looked = [pool.submit(glance, batch, drawn) for batch in batches]
        peers = [kept for batch in _told("pictures beside the peers", beside) for kept in batch]
        done = list(_told("pictures released and attacked", released))
        glances = [
            seen for batch in _told("batches of unmarked pictures", looked) for seen in batch
        ]
    results = [one for one in done if isinstance(one, Result)]
    return Run(results, [one for one in done if isinstance(one, Refused)], glances, peers)


def _told(what: str, pending: Sequence[Future[Done]]) -> Iterator[Done]:
    """Yield results in their order, and tell how far it is."""
    for number, each in enumerate(pending, 1):
        yield each.result()
        print(f"{number} of {len(pending)} {what}", file=sys.stderr, flush=True)
