"""The invisible watermark: a tag and a random id, as a grain that is too faint to see.

The code (outputs.watermark_code) is written at one small size and enlarged onto the picture, so
that what resizing and recompression leave of a picture is what carries it. It does not depend on
what is drawn: flat colours carry it as well as strokes. It is as faint as it can be while it still
survives a messenger: a first try that does not is repeated louder. Why it is not RivaGAN:
docs/adr/0010-marks-that-survive.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import comb, erfc, sqrt

import cv2
import numpy as np

from outputs.errors import MarkMissing
from outputs.watermark_code import BITS, TILE, Array, Heard, signs, the_code
from outputs.watermark_grain import (
    Pixels,
    folded,
    grain_of,
    inside_border,
    middle_of,
    reduced,
    repeated,
    resized,
    shown,
    turned_by,
)
from outputs.watermark_trial import CLEAR, survives

TAG = 0x5E1F5A3E  # "selfsame" as far as hexadecimal has the letters
LOUDNESS = (45.0, 43.5, 42.0, 40.5, 39.0)  # decibels (PSNR) over a picture without clipping
ROUNDS = 2  # of giving more weight to bits that read weakly
GAIN, TARGET = 0.5, 0.7  # how quickly; how well a bit must read to count as well written
WEIGHTS = (0.3, 4.0)  # least and most of one bit, times the usual
SHADOW = 48.0  # brightness below which the grain fades, down to half of it in black

DETECTED = 2  # wrong bits at which the tag counts as detected
POSSIBLE = 4  # wrong bits at which it counts as possible
STEP = 1.018  # between two sizes
FINER = (1.006, 1 / 1.006)  # sizes to read at again, times the one at which something was found
LARGER, SMALLER = 1.42, 0.42  # sizes to read at: a picture on a page, a crop to the face
INSIDE = 0.6  # the smallest size inside a border
TILTS = tuple(float(angle) for angle in range(-7, 8) if angle)  # degrees
TILTED = (1.0, 0.93, 0.865, 0.8)  # sizes to read tilted pictures at: as they are, and cropped


class Detection(StrEnum):
    """How surely the tag was read."""

    DETECTED = "detected"
    POSSIBLE = "possible"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to look at a picture."""

    scale: float = 1.0  # times SIDE
    tilt: float = 0.0  # degrees, counter-clockwise, before anything else
    quarters: int = 0  # counter-clockwise turns by 90 degrees after the tilt
    mirrored: bool = False  # left and right are swapped last


@dataclass(frozen=True, slots=True)
class WatermarkEvidence:
    """The best reading of a search."""

    errors: int  # wrong bits of the tag, 0 to 32
    clarity: float  # standard deviations by which the pattern stands out
    trials: int  # readings that the search was ready to make
    trial: Trial
    id: int  # 32 bits, whatever stood where the id stands
    support: Array  # (h, w) float32 over the picture: above 0 where it speaks for the tag and id

    @property
    def detection(self) -> Detection:
        """How surely the tag was read, counted over the whole search."""
        if self.clarity < CLEAR or self.errors > POSSIBLE:
            return Detection.ABSENT
        return Detection.DETECTED if self.errors <= DETECTED else Detection.POSSIBLE

    @property
    def by_chance(self) -> float:
        """Chance that one search of noise finds as few errors where a pattern stands out as much.

        At most 1. The waves that tell the place are none of the tag's.
        """
        stands_out = min(1.0, TILE**2 * erfc(self.clarity / sqrt(2)) / 2)
        return min(1.0, self.trials * chance(self.errors) * stands_out)


class Watermarker:
    """Writes and reads; it holds nothing and is safe to share between threads."""

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """Return the pixels with the tag and an id; see `residual`."""
        return apply_residual(pixels, self.residual(pixels, word))

    def residual(self, pixels: Pixels, word: int) -> Array:
        """Return what must be added to carry the tag and an id.

        Args:
            pixels: (H, W, 3) or, with straight alpha, (H, W, 4) uint8 sRGB.
            word: The id, 32 bits.

        Returns:
            (H, W) float32 levels of 255, for each channel. For the frames of a clip one residual
            serves several.
        """
        seen = shown(pixels)
        wanted = signs(TAG, word)
        small = resized(seen, 1.0)
        residual = np.zeros(pixels.shape[:2], np.float32)
        for decibels in LOUDNESS:
            grain = _weighted(small, wanted, 255 / 10 ** (decibels / 20))
            size = (pixels.shape[1], pixels.shape[0])
            residual = np.asarray(cv2.resize(grain, size, interpolation=cv2.INTER_CUBIC))
            residual *= _faded(seen)
            if survives(shown(apply_residual(pixels, residual)), wanted):
                break
        return residual

    def check(self, pixels: Pixels, word: int) -> None:
        """Read both words from a picture as it left: same size, not turned.

        Raises:
            MarkMissing: the pattern is not there, or the tag or the id has more wrong bits than
                DETECTED.
        """
        heard = _listen(shown(pixels), Trial())
        if heard.clarity < CLEAR:
            raise MarkMissing("watermark", f"it does not stand out ({heard.clarity:.1f})")
        for name, wrong in (("tag", distance(heard.tag, TAG)), ("id", distance(heard.id, word))):
            if wrong > DETECTED:
                raise MarkMissing("watermark", f"the {name} reads with {wrong} wrong bits of 32")

    def read(self, pixels: Pixels) -> WatermarkEvidence:
        """Search a picture of any origin: sizes, quarter turns, mirror images, tilts.

        Args:
            pixels: (H, W, 3) or, with straight alpha, (H, W, 4) uint8 sRGB.
        """
        seen = reduced(shown(pixels))
        found = _search(seen, VIEWS)
        box = inside_border(seen)
        if found.detection is Detection.DETECTED or box is None:
            return found
        inner = _search(reduced(shown(_box_of(pixels, seen, box))), INNER_VIEWS)
        trials = found.trials + inner.trials
        if (inner.clarity < CLEAR, inner.errors) >= (found.clarity < CLEAR, found.errors):
            return replace(found, trials=trials)
        support = np.zeros(seen.shape[:2], np.float32)
        height, width = support[box].shape
        support[box] = cv2.resize(inner.support, (width, height))
        return replace(inner, trials=trials, support=support)


def chance(errors: int, bits: int = BITS) -> float:
    """Return the probability that random bits have at most so many errors."""
    return float(sum(comb(bits, wrong) for wrong in range(errors + 1)) / 2**bits)


def distance(one: int, other: int) -> int:
    """Return in how many bits two words differ."""
    return (one ^ other).bit_count()


def _search(seen: Pixels, views: Sequence[tuple[float, float]]) -> WatermarkEvidence:
    """Return the best reading of a picture at sizes and tilts, each turned and mirrored."""
    best: tuple[tuple[bool, int, float], Trial, Heard] | None = None
    for scale, tilt in views:
        tile = folded(grain_of(resized(seen, scale, tilt)))
        for quarters, mirrored in TURNS:
            heard = the_code().listen(turned_by(tile, quarters, mirrored=mirrored))
            errors = distance(heard.tag, TAG)
            rank = (heard.clarity < CLEAR, errors, -heard.clarity)
            if best is None or rank < best[0]:
                best = (rank, Trial(scale, tilt, quarters, mirrored), heard)
        if best is not None and not best[0][0] and best[0][1] <= DETECTED:
            break
    if best is None:
        raise RuntimeError("there is at least one way to look")
    _, trial, heard = best
    for finer in FINER:
        closer = replace(trial, scale=trial.scale * finer)
        again = _listen(seen, closer)
        if again.clarity > heard.clarity:
            trial, heard = closer, again
    trials = len(views) * len(TURNS) + len(FINER)
    errors, support = distance(heard.tag, TAG), _support(seen, trial, heard)
    return WatermarkEvidence(errors, heard.clarity, trials, trial, heard.id, support)


def _box_of(pixels: Pixels, small: Pixels, box: tuple[slice, slice]) -> Pixels:
    """Return the part of a picture that a box of its smaller copy stands for."""
    rows, columns = (
        slice(round(part.start * full / part_of), round(part.stop * full / part_of))
        for part, full, part_of in zip(box, pixels.shape, small.shape, strict=False)
    )
    return pixels[rows, columns]


def apply_residual(pixels: Pixels, residual: Array) -> Pixels:
    """Return the pixels with a residual added to what can be seen of them.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB.
        residual: (H, W) float32 levels of 255.
    """
    marked = pixels.copy()
    colour = np.clip(np.rint(pixels[..., :3] + residual[..., None]), 0, 255)
    marked[..., :3] = colour.astype(np.uint8)
    if pixels.shape[2] == 4:
        marked[pixels[..., 3] == 0] = 0
    return marked


def _weighted(brightness: Array, wanted: Array, strength: float) -> Array:
    """Return the grain at the size of `brightness`, weak bits louder, in levels of 255."""
    weights = np.ones_like(wanted)
    code = the_code()
    for _ in range(ROUNDS):
        grain = strength * repeated(code.draw(wanted * weights), brightness.shape)
        marked = grain_of(np.clip(brightness + grain, 0, 255))
        middle, begins = middle_of(marked)  # what is left to whoever crops
        whole, kept = code.listen(folded(marked), (0, 0)), code.listen(folded(middle), begins)
        margin = wanted * (whole.bits + kept.bits) / 2
        weights *= np.exp(GAIN * (TARGET - margin) / TARGET)
        weights = np.clip(weights, *WEIGHTS)
    return strength * repeated(code.draw(wanted * weights), brightness.shape)


def _faded(pixels: Pixels) -> Array:
    """Return how loud the grain may be at each pixel: in black even a faint one would show."""
    brightness = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(np.clip(0.5 + 0.5 * brightness / SHADOW, 0, 1), np.float32)


def _listen(pixels: Pixels, trial: Trial) -> Heard:
    tile = folded(grain_of(resized(pixels, trial.scale, trial.tilt)))
    return the_code().listen(turned_by(tile, trial.quarters, mirrored=trial.mirrored))


def _support(pixels: Pixels, trial: Trial, heard: Heard) -> Array:
    """Return how much each place agrees with the pattern, the picture tilted as in the trial."""
    grain = turned_by(
        grain_of(resized(pixels, trial.scale, trial.tilt)), trial.quarters, mirrored=trial.mirrored
    )
    tile = np.roll(the_code().draw(signs(TAG, heard.id)), heard.place, axis=(0, 1))
    agreed = grain * repeated(tile, grain.shape)
    smooth = np.asarray(cv2.GaussianBlur(agreed, (0, 0), TILE / 8), np.float32)
    upright = smooth[:, ::-1] if trial.mirrored else smooth
    return np.ascontiguousarray(np.rot90(upright, -trial.quarters))


def _inner_views() -> Iterator[tuple[float, float]]:
    """Yield sizes for what lies inside a border, some of which may be the picture's own ground."""
    scale = 1.0
    while scale >= INSIDE:
        yield (scale, 0.0)
        scale /= STEP


def _views() -> Iterator[tuple[float, float]]:
    """Yield sizes and tilts, the likeliest first."""
    yield (1.0, 0.0)
    smaller = 1 / STEP
    while smaller >= SMALLER:
        yield (smaller, 0.0)
        smaller /= STEP
    larger = STEP
    while larger <= LARGER:
        yield (larger, 0.0)
        larger *= STEP
    for scale in TILTED:
        yield from ((scale, tilt) for tilt in TILTS)


VIEWS = tuple(_views())
INNER_VIEWS = tuple(_inner_views())
TURNS = tuple((quarters, mirrored) for mirrored in (False, True) for quarters in range(4))
