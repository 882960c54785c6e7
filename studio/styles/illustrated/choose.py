"""From a person's attributes to the variants of each part of a style."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from zlib import crc32

import numpy as np

from studio.styles.attributes.types import Attributes, Fringe, HairLength, HairTexture
from studio.styles.illustrated.colours import is_light
from studio.styles.illustrated.table import ANY, NONE, Cuts, Names, Pick, Table

# How much one step of an attribute counts when no cut has them all. Length and texture are what a
# silhouette is known by; shapes and fringes have no order, so that each pair has its distance.
LENGTHS = dict(
    zip(HairLength, (0.0, 1.0, 2.4, 4.2, 5.6), strict=True)
)  # shaved is nearer to bald than to short
LENGTH_WEIGHT, TEXTURE_WEIGHT = 6.0, 1.6
TEXTURES = dict(zip(HairTexture, (0.0, 1.0, 2.0, 2.8), strict=True))
SHAPES = {
    frozenset(("flat", "full")): 1.1,
    frozenset(("flat", "tall")): 1.9,
    frozenset(("full", "tall")): 1.5,
    frozenset(("flat", "tied")): 3.4,
    frozenset(("full", "tied")): 3.6,
    frozenset(("tall", "tied")): 3.2,
}
FRINGES = dict(zip(Fringe, (0.0, 0.9, 2.0), strict=True))
WRONG_INK = 9.0  # a cut drawn for dark hair only on somebody fair, or the other way round
NEARLY = 0.35  # cuts as near as this to the nearest are left to the seed


def chosen(table: Table, attributes: Attributes, seed: int) -> dict[str, str]:
    """Return the variant of every part that is drawn.

    Args:
        table: Of the style.
        attributes: As measured, with the person's corrections.
        seed: Chooses where several variants show the same; each part draws by itself, so that
            correcting one changes no other.
    """
    names = {part: _picked(picks, attributes) for part, picks in table.picks.items()}
    names |= {cuts.part: nearest_cuts(cuts, attributes) for cuts in table.cuts}
    drawn = {part: _drawn(part, options, seed) for part, options in names.items() if options}
    return {part: variant for part, variant in drawn.items() if variant != NONE}


def nearest_cuts(cuts: Cuts, attributes: Attributes) -> Names:
    """Return the haircuts that look most like the person's own hair."""
    far = {name: _distance(words.split(), attributes) for name, words in cuts.described.items()}
    least = min(far.values())
    return tuple(name for name, distance in far.items() if distance <= least + NEARLY)


def _picked(picks: Iterable[Pick], attributes: Attributes) -> Names:
    for pick in picks:
        value = str(getattr(attributes, pick.attribute)) if pick.attribute else ""
        if found := pick.of(value):
            return found
    return ()


def _drawn(part: str, options: Names, seed: int) -> str:
    rng = np.random.default_rng([seed, crc32(part.encode())])
    return options[int(rng.integers(len(options)))]


def _distance(words: list[str], attributes: Attributes) -> float:
    """How little a cut resembles the person's hair."""
    length, texture = attributes.hair_length, attributes.hair_texture
    total = LENGTH_WEIGHT * _nearest(
        words[0], lambda word: abs(LENGTHS[HairLength(word)] - LENGTHS[length])
    )
    if words[4:] and (words[4] == "light") != is_light(attributes.hair_colour):
        total += WRONG_INK
    if length in {HairLength.BALD, HairLength.SHAVED}:
        return total
    total += _nearest(
        words[1], lambda word: SHAPES.get(frozenset((word, attributes.hair_shape.value)), 0.0)
    )
    total += TEXTURE_WEIGHT * _nearest(
        words[2], lambda word: abs(TEXTURES[HairTexture(word)] - TEXTURES[texture])
    )
    return total + _nearest(
        words[3], lambda word: abs(FRINGES[Fringe(word)] - FRINGES[attributes.fringe])
    )


def _nearest(word: str, distance: Callable[[str], float]) -> float:
    """Return the least distance of the alternatives that a word of a description names."""
    return 0.0 if word == ANY else min(distance(each) for each in word.split("/"))
