"""What is worn: glasses and clothes."""

from __future__ import annotations

import cv2
import numpy as np

from studio.styles.attributes.colours import Lab, hex_of
from studio.styles.attributes.light import Light
from studio.styles.attributes.types import NEUTRAL, GlassesShape
from studio.styles.fields import as_field
from studio.styles.regions import Regions

# Area of a lens over that of the upright box around it: an ellipse fills 0.785, a box all of it.
SQUARE = 0.835
UNLIKE_SKIN = 15.0  # CIELAB distance
FEWEST = 200  # pixels of clothes at the working size


def measure_glasses(regions: Regions, light: Light) -> tuple[GlassesShape, str]:
    """Return the lenses' outline and the frame's colour, "#rrggbb"."""
    glasses = regions.glasses
    if glasses is None:
        return GlassesShape.NONE, NEUTRAL.glasses_colour
    filling = []
    for lens in glasses.lenses:
        wide, high = np.ptp(lens, axis=0)
        filling.append(cv2.contourArea(as_field(lens)) / max(float(wide * high), 1e-9))
    shape = GlassesShape.SQUARE if np.mean(filling) >= SQUARE else GlassesShape.ROUND
    return shape, hex_of(light.neutral(glasses.tone))


def measure_clothes(regions: Regions, light: Light, skin: Lab) -> str:
    """Return the clothes' colour, "#rrggbb", or the neutral one where hardly any show.

    Args:
        regions: of the portrait.
        light: that it was seen in.
        skin: (3,) CIELAB of the cheeks as photographed: a bare shoulder is no garment.
    """
    shown = regions.clothes > 0.8
    shown &= np.linalg.norm(regions.features.lab - skin, axis=2) > UNLIKE_SKIN
    if shown.sum() < FEWEST:
        return NEUTRAL.clothes_colour
    seen: Lab = np.asarray(np.median(regions.features.lab[shown], axis=0), np.float32)
    return hex_of(light.neutral(seen))
