"""What still tells that a picture is generated, after something happened to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.survival.attacks import ATTACKS, Attack, Original, Shot
from benchmarks.survival.kinds import Drawn, render
from benchmarks.survival.ocr import Recogniser
from benchmarks.survival.press import Press
from outputs.encode import Decoded, MediaType, decode
from outputs.errors import MarkMissing
from outputs.label import Placement, burn_label, place_label
from outputs.label_search import find_label
from outputs.luma import over_white
from outputs.provenance import ManifestState
from outputs.registry import Registered, nearest
from outputs.types import Render
from outputs.watermark import Detection, distance
from outputs.xmp import GENERATED_TYPES, read_packet

Pixels = np.ndarray
OTHERS = 999  # outputs registered besides the one that is looked for
INTACT = (ManifestState.TRUSTED, ManifestState.VALID)


@dataclass(frozen=True, slots=True)
class Case:
    """One released picture: what it shows, and how large."""

    kind: str
    subject: str
    side: int  # pixels


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was read from one file."""

    case: Case
    attack: str
    keeps_half: bool  # False: a crop under 50 % of the side
    label: bool  # found as Verify finds it
    words: bool | None  # read by OCR; None where it is not installed
    tag_errors: int  # wrong bits, over the whole search
    tag: bool  # "detected"
    id_errors: int  # wrong bits
    id_certain: bool  # leads to this output among OTHERS, as Verify would show it
    manifest: ManifestState
    xmp: bool  # the packet says that it is generated
    seconds: float  # for one search for the watermark

    @property
    def told(self) -> bool:
        """Whether at least one of label, watermark and manifest tells."""
        return self.label or self.tag or self.manifest in INTACT


@dataclass(frozen=True, slots=True)
class Quality:
    """How much of a picture the watermark changes."""

    case: Case
    psnr: float  # decibels
    ssim: float  # at most 1, of luma


@dataclass(frozen=True, slots=True)
class Result:
    """Everything that was measured of one released picture."""

    quality: Quality
    outcomes: tuple[Outcome, ...]


def measure(
    press: Press,
    recogniser: Recogniser | None,
    drawn: Drawn,
    case: Case,
    attacks: Sequence[Attack] = ATTACKS,
) -> Result:
    """Release one picture, attack it in every way and read what is left.

    Raises:
        ReleaseRefused: the picture could not be released with its marks.
    """
    picture = render(drawn, case.kind, case.side)
    rng = np.random.default_rng(_seed(case))
    word = int(rng.integers(1 << 32))
    files = {one.media_type: one.data for one in press.release(picture, word)}
    opened = decode(files[MediaType.PNG], max_pixels=sys.maxsize)
    original = Original(opened.pixels, files, picture.face_box)
    look = _Look(press, recogniser, case, word, place_label(picture, synthetic=True))
    return Result(
        _quality(case, picture, opened),
        tuple(
            look.at(attack, attack.apply(original, rng))
            for attack in attacks
            for _ in range(attack.times)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    press: Press
    recogniser: Recogniser | None
    case: Case
    word: int
    placements: tuple[Placement, ...]

    def at(self, attack: Attack, shot: Shot) -> Outcome:
        decoded = decode(shot.data, max_pixels=sys.maxsize)
        pixels = decoded.pixels
        shown = over_white(pixels) if pixels.shape[2] == 4 else pixels
        words = None
        if self.recogniser is not None:
            words = self.recogniser.reads(shown, shot.place, self.placements)
        began = time.perf_counter()
        mark = self.press.watermarker.read(pixels)
        seconds = time.perf_counter() - began
        manifest = self.press.reader.read(shot.data)
        told = any(kind in GENERATED_TYPES for kind in manifest.digital_source_types)
        found = nearest(mark.id, _registered(self.word))
        return Outcome(
            case=self.case,
            attack=attack.name,
            keeps_half=attack.keeps_half,
            label=bool(find_label(pixels)),
            words=words,
            tag_errors=mark.errors,
            tag=mark.detection is Detection.DETECTED,
            id_errors=distance(mark.id, self.word),
            id_certain=found is not None
            and found.is_certain
            and found.registered.word == self.word,
            manifest=manifest.state if told else ManifestState.NONE,
            xmp=_packet_tells(decoded),
            seconds=seconds,
        )


def ssim(one: Pixels, other: Pixels) -> float:
    """Return the structural similarity of two pictures' luma (Wang et al. 2004)."""
    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))

    def mean(values: Pixels) -> Pixels:
        return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5))

    mx, my = mean(x), mean(y)
    vx, vy, vxy = mean(x * x) - mx * mx, mean(y * y) - my * my, mean(x * y) - mx * my
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    values = (2 * mx * my + c1) * (2 * vxy + c2) / ((mx**2 + my**2 + c1) * (vx + vy + c2))
    return float(values.mean())


def psnr(one: Pixels, other: Pixels) -> float:
    """Return the peak signal-to-noise ratio, decibels."""
    error = float(np.mean(np.square(one.astype(np.float64) - other)))
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def _quality(case: Case, picture: Render, released: Decoded) -> Quality:
    """Compare with the picture that has the label alone, as it is seen over white."""
    labelled, _ = burn_label(picture, synthetic=True)
    pair = [
        over_white(pixels) if pixels.shape[2] == 4 else pixels
        for pixels in (labelled, released.pixels)
    ]
    return Quality(case, psnr(*pair), ssim(*pair))


def _packet_tells(decoded: Decoded) -> bool:
    if not decoded.xmp:
        return False
    try:
        return read_packet(decoded.xmp).digital_source_type in GENERATED_TYPES
    except MarkMissing:
        return False


def _registered(word: int) -> Iterator[Registered]:
    """Yield the outputs of a busy studio, this one among them."""
    yield Registered(word, "this one", "0" * 64)
    for other in np.random.default_rng(11).integers(1 << 32, size=OTHERS):
        yield Registered(int(other), "another", "0" * 64)


def _seed(case: Case) -> list[int]:
    return [case.side, *f"{case.kind}/{case.subject}".encode()]
