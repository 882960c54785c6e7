"""The colours of a drawing by the role they play, from a person's attributes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.styles.attributes.colours import hex_of, lab_of
from studio.styles.attributes.types import Attributes, EyeColour, FacialHair, HairLength

INK = "#17130f"
PAPER = "#ffffff"
TEETH = "#fbf7f0"
DENIM = "#3b4a68"
THROAT = "#6d2531"
TONGUE = "#c9656f"
IRIS: Mapping[EyeColour, str] = {
    EyeColour.BROWN: "#4a2c1a",
    EyeColour.HAZEL: "#7a5a2c",
    EyeColour.GREEN: "#4f7a4a",
    EyeColour.BLUE: "#3f6fa6",
    EyeColour.GREY: "#69757f",
}
LIP = "#b2464a"  # the red that flesh leans to; mixed with the person's own skin
# Lightness L* by which a line must differ from what it lies on, to be seen as a line.
LINE_CONTRAST = 16.0
LIGHTER_LINE = 34.0  # L*: how much lighter than the darkest skins the line on them is
BROW_DARKER = 14.0  # L*: brows are darker than hair, but never lighter than the line would be
STUBBLE = 0.36  # share of the hair's colour in the shadow of a shaved beard or head
SHORN = 0.62  # the same where the head's outline has it too and must stay a line
SATURATION = 1.1  # chroma: what a style may add without looking painted
SKIN_HUES = (44.0, 90.0)  # degrees in CIELAB; the swatches of the Monk scale lie at 49 to 89
# Chroma that a flat skin of a lightness needs, found by eye; the lightest skins have little.
LEAST_CHROMA = ((0.0, 70.0, 92.0), (0.0, 18.5, 0.0))
DARK_HAIR = 34.0  # L*: cuts that an artist drew in solid ink stand for hair up to it


def mixed(one: str, other: str, share: float) -> str:
    """Return the colour between two, `share` of the way to the other in CIELAB."""
    return hex_of((1 - share) * lab_of(one) + share * lab_of(other))


def shifted(colour: str, lightness: float) -> str:
    """Return a colour made lighter or darker by L*, kept within black and white."""
    lab = lab_of(colour)
    lab[0] = np.clip(lab[0] + lightness, 0, 100)
    return hex_of(lab)


def lively(colour: str) -> str:
    """Return a colour as a flat shape shows it: as light, and a little more saturated.

    Photographed colours are greyed by gloss and shade, which a flat shape does not have.
    """
    lab = lab_of(colour)
    lab[1:] *= SATURATION
    return hex_of(lab)


def warm(skin: str) -> str:
    """Return a skin's colour as a flat shape shows it: no lighter or darker, and not grey.

    Cold light and gloss take red and yellow out of photographed skin; a flat shape of that colour
    looks ill. Hue and chroma come back to where skin of this lightness lies.
    """
    lightness, a, b = lab_of(lively(skin))
    hue = np.radians(np.clip(np.degrees(np.arctan2(b, a)), *SKIN_HUES))
    chroma = max(float(np.hypot(a, b)), float(np.interp(lightness, *LEAST_CHROMA)))
    return hex_of(np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], np.float32))


def line_on(ground: str) -> str:
    """Return the ink that is seen on a ground: dark, or on the darkest skins a lighter line.

    The skin stays as dark as it is; only lines that would be lost in it change.
    """
    lightness = float(lab_of(ground)[0])
    if lightness - float(lab_of(INK)[0]) >= LINE_CONTRAST:
        return INK
    return shifted(ground, LIGHTER_LINE)


def roles_of(attributes: Attributes) -> dict[str, str]:
    """Return "#rrggbb" for every role that a table may name."""
    skin, hair = warm(attributes.skin), lively(attributes.hair_colour)
    clothes, line = lively(attributes.clothes_colour), line_on(skin)
    dark = float(lab_of(hair)[0])
    brow = shifted(hair, -BROW_DARKER if dark > DARK_HAIR else 0.0)
    if abs(float(lab_of(brow)[0]) - float(lab_of(skin)[0])) < LINE_CONTRAST / 2:
        brow = line if line != INK else shifted(skin, -LINE_CONTRAST)
    stubble = mixed(skin, hair, STUBBLE)
    is_shaved = attributes.hair_length is HairLength.SHAVED
    beard = stubble if attributes.facial_hair is FacialHair.STUBBLE else shifted(hair, -4.0)
    return {
        "skin": skin,
        "hair": hair,
        "cut": stubble if is_shaved else hair,
        # Artists who draw hair in solid ink draw the head's outline in one with it.
        "crown": line if is_light(hair) else mixed(skin, hair, SHORN) if is_shaved else hair,
        "strand": shifted(hair, 14.0 if dark < 55.0 else -16.0),
        "brow": brow,
        "beard": beard,
        "glasses": _seen_on(skin, attributes.glasses_colour),
        "clothes": clothes,
        "shade": shifted(clothes, -12.0),
        "iris": IRIS[attributes.eye_colour],
        "lip": mixed(skin, LIP, 0.4),
        "line": line,
        "ink": INK,
        "paper": PAPER,
        "teeth": TEETH,
        "denim": DENIM,
        "none": "#00000000",
        "throat": THROAT,
        "tongue": TONGUE,
    }


def _seen_on(ground: str, colour: str) -> str:
    """Return a frame's colour, made lighter where it would be lost in the skin behind it."""
    apart = float(np.linalg.norm(lab_of(colour) - lab_of(ground)))
    return colour if apart >= LINE_CONTRAST else line_on(ground)


def is_light(hair: str) -> bool:
    """Tell whether hair of this colour is lighter than what an artist draws in solid ink."""
    return float(lab_of(hair)[0]) > DARK_HAIR
