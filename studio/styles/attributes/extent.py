"""Where the hair of the head reaches: above the face, beside it and down to the shoulders."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.attributes.colours import Lab, apart
from studio.styles.parsing.features import WORK, Features
from studio.styles.regions import Regions

# Lengths are shares of the face's width, areas of its square; below = from the eyes downwards.
SIDES = 0.42  # across: hair beside the face, at the ears' height
EARS = (-0.1, 0.25)  # below
LOW = (0.38, -0.15, 0.6)  # across; below the chin, from and to: where only falling hair is
CHEST = 0.35  # below the chin: clothes for sure
LIKE = (2.5, 4.0)  # times the usual distance from the hair's colour, and CIELAB beside that
ALIKE = 25.0  # CIELAB distance of hair and clothes within which colour cannot tell them apart
LIKE_NOT = 0.6  # of the distance from the skin's colour and from the clothes'


@dataclass(frozen=True, slots=True)
class Extent:
    """Where hair is; shares of the face's width or its square."""

    area: float
    height: float  # of the hair's top above the face's outline
    width: float  # median half width beside the brows
    ears: tuple[float, float]  # area beside each ear, the picture's left first
    low: tuple[float, float]  # area on each side of the neck, by its colour alone
    rooted: tuple[float, float]  # the same, of what hangs together with the hair above
    reach: tuple[float, float]  # lowest hair on each side, below the chin


def measure_extent(regions: Regions, top: NDArray[np.bool_], skin: Lab) -> Extent:
    """Measure where hair is.

    Args:
        regions: of a portrait.
        top: (WORK, WORK) hair above the brows for sure.
        skin: (3,) CIELAB of the cheeks as photographed.
    """
    return _extent(regions.features, regions.hair > 0.5, _falling(regions, top, skin))


def _falling(regions: Regions, top: NDArray[np.bool_], skin: Lab) -> NDArray[np.bool_]:
    """Where the colour of the crown's hair is seen again, (WORK, WORK).

    A tail behind the neck is cut off from the head by it, so no shape leads there.
    """
    f = regions.features
    if not top.any():
        return np.zeros_like(top)
    colour = np.median(f.lab[top], axis=0)
    usual = float(np.median(np.linalg.norm(f.lab[top] - colour, axis=1)))
    worn = (regions.clothes > 0.8) & (f.down - f.chin > CHEST)
    away = np.linalg.norm(f.lab - colour, axis=2)
    like = (f.person > 0.5) & (regions.beard.mask < 0.3) & (away < LIKE[0] * usual + LIKE[1])
    like &= away < LIKE_NOT * np.linalg.norm(f.lab - skin, axis=2)
    if worn.any():
        clothes = np.median(f.lab[worn], axis=0)
        if apart(clothes, colour) < ALIKE:
            return np.zeros_like(top)
        like &= away < LIKE_NOT * np.linalg.norm(f.lab - clothes, axis=2)
    opened = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(opened > 0)


def _extent(f: Features, hair: NDArray[np.bool_], falling: NDArray[np.bool_]) -> Extent:
    square = f.face_width**2
    shown = (f.person > 0.5) & (np.abs(f.across) < 0.25)
    rows = np.flatnonzero(shown.any(axis=1))
    crown = -float(f.down[rows[0], 0]) if len(rows) else 0.0
    face_top = -float(f.down[int(np.clip(f.points[mesh.FOREHEAD_TOP, 1], 0, WORK - 1)), 0])
    beside = hair & (f.down > -0.35) & (f.down < 0.05)
    reach = [float(np.abs(f.across[row][beside[row]]).max(initial=0)) for row in range(WORK)]
    level = (f.down[:, 0] > -0.35) & (f.down[:, 0] < 0.05)
    below_chin = f.down - f.chin
    ears, low, rooted, lowest = [], [], [], []
    for side in (-1, 1):
        out = side * f.across
        at_ear = hair & (out > SIDES) & (f.down > EARS[0]) & (f.down < EARS[1])
        ears.append(float(at_ear.sum()) / square)
        at_neck = falling & (out > LOW[0]) & (below_chin > LOW[1]) & (below_chin < LOW[2])
        low.append(float(at_neck.sum()) / square)
        rooted.append(float((hair & (out > LOW[0]) & (below_chin > LOW[1])).sum()) / square)
        beside_face = (hair | at_neck) & (out > LOW[0]) & (f.down > -0.3)
        last = np.flatnonzero(beside_face.sum(axis=1) >= 2)
        lowest.append(float(below_chin[last[-1], 0]) if len(last) else -1.0)
    return Extent(
        area=float(hair.sum()) / square,
        height=crown - face_top,
        width=float(np.median(np.asarray(reach)[level])) if level.any() else 0.0,
        ears=(ears[0], ears[1]),
        low=(low[0], low[1]),
        rooted=(rooted[0], rooted[1]),
        reach=(lowest[0], lowest[1]),
    )
