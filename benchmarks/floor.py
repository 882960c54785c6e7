"""Measures what imagined pictures are held to: all painted styles' drawings of people, together.

Nobody was imagined to calibrate them, since the weights are not part of the studio. What strangers'
drawings come to is much the same in every style, so that the painted ones stand in for it.

Run: python -m benchmarks.floor [--people FOLDER] [--most N] [--styles NAME ...] [--write]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.document import LIKENESS, write_between
from benchmarks.folders import LONDON, WEIGHTS
from benchmarks.likeness import Drawn, calibrated, drawn_in, sitters_of
from studio.face.meter import FaceMeter
from studio.likeness.bands import FAIR, IMAGINED, STRONG, Calibration
from studio.likeness.floor import as_found
from studio.likeness.types import Measures, Source
from studio.styles.discovery import style_modules
from studio.styles.types import Family

# Measures of pictures that claim natural colours, and of those that do not: bronze has no skin.
NATURAL = ("shape", "skin", "hair", "face", "traits")
FREE = ("shape", "face", "traits")
KEPT = ("people", "pairs", "scales", "weights", "distances")


def main() -> int:
    """Print what the floor does to painted drawings; write it with --write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=Path, default=LONDON, help="photographs (%(default)s)")
    parser.add_argument("--most", type=int, default=20, help="people beside the baked subjects")
    parser.add_argument("--styles", nargs="+", help="painted styles; all of them without it")
    parser.add_argument("--write", action="store_true", help=f"write {IMAGINED.name}")
    options = parser.parse_args()
    meter = FaceMeter(WEIGHTS)
    sitters = sitters_of(meter, options.people, options.most)
    pooled = Drawn([], [])
    for module in style_modules():
        name = module.STYLE.name
        if module.STYLE.family is Family.PAINTED and name in (options.styles or [name]):
            found = drawn_in(module, sitters, meter)
            pooled = Drawn([*pooled.own, *found.own], [*pooled.strangers, *found.strangers])
            print(f"{name} is drawn", file=sys.stderr, flush=True)
    meter.close()
    entries = {name: _entry(pooled, which) for name, which in _SETS.items()}
    table = _table(pooled, entries)
    print(table)
    if options.write:
        lines = ",\n".join(f' "{name}": {json.dumps(each)}' for name, each in entries.items())
        IMAGINED.write_text(f'{{"styles": {{\n{lines}\n}}}}\n', encoding="utf-8")
        write_between(LIKENESS, "floor", table)
    return 0


_SETS = {"natural": NATURAL, "free": FREE}


def _entry(drawn: Drawn, names: Sequence[str]) -> dict[str, object]:
    """Return an entry of `imagined.json`: without people's own, which were never imagined."""
    chosen = Drawn(
        [_only(each, names) for each in drawn.own], [_only(each, names) for each in drawn.strangers]
    )
    entry = calibrated(chosen)
    return {**{name: entry[name] for name in KEPT}, "own": []}


def _only(measures: Measures, names: Sequence[str]) -> Measures:
    """Leave out colours that are not measured."""
    if "skin" in names:
        return measures
    return replace(measures, skin_drift=None, skin_lightness=None, hair_drift=None)


def _table(drawn: Drawn, entries: dict[str, dict[str, object]]) -> str:
    """Return which drawings would pass the floor, and which would be called strong."""
    rows = [
        "| held to | drawings | own that pass | strangers' that pass | own called strong |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, names in _SETS.items():
        entry = entries[name]
        calibration = Calibration(entry["scales"], entry["weights"], entry["distances"], ())  # type: ignore[arg-type]  # as it was just made
        for told, change in (("as measured", as_found), ("were no face found", _faceless)):
            own, strangers = (
                [calibration.standing(calibration.distance(change(_only(e, names)))) for e in each]
                for each in (drawn.own, drawn.strangers)
            )
            shares = [
                sum(each.strangers >= FAIR for each in own) / len(own),
                sum(each.strangers >= FAIR for each in strangers) / len(strangers),
                sum(each.strangers >= STRONG for each in own) / len(own),
            ]
            cells = " | ".join(f"{share:.0%}" for share in shares)
            rows.append(f"| {name} colours, {told} | {len(own)} | {cells} |")
    return "\n".join(rows)


def _faceless(measures: Measures) -> Measures:
    return replace(measures, shape_error=None, shape_source=Source.NONE, face_distance=None)


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
