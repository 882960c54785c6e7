"""Measures the attributes of a portrait from its landmarks, its regions and its pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.styles.alignment import Aligned
from studio.styles.attributes.colours import MONK, Lab, hex_of, lab_of
from studio.styles.attributes.types import (
    NEUTRAL,
    Attributes,
    FacialHair,
    GlassesShape,
    HairLength,
    Mouth,
)
from studio.styles.regions import Regions


def measure_attributes(portrait: Aligned, regions: Regions) -> Attributes:
    """Measure what the illustrated styles draw.

    Args:
        portrait: head and shoulders, upright.
        regions: of that portrait.

    Returns:
        The attributes; what cannot be told keeps its value of `NEUTRAL`.
    """
    features = regions.features
    cheeks = features.lab[features.cheeks & (regions.skin > 0.5)]
    skin = np.median(cheeks, axis=0) if len(cheeks) else lab_of(NEUTRAL.skin)
    hair = regions.hair > 0.7
    below = features.down - features.chin
    worn = regions.clothes > 0.7
    return replace(
        NEUTRAL,
        monk=1 + int(np.argmin([_apart(skin, lab_of(tone)) for tone in MONK])),
        skin=hex_of(skin),
        hair_colour=hex_of(np.median(features.lab[hair], axis=0))
        if hair.sum() > 300
        else NEUTRAL.hair_colour,
        hair_length=_length(int(hair.sum()), int((hair & (below > 0.2)).sum())),
        glasses=GlassesShape.NONE if regions.glasses is None else GlassesShape.SQUARE,
        facial_hair=FacialHair.FULL if (regions.beard.mask > 0.5).any() else FacialHair.NONE,
        mouth=Mouth.OPEN if portrait.blendshapes.get("jawOpen", 0) > 0.3 else Mouth.CLOSED,
        clothes_colour=hex_of(np.median(features.lab[worn], axis=0))
        if worn.any()
        else NEUTRAL.clothes_colour,
    )


def _apart(one: Lab, two: Lab) -> float:
    return float(np.linalg.norm(one - two))


def _length(hair: int, low: int) -> HairLength:
    if hair < 300:
        return HairLength.BALD
    return HairLength.LONG if low > 300 else HairLength.SHORT
