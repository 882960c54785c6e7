"""Tables about people: wrong decisions per group, per rule, per cohort and per condition."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.conditions import SCREEN_LIGHT
from benchmarks.people import Likeness
from benchmarks.verification import Comparison, Rate, Strangers, compare, pairs, rate
from consent.errors import IdentityRefused, QualityRefused
from consent.identity import MatchEvidence, check_match
from consent.profiles import STANDARD_IDENTITY
from consent.quality import require_usable, tell
from consent.types import Template

MIXED = 10  # people in an averaged entry of a cohort
Rule = Callable[[Comparison], bool]


@dataclass(frozen=True, slots=True)
class Trial:
    """All comparisons of one kind of picture."""

    genuine: Sequence[Comparison]
    impostors: Sequence[Comparison]


def unordered(
    likenesses: Sequence[Likeness], cohort: Strangers, *, leave_out: bool = True
) -> Trial:
    """Compare all pictures with each other, each pair once."""
    every = list(itertools.combinations(likenesses, 2))
    own = [pair for pair in every if pair[0].person == pair[1].person]
    foreign = [pair for pair in every if pair[0].person != pair[1].person]
    return Trial(
        list(compare(own, cohort, leave_out=leave_out)),
        list(compare(foreign, cohort, leave_out=leave_out)),
    )


def probed(templates: Sequence[Likeness], probes: Sequence[Likeness], cohort: Strangers) -> Trial:
    """Compare templates with probes that were taken in another way."""
    return Trial(
        list(compare(pairs(templates, probes, same=True), cohort)),
        list(compare(pairs(templates, probes, same=False), cohort)),
    )


def group_table(likenesses: Sequence[Likeness], trial: Trial) -> str:
    """Return wrong decisions per group: owners, and strangers of the same group."""
    groups: dict[str, set[str]] = {"everybody": {one.person for one in likenesses}}
    for likeness in sorted(likenesses, key=lambda one: one.group):
        groups.setdefault(likeness.group, set()).add(likeness.person)
    lines = [
        "| group | people | owner asked again: ours | owner refused: ours | owner refused: peer "
        "| stranger accepted: ours | stranger asked again: ours | stranger accepted: peer |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for group, people in groups.items():
        own = [one for one in trial.genuine if one.people <= people]
        foreign = [one for one in trial.impostors if one.people <= people]
        cells = (
            group,
            str(len(people)),
            str(rate((one for one in own if one.retried), own)),
            str(rate((one for one in own if one.refused), own)),
            str(rate((one for one in own if not one.accepted_by_peer), own)),
            str(rate((one for one in foreign if one.accepted), foreign)),
            str(rate((one for one in foreign if one.retried), foreign)),
            str(rate((one for one in foreign if one.accepted_by_peer), foreign)),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def rule_table(trial: Trial) -> str:
    """Return what each rule by itself would decide, to tell what z adds to the distance."""
    lines = ["| rule | owners not accepted | strangers accepted |", "|---|---|---|"]
    for name, passes in _rules((0.60, 0.55, 0.50, 0.45)).items():
        lines.append(f"| {name} | {' | '.join(map(str, _wrong(trial, passes)))} |")
    return "\n".join(lines)


def cohort_table(likenesses: Sequence[Likeness], shipped: Strangers) -> str:
    """Return what a cohort of the measured people does, with and without the pair's own entries."""
    own = _own_means(likenesses)
    mixed = _mixed_means(own)
    cohorts: dict[str, tuple[Strangers, bool]] = {
        f"ours: {len(shipped.owners)} drawn faces of nobody": (shipped, True),
        "one entry a person, the pair's two left out": (Strangers.of_people(own), True),
        "one entry a person, nobody left out": (Strangers.of_people(own), False),
        f"means of {MIXED}, those with the pair's people left out": (mixed, True),
        f"means of {MIXED}, nobody left out": (mixed, False),
    }
    rules = {
        name: rule for name, rule in _rules((0.55, 0.45)).items() if "z" in name or "0.45" in name
    }
    lines = [
        "| cohort | " + " | ".join(f"{name}: owners out, strangers in" for name in rules) + " |",
        "|---" * (len(rules) + 1) + "|",
    ]
    for name, (cohort, leave_out) in cohorts.items():
        trial = unordered(likenesses, cohort, leave_out=leave_out)
        cells = [", ".join(one.short for one in _wrong(trial, rule)) for rule in rules.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def condition_table(trials: Mapping[str, Trial]) -> str:
    """Return what becomes of owners and strangers whose picture was spoilt."""
    limit = STANDARD_IDENTITY.accept_distance
    lines = [
        "| picture that is compared | owner accepted | asked for another | called somebody else "
        "| own distance, median | highest | own z, highest | stranger accepted "
        "| by the distance alone | strangers' lowest distance |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, trial in trials.items():
        told = [(one, _told(one)) for one in trial.genuine]
        counts = [
            rate((one for one, code in told if code == wanted), trial.genuine).short
            for wanted in ("retry", "not_you")
        ]
        accepted = sum(code == "" for _, code in told)
        foreign = rate((one for one in trial.impostors if _told(one) == ""), trial.impostors)
        near = rate((one for one in trial.impostors if one.distance <= limit), trial.impostors)
        distances = [one.distance for one in trial.genuine]
        cells = (
            name,
            f"{accepted} of {len(told)}",
            *counts,
            f"{np.median(distances):.3f}",
            f"{max(distances):.3f}",
            f"{max(one.z for one in trial.genuine):.1f}",
            f"{foreign.hits} of {foreign.comparisons} (<= {foreign.bound:.0%})",
            near.short,
            f"{min(one.distance for one in trial.impostors):.3f}",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def colour_table(trials: Mapping[str, Trial]) -> str:
    """Return how far a face under the screen's colours lies from its template, and strangers."""
    limit = STANDARD_IDENTITY.continuity_distance
    lines = [
        "| colour | light | own frames beyond the limit | own distance, highest "
        "| strangers within the limit | strangers' lowest distance |",
        "|---|---|---|---|---|---|",
    ]
    for name, (colour, strength) in SCREEN_LIGHT.items():
        trial = trials[name]
        beyond = rate((one for one in trial.genuine if not one.distance <= limit), trial.genuine)
        within = rate((one for one in trial.impostors if one.distance <= limit), trial.impostors)
        lines.append(
            f"| {colour.value} | {strength} | {beyond} "
            f"| {max(one.distance for one in trial.genuine):.3f} | {within} "
            f"| {min(one.distance for one in trial.impostors):.3f} |"
        )
    return "\n".join(lines)


def extremes(trial: Trial, cohort: Strangers) -> str:
    """Return the margins in plain sentences."""
    nearest = min(trial.impostors, key=lambda one: one.distance)
    return (
        f"Cohort: {len(cohort.owners)} entries. Owners: highest distance "
        f"{max(one.distance for one in trial.genuine):.3f}, highest z "
        f"{max(one.z for one in trial.genuine):.1f}. Strangers: lowest distance "
        f"{nearest.distance:.3f} (its z is {nearest.z:.1f}), lowest z "
        f"{min(one.z for one in trial.impostors):.1f}."
    )


def _rules(limits: Sequence[float]) -> Mapping[str, Rule]:
    z = STANDARD_IDENTITY.max_z
    rules: dict[str, Rule] = {}
    for limit in limits:
        rules[f"d <= {limit:.2f}"] = partial(_passes, limit=limit, max_z=math.inf)
        rules[f"d <= {limit:.2f} and z < {z}"] = partial(_passes, limit=limit, max_z=z)
    return {**rules, f"z < {z}": partial(_passes, limit=math.inf, max_z=z)}


def _passes(one: Comparison, *, limit: float, max_z: float) -> bool:
    return one.distance <= limit and one.z < max_z


def _wrong(trial: Trial, passes: Rule) -> tuple[Rate, Rate]:
    """Return owners who do not pass, and strangers who do."""
    return (
        rate((one for one in trial.genuine if not passes(one)), trial.genuine),
        rate((one for one in trial.impostors if passes(one)), trial.impostors),
    )


def _told(one: Comparison) -> str:
    """Return the code that the person would be told, as the studio words it; empty = accepted."""
    try:
        evidence = require_usable(one.other.still)
    except QualityRefused:
        return "retry"
    try:
        check_match(MatchEvidence(one.distance, one.z))
    except IdentityRefused as refusal:
        return tell(refusal, evidence).code
    return ""


def _own_means(likenesses: Sequence[Likeness]) -> dict[frozenset[str], Template]:
    found: dict[frozenset[str], list[Template]] = {}
    for one in likenesses:
        if one.template is not None:
            found.setdefault(frozenset({one.person}), []).append(one.template)
    return {person: _mean(templates) for person, templates in found.items()}


def _mixed_means(own: Mapping[frozenset[str], Template]) -> Strangers:
    """Return as many entries as people, each the mean of ten drawn at random."""
    rng, people = np.random.default_rng(0), sorted(own, key=min)
    entries = {}
    for _ in range(len(people)):
        drawn = [people[number] for number in rng.permutation(len(people))[:MIXED]]
        entries[frozenset().union(*drawn)] = _mean([own[person] for person in drawn])
    return Strangers.of_people(entries)


def _mean(templates: Sequence[Template]) -> Template:
    return tuple(math.fsum(values) / len(templates) for values in zip(*templates, strict=True))
