"""Pictures that never went through the exit: in none of them may a mark be found.

Which pictures packages and the system ship differs between machines; made ones fill up the rest.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.survival import patterns
from benchmarks.survival.kinds import KINDS, Drawn, render
from outputs.encode import decode
from outputs.errors import MarkMissing
from outputs.label_search import find_label
from outputs.watermark import Detection, Watermarker
from studio.subjects.cast import load_cast

Pixels = NDArray[np.uint8]

ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
SHIPPED_BY_SYSTEM = Path("/usr/share")
MOST_OF_PACKAGES, MOST_OF_SYSTEM = 150, 250
LEAST_SIDE = 24  # pixels: what is smaller is a glyph
LONGEST = 1600  # pixels: larger pictures are reduced, as a page would
MADE = 400  # at least
ALL = 1050  # pictures in all
DRAWN_SIDES = (1024, 400)  # pixels


@dataclass(frozen=True, slots=True)
class Stranger:
    """How to get one picture; small, so that it travels between processes."""

    group: str
    name: str  # a path, a frame or a pattern's number


@dataclass(frozen=True, slots=True)
class Glance:
    """What was seen in one unmarked picture."""

    stranger: Stranger
    tag_errors: int  # wrong bits, the best of the whole search
    trials: int
    tag: bool  # "detected": wrong
    possible: bool  # "possible"
    label: bool  # wrong


def strangers(subjects: Iterable[str], count: int = ALL) -> list[Stranger]:
    """Return the pictures to look at, the made ones filling up to `count`."""
    listed = [*_frames(), *_drawings(subjects)]
    packages = Path(sysconfig.get_paths()["purelib"])
    listed += _files("pictures in Python packages", packages, MOST_OF_PACKAGES)
    listed += _files("pictures in /usr/share", SHIPPED_BY_SYSTEM, MOST_OF_SYSTEM)
    made = max(MADE, count - len(listed))
    listed += [Stranger("made patterns", str(number)) for number in range(made)]
    return listed


def look(stranger: Stranger, drawn: Mapping[str, Drawn], watermarker: Watermarker) -> Glance | None:
    """Search one picture for both marks; None where it cannot be opened."""
    pixels = _open(stranger, drawn)
    if pixels is None or min(pixels.shape[:2]) < LEAST_SIDE:
        return None
    mark = watermarker.read(pixels)
    return Glance(
        stranger=stranger,
        tag_errors=mark.errors,
        trials=mark.trials,
        tag=mark.detection is Detection.DETECTED,
        possible=mark.detection is Detection.POSSIBLE,
        label=bool(find_label(pixels)),
    )


def _open(stranger: Stranger, drawn: Mapping[str, Drawn]) -> Pixels | None:
    match stranger.group:
        case "frames of baked subjects":
            member, _, frame = stranger.name.partition("/")
            return load_cast()[member].frame(frame).image
        case "drawings before their release":
            subject, kind, side = stranger.name.split("/")
            return render(drawn[subject], kind, int(side)).pixels
        case "made patterns":
            return patterns.pattern(int(stranger.name))
        case _:
            return _file(Path(stranger.name))


def _file(path: Path) -> Pixels | None:
    try:
        pixels = decode(path.read_bytes(), max_pixels=25_000_000).pixels
    except (MarkMissing, OSError):
        return None
    scale = LONGEST / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _frames() -> Iterator[Stranger]:
    for member in load_cast().values():
        for names in member.clips.values():
            for name in names:
                yield Stranger("frames of baked subjects", f"{member.id}/{name}")


def _drawings(subjects: Iterable[str]) -> Iterator[Stranger]:
    for member in subjects:
        for kind in KINDS:
            for side in DRAWN_SIDES:
                yield Stranger("drawings before their release", f"{member}/{kind}/{side}")


def _files(group: str, folder: Path, most: int) -> Sequence[Stranger]:
    """Return files evenly over the sorted list, the same each time on one machine."""
    found = sorted(path for path in folder.rglob("*") if _is_picture(path))
    step = max(1, -(-len(found) // most))
    return [Stranger(group, str(path)) for path in found[::step]]


def _is_picture(path: Path) -> bool:
    """Leave out what is too small to be more than a glyph, and our own assets."""
    ours = Path(sys.prefix) / "share" / "selfsame"
    is_file = path.suffix.lower() in ENDINGS and path.is_file() and not path.is_symlink()
    return is_file and path.stat().st_size > 500 and ours not in path.parents
