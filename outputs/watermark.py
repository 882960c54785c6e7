"""The invisible watermark: a constant tag and a random id, in the colours of a picture.

The tag is written into the picture as it stands, the id into the picture turned by a quarter. Both
are written at one small size and enlarged onto the picture, so that what a messenger's resizing and
recompression leave of a picture is what carries the mark. Writing is a closed loop: what reads
weakly is written again with more weight, within the budget that `PSNR` sets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import comb, log10, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.errors import MarkMissing
from outputs.reading import over_white
from outputs.watermark_network import BITS, Array, Networks

TAG = 0x5E1F5A3E  # "selfsame" in the letters that hexadecimal has
SIDE = 256  # pixels, root of the area at which is written
STRENGTH = 0.016 * 127.5  # levels of 255: what RivaGAN was trained with
PSNR = 41.0  # decibels that writing both words leaves, where LOUDEST suffices
COARSE = 6.0  # pixels at SIDE: coarser blotches, the first that an eye sees, are taken out
# Shares of brightness, blue against yellow and red against green (BT.601): an eye forgives the last
# the least, and the reader needs it the least.
SHARES = np.array([1, 1, 0.5], np.float32)
LOUDEST = 1.25  # times STRENGTH at most, where PSNR would allow more
ROUNDS = 2  # of writing again what reads weakly
TARGET = 4.0  # evidence at which a bit counts as well written
GAIN = 0.5  # how quickly a bit's weight follows its evidence
WEIGHTS = (0.3, 6.0)  # least and most of one bit, times the usual

DETECTED = 2  # wrong bits at which the tag counts as detected
POSSIBLE = 4  # wrong bits at which it counts as possible
QUARTERS = (0, 1, 2, 3)  # counter-clockwise turns by 90 degrees
FIRST = (256, 214, 182)  # sides to read at: the whole picture, and what crops to 71 % leave
FURTHER = (300, 350, 154, 130)  # pictures on a page; crops to half
TILTS = (-6.0, 6.0)  # degrees; a picture that is tilted by less is read as it stands

Pixels = NDArray[np.uint8]


class Detection(StrEnum):
    """How surely the tag was read."""

    DETECTED = "detected"
    POSSIBLE = "possible"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Trial:
    """One way to look at a picture."""

    side: int  # pixels, root of the area
    quarters: int  # counter-clockwise turns by 90 degrees before reading
    tilt: float = 0.0  # degrees, counter-clockwise, before the quarter turns


@dataclass(frozen=True, slots=True)
class WatermarkEvidence:
    """The best reading of a search."""

    errors: int  # wrong bits of the tag, 0 to 32
    trials: int  # readings that the search was ready to make
    trial: Trial
    id: int  # 32 bits, whatever stood where the id stands
    support: Array  # (h, w) float32 over the picture: above 0 where it speaks for the tag

    @property
    def detection(self) -> Detection:
        """How surely the tag was read, counted over the whole search."""
        if self.errors <= DETECTED:
            return Detection.DETECTED
        return Detection.POSSIBLE if self.errors <= POSSIBLE else Detection.ABSENT

    @property
    def by_chance(self) -> float:
        """Chance that one search of a picture of random bits finds as few errors, at most 1."""
        return min(1.0, self.trials * chance(self.errors))


class Watermarker:
    """Writes and reads; safe to share between threads."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """Return the pixels with the tag and an id; see `residual`."""
        return apply_residual(pixels, self.residual(pixels, word))

    def residual(self, pixels: Pixels, word: int) -> Array:
        """Return what must be added to carry the tag and an id.

        Args:
            pixels: (H, W, 3) or, with straight alpha, (H, W, 4) uint8 sRGB.
            word: The id, 32 bits.

        Returns:
            (H, W, 3) float32 levels of 255. For the frames of a clip one residual serves several.
        """
        shown = over_white(pixels) if pixels.shape[2] == 4 else pixels
        base = frame_of(shown, SIDE)
        writers = (
            _Writer(self._networks, base, bits_of(TAG), 0),
            _Writer(self._networks, base, bits_of(word), 1),
        )
        small = _sum(writers)
        for _ in range(ROUNDS):
            marked = np.clip(base + small * (2 * STRENGTH / 255), -1, 1)
            for writer in writers:
                writer.listen(marked)
            small = _sum(writers)
        size = (pixels.shape[1], pixels.shape[0])
        full = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC), np.float32)
        return full * _strength(full)

    def check(self, pixels: Pixels, word: int) -> None:
        """Read both words from a picture as it left: same size, not turned.

        Raises:
            MarkMissing: the tag or the id has more wrong bits than DETECTED.
        """
        found = self._look(pixels, Trial(SIDE, 0), trials=1)
        if found.errors > DETECTED:
            raise MarkMissing("watermark", f"the tag reads with {found.errors} wrong bits of 32")
        wrong = distance(found.id, word)
        if wrong > DETECTED:
            raise MarkMissing("watermark", f"the id reads with {wrong} wrong bits of 32")

    def read(self, pixels: Pixels) -> WatermarkEvidence:
        """Search a picture of any origin: sizes and quarter turns, then more sizes and tilts.

        Args:
            pixels: (H, W, 3) or, with straight alpha, (H, W, 4) uint8 sRGB.
        """
        shown = over_white(pixels) if pixels.shape[2] == 4 else pixels
        best: tuple[int, Trial] | None = None
        for trial in TRIALS:
            evidence = self._networks.evidence(tensor(_view(shown, trial)))
            errors = distance(word_of(evidence), TAG)
            if best is None or errors < best[0]:
                best = (errors, trial)
            if errors <= DETECTED:
                break
        if best is None:
            raise RuntimeError("there is at least one trial")
        return self._look(shown, best[1], trials=len(TRIALS))

    def _look(self, pixels: Pixels, trial: Trial, *, trials: int) -> WatermarkEvidence:
        """Read both words in one way."""
        shown = over_white(pixels) if pixels.shape[2] == 4 else pixels
        view = _view(shown, trial)
        upright = self._networks.evidence(tensor(view))
        turned = self._networks.evidence(tensor(np.rot90(view)))
        errors = distance(word_of(upright), TAG)
        return WatermarkEvidence(errors, trials, trial, word_of(turned), _support(upright, trial))


def chance(errors: int, bits: int = BITS) -> float:
    """Return the probability that random bits have at most so many errors."""
    return float(sum(comb(bits, wrong) for wrong in range(errors + 1)) / 2**bits)


def distance(one: int, other: int) -> int:
    """Return in how many bits two words differ."""
    return (one ^ other).bit_count()


def bits_of(word: int) -> Array:
    """Return a word's bits as (32,) float32 of -1 and 1, the highest bit first."""
    return np.array([1 if word >> (BITS - 1 - i) & 1 else -1 for i in range(BITS)], np.float32)


def word_of(evidence: Array) -> int:
    """Return the word that evidence of (32, h, w) amounts to."""
    means = evidence.mean(axis=(1, 2))
    return int(sum(1 << (BITS - 1 - i) for i in range(BITS) if means[i] > 0))


def apply_residual(pixels: Pixels, residual: Array) -> Pixels:
    """Return the pixels with a residual added to what can be seen of them.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB.
        residual: (H, W, 3) float32 levels of 255.
    """
    marked = pixels.copy()
    colour = np.clip(np.rint(pixels[..., :3] + residual), 0, 255).astype(np.uint8)
    marked[..., :3] = colour
    if pixels.shape[2] == 4:
        marked[pixels[..., 3] == 0] = 0
    return marked


def frame_of(pixels: Pixels, side: int) -> Array:
    """Return a picture at the area side^2 as (h, w, 3) float32 in [-1, 1], h and w even."""
    height, width = pixels.shape[:2]
    scale = side / sqrt(height * width)
    size = tuple(max(32, 2 * round(length * scale / 2)) for length in (width, height))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=how)
    return np.asarray(small, np.float32) / np.float32(127.5) - 1


def tensor(frame: Array) -> Array:
    """Return an (h, w, 3) frame as the networks want it."""
    return np.ascontiguousarray(frame.transpose(2, 0, 1)[None])


class _Writer:
    """Writes one word into a frame, in one orientation."""

    def __init__(self, networks: Networks, frame: Array, signs: Array, quarters: int) -> None:
        self._networks = networks
        self._quarters = quarters
        self._frame = tensor(np.rot90(frame, quarters))
        self._attention = networks.attention(self._frame)
        self._signs = signs
        self._weights = np.ones(BITS, np.float32)

    def paint(self) -> Array:
        """Return the residual in the frame's own orientation."""
        residual = self._networks.paint(
            self._frame, _mixed(self._signs * self._weights, self._attention)
        )
        return np.rot90(residual, -self._quarters)

    def listen(self, marked: Array) -> None:
        """Give more weight to what reads weakly from the marked frame, less to what reads well."""
        evidence = self._networks.evidence(tensor(np.rot90(marked, self._quarters)))
        margin = self._signs * evidence.mean(axis=(1, 2))
        weights = self._weights * np.exp(GAIN * (TARGET - margin) / TARGET)
        self._weights = np.clip(weights, *WEIGHTS).astype(np.float32)


def _sum(writers: Sequence[_Writer]) -> Array:
    """Return both residuals together, less what an eye sees first."""
    total = np.ascontiguousarray(sum((w.paint() for w in writers), start=np.float32(0)))
    parts = total @ _TO_PARTS.T
    parts -= cv2.GaussianBlur(parts, (0, 0), COARSE)
    return np.asarray((parts * SHARES) @ _FROM_PARTS.T, np.float32)


def _strength(residual: Array) -> np.float32:
    """Return the levels per unit that spend the budget, at most LOUDEST."""
    power = float(np.mean(np.square(residual)))
    allowed = 255 / 10 ** (PSNR / 20) / sqrt(max(power, 1e-12))
    return np.float32(min(allowed, LOUDEST * STRENGTH))


def _view(pixels: Pixels, trial: Trial) -> Array:
    frame = frame_of(pixels, trial.side)
    if trial.tilt:
        height, width = frame.shape[:2]
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), trial.tilt, 1.0)
        frame = np.asarray(
            cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REPLICATE),
            np.float32,
        )
    return np.rot90(frame, trial.quarters)


def _support(evidence: Array, trial: Trial) -> Array:
    """Return how much each place of the picture as given speaks for the tag."""
    return np.ascontiguousarray(np.rot90(_mixed(bits_of(TAG), evidence), -trial.quarters))


def _mixed(weights: Array, maps: Array) -> Array:
    """Return the weighted sum of (32, h, w) maps."""
    return (weights @ maps.reshape(BITS, -1)).reshape(maps.shape[1:])


def _trials() -> Iterator[Trial]:
    for sides, tilts in ((FIRST, (0.0,)), (FURTHER, (0.0,)), (FIRST, TILTS)):
        for side in sides:
            for tilt in tilts:
                yield from (Trial(side, quarters, tilt) for quarters in QUARTERS)


TRIALS = tuple(_trials())
# BT.601 luma and colour differences, as JPEG, WebP and H.264 use them.
_TO_PARTS = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32
)
_FROM_PARTS = np.linalg.inv(_TO_PARTS).astype(np.float32)


def psnr(one: Pixels, other: Pixels) -> float:
    """Return the peak signal-to-noise ratio of two pictures of one shape, decibels."""
    error = float(np.mean(np.square(one.astype(np.float32) - other.astype(np.float32))))
    return 99.0 if error == 0 else 10 * log10(255**2 / error)
