"""Tables of what is measured without playing captures: other sequences, and pictures that turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from statistics import median

from benchmarks.verification import upper_bound
from consent.types import Action, Pace
from tests.attacks.chance import chance
from tests.attacks.lab import Lab
from tests.attacks.prints import Hold, shown

WARPED = 12  # subjects whose photographs are warped for the table: a second of work each


def chance_table(pairs: int) -> str:
    """Return how often answers to other sequences pass, for so many pairs of sequences."""
    lines = [
        "| pace | new sequence drawn | pairs | passed | bound |",
        "|---|---|---|---|---|",
    ]
    for pace in Pace:
        for known in (False, True):
            found = chance(pairs, pace, known=known, rng=Random(f"{pace} {known}"))
            drawn = "unlike the one answered" if known else "regardless of it"
            bound = upper_bound(found.passed, found.pairs)
            lines.append(f"| {pace} | {drawn} | {pairs} | {found.passed} | <= {bound:.1%} |")
    return "\n".join(lines)


def turned_table(lab: Lab, subjects: Sequence[str]) -> str:
    """Return what is read off paper, and off warped photographs, that turn."""
    lines = ["| what | subjects | median | most |", "|---|---|---|---|"]
    for title, bend in (("flat paper at 45 degrees", None), ("bent paper at 45 degrees", 0.12)):
        read = [degrees for who in subjects for degrees in _paper(lab, who, bend)]
        lines.append(f"| {title} | {len(subjects)} | {median(read):.1f} | {max(read):.1f} |")
    warped = [degrees for who in subjects[:WARPED] for degrees in _warped(lab, who)]
    count = min(WARPED, len(subjects))
    lines.append(f"| one photograph, warped | {count} | {median(warped):.1f} | {max(warped):.1f} |")
    return "\n".join(lines)


def _paper(lab: Lab, subject: str, bend: float | None) -> Iterator[float]:
    picture = lab.photo(subject).picture(Action.CENTRE, 0.0, 0)
    for yaw in (-45.0, 45.0):
        image, _ = shown(picture, Hold(yaw, 0.0, 0.0, (0.0, 0.0)), bend)
        for face in lab.meter.faces(image)[:1]:
            yield abs(face.pose.yaw)


def _warped(lab: Lab, subject: str) -> Iterator[float]:
    for action in (Action.TURN_LEFT, Action.TURN_RIGHT):
        for face in lab.meter.faces(lab.puppet(subject).picture(action, 1.0, 0))[:1]:
            yield abs(face.pose.yaw)
