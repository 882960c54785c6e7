"""Fits what tells drawings from photographs, and measures how often it errs.

Photographs of real people, as taken and through filters, against this studio's own drawings of
them. Each picture is judged by a model that saw neither its person nor its style or filter. Written
are sums over all of them, nothing of any one person.

Run: python -m benchmarks.stylisation [--people FOLDER] [--drawn N] [--write] [--judge FOLDER]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.document import machine, write_between
from benchmarks.folders import LONDON, WEIGHTS
from benchmarks.logistic import Fit, Sample, cross_validated, fit
from benchmarks.photo_filters import BETWEEN, COMBINED, PHOTOGRAPHIC, Filter
from benchmarks.stylisation_tables import Judged, by_group, overall, tones
from studio.face.meter import FaceMeter
from studio.styles.alignment import align_photo
from studio.styles.diffusion.stylisation import FILE, load_stylisation
from studio.styles.diffusion.texture import face_window, measure_texture, without_fine_lines
from studio.styles.discovery import style_modules
from studio.styles.framing import composed
from studio.styles.portrait import Portrait, prepare_portrait
from studio.styles.types import Family, finished
from studio.subjects.cast import load_cast

DOCUMENT = Path("docs/stylisation.md")
SIDE = 512  # pixels
PICTURES = (".png", ".jpg", ".webp")
PLAIN = "as taken"
PASTED = ("toon", "stained_glass", "graphic_novel")  # a photographed face is put into these
# Of photographs, with and without filters, each judged by a model that did not know its person, one
# in two hundred may pass; of those as taken, none.
PASSED = 0.005

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sitter:
    """One person, whose pictures are measured as the guard measures them."""

    meter: FaceMeter
    image: Picture
    person: str
    number: int
    light: float  # luma of the skin, 0 to 255

    @classmethod
    def of(cls, meter: FaceMeter, image: Picture, person: str, number: int) -> Sitter:
        """Measure the light of a person's skin."""
        return cls(meter, image, person, number, meter.luma(image, meter.faces(image)[0]))

    def sample(self, picture: Picture, kind: str, group: str) -> Sample:
        """Measure one picture."""
        found = self.meter.faces(picture)
        window = face_window(picture, found[0] if found else None)
        measures, beneath = (measure_texture(w) for w in (window, without_fine_lines(window)))
        return Sample(kind, group, self.person, self.light, len(found), measures, beneath)

    def photo(self, size: int) -> Picture:
        """Return the photograph cropped as a portrait is, otherwise as it was taken."""
        face = self.meter.faces(self.image)[0]
        return align_photo(self.image, face, self.meter.person(self.image), size=size).image

    def portrait(self, size: int) -> Portrait:
        """Return what the styles draw from."""
        face = self.meter.faces(self.image)[0]
        return prepare_portrait(self.image, face, self.meter.person(self.image), size=size)


def main() -> int:
    """Print the error rates; write the model and the tables with --write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=Path, default=LONDON, help="photographs (%(default)s)")
    parser.add_argument("--drawn", type=int, default=20, help="people drawn in all painted styles")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name} and {DOCUMENT}")
    parser.add_argument("--judge", type=Path, help="only judge a folder of pictures, e.g. imagined")
    options = parser.parse_args()
    meter = FaceMeter(WEIGHTS)
    if options.judge is not None:
        return _judge(meter, options.judge)
    samples = list(_samples(meter, options.people, options.drawn))
    meter.close()
    fitted = [each for each in samples if each.kind in ("photograph", "drawing")]
    known_groups = cross_validated(fitted, by_group=False)
    strict = cross_validated(fitted, by_group=True)
    model = fit(fitted).with_threshold(_threshold(fitted, known_groups))
    judged = [
        *(Judged(each, odds - model.threshold) for each, odds in zip(fitted, strict, strict=True)),
        *(
            Judged(each, model.both(each) - model.threshold)
            for each in samples
            if each.kind not in ("photograph", "drawing")
        ),
    ]
    familiar = [
        Judged(each, odds - model.threshold)
        for each, odds in zip(fitted, known_groups, strict=True)
    ]
    tables = {
        "overall": overall(judged, familiar),
        "photographs": by_group(judged, ("photograph", "combined", "between")),
        "drawings": by_group(judged, ("drawing", "large", "render")),
        "tones": tones(familiar),
    }
    for name, table in tables.items():
        print(f"{name}\n{table}\n")
    if options.write:
        _write(model, tables)
    return 0


def _judge(meter: FaceMeter, folder: Path) -> int:
    """Print what the model that is in use says of a folder's pictures."""
    model = load_stylisation()
    found = []
    for path in sorted(each for each in folder.iterdir() if each.suffix in PICTURES):
        picture = np.asarray(Image.open(path).convert("RGB"))
        faces = meter.faces(picture)
        over = model.over(face_window(picture, faces[0] if faces else None))
        found.append(over)
        print(f"{over:+6.1f} {'passes' if over >= 0 else 'refused'} {path.name}")
    print(f"{sum(each >= 0 for each in found)} of {len(found)} pass")
    return 0


def _threshold(samples: list[Sample], odds: NDArray[np.float64]) -> float:
    photographs = np.array([each.kind == "photograph" for each in samples])
    plain = np.array([each.group == PLAIN for each in samples])
    most = float(np.quantile(odds[photographs], 1 - PASSED))
    return max(most, float(odds[photographs & plain].max()))


def _samples(meter: FaceMeter, folder: Path, drawn: int) -> Iterator[Sample]:
    """Yield every picture's measures: the pictures themselves are forgotten."""
    paths = sorted(folder.glob("*.jpg"))
    first: dict[str, Path] = {}
    for path in paths:
        first.setdefault(path.stem.partition("_")[0], path)
    step = max(1, len(first) // max(1, drawn))
    chosen = set(list(first)[::step][:drawn])
    for number, path in enumerate(paths):
        image = np.asarray(Image.open(path).convert("RGB"))
        sitter = Sitter.of(meter, image, path.stem.partition("_")[0], number // 2)
        yield sitter.sample(sitter.photo(SIDE), "photograph", PLAIN)
        if path == first[sitter.person]:
            yield from _of_photograph(sitter)
            if sitter.person in chosen:
                yield from _of_drawings(sitter, SIDE, is_photographed=True)
        print(f"{number + 1} of {len(paths)} photographs", file=sys.stderr, flush=True)
    for number, member in enumerate(load_cast().values()):
        still = member.frame(member.clips["still"][0]).image
        sitter = Sitter.of(meter, still, member.id, number)
        yield sitter.sample(sitter.photo(SIDE), "render", "rendered subject")
        yield from _of_drawings(sitter, SIDE)
        if number < 2:
            yield from _of_drawings(sitter, 2 * SIDE, kind="large")


def _of_photograph(sitter: Sitter) -> Iterator[Sample]:
    photo = sitter.photo(SIDE)
    yield sitter.sample(sitter.photo(2 * SIDE), "photograph", "1024 pixels")
    sets: Mapping[str, Mapping[str, Filter]] = {
        "photograph": PHOTOGRAPHIC,
        "combined": COMBINED,
        "between": BETWEEN,
    }
    for kind, filters in sets.items():
        for name, change in filters.items():
            rng = np.random.default_rng(zlib.crc32(f"{sitter.person} {name}".encode()))
            yield sitter.sample(change(photo, rng), kind, name)


def _of_drawings(
    sitter: Sitter, size: int, *, kind: str = "drawing", is_photographed: bool = False
) -> Iterator[Sample]:
    portrait = sitter.portrait(size)
    for module in style_modules():
        style = module.STYLE
        is_few = style.family is Family.ILLUSTRATED  # parts of an artist: much the same each time
        if style.family is Family.IMAGINED or (is_few and sitter.number % 4):
            continue
        rng = np.random.default_rng(zlib.crc32(f"{sitter.person} {style.name}".encode()))
        picture = composed(finished(module.draw(portrait, style.accept({}), rng)))
        yield sitter.sample(picture, kind, style.name)
        if style.name in PASTED and is_photographed:
            skin = cv2.resize(portrait.regions.skin, (size, size)) > 0.5
            mixed = np.where(skin[..., None], portrait.image, picture)
            yield sitter.sample(mixed, "photograph", f"photographed skin in {style.name}")


def _write(model: Fit, tables: Mapping[str, str]) -> None:
    terms = ",\n".join(f'  "{name}": {json.dumps(each)}' for name, each in model.terms().items())
    head = f'"bias": {model.bias:.4f}, "threshold": {model.threshold:.4f}'
    FILE.write_text(f'{{{head}, "terms": {{\n{terms}\n}}}}\n', encoding="utf-8")
    for name, table in tables.items():
        write_between(DOCUMENT, name, table)
    write_between(DOCUMENT, "machine", f"Measured on {machine()}.")


if __name__ == "__main__":
    os.environ.setdefault("GLOG_minloglevel", "2")  # noqa: TID251 - quiet MediaPipe, as app.py does
    sys.exit(main())
