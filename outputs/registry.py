"""Which output a watermark's id belongs to.

The id says nothing of a person: it leads to a consent record, which stays as the proof. It is kept
after an output was deleted or a consent withdrawn, so that a copy found anywhere can still be told
as withdrawn. Reading may mistake a few bits, so an id is only believed where chance would hardly
lead to any of the ids that are registered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from outputs.watermark import chance, distance
from outputs.watermark_code import BITS

# Of leading to any registered output by chance, at which an id is believed. The code is public:
# whoever writes random ids and asks Verify finds one output in ten thousand tries at best.
MOST_BY_CHANCE = 1e-4
APART = 6  # bits between two ids, where that can be had
PREVIEW_WORD = 0  # the id of every preview; no output has it
TRIES = 64


@dataclass(frozen=True, slots=True)
class Registered:
    """One id and what it leads to."""

    word: int  # 32 bits
    output_id: str
    receipt_hash: str  # SHA-256 of the signed record under which the output was made, hex


@dataclass(frozen=True, slots=True)
class Match:
    """The registered id that is nearest to one that was read."""

    registered: Registered
    errors: int  # wrong bits
    by_chance: float  # that random bits come as near to any of the registered ones

    @property
    def is_certain(self) -> bool:
        """Whether the id may be shown; otherwise it is uncertain."""
        return self.by_chance < MOST_BY_CHANCE


def nearest(word: int, registered: Iterable[Registered]) -> Match | None:
    """Return the nearest of all registered ids, or None where there is none."""
    everyone = list(registered)
    if not everyone:
        return None
    best = min(everyone, key=lambda one: distance(word, one.word))
    errors = distance(word, best.word)
    return Match(best, errors, min(1.0, len(everyone) * chance(errors)))


def draw_word(rng: Random, taken: Sequence[int]) -> int:
    """Return a new id, APART from all that are taken where some tries find one.

    Args:
        rng: Unpredictable.
        taken: Every id that is registered.
    """
    candidates = []
    for _ in range(TRIES):
        word = rng.getrandbits(BITS)
        apart = min(distance(word, other) for other in (PREVIEW_WORD, *taken))
        if apart >= APART:
            return word
        candidates.append((apart, word))
    return max(candidates)[1]
