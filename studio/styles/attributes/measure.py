"""Measures the attributes of a portrait from its landmarks, its regions and its pixels."""

from __future__ import annotations

import numpy as np

from studio.styles.alignment import Aligned
from studio.styles.attributes.beard import measure_facial_hair
from studio.styles.attributes.colours import Lab, hex_of
from studio.styles.attributes.face import (
    measure_brow_shape,
    measure_brows,
    measure_eye_colour,
    measure_face_shape,
    measure_mouth,
)
from studio.styles.attributes.hair import measure_hair
from studio.styles.attributes.light import estimate_light
from studio.styles.attributes.skin import monk_step, skin_seen
from studio.styles.attributes.types import NEUTRAL, Attributes
from studio.styles.attributes.worn import measure_clothes, measure_glasses
from studio.styles.regions import Regions

HAIRS = 0.4  # quantile of lightness in beard or brows below which hairs hide the skin
FEWEST = 20  # pixels at the working size


def measure_attributes(portrait: Aligned, regions: Regions) -> Attributes:
    """Measure what the illustrated styles draw, and nothing that they do not.

    Args:
        portrait: head and shoulders, upright.
        regions: of that portrait.

    Returns:
        The attributes; what cannot be told keeps its value of `NEUTRAL`.
    """
    skin = skin_seen(regions)
    if skin is None:
        return NEUTRAL
    light = estimate_light(portrait, skin)
    neutral_skin = light.neutral(skin)
    hair = measure_hair(portrait, regions, skin)
    colour = hair.colour if hair.colour is not None else _other_hair(regions)
    glasses, glasses_colour = measure_glasses(regions, light)
    return Attributes(
        monk=monk_step(neutral_skin),
        skin=hex_of(neutral_skin),
        hair_colour=NEUTRAL.hair_colour if colour is None else hex_of(light.neutral(colour)),
        hair_length=hair.length,
        hair_shape=hair.shape,
        hair_texture=hair.texture,
        fringe=hair.fringe,
        brows=measure_brows(regions, skin),
        brow_shape=measure_brow_shape(portrait),
        eye_colour=measure_eye_colour(portrait, light),
        glasses=glasses,
        glasses_colour=glasses_colour,
        facial_hair=measure_facial_hair(regions.features, skin),
        face_shape=measure_face_shape(portrait),
        mouth=measure_mouth(portrait, regions),
        clothes_colour=measure_clothes(regions, light, skin),
    )


def _other_hair(regions: Regions) -> Lab | None:
    """Colour of the beard's hairs, else of the brows', (3,) as photographed."""
    lab = regions.features.lab
    for mask in (regions.beard.mask, regions.brows):
        pixels = lab[mask > 0.7]
        if len(pixels) < FEWEST:
            continue
        dark = pixels[:, 0] <= np.quantile(pixels[:, 0], HAIRS)
        return np.asarray(np.median(pixels[dark], axis=0), np.float32)
    return None
