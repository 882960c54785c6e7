"""Measures 1:1 verification against strangers and against `face_recognition`: docs/calibration.md.

Run: python -m benchmarks.calibration [--write]

People are photographs of the Face Research Lab London Set (DeBruine & Jones 2017,
doi 10.6084/m9.figshare.5047666, CC BY 4.0) in LONDON; they are not part of this repository, and
without them only the baked subjects are measured. The cohort holds nobody of either.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.stats import beta

from benchmarks.document import CALIBRATION, machine, versions, write_between
from benchmarks.selfies import Peer, load_peer
from benchmarks.stage import LONDON, WEIGHTS, Picture
from consent.identity import Cohort, verify_probe
from consent.profiles import STANDARD_IDENTITY, IdentityProfile
from consent.types import Template
from studio.face.cohort import load_cohort
from studio.face.meter import FaceMeter
from studio.subjects.cast import CastMember, load_cast

PEER_THRESHOLD = 0.6  # face_recognition's default tolerance
CONFIDENCE = 0.95  # one-sided
# Refuses nothing, so that every comparison yields its numbers; no decision is taken with it.
MEASURE_ONLY = IdentityProfile(accept_distance=math.inf, retry_distance=math.inf, max_z=math.inf)
FRONTAL = ("still", "rest", "smile", "mouth_open", "blink")  # actions that leave the head in front


@dataclass(frozen=True, slots=True)
class Likeness:
    """One picture of one person."""

    person: str
    group: str
    template: Template
    peer: Template | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures compared."""

    people: frozenset[str]
    distance: float
    z: float
    peer_distance: float  # NaN without the peer

    @property
    def accepted(self) -> bool:
        """What the policy accepts."""
        rule = STANDARD_IDENTITY
        return self.distance <= rule.accept_distance and self.z < rule.max_z

    @property
    def retried(self) -> bool:
        """What the policy neither accepts nor refuses for good."""
        return self.distance <= STANDARD_IDENTITY.retry_distance and not self.accepted

    @property
    def accepted_by_peer(self) -> bool:
        """What the peer's default accepts."""
        return self.peer_distance <= PEER_THRESHOLD


@dataclass(frozen=True, slots=True)
class Errors:
    """Wrong decisions among comparisons, and how many people they touch."""

    wrong: int
    comparisons: int
    touched: int
    people: int

    def __str__(self) -> str:
        """Count, rate and bound in one cell."""
        if not self.comparisons:
            return "none to make"
        rate = self.wrong / self.comparisons
        bound = upper_bound(self.touched, self.people)
        return f"{self.wrong} of {self.comparisons} ({rate:.1%}); people <= {bound:.0%}"


def upper_bound(hit: int, people: int) -> float:
    """Return the one-sided 95 % bound (Clopper-Pearson) for the share of people who are hit.

    Comparisons that share a person are not independent; people are.
    """
    return 1.0 if hit >= people else float(beta.ppf(CONFIDENCE, hit + 1, people - hit))


def errors(wrong: Iterable[Comparison], every: Sequence[Comparison]) -> Errors:
    """Count wrong comparisons among all."""
    bad = list(wrong)
    touched = frozenset().union(*(one.people for one in bad))
    people = frozenset().union(*(one.people for one in every))
    return Errors(len(bad), len(every), len(touched), len(people))


def main() -> int:
    """Print the tables; write them into the document when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {CALIBRATION} too")
    options = parser.parse_args()
    cohort = load_cohort()
    meter = FaceMeter(WEIGHTS)
    sections = {"baked": baked_table(load_cast(), meter, cohort)}
    if LONDON.is_dir():
        likenesses = list(read_london(LONDON, meter, load_peer()))
        genuine = compare(likenesses, cohort, same=True)
        impostors = compare(likenesses, cohort, same=False)
        sections["groups"] = group_table(likenesses, genuine, impostors)
        sections["rules"] = rule_table(genuine, impostors)
        sections["extremes"] = extremes(genuine, impostors, cohort)
    else:
        print(f"{LONDON} is not there: people are left out", file=sys.stderr)
    meter.close()
    for name, text in sections.items():
        print(f"{name}\n\n{text}\n")
        if options.write:
            write_between(CALIBRATION, name, text)
    return 0


def read_london(folder: Path, meter: FaceMeter, peer: Peer | None) -> Iterator[Likeness]:
    """Yield both pictures of everybody."""
    with (folder / "people.csv").open(encoding="utf-8") as file:
        groups = {row["id"]: f"{row['group']} {row['sex']}" for row in csv.DictReader(file)}
    for path in sorted(folder.glob("*.jpg")):
        image = np.asarray(Image.open(path).convert("RGB"))
        person = path.stem[:3]
        template = _embed(meter, image)
        other = None if peer is None else peer.encode(image, template)
        yield Likeness(person, groups[person].replace("_", " "), template, other)


def compare(likenesses: Sequence[Likeness], cohort: Cohort, *, same: bool) -> list[Comparison]:
    """Return all comparisons of pictures of the same person, or of different people."""
    return [
        _comparison(one, other, cohort)
        for one, other in itertools.combinations(likenesses, 2)
        if (one.person == other.person) is same
    ]


def group_table(
    likenesses: Sequence[Likeness], genuine: Sequence[Comparison], impostors: Sequence[Comparison]
) -> str:
    """Return wrong decisions per group: rejected owners, and strangers of the same group."""
    groups: dict[str, set[str]] = {"everybody": {one.person for one in likenesses}}
    for likeness in sorted(likenesses, key=lambda one: one.group):
        groups.setdefault(likeness.group, set()).add(likeness.person)
    lines = [
        "| group | people | owner refused: ours | owner refused: peer | stranger accepted: ours "
        "| of these asked to retry | stranger accepted: peer |",
        "|---|---|---|---|---|---|---|",
    ]
    for group, people in groups.items():
        own = [one for one in genuine if one.people <= people]
        foreign = [one for one in impostors if one.people <= people]
        cells = (
            group,
            str(len(people)),
            str(errors((one for one in own if not one.accepted), own)),
            str(errors((one for one in own if not one.accepted_by_peer), own)),
            str(errors((one for one in foreign if one.accepted), foreign)),
            str(sum(one.retried for one in foreign)),
            str(errors((one for one in foreign if one.accepted_by_peer), foreign)),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def rule_table(genuine: Sequence[Comparison], impostors: Sequence[Comparison]) -> str:
    """Return what each rule by itself would decide, to tell what z adds to the distance."""
    z = STANDARD_IDENTITY.max_z
    lines = ["| rule | owners refused | strangers accepted |", "|---|---|---|"]
    for limit, normalised in itertools.product((0.60, 0.55, 0.50, 0.45), (False, True)):

        def passes(one: Comparison, limit: float = limit, normalised: bool = normalised) -> bool:  # noqa: FBT001 - bound now
            return one.distance <= limit and (one.z < z or not normalised)

        rule = f"d <= {limit:.2f}" + (f" and z < {z}" if normalised else "")
        refused = errors((one for one in genuine if not passes(one)), genuine)
        accepted = errors((one for one in impostors if passes(one)), impostors)
        lines.append(f"| {rule} | {refused} | {accepted} |")
    alone = errors((one for one in impostors if one.z < z), impostors)
    refused = errors((one for one in genuine if not one.z < z), genuine)
    lines.append(f"| z < {z} | {refused} | {alone} |")
    return "\n".join(lines)


def extremes(genuine: Sequence[Comparison], impostors: Sequence[Comparison], cohort: Cohort) -> str:
    """Return the margins in plain sentences."""
    nearest = min(impostors, key=lambda one: one.distance)
    return (
        f"Cohort: {len(cohort.templates)} entries. Owners: highest distance "
        f"{max(one.distance for one in genuine):.3f}, highest z "
        f"{max(one.z for one in genuine):.1f}. Strangers: lowest distance {nearest.distance:.3f} "
        f"(its z is {nearest.z:.1f}), lowest z {min(one.z for one in impostors):.1f}.\n\n"
        f"Measured on {machine().partition(', load')[0]}; {versions()}."
    )


def baked_table(cast: Mapping[str, CastMember], meter: FaceMeter, cohort: Cohort) -> str:
    """Return distances within and between the baked subjects, and what the policy decides."""
    likenesses = [
        Likeness(member.id, "", _embed(meter, member.frame(member.clips[action][-1]).image), None)
        for member in cast.values()
        for action in FRONTAL
    ]
    lines = [
        "| comparison | n | distance, mean | lowest | highest | z, lowest | highest | accepted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, same in (("one subject with itself", True), ("two subjects", False)):
        every = compare(likenesses, cohort, same=same)
        distances = [one.distance for one in every]
        z = [one.z for one in every]
        accepted = sum(one.accepted for one in every)
        lines.append(
            f"| {name} | {len(every)} | {np.mean(distances):.3f} | {min(distances):.3f} "
            f"| {max(distances):.3f} | {min(z):.1f} | {max(z):.1f} | {accepted} |"
        )
    return "\n".join(lines) + f"\n\n{len(cast)} subjects, frames: {', '.join(FRONTAL)}."


def _comparison(one: Likeness, other: Likeness, cohort: Cohort) -> Comparison:
    match = verify_probe(one.template, other.template, cohort, MEASURE_ONLY)
    apart = math.nan
    if one.peer is not None and other.peer is not None:
        apart = math.dist(one.peer, other.peer)
    return Comparison(frozenset({one.person, other.person}), match.distance, match.z, apart)


def _embed(meter: FaceMeter, image: Picture) -> Template:
    return meter.embed(image, meter.faces(image)[0])


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
