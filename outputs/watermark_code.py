"""The watermark's code: which waves carry which bit.

A tile of TILE x TILE pixels is repeated over the picture. Its waves (Fourier coefficients) between
two radii each have a phase that looks random and one role: a wave of the pattern that tells where
the tile lies, or a carrier of one of 64 bits, of the tag's 32 and the id's 32. A bit turns its
waves by half a circle. Spread-spectrum watermarking after Cox et al. 1997 (IEEE Transactions on
Image Processing 6/12), a tile that is found again by correlation after Kutter 1998 (SPIE 3528).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

TILE = 64  # pixels at the size at which is written and read
LONGEST, SHORTEST = 4, 18  # waves across a tile: the coarsest and the finest
BITS = 32  # of the tag, and of the id
WORDS = 2
PLACING = 32  # waves for the place, for every 64 that carry bits
NAME = b"selfsame watermark 1"  # all that looks random follows from it; another name, another code

Array = NDArray[np.float32]
Complex = NDArray[np.complex128]


@dataclass(frozen=True, slots=True)
class Code:
    """The N waves of a tile, one of each pair that a real picture has."""

    rows: NDArray[np.intp]  # (N,) whole waves down a tile, negative ones counted from the end
    columns: NDArray[np.intp]  # (N,) whole waves across
    rings: NDArray[np.intp]  # (N,) their radius, rounded down
    phases: Complex  # (N,) of length 1
    roles: NDArray[np.intp]  # (N,) 0 to 63: the bit; 64: tells the place

    def draw(self, signed: Array) -> Array:
        """Return a tile, (TILE, TILE) float32 of standard deviation 1.

        Args:
            signed: (64,) the bits as -1 and 1, times the weight of each.
        """
        weights = np.append(signed, 1.0)[self.roles]
        tile = np.fft.ifft2(self.spread(self.phases * weights)).real
        return np.asarray(tile / tile.std(), np.float32)

    def spread(self, values: Complex) -> Complex:
        """Return the (TILE, TILE) spectrum of a real picture with these values at the waves."""
        spectrum = np.zeros((TILE, TILE), complex)
        spectrum[self.rows, self.columns] = values
        spectrum[-self.rows, -self.columns] = np.conj(values)
        return spectrum

    def listen(self, tile: Array, at: tuple[int, int] | None = None) -> Heard:
        """Hear the bits of a (TILE, TILE) tile.

        Args:
            tile: A mean of tiles.
            at: Row and column at which the pattern begins; None to find it.
        """
        waves = np.fft.fft2(tile)[self.rows, self.columns]
        size = np.abs(waves)
        rings = np.maximum(np.bincount(self.rings), 1)
        usual = (np.bincount(self.rings, size) / rings)[self.rings]
        waves = waves / np.maximum(usual, 1e-9)
        waves /= np.maximum(1, np.abs(waves) / 2)  # no single wave decides
        matched = waves * np.conj(self.phases)
        place = np.fft.ifft2(self.spread(np.where(self.roles == WORDS * BITS, matched, 0))).real
        peak = int(place.argmax())
        down, across = divmod(peak, TILE) if at is None else at
        spread = float(place.std())
        clarity = float((place.flat[peak] - place.mean()) / spread) if spread > 0 else 0.0
        turned = np.exp(2j * np.pi * (self.rows * down + self.columns * across) / TILE)
        said = np.bincount(self.roles, (matched * turned).real, minlength=WORDS * BITS + 1)
        loud = np.bincount(self.roles, np.abs(waves), minlength=WORDS * BITS + 1)
        bits = (said / np.maximum(loud, 1e-9))[: WORDS * BITS]
        return Heard(np.asarray(bits, np.float32), clarity, (down, across))


@dataclass(frozen=True, slots=True)
class Heard:
    """What a tile says."""

    bits: Array  # (64,) -1 to 1; above 0 it says 1
    clarity: float  # standard deviations by which the pattern stands out at its place
    place: tuple[int, int]  # where the pattern begins: rows, columns

    @property
    def tag(self) -> int:
        """The first word."""
        return _word(self.bits[:BITS])

    @property
    def id(self) -> int:
        """The second word."""
        return _word(self.bits[BITS:])


@lru_cache(maxsize=1)
def the_code() -> Code:
    """Return the code; it is the same in every installation."""
    steps = np.fft.fftfreq(TILE, 1 / TILE).astype(np.intp)
    down, across = np.meshgrid(steps, steps, indexing="ij")
    radius = np.hypot(down, across)
    half = (down > 0) | ((down == 0) & (across > 0))
    rows, columns = np.nonzero(half & (radius >= LONGEST) & (radius <= SHORTEST))
    radii = radius[rows, columns]
    order = np.lexsort((_random(b"order", len(rows)), radii))
    roles = np.empty(len(rows), np.intp)
    group = WORDS * BITS + PLACING
    for start in range(0, len(rows), group):  # every bit gets its share of coarse and fine waves
        members = order[start : start + group]
        shuffled = np.argsort(_random(b"roles %d" % start, group))[: len(members)]
        roles[members] = np.minimum(shuffled, WORDS * BITS)
    phases = np.exp(2j * np.pi * _random(b"phases", len(rows)))
    return Code(rows, columns, radii.astype(np.intp), phases, roles)


def signs(tag: int, word: int) -> Array:
    """Return both words as (64,) float32 of -1 and 1, the highest bits first."""
    joined = tag << BITS | word
    last = WORDS * BITS - 1
    return np.array([1 if joined >> (last - i) & 1 else -1 for i in range(last + 1)], np.float32)


def _word(bits: Array) -> int:
    return sum(1 << (BITS - 1 - i) for i, bit in enumerate(bits) if bit > 0)


def _random(what: bytes, count: int) -> NDArray[np.float64]:
    """Return numbers in [0, 1) that are the same on every machine and in every version."""
    stream = hashlib.shake_256(NAME + b": " + what).digest(8 * count)
    return np.frombuffer(stream, ">u8").astype(np.float64) / 2.0**64
