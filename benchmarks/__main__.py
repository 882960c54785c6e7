"""Measures the studio side by side with named peers: `make bench`.

Run: python -m benchmarks [--json] [--write] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping

from benchmarks import (
    attributes,
    capture,
    commands,
    faces,
    gate,
    identity,
    imagined,
    jobs,
    log,
    marks,
    regions,
    release,
    selfies,
    styles,
    withdrawal,
)
from benchmarks.document import BENCHMARKS, machine, versions, write_between
from benchmarks.stage import Stage, open_stage
from benchmarks.table import Row, as_table, notes

SUBJECTS: Mapping[str, Callable[[Stage], Iterator[Row]]] = {
    "faces": faces.rows,
    "selfies": selfies.rows,
    "identity": identity.rows,
    "regions": regions.rows,
    "attributes": attributes.rows,
    "styles": styles.rows,
    "imagined": imagined.rows,
    "release": release.rows,
    "marks": marks.rows,
    "jobs": jobs.rows,
    "log": log.rows,
    "gate": gate.rows,
    "withdrawal": withdrawal.rows,
    "commands": commands.rows,
    "capture": capture.rows,
}


def main() -> int:
    """Print the table; the status is 1 when something could not be measured, else 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", action="store_true", help=f"write {BENCHMARKS} too")
    parser.add_argument("--only", nargs="+", choices=SUBJECTS, default=list(SUBJECTS))
    options = parser.parse_args()
    rows, failed = _measure(options.only)
    facts = {"machine": machine(), "versions": versions()}
    if options.json:
        print(json.dumps({**facts, "rows": [row.as_json() for row in rows]}, indent=2))
    else:
        print(as_table(rows), notes(rows), sep="\n\n")
        print(f"\n{facts['machine']}; {facts['versions']}. Absolute times are this machine's.")
    if options.write and not failed:
        text = f"{as_table(rows)}\n\n{notes(rows)}\n\nMeasured on {machine()}; {versions()}."
        write_between(BENCHMARKS, "table", text)
    return 1 if failed else 0


def _measure(names: list[str]) -> tuple[list[Row], bool]:
    rows: list[Row] = []
    failed = False
    with open_stage() as stage:
        for name in names:
            print(f"measuring {name}", file=sys.stderr, flush=True)
            try:
                rows.extend(SUBJECTS[name](stage))
            except Exception:  # noqa: BLE001 - one broken benchmark must not hide the others
                traceback.print_exc()
                failed = True
    return rows, failed


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
