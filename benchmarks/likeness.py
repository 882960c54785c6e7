"""Calibrates the likeness report: what strangers' drawings come to, style by style.

Many people are drawn in every style; each drawing is measured against its own selfie and against
everybody else's. Written are sums over all of them: how far strangers are apart, and how well each
measure tells a person from them. Nothing of any one person is written.

Run: python -m benchmarks.likeness [--people FOLDER] [--most N] [--styles NAME ...] [--write]
Photographs: one face each; of a person with several (ID_neutral.jpg, ID_smiling.jpg) the first.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.document import LIKENESS, write_between
from benchmarks.folders import LONDON, WEIGHTS
from studio.face.meter import FaceMeter
from studio.likeness.bands import FILE, OWN_PERCENTS, PERCENTS, Calibration, terms
from studio.likeness.measures import compare
from studio.likeness.seen import SIDE, Seen, see_drawing, see_selfie
from studio.likeness.types import Band, Measures
from studio.styles.catalogue import STYLES
from studio.styles.discovery import StyleModule, style_modules
from studio.styles.portrait import Portrait, prepare_portrait
from studio.styles.types import Family, finished
from studio.subjects.cast import load_cast

MOST_WEIGHT = 4.0  # one measure that never errs must not silence the others
SHARES = ("shape", "attributes")  # told in percent
LEAST_SCALE = 1e-3  # a measure that strangers do not differ in at all
Entry = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sitter:
    """One person to be drawn."""

    portrait: Portrait
    selfie: Seen


@dataclass(frozen=True, slots=True)
class Drawn:
    """One style's drawings of everybody, measured."""

    own: Sequence[Measures]
    strangers: Sequence[Measures]


def main() -> int:
    """Print what each style's calibration comes to; write it with --write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=Path, default=LONDON, help="photographs (%(default)s)")
    parser.add_argument("--most", type=int, default=1000, help="people beside the baked subjects")
    parser.add_argument("--styles", nargs="+", help="only these; the others keep what they have")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    options = parser.parse_args()
    meter = FaceMeter(WEIGHTS)
    sitters = sitters_of(meter, options.people, options.most)
    known: dict[str, Entry] = {}
    if FILE.is_file():
        kept = json.loads(FILE.read_text(encoding="utf-8"))["styles"]
        known = {each.name: kept[each.name] for each in STYLES if each.name in kept}
    for module in style_modules():
        name = module.STYLE.name
        if options.styles and name not in options.styles:
            continue
        begun = time.monotonic()
        known[name] = {
            "family": module.STYLE.family.value,
            **calibrated(drawn_in(module, sitters, meter)),
        }
        print(f"{name}: {time.monotonic() - begun:.0f} s {known[name]['outcome']}", flush=True)
        if options.write:
            _write(known)
    meter.close()
    return 0


def calibrated(drawn: Drawn) -> Entry:
    """Return a style's entry of `bands.json`."""
    scales, weights = {}, {}
    for name in ("shape", "skin", "hair", "face", "traits", "attributes"):
        own = np.array([v for m in drawn.own if (v := terms(m).get(name)) is not None])
        others = np.array([v for m in drawn.strangers if (v := terms(m).get(name)) is not None])
        if len(own) < 2 or len(others) < 2 or others.mean() < LEAST_SCALE:
            continue
        spread = float(np.sqrt((own.var() + others.var()) / 2))
        apart = float(others.mean() - own.mean()) / max(spread, LEAST_SCALE)
        scales[name] = round(float(others.mean()), 4)
        weights[name] = round(float(np.clip(apart, 0, MOST_WEIGHT)), 2)
    rough = Calibration(scales, weights, (), ())
    made = Calibration(
        scales,
        weights,
        _at(PERCENTS, [rough.distance(each) for each in drawn.strangers]),
        _at(OWN_PERCENTS, [rough.distance(each) for each in drawn.own]),
    )
    return {
        "people": len(drawn.own),
        "pairs": len(drawn.strangers),
        "scales": scales,
        "weights": weights,
        "distances": list(made.distances),
        "own": list(made.own),
        "outcome": _outcome(made, drawn.own),
    }


def _at(percents: Sequence[int], distances: Sequence[float]) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in np.percentile(distances, percents))


def _outcome(calibration: Calibration, own: Sequence[Measures]) -> Entry:
    """Return how people's own drawings come out, as shares and medians over all of them."""
    bands = [calibration.standing(calibration.distance(each)).band for each in own]
    found = [terms(each) for each in own]
    names = {name for each in found for name in each}
    medians = {n: float(np.median([each[n] for each in found if n in each])) for n in sorted(names)}
    return {
        **{band.value: round(bands.count(band) / len(bands), 2) for band in Band},
        "face_found": round(float(np.mean([m.face_distance is not None for m in own])), 2),
        "medians": {name: round(value, 4) for name, value in medians.items()},
    }


def drawn_in(module: StyleModule, sitters: Sequence[Sitter], meter: FaceMeter) -> Drawn:
    """Draw everybody in one style and measure each drawing against everybody's selfie."""
    style = module.STYLE
    seen = []
    for seed, sitter in enumerate(sitters):
        rng = np.random.default_rng(seed)
        picture = finished(module.draw(sitter.portrait, style.accept({}), rng))
        seen.append(see_drawing(picture, sitter.portrait, sitter.selfie, meter))
    own = [compare(sitter.selfie, each) for sitter, each in zip(sitters, seen, strict=True)]
    strangers = [
        compare(sitter.selfie, each)
        for number, each in enumerate(seen)
        for other, sitter in enumerate(sitters)
        if other != number
    ]
    return Drawn(own, strangers)


def sitters_of(meter: FaceMeter, folder: Path, most: int) -> list[Sitter]:
    """Return the baked subjects, and up to `most` people of a folder of photographs."""
    images = [member.frame(member.clips["still"][0]).image for member in load_cast().values()]
    first: dict[str, Path] = {}
    for path in sorted(folder.glob("*.jpg")):
        first.setdefault(path.stem.partition("_")[0], path)
    paths = list(first.values())
    step = max(1, len(paths) // max(1, most))
    images += [np.asarray(Image.open(path).convert("RGB")) for path in paths[::step][:most]]
    sitters = []
    for image in images:
        faces = meter.faces(image)
        if not faces:
            continue
        portrait = prepare_portrait(image, faces[0], meter.person(image), size=SIDE)
        sitters.append(Sitter(portrait, see_selfie(portrait, {}, meter)))
    print(f"{len(sitters)} people", flush=True)
    return sitters


def _write(known: Mapping[str, Entry]) -> None:
    styles = dict(known)
    for family in Family:
        kin = [each for each in styles.values() if each["family"] == family.value]
        if kin:
            styles[f"*{family}"] = _pooled(family, kin)
    lines = ",\n".join(f' "{name}": {json.dumps(each)}' for name, each in sorted(styles.items()))
    FILE.write_text(f'{{"styles": {{\n{lines}\n}}}}\n', encoding="utf-8")
    write_between(LIKENESS, "bands", _table(known))


def _table(known: Mapping[str, Entry]) -> str:
    """Return what people's own drawings come to, one row a style."""
    names = ("shape", "skin", "hair", "face", "attributes")
    heads = ("shape", "skin", "hair", "face", "parts amiss")
    rows = [
        f"| style | people | strong | fair | loose | face found | {' | '.join(heads)} |",
        "|" + " --- |" * (6 + len(heads)),
    ]
    for name, each in sorted(known.items()):
        outcome = each.get("outcome")
        if not isinstance(outcome, dict):
            continue
        medians = outcome["medians"]
        shares = [f"{outcome[key]:.0%}" for key in ("strong", "fair", "loose")]
        # Nobody looks for a face in a figure of parts.
        shares.append(f"{outcome['face_found']:.0%}" if "shape" in medians else "")
        numbers = [
            "" if key not in medians else f"{medians[key]:{'.1%' if key in SHARES else '.2f'}}"
            for key in names
        ]
        rows.append(f"| {name} | {each['people']} | {' | '.join([*shares, *numbers])} |")
    return "\n".join(rows)


def _pooled(family: Family, kin: Sequence[Entry]) -> Entry:
    """Return what a style of a family is held to that has no calibration of its own."""
    pooled: Entry = {"family": family.value}
    for part in ("scales", "weights"):
        rows = [each[part] for each in kin]
        tables = [row for row in rows if isinstance(row, dict)]
        names = sorted({name for row in tables for name in row})
        pooled[part] = {
            n: round(float(np.mean([row[n] for row in tables if n in row])), 4) for n in names
        }
    for part in ("distances", "own"):
        mean = np.mean([np.asarray(each[part], np.float64) for each in kin], axis=0)
        pooled[part] = [round(float(value), 4) for value in mean]
    return pooled


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
