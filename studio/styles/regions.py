"""Which pixels of a portrait are what: soft masks that every drawn style starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.styles.alignment import Aligned
from studio.styles.fields import Mask, as_field, reduced
from studio.styles.parsing.beard import Beard, find_beard
from studio.styles.parsing.classes import classify
from studio.styles.parsing.features import Features, measure_features
from studio.styles.parsing.glasses import Glasses, find_glasses
from studio.styles.parsing.parts import find_parts


@dataclass(frozen=True, slots=True)
class Regions:
    """Masks of (N, N) float32 in [0, 1] at the working size.

    Skin, hair and clothes sum to the person's alpha; the others lie over them.
    """

    skin: Mask  # face, ears, neck, chest; with everything that lies on the face
    hair: Mask  # on the head and falling from it, no beard
    clothes: Mask
    brows: Mask
    eyes: Mask  # what the lids leave open
    lips: Mask  # without what is seen between them
    teeth: Mask  # empty when the mouth is closed
    neck: Mask  # the skin below the jaw
    frames: Mask  # rims of the glasses; empty without any
    beard: Beard
    glasses: Glasses | None
    features: Features

    @property
    def person(self) -> Mask:
        """Alpha of the whole person at the working size."""
        return self.features.person

    @property
    def background(self) -> Mask:
        """What is not the person, at the working size."""
        return as_field(1 - self.features.person)


def parse_regions(portrait: Aligned) -> Regions:
    """Tell skin, hair and clothes apart by colour and place, learnt from this portrait alone.

    Nothing is assumed about how light or dark skin or hair are: the skin's colours come from the
    cheeks, the hair's from above the face, and the rest follows from likeness to them.
    """
    features = measure_features(portrait)
    skin, hair, clothes = classify(features)
    glasses = find_glasses(portrait)
    parts = find_parts(features, skin, glasses)
    return Regions(
        skin=skin,
        hair=hair,
        clothes=clothes,
        brows=parts.brows,
        eyes=parts.eyes,
        lips=parts.lips,
        teeth=parts.teeth,
        neck=parts.neck,
        frames=parts.frames,
        beard=find_beard(features, skin),
        glasses=glasses,
        features=features,
    )


def within(regions: Regions, person: Mask) -> Regions:
    """Return the regions of a person whose outline was drawn closer, (N, N) alpha."""
    alpha = reduced(person, regions.person.shape[0])
    kept = as_field(np.clip(alpha / np.maximum(regions.person, 1e-3), 0, 1))
    return replace(
        regions,
        skin=regions.skin * kept,
        hair=regions.hair * kept,
        clothes=regions.clothes * kept,
        neck=regions.neck * kept,
        features=replace(regions.features, person=regions.person * kept),
    )
