"""The attack lab: plays every species and bona fide condition against the real capture.

Run: python -m tests.attacks [--write] [--species NAME ...] [--people N] [--jobs 2]

Results are kept in a file of lines outside the repository, so that a run can stop and go on.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2

from benchmarks.document import machine, versions, write_between
from tests.attacks import measures, plan, report
from tests.attacks.lab import Lab
from tests.attacks.media import nobodies
from tests.attacks.species import SPECIES

DOCUMENT = Path("docs/liveness.md")
CHECKPOINT = Path(tempfile.gettempdir()) / "selfsame-attacks.jsonl"


def main(arguments: Sequence[str] | None = None) -> int:
    """Play what is left to play, print the tables, and write them when asked."""
    options = _options(arguments)
    cv2.setNumThreads(1)
    cases = [*plan.attacks(options.species, plan.chosen_people(options.people))]
    if not options.no_sittings:
        cases = [*plan.sittings(options.seeds), *cases]
    checkpoint = plan.Checkpoint(options.checkpoint)
    found = plan.run(plan.interleaved(cases), checkpoint, options.jobs)
    sections = {
        "attacks": report.attack_table(found, "standard"),
        "gentle": report.attack_table(found, "gentle"),
        "ablation": report.ablation_table(found),
        "answers": report.answer_table(found),
    }
    if not options.no_sittings:
        sections["sittings"] = report.condition_table(found)
        sections["groups"] = report.group_table(found)
        lab = Lab()
        everybody = [*nobodies(), *plan.chosen_people(options.people)]
        sections["turned"] = measures.turned_table(lab, everybody)
        sections["chance"] = measures.chance_table(options.pairs)
        lab.close()
    sections["versions"] = (
        f"{len(found)} captures, on {machine().partition(', load')[0]}; {versions()}."
    )
    for name, text in sections.items():
        print(f"\n{name}\n\n{text}")
        if options.write:
            write_between(DOCUMENT, name, text)
    print("\nOtherwise than expected:\n" + "\n".join(report.unexpected(found)))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"write {DOCUMENT} too")
    parser.add_argument("--species", nargs="*", default=list(SPECIES), choices=list(SPECIES))
    parser.add_argument("--people", type=int, help="how many photographed people; all if not told")
    parser.add_argument("--seeds", type=int, default=1, help="sittings a subject and condition")
    parser.add_argument("--pairs", type=int, default=300, help="of colour sequences")
    parser.add_argument("--no-sittings", action="store_true", help="attacks only")
    parser.add_argument("--jobs", type=int, default=2, help="processes; 0 plays nothing new")
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # quiet MediaPipe, as app.py does
    sys.exit(main())
