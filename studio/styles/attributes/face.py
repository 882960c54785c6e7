"""The face's own lines: brows, irises, outline and mouth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.alignment import Aligned
from studio.styles.attributes.colours import Lab
from studio.styles.attributes.eyes import irises
from studio.styles.attributes.light import Light
from studio.styles.attributes.types import (
    NEUTRAL,
    Brows,
    BrowShape,
    EyeColour,
    FaceShape,
    Mouth,
)
from studio.styles.fields import as_field
from studio.styles.regions import Regions

FAINT = 0.22  # share of the skin's lightness that faint brows take
HEAVY = 0.42
THIN, THICK = 0.040, 0.051  # area of a brow over its length, face widths
LIFTED = 0.168  # height of a brow's upper edge over the line of its ends, share of its length
RISING = -0.10  # how far the outer end lies above the inner one, share of the length
GLEAM = (0.25, 0.8)  # quantiles of lightness among which the iris is
DARK, WARM = 26.0, 2.6  # L up to which, a from which an iris is brown
COLD, GOLDEN = 1.2, 3.2  # b up to which it is blue, from which it is green or hazel
RUDDY = 0.8  # a from which what is golden is hazel
# Lengths over the width from temple to temple; the lips' gap is taken from the face's length.
LONG, SHORT = 1.265, 1.165
JAW, CHIN = 0.815, 0.575  # widths of a square face's jaw and chin
NARROW_CHIN, BROAD_BROW = 0.542, 0.86  # a heart's chin and forehead
SMILES = 0.35  # mean score of both corners
GAPES = 0.25  # gap between the lips over the mouth's width
SHOWS_TEETH = (0.04, 20.0)  # gap, and teeth in pixels at the working size


def measure_brows(regions: Regions, skin: Lab) -> Brows:
    """Tell how heavy the brows are, by their width and by how dark they are on this skin."""
    f = regions.features
    hairs = regions.brows > 0.7
    if not hairs.any():
        return NEUTRAL.brows
    lost = 1 - float(np.median(f.lab[..., 0][hairs])) / max(float(skin[0]), 1.0)
    lengths = [
        np.linalg.norm(f.points[e.brow_top[0]] - f.points[e.brow_top[-1]]) for e in mesh.EYES
    ]
    wide = float((regions.brows > 0.5).sum() / max(float(np.sum(lengths)), 1.0) / f.face_width)
    if lost < FAINT or wide < THIN:
        return Brows.THIN
    return Brows.THICK if wide >= THICK and lost >= HEAVY else Brows.MEDIUM


def measure_brow_shape(portrait: Aligned) -> BrowShape:
    """Tell how the brows' upper edges run."""
    lifts, rises = [], []
    for eye in mesh.EYES:
        edge = portrait.landmarks[list(eye.brow_top), :2].astype(np.float64)
        chord = edge[-1] - edge[0]
        length = max(float(np.linalg.norm(chord)), 1e-6)
        normal = np.array([chord[1], -chord[0]]) * np.sign(chord[0] or 1.0) / length
        lifts.append(float(((edge - edge[0]) @ normal).max()) / length)
        rises.append(float(chord[1]) / length)
    if np.mean(rises) > RISING:
        return BrowShape.ANGLED
    return BrowShape.ARCHED if np.mean(lifts) >= LIFTED else BrowShape.FLAT


def measure_eye_colour(portrait: Aligned, light: Light) -> EyeColour:
    """Tell the irises' colour under neutral light."""
    pixels = irises(portrait)
    if pixels is None:
        return NEUTRAL.eye_colour
    lab = cv2.cvtColor(as_field(pixels)[None] / 255, cv2.COLOR_RGB2Lab)[0]
    low, high = np.quantile(lab[:, 0], GLEAM)
    seen = as_field(np.median(lab[(lab[:, 0] >= low) & (lab[:, 0] <= high)], axis=0))
    dark, ruddy, golden = light.neutral(seen)
    if dark < DARK or ruddy > WARM:
        return EyeColour.BROWN
    if golden <= COLD:
        return EyeColour.BLUE
    if golden <= GOLDEN:
        return EyeColour.GREY
    return EyeColour.HAZEL if ruddy > RUDDY else EyeColour.GREEN


def measure_face_shape(portrait: Aligned) -> FaceShape:
    """Tell the outline of the face from its landmarks, in depth too: heads turn."""
    points = portrait.landmarks.astype(np.float64)
    width = max(_length(points, *mesh.TEMPLES), 1e-6)
    lips = points[[mesh.LIPS_UPPER_IN[5], mesh.LIPS_LOWER_IN[5]]]
    gap = float(np.linalg.norm(lips[0] - lips[1]))
    length = (_length(points, mesh.FOREHEAD_TOP, mesh.CHIN) - gap) / width
    jaw, chin, brow = (
        _length(points, *pair) / width for pair in ((172, 397), (150, 379), (54, 284))
    )
    if jaw >= JAW and chin >= CHIN:
        return FaceShape.SQUARE
    if length >= LONG:
        return FaceShape.LONG
    if chin <= NARROW_CHIN and brow >= BROAD_BROW:
        return FaceShape.HEART
    return FaceShape.ROUND if length <= SHORT else FaceShape.OVAL


def measure_mouth(portrait: Aligned, regions: Regions) -> Mouth:
    """Tell what the mouth does, from its landmarks and the scores of its corners."""
    points = portrait.landmarks[:, :2]
    upper, lower = points[list(mesh.LIPS_UPPER_IN)], points[list(mesh.LIPS_LOWER_IN)]
    gap = float(np.linalg.norm(upper[5] - lower[5]))
    gap /= max(float(np.linalg.norm(upper[0] - upper[-1])), 1e-6)
    corners = [portrait.blendshapes.get(f"mouthSmile{side}", 0.0) for side in ("Left", "Right")]
    smiles = float(np.mean(corners)) >= SMILES
    teeth = gap >= SHOWS_TEETH[0] and float(regions.teeth.sum()) >= SHOWS_TEETH[1]
    if gap >= GAPES and not smiles:
        return Mouth.OPEN
    if teeth or (smiles and gap >= GAPES):
        return Mouth.OPEN_SMILE
    return Mouth.SMILE if smiles else Mouth.CLOSED


def _length(points: NDArray[np.float64], one: int, two: int) -> float:
    return float(np.linalg.norm(points[one] - points[two]))
