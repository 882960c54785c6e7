"""How often drawings and photographs are taken for each other, as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.logistic import Sample
from benchmarks.verification import upper_bound

KINDS = {  # what the tables call them
    "photograph": "photographs, each filter unknown to the model",
    "combined": "photographs, never in the fit",
    "between": "neither",
    "drawing": "drawings, each style unknown to the model",
    "large": "drawings at 1024 pixels",
    "render": "rendered subjects, unchanged",
}
PASSES = ("photograph", "combined", "between")  # of these it is told how many pass
DRAWS = 2000  # of the bootstrap
PARTS = 3  # of people, by the light of their skin


@dataclass(frozen=True, slots=True)
class Judged:
    """A picture, and what a model that did not know it says."""

    sample: Sample
    over: float  # log odds over the threshold; 0 and more: it passes

    @property
    def passes(self) -> bool:
        """Whether it counts as drawn."""
        return self.over >= 0


def overall(strict: Sequence[Judged], familiar: Sequence[Judged]) -> str:
    """Return both error rates: of known and of unknown styles and filters."""
    rows = [
        "| | photographs that pass | drawings that are refused |",
        "| --- | --- | --- |",
    ]
    as_taken = [each for each in familiar if each.sample.group == "as taken"]
    rows.append(f"| photographs as taken | {_rate(as_taken, _passes)} | |")
    for name, judged in (
        ("styles and filters of the fit, other people", familiar),
        ("styles and filters that the model never saw, other people", strict),
    ):
        photographs = [each for each in judged if each.sample.kind == "photograph"]
        drawings = [each for each in judged if each.sample.kind == "drawing"]
        rows.append(f"| {name} | {_rate(photographs, _passes)} | {_rate(drawings, _refused)} |")
    combined = [each for each in strict if each.sample.kind == "combined"]
    rows.append(
        f"| several filters at once, or hatching, never seen | {_rate(combined, _passes)} | |"
    )
    return "\n".join(rows)


def by_group(judged: Sequence[Judged], kinds: Sequence[str]) -> str:
    """Return one row for every filter or style of some kinds."""
    rows = [
        "| | | pictures | pass | median | no face found | several found |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for kind in kinds:
        chosen = [each for each in judged if each.sample.kind == kind]
        for group in sorted({each.sample.group for each in chosen}):
            some = [each for each in chosen if each.sample.group == group]
            faces = np.array([each.sample.faces for each in some])
            rows.append(
                f"| {KINDS[kind]} | {group} | {len(some)} | {np.mean([e.passes for e in some]):.0%}"
                f" | {np.median([e.over for e in some]):+.1f}"
                f" | {(faces == 0).mean():.0%} | {(faces > 1).mean():.0%} |"
            )
    return "\n".join(rows)


def tones(judged: Sequence[Judged]) -> str:
    """Return both error rates for the darkest, middle and lightest skin."""
    light = {each.sample.person: each.sample.light for each in judged}
    order = sorted(light, key=lambda person: light[person])
    rows = [
        "| people, by the light of their skin in the photograph | photographs that pass"
        " | drawings that are refused |",
        "| --- | --- | --- |",
    ]
    for number, name in enumerate(("darkest third", "middle third", "lightest third")):
        part = set(order[number * len(order) // PARTS : (number + 1) * len(order) // PARTS])
        some = [each for each in judged if each.sample.person in part]
        photographs = [each for each in some if each.sample.kind == "photograph"]
        drawings = [each for each in some if each.sample.kind == "drawing"]
        rows.append(f"| {name} | {_rate(photographs, _passes)} | {_rate(drawings, _refused)} |")
    return "\n".join(rows)


def _passes(one: Judged) -> bool:
    return one.passes


def _refused(one: Judged) -> bool:
    return not one.passes


def _rate(judged: Sequence[Judged], is_hit: Callable[[Judged], bool]) -> str:
    """Return count and share with its interval; of none, the bound for the share of people."""
    hits = np.array([is_hit(each) for each in judged])
    told = f"{hits.sum()} of {len(hits)} ({hits.mean():.1%}"
    if not hits.any():
        people = {each.sample.person for each in judged}
        return f"{told}; people <= {upper_bound(0, len(people)):.0%})"
    low, high = _interval(judged, hits)
    return f"{told}; {low:.1%} to {high:.1%})"


def _interval(judged: Sequence[Judged], hits: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the 95 % interval of a share, resampling people and groups (Owen, 2007)."""
    people, person = np.unique([each.sample.person for each in judged], return_inverse=True)
    groups, group = np.unique([each.sample.group for each in judged], return_inverse=True)
    rng = np.random.default_rng(0)
    shares = []
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(len(people), size=len(people)), minlength=len(people))
        often = np.bincount(rng.integers(len(groups), size=len(groups)), minlength=len(groups))
        weight = times[person] * often[group]
        if weight.any():
            shares.append(float(np.average(hits, weights=weight)))
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)
