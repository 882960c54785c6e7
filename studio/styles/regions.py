"""Which pixels of a portrait are what: soft masks that every drawn style starts from."""

from __future__ import annotations

from dataclasses import dataclass

from studio.styles.alignment import Aligned
from studio.styles.fields import Mask
from studio.styles.parsing.beard import Beard, find_beard
from studio.styles.parsing.classes import classify
from studio.styles.parsing.features import Features, measure_features
from studio.styles.parsing.glasses import Glasses, find_glasses


@dataclass(frozen=True, slots=True)
class Regions:
    """Masks of (N, N) float32 in [0, 1] at the working size; they sum to the person's alpha."""

    skin: Mask  # face, ears, neck, chest
    hair: Mask  # on the head and falling from it, no beard
    clothes: Mask
    beard: Beard
    glasses: Glasses | None
    features: Features

    @property
    def person(self) -> Mask:
        """Alpha of the whole person at the working size."""
        return self.features.person


def parse_regions(portrait: Aligned) -> Regions:
    """Tell skin, hair and clothes apart by colour and place, learnt from this portrait alone.

    Nothing is assumed about how light or dark skin or hair are: the skin's colours come from the
    cheeks, the hair's from above the face, and the rest follows from likeness to them.
    """
    features = measure_features(portrait)
    skin, hair, clothes = classify(features)
    return Regions(
        skin=skin,
        hair=hair,
        clothes=clothes,
        beard=find_beard(features, skin),
        glasses=find_glasses(portrait),
        features=features,
    )
