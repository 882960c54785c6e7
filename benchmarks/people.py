"""The people who are measured: photographs that are not part of this project, one row a picture.

Face Research Lab London Set (DeBruine & Jones 2017, doi 10.6084/m9.figshare.5047666, CC BY 4.0):
each person neutral and smiling. What is read from them stays in memory, or in a folder outside
the project that the caller names.
"""

from __future__ import annotations

import csv
import json
import math
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.conditions import CONDITIONS, framed, spoil
from benchmarks.selfies import Peer
from benchmarks.stage import Picture
from consent.quality import StillEvidence
from consent.types import Template
from studio.face.meter import FaceMeter
from studio.sitting.selfies import still_evidence

AS_TAKEN = "as taken"


@dataclass(frozen=True, slots=True)
class Likeness:
    """One picture of one person."""

    person: str
    group: str
    shot: str  # neutral, smiling
    template: Template | None  # None: no face was found
    still: StillEvidence | None
    peer: Template | None = None  # by the peer, with its own detector


@dataclass(frozen=True, slots=True)
class Gallery:
    """A folder of photographs, and where what was read may be kept between runs."""

    folder: Path
    meter: FaceMeter
    peer: Peer | None
    cache: Path | None

    def read(self, condition: str = AS_TAKEN) -> list[Likeness]:
        """Return both pictures of everybody under a condition of `benchmarks.conditions`."""
        kept = None if self.cache is None else self.cache / f"{_file_name(condition)}.json"
        if kept is not None and kept.is_file():
            return [_thawed(row) for row in json.loads(kept.read_text("utf-8"))]
        print(f"reading everybody: {condition}", file=sys.stderr)
        found = list(self._measure(condition))
        if kept is not None:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(json.dumps([asdict(one) for one in found]), "utf-8")
        return found

    def _measure(self, condition: str) -> Iterator[Likeness]:
        groups = self._groups()
        for path in sorted(self.folder.glob("*.jpg")):
            image = np.asarray(Image.open(path).convert("RGB"))
            person, _, shot = path.stem.partition("_")
            if condition in CONDITIONS:
                seed = zlib.crc32(f"{path.stem} {condition}".encode())
                image = spoil(framed(image, self.meter.faces(image)[0]), condition, seed)
            yield self._likeness(image, person, groups[person], shot, condition)

    def _likeness(
        self, image: Picture, person: str, group: str, shot: str, condition: str
    ) -> Likeness:
        faces = self.meter.faces(image)
        template = self.meter.embed(image, faces[0]) if faces else None
        other = None
        if self.peer is not None and template is not None and condition == AS_TAKEN:
            other = self.peer.encode(image, template)
        return Likeness(person, group, shot, template, still_evidence(image, faces), other)

    def _groups(self) -> Mapping[str, str]:
        with (self.folder / "people.csv").open(encoding="utf-8") as file:
            return {
                row["id"]: f"{row['group']} {row['sex']}".replace("_", " ")
                for row in csv.DictReader(file)
            }


def _file_name(condition: str) -> str:
    return condition.replace(" ", "-").replace(",", "")


def _thawed(row: Mapping[str, object]) -> Likeness:
    values = dict(row)
    still = values["still"]
    values["still"] = StillEvidence(**still) if isinstance(still, dict) else None
    for name in ("template", "peer"):
        numbers = values[name]
        values[name] = tuple(numbers) if isinstance(numbers, list) else None
    return Likeness(**values)  # type: ignore[arg-type]  # written by `read` from the same class


def apart(one: Template | None, other: Template | None) -> float:
    """Return the Euclidean distance, NaN where one is missing."""
    return math.nan if one is None or other is None else math.dist(one, other)
