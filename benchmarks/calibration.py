"""Measures 1:1 verification against strangers and against `face_recognition`: docs/calibration.md.

Run: python -m benchmarks.calibration [--write] [--cache FOLDER]

People are those of `benchmarks.people`; without them only the baked subjects are measured. The
cohort holds nobody of either. The tables of thresholds need no measuring and are written always.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks import continuity, skin_light, thresholds
from benchmarks.conditions import CONDITIONS, SCREEN_LIGHT
from benchmarks.document import CALIBRATION, machine, versions, write_between
from benchmarks.folders import LONDON, WEIGHTS
from benchmarks.identity_tables import (
    Trial,
    cohort_table,
    colour_table,
    condition_table,
    extremes,
    group_table,
    probed,
    rule_table,
    unordered,
)
from benchmarks.people import Gallery, Likeness
from benchmarks.selfies import load_peer
from benchmarks.verification import Comparison, Strangers, compare
from studio.face.cohort import load_cohort
from studio.face.meter import FaceMeter
from studio.subjects.cast import CastMember, load_cast

FRONTAL = ("still", "rest", "smile", "mouth_open", "blink")  # actions that leave the head in front
ROOMS = ("webcam frame", "light from the side", "a third of the light, noisy", "dark, very noisy")
FRAME = "webcam frame"  # the condition that templates are enrolled under


def main() -> int:
    """Print the tables; write them into the document when asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {CALIBRATION} too")
    parser.add_argument("--cache", type=Path, help="keeps what was read of people; delete it after")
    parser.add_argument("--thresholds", action="store_true", help="measure nothing")
    options = parser.parse_args()
    for name, text in _sections(options.cache, only_thresholds=options.thresholds):
        print(f"{name}\n\n{text}\n")
        if options.write:
            write_between(CALIBRATION, name, text)
    return 0


def _sections(cache: Path | None, *, only_thresholds: bool) -> Iterator[tuple[str, str]]:
    """Yield the name of a section of the document, and what belongs there."""
    for name, profile in thresholds.PROFILES.items():
        yield f"{name} thresholds", thresholds.table(profile)
    if only_thresholds:
        return
    meter = FaceMeter(WEIGHTS)
    cohort = Strangers.of_nobody(load_cohort().templates)
    cast = load_cast()
    yield "baked", baked_table(cast, meter, cohort)
    yield "continuity", continuity.table(cast, meter)
    if LONDON.is_dir():
        yield from _people(Gallery(LONDON, meter, load_peer(), cache), cohort)
    else:
        print(f"{LONDON} is not there: people are left out", file=sys.stderr)
    meter.close()


def _people(gallery: Gallery, cohort: Strangers) -> Iterator[tuple[str, str]]:
    likenesses = gallery.read()
    trial = unordered(likenesses, cohort)
    yield "groups", group_table(likenesses, trial)
    yield "rules", rule_table(trial)
    yield "cohorts", cohort_table(likenesses, cohort)
    measured = f"Measured on {machine().partition(', load')[0]}; {versions()}."
    yield "extremes", f"{extremes(trial, cohort)}\n\n{measured}"
    templates = gallery.read(FRAME)
    trials: dict[str, Trial] = {
        name: probed(templates, gallery.read(name), cohort) for name in CONDITIONS
    }
    yield "light", skin_light.table({name: gallery.read(name) for name in ROOMS})
    plain = {name: trial for name, trial in trials.items() if name not in SCREEN_LIGHT}
    yield "conditions", condition_table(plain)
    yield "colours", colour_table(trials)


def baked_table(cast: Mapping[str, CastMember], meter: FaceMeter, cohort: Strangers) -> str:
    """Return distances within and between the baked subjects, and what the policy decides."""
    likenesses = [
        Likeness(member.id, "", action, meter.embed(image, meter.faces(image)[0]), None)
        for member in cast.values()
        for action in FRONTAL
        for image in [member.frame(member.clips[action][-1]).image]
    ]
    lines = [
        "| comparison | n | distance, mean | lowest | highest | z, lowest | highest | accepted |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, same in (("one subject with itself", True), ("two subjects", False)):
        every = _between(likenesses, cohort, same=same)
        distances = [one.distance for one in every]
        z = [one.z for one in every]
        accepted = sum(one.accepted for one in every)
        lines.append(
            f"| {name} | {len(every)} | {np.mean(distances):.3f} | {min(distances):.3f} "
            f"| {max(distances):.3f} | {min(z):.1f} | {max(z):.1f} | {accepted} |"
        )
    return "\n".join(lines) + f"\n\n{len(cast)} subjects, frames: {', '.join(FRONTAL)}."


def _between(likenesses: list[Likeness], cohort: Strangers, *, same: bool) -> list[Comparison]:
    every = itertools.combinations(likenesses, 2)
    chosen = ((one, two) for one, two in every if (one.person == two.person) is same)
    return list(compare(chosen, cohort))


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
