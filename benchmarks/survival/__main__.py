"""Measures what survives: `make survival`. The status is 1 when a promise was not kept.

Run: python -m benchmarks.survival [--quick] [--write] [--only KIND ...] [--jobs N]
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import time
from datetime import UTC, datetime

from benchmarks.folders import WEIGHTS
from benchmarks.survival.attacks import ATTACKS
from benchmarks.survival.document import report, write
from benchmarks.survival.floor import promises, stranger_promises
from benchmarks.survival.kinds import KINDS, Drawn, draw
from benchmarks.survival.strangers import strangers
from benchmarks.survival.work import QUICK_ATTACKS, Bench, Plan, carry_out, cases
from outputs.authority import make_authority
from studio.face.meter import FaceMeter
from studio.subjects.cast import load_cast

QUICK_STRANGERS = 40


def main() -> int:
    """Measure, print, and write the document if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a glimpse that proves nothing")
    parser.add_argument("--write", action="store_true", help="write docs/survival.md")
    parser.add_argument("--only", nargs="+", choices=KINDS, help="kinds of art; no strangers")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 8))
    options = parser.parse_args()
    if options.write and (options.quick or options.only):
        parser.error("only a whole run may be written down")
    began = time.perf_counter()
    drawn = draw_cast(1 if options.quick else None)
    listed = [
        case
        for case in cases(list(drawn), quick=options.quick)
        if not options.only or case.kind in options.only
    ]
    unmarked = [] if options.only else strangers(drawn)
    beside = [] if options.only or options.quick else [(next(iter(drawn)), kind) for kind in KINDS]
    if options.quick:
        unmarked = unmarked[:: len(unmarked) // QUICK_STRANGERS]
    print(f"{len(listed)} releases, {len(unmarked)} unmarked pictures", file=sys.stderr)
    plan = Plan(listed, unmarked, beside)
    run = carry_out(bench(quick=options.quick), drawn, plan, options.jobs)
    kept = promises(run.outcomes, run.qualities)
    kept += () if options.quick or options.only else stranger_promises(run.glances)
    text = report(run, kept, minutes=(time.perf_counter() - began) / 60)
    print(text)
    for one in run.refused:
        print(f"not released: {one.case}: {one.why}", file=sys.stderr)
    if options.write:
        write(text)
    return 1 if run.refused or not all(one.kept for one in kept) else 0


def bench(*, quick: bool) -> Bench:
    """Return an authority of this run, and its attacks."""
    now = datetime.now(UTC)  # noqa: TID251 - certificates of this moment
    authority = make_authority(now=now, serial=lambda: secrets.randbits(158) + 1)
    chosen = [one for one in ATTACKS if not quick or one.name in QUICK_ATTACKS]
    return Bench(authority, now, chosen)


def draw_cast(most: int | None = None) -> dict[str, Drawn]:
    """Draw the baked subjects, or the first of them."""
    meter = FaceMeter(WEIGHTS)
    try:
        members = list(load_cast().values())[:most]
        return {member.id: draw(meter, member) for member in members}
    finally:
        meter.close()


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
