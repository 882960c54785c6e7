"""Who the subjects are: numbers chosen by hand and by measured distance, nobody's likeness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Colour = tuple[float, float, float]  # linear RGB, 0 to 1


class HairStyle(StrEnum):
    """How hair grows and falls."""

    BALD = "bald"
    SHORT = "short"
    CURLY = "curly"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Pigment:
    """Colour of hair: melanin as Cycles' principled hair takes it, or one colour for grey hair."""

    melanin: float = 0.9  # 0 = white, 1 = black
    redness: float = 0.3  # 0 = brown, 1 = red
    colour: Colour | None = None  # replaces melanin


@dataclass(frozen=True, slots=True)
class Hair:
    """Hair of the head."""

    style: HairStyle
    pigment: Pigment
    strands: int = 0
    length: float = 0.0  # metres
    volume: float = 0.012  # metres that long hair may stand off the head
    parting: float = 0.012  # metres from the middle, positive = the subject's left
    forward: bool = False  # short hair combed to the front
    recede: float = 0.0  # metres by which the hairline has moved back
    shadow: float = 0.0  # stubble on a bald head, 0 to 1


@dataclass(frozen=True, slots=True)
class Brows:
    """Eyebrows."""

    pigment: Pigment
    hairs: int = 600
    thickness: float = 1.0
    arch: float = 1.0
    lift: float = 0.0  # metres above the usual height


@dataclass(frozen=True, slots=True)
class Beard:
    """A full beard."""

    pigment: Pigment
    hairs: int = 12000
    length: float = 0.009  # metres


@dataclass(frozen=True, slots=True)
class Glasses:
    """A wire frame without lenses; half sizes in metres."""

    width: float = 0.025
    height: float = 0.019
    squareness: float = 0.6  # exponent of the superellipse: 1 = ellipse, towards 0 = rectangle


@dataclass(frozen=True, slots=True)
class Subject:
    """One adult who is nobody."""

    description: str
    monk_tone: int  # 1 to 10 on the Monk skin tone scale, by eye
    seed: int
    phenotype: Mapping[str, float]  # anny: age 2/3 = young adult, 1 = old; gender 0 = male
    changes: Mapping[str, float]  # anny's local changes, -1 to 1; eye and cheek ones on both sides
    skin: Colour
    lips: Colour
    iris: Colour
    shirt: Colour
    hair: Hair
    brows: Brows
    beard: Beard | None = None
    glasses: Glasses | None = None
    carriage: float = 0.0  # degrees by which the head is held higher than the model's
    wide_eyes: float = 0.06  # how far the lids are lifted at rest, 0 to 1
    wall: Colour = field(default=(0.46, 0.45, 0.42))


def _phenotype(**values: float) -> Mapping[str, float]:
    neutral = {
        "african": 0.0,
        "asian": 0.0,
        "caucasian": 0.0,
        "muscle": 0.5,
        "weight": 0.5,
        "height": 0.5,
        "proportions": 0.5,
    }
    return MappingProxyType(neutral | values)


BROWN = Pigment(0.62, 0.55)
CHESTNUT = Pigment(0.74, 0.45)
BLACK = Pigment(0.97, 0.3)
GREY = Pigment(colour=(0.36, 0.36, 0.37))

SUBJECTS: Mapping[str, Subject] = MappingProxyType(
    {
        "ash": Subject(
            description="Long brown hair, light skin.",
            monk_tone=2,
            seed=11,
            phenotype=_phenotype(gender=1.0, age=0.68, caucasian=1.0, weight=0.45),
            changes={
                "nose-scale-horiz-incr": -0.68,
                "nose-point-up": 0.68,
                "chin-width-incr": -0.68,
                "head-scale-horiz-incr": -0.27,
                "eye-scale-incr": 0.47,
                "cheek-bones-incr": 0.54,
                "mouth-scale-horiz-incr": 0.14,
            },
            skin=(0.70, 0.44, 0.34),
            lips=(0.60, 0.25, 0.23),
            iris=(0.10, 0.17, 0.22),
            shirt=(0.10, 0.22, 0.30),
            hair=Hair(HairStyle.LONG, BROWN, strands=26000, length=0.34, volume=0.014),
            brows=Brows(Pigment(0.72, 0.5), 560, thickness=0.85, arch=0.95),
            wide_eyes=0.0,
        ),
        "birch": Subject(
            description="Short brown hair and a full beard, light skin.",
            monk_tone=3,
            seed=22,
            phenotype=_phenotype(gender=0.0, age=0.76, caucasian=1.0, muscle=0.7, weight=0.55),
            changes={
                "chin-width-incr": 0.84,
                "chin-jaw-drop-incr": 0.56,
                "nose-hump-incr": 0.84,
                "nose-scale-vert-incr": 0.56,
                "eye-trans-out": -0.42,
                "head-scale-horiz-incr": 0.42,
                "eyebrows-trans-forward": 0.7,
            },
            skin=(0.72, 0.43, 0.31),
            lips=(0.52, 0.25, 0.21),
            iris=(0.13, 0.13, 0.06),
            shirt=(0.30, 0.07, 0.06),
            hair=Hair(HairStyle.SHORT, CHESTNUT, strands=26000, length=0.034),
            brows=Brows(Pigment(0.8, 0.5), 800, thickness=1.2, arch=0.7),
            beard=Beard(Pigment(0.78, 0.55)),
            carriage=7.0,
            wide_eyes=0.1,
        ),
        "cedar": Subject(
            description="Natural curly black hair, deep dark skin.",
            monk_tone=9,
            seed=33,
            phenotype=_phenotype(gender=1.0, age=0.68, african=1.0, weight=0.55),
            changes={
                "mouth-lowerlip-volume-incr": 0.4,
                "mouth-scale-horiz-incr": 0.4,
                "cheek-volume-incr": 0.5,
                "head-scale-horiz-incr": 0.35,
                "chin-height-incr": -0.4,
                "eye-scale-incr": 0.1,
                "nose-width3-incr": 0.3,
            },
            skin=(0.165, 0.078, 0.046),
            lips=(0.20, 0.070, 0.060),
            iris=(0.06, 0.03, 0.015),
            shirt=(0.65, 0.42, 0.09),
            hair=Hair(HairStyle.CURLY, BLACK, strands=30000, length=0.045),
            brows=Brows(BLACK, 560, thickness=0.85, arch=0.95),
            wide_eyes=0.0,
        ),
        "hazel": Subject(
            description="Short black hair and dark-rimmed glasses, light brown skin.",
            monk_tone=5,
            seed=44,
            phenotype=_phenotype(gender=0.0, age=0.67, asian=1.0, weight=0.4),
            changes={
                "head-scale-vert-incr": 0.3,
                "nose-trans-up": 0.3,
                "chin-width-incr": -0.2,
                "eye-trans-up": 0.2,
                "mouth-trans-up": 0.2,
                "cheek-bones-incr": 0.3,
                "head-scale-horiz-incr": -0.2,
            },
            skin=(0.62, 0.38, 0.25),
            lips=(0.48, 0.23, 0.19),
            iris=(0.05, 0.025, 0.012),
            shirt=(0.25, 0.27, 0.30),
            hair=Hair(HairStyle.SHORT, BLACK, strands=26000, length=0.036, forward=True),
            brows=Brows(BLACK, 640, arch=0.6),
            glasses=Glasses(),
            carriage=3.0,
        ),
        "maple": Subject(
            description="Short grey hair, light skin with the lines of age.",
            monk_tone=2,
            seed=55,
            phenotype=_phenotype(gender=1.0, age=0.97, caucasian=1.0, weight=0.75),
            changes={
                "nose-scale-horiz-incr": 0.52,
                "nose-point-width-incr": 0.65,
                "neck-double-incr": 0.52,
                "cheek-volume-incr": 0.65,
                "mouth-lowerlip-volume-incr": -0.52,
                "mouth-upperlip-volume-incr": -0.52,
                "eye-bag-incr": 0.52,
                "head-fat-incr": 0.52,
                "eye-scale-incr": -0.26,
                "mouth-laugh-lines-out": 0.78,
            },
            skin=(0.62, 0.39, 0.31),
            lips=(0.55, 0.27, 0.25),
            iris=(0.14, 0.20, 0.23),
            shirt=(0.24, 0.12, 0.27),
            hair=Hair(HairStyle.SHORT, GREY, strands=28000, length=0.055),
            brows=Brows(Pigment(colour=(0.15, 0.14, 0.13)), 460, thickness=0.8, arch=0.9),
            wide_eyes=0.05,
        ),
        "rowan": Subject(
            description="Bald head, brown skin.",
            monk_tone=7,
            seed=66,
            phenotype=_phenotype(
                gender=0.0, age=0.84, asian=0.4, caucasian=0.6, weight=0.95, muscle=0.5
            ),
            changes={
                "nose-scale-horiz-incr": -0.64,
                "nose-scale-vert-incr": -0.56,
                "nose-point-up": -0.57,
                "nose-hump-incr": -0.27,
                "nose-width3-incr": 0.65,
                "chin-width-incr": 0.46,
                "chin-jaw-drop-incr": -0.24,
                "mouth-trans-up": -0.07,
                "eye-trans-out": 0.52,
                "eye-scale-incr": -0.41,
                "head-scale-horiz-incr": -0.07,
                "cheek-volume-incr": 0.16,
                "head-fat-incr": 0.13,
                "mouth-lowerlip-volume-incr": 0.87,
            },
            skin=(0.34, 0.18, 0.11),
            lips=(0.31, 0.14, 0.11),
            iris=(0.08, 0.04, 0.02),
            shirt=(0.62, 0.62, 0.60),
            hair=Hair(HairStyle.BALD, BLACK, shadow=0.3),
            brows=Brows(BLACK, 760, thickness=1.25, arch=0.8),
            carriage=5.0,
        ),
    }
)
