"""The attributes of a portrait: what can be seen and drawn, never what somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class HairLength(StrEnum):
    """How long the hair of the head is."""

    BALD = "bald"  # skin, at most a rim of hair at the sides
    SHAVED = "shaved"  # a shadow of hair through which the scalp shows
    SHORT = "short"  # ends above the chin
    MEDIUM = "medium"  # ends between chin and shoulders
    LONG = "long"  # falls on the shoulders


class HairShape(StrEnum):
    """How far hair stands off the head, and where."""

    FLAT = "flat"
    FULL = "full"  # wide at the sides
    TALL = "tall"  # high above the crown
    TIED = "tied"  # gathered behind or upon the head


class HairTexture(StrEnum):
    """How strands run."""

    STRAIGHT = "straight"
    WAVY = "wavy"
    CURLY = "curly"
    COILY = "coily"


class Fringe(StrEnum):
    """How much of the forehead hair covers."""

    NONE = "none"
    SIDE = "side"  # one side of it
    FULL = "full"


class Brows(StrEnum):
    """How heavy the brows are."""

    THIN = "thin"
    MEDIUM = "medium"
    THICK = "thick"


class BrowShape(StrEnum):
    """How the brows run."""

    FLAT = "flat"
    ARCHED = "arched"
    ANGLED = "angled"


class EyeColour(StrEnum):
    """Colour of the irises."""

    BROWN = "brown"
    HAZEL = "hazel"
    GREEN = "green"
    BLUE = "blue"
    GREY = "grey"


class GlassesShape(StrEnum):
    """Whether glasses are worn, and the outline of their lenses."""

    NONE = "none"
    ROUND = "round"
    SQUARE = "square"


class FacialHair(StrEnum):
    """Where hair grows on the face, and how densely."""

    NONE = "none"
    STUBBLE = "stubble"
    MOUSTACHE = "moustache"
    GOATEE = "goatee"  # chin and mouth without the cheeks
    FULL = "full"


class FaceShape(StrEnum):
    """Outline of the face."""

    OVAL = "oval"
    ROUND = "round"
    SQUARE = "square"
    LONG = "long"
    HEART = "heart"


class Mouth(StrEnum):
    """What the mouth does in the picture."""

    CLOSED = "closed"
    SMILE = "smile"
    OPEN_SMILE = "open_smile"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is measured of a portrait; colours are sRGB as "#rrggbb" under neutral light."""

    monk: int  # Monk Skin Tone scale, 1 (lightest) to 10
    skin: str
    hair_colour: str  # of the head's hair, else of the beard, else of the brows
    hair_length: HairLength
    hair_shape: HairShape
    hair_texture: HairTexture
    fringe: Fringe
    brows: Brows
    brow_shape: BrowShape
    eye_colour: EyeColour
    glasses: GlassesShape
    glasses_colour: str
    facial_hair: FacialHair
    face_shape: FaceShape
    mouth: Mouth
    clothes_colour: str


# What a portrait that tells nothing is drawn with.
NEUTRAL = Attributes(
    monk=5,
    skin="#b8987a",
    hair_colour="#4a3728",
    hair_length=HairLength.SHORT,
    hair_shape=HairShape.FLAT,
    hair_texture=HairTexture.STRAIGHT,
    fringe=Fringe.NONE,
    brows=Brows.MEDIUM,
    brow_shape=BrowShape.FLAT,
    eye_colour=EyeColour.BROWN,
    glasses=GlassesShape.NONE,
    glasses_colour="#26262b",
    facial_hair=FacialHair.NONE,
    face_shape=FaceShape.OVAL,
    mouth=Mouth.CLOSED,
    clothes_colour="#5b6b82",
)
