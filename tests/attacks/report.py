"""Tables of what the attack lab found, in Markdown."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

from benchmarks.verification import upper_bound
from studio.subjects.cast import load_cast
from tests.attacks.bona_fide import BONA_FIDE, CONDITIONS
from tests.attacks.harness import Outcome
from tests.attacks.lab import Case
from tests.attacks.media import nobodies
from tests.attacks.rules import RULES
from tests.attacks.species import SPECIES, Species

Found = Mapping[Case, Outcome]
Rows = Sequence[tuple[Case, Outcome]]


def attack_table(found: Found, pace: str) -> str:
    """Return APCER per species, at one pace."""
    lines = [
        "| species | subjects | captures | passed | APCER; subjects hit, bound "
        "| refused by | got to |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, species in SPECIES.items():
        rows = _of(found, name, pace)
        if rows:
            lines.append(_attack_row(species, rows))
    return "\n".join(lines)


def _attack_row(species: Species, rows: Rows) -> str:
    subjects = {case.subject for case, _ in rows}
    people = len(subjects - set(nobodies()))
    cast = f"{len(subjects) - people} baked" + (f", {people} people" if people else "")
    passed = [case for case, outcome in rows if outcome.passed]
    cells = (
        species.title,
        cast,
        str(len(rows)),
        str(len(passed)),
        _rate(len(passed), len(rows), {case.subject for case in passed}, subjects),
        _codes(rows),
        f"{median(outcome.progress for _, outcome in rows):.0%}",
    )
    return "| " + " | ".join(cells) + " |"


def condition_table(found: Found) -> str:
    """Return BPCER per condition."""
    lines = [
        "| condition | captures | refused | BPCER; subjects touched, bound | by |",
        "|---|---|---|---|---|",
    ]
    for condition in CONDITIONS.values():
        title = condition.title + (" (refusing is right)" if condition.weak else "")
        rows = [row for row in _sittings(found) if row[0].conditions == condition.conditions]
        lines.append(_sitting_row(title, rows))
    fair = _fair(found)
    lines.append(_sitting_row("**all but those where refusing is right**", fair))
    return "\n".join(lines)


def group_table(found: Found) -> str:
    """Return BPCER per baked subject, with what sets them apart, over all fair conditions."""
    lines = ["| subject | captures | refused | BPCER | by |", "|---|---|---|---|---|"]
    looks = {name: member.description for name, member in load_cast().items()}
    for subject in nobodies():
        rows = [row for row in _fair(found) if row[0].subject == subject]
        bad = [outcome for _, outcome in rows if not outcome.passed]
        share = f"{len(bad) / len(rows):.0%}" if rows else ""
        title = f"{subject}: {looks[subject]}"
        lines.append(f"| {title} | {len(rows)} | {len(bad)} | {share} | {_codes(rows)} |")
    return "\n".join(lines)


def ablation_table(found: Found) -> str:
    """Return how many baked subjects' attacks pass when a rule is missing."""
    lines = ["| species | rules | captures | passed | refused by |", "|---|---|---|---|---|"]
    for name, species in SPECIES.items():
        for rules in species.rules:
            rows = [
                (case, outcome)
                for case, outcome in found.items()
                if (case.species, case.rules) == (name, rules)
            ]
            if not rows:
                continue
            passed = sum(outcome.passed for _, outcome in rows)
            title = f"{species.title} | {RULES[rules].title}"
            lines.append(f"| {title} | {len(rows)} | {passed} | {_codes(rows)} |")
    return "\n".join(lines)


def answer_table(found: Found) -> str:
    """Return how the colours were answered, as far as captures got there."""
    lines = [
        "| who | captures | amplitude, median (least to most) | correlation | colours decoded "
        "| skin over background | relief | spread |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, condition in CONDITIONS.items():
        rows = [row for row in _sittings(found) if row[0].conditions == condition.conditions]
        lines += _answer_row(f"bona fide, {condition.title}", rows) if name in ANSWERS else []
    for name in (
        "moving_still",
        "film_puppet",
        "replay_cut",
        "wrong_colours",
        "tablet",
        "tablet_glass",
        "tinted",
        "person_tinted",
        "sculpted",
        "film_by_colour",
    ):
        for pace in ("standard", "gentle"):
            lines += _answer_row(f"{SPECIES[name].title}, {pace} pace", _of(found, name, pace))
    return "\n".join(lines)


ANSWERS = (
    "usual",
    "screen_02",
    "screen_03",
    "screen_05",
    "screen_30",
    "hard",
    "gentle",
    "gentle_03",
    "gentle_hard",
)


def _answer_row(title: str, rows: Rows) -> list[str]:
    seen = [row.evidence for _, row in rows if "colours_amplitude" in row.evidence]
    if not seen:
        return []

    def range_of(value: Callable[[Mapping[str, float]], float], digits: int) -> str:
        values = sorted(found for one in seen if not math.isnan(found := value(one)))
        if not values:
            return ""
        return f"{median(values):.{digits}f} ({values[0]:.{digits}f} to {values[-1]:.{digits}f})"

    cells = (
        title,
        str(len(seen)),
        range_of(lambda one: one["colours_amplitude"], 4),
        range_of(lambda one: one["colours_correlation"], 2),
        range_of(lambda one: one["colours_decoded"], 0),
        range_of(lambda one: one["colours_amplitude"] / max(one["colours_background"], 1e-4), 1),
        range_of(lambda one: one["colours_relief"], 2),
        range_of(lambda one: one["colours_spread"], 2),
    )
    return ["| " + " | ".join(cells) + " |"]


def unexpected(found: Found) -> list[str]:
    """Return what ended otherwise than it should, one line each."""
    lines = []
    for case, outcome in found.items():
        if case.rules != "standard":
            continue
        if case.species == BONA_FIDE:
            wrong = not outcome.passed
        else:
            right = SPECIES[case.species].refused_with
            wrong = bool(right) and outcome.code not in right
        if wrong:
            lines.append(f"{case}: {outcome.code} at {outcome.step}")
    return lines


def _of(found: Found, name: str, pace: str) -> Rows:
    return [
        (case, outcome)
        for case, outcome in found.items()
        if (case.species, case.rules, case.conditions.pace) == (name, "standard", pace)
    ]


def _sittings(found: Found) -> Rows:
    return [(case, outcome) for case, outcome in found.items() if case.species == BONA_FIDE]


def _fair(found: Found) -> Rows:
    weak = [condition.conditions for condition in CONDITIONS.values() if condition.weak]
    return [row for row in _sittings(found) if row[0].conditions not in weak]


def _sitting_row(title: str, rows: Rows) -> str:
    bad = [case for case, outcome in rows if not outcome.passed]
    rate = _rate(len(bad), len(rows), {case.subject for case in bad}, {c.subject for c, _ in rows})
    return f"| {title} | {len(rows)} | {len(bad)} | {rate} | {_codes(rows)} |"


def _rate(wrong: int, captures: int, hit: set[str], subjects: set[str]) -> str:
    if not captures:
        return "not played"
    bound = upper_bound(len(hit), len(subjects))
    return f"{wrong / captures:.0%}; {len(hit)} of {len(subjects)}, <= {bound:.0%}"


def _codes(rows: Iterable[tuple[Case, Outcome]]) -> str:
    counted = Counter(outcome.code for _, outcome in rows if not outcome.passed)
    return ", ".join(f"{code} {count}" for code, count in counted.most_common())
