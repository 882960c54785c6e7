"""Beard, moustache and stubble: where, and how dense."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, filled, ramp
from studio.styles.parsing.features import WORK, Features

DARKER = (0.10, 0.34)  # share of the cheeks' lightness lost: from stubble to full beard
PALER = (0.12, 0.45)  # share of the cheeks' chroma lost, for grey beards
COARSER = (1.5, 2.1)  # the chin's fine texture over the cheeks': skin in shade stays smooth
DENSE = (0.16, 0.30)  # share of the lightness lost where a beard is drawn as hair
DENSE_CORE = 0.6  # share of the zone's middle, lip and chin, that must be dense for that
CORE_HALF = 0.17  # face widths to either side of the middle
STUBBLE = 0.38  # mean evidence over the same middle from which a shadow of a beard is drawn
BELOW_JAW = 0.12  # face widths that a beard goes on under the jaw
CHIN_PATCH = (83, 18, 313, 406, 335, 273, 377, 152, 148, 43, 106, 182)


@dataclass(frozen=True, slots=True)
class Beard:
    """Facial hair; both masks are (WORK, WORK) float32 in [0, 1]."""

    mask: Mask  # drawn as hair
    stubble: Mask  # drawn as a tint of the skin


def find_beard(features: Features, skin: Mask) -> Beard:
    """Find facial hair by what it takes from the cheeks' light and colour.

    Args:
        features: The portrait's measurements.
        skin: (WORK, WORK) mask of the skin; beards are inside the face, so it contains them.

    Returns:
        The masks; empty ones for a shaven face.
    """
    zone = _zone(features)
    light = features.lab[..., 0]
    chroma = np.hypot(features.lab[..., 1], features.lab[..., 2])
    cheeks = features.cheeks
    lost = as_field(1 - light / max(float(np.median(light[cheeks])), 1.0))
    pale = as_field(1 - chroma / max(float(np.median(chroma[cheeks])), 1.0))
    hairy = _coarseness(features)
    seen = as_field(np.maximum(ramp(lost, *DARKER), 0.8 * ramp(pale, *PALER)))
    evidence = blurred(seen, 1.5) * zone * hairy
    dense = ramp(blurred(lost * zone, 2.2), *DENSE) * hairy
    core = (zone > 0.9) & (np.abs(features.across) < CORE_HALF)
    empty = np.zeros_like(evidence)
    if not core.any():
        return Beard(empty, empty)
    if float(dense[core].mean()) > DENSE_CORE:
        return Beard(_closed(dense, skin), empty)
    if float(evidence[core].mean()) > STUBBLE:
        return Beard(empty, as_field(np.minimum(blurred(as_field(evidence), 2), 1)))
    return Beard(empty, empty)


def _closed(dense: Mask, skin: Mask) -> Mask:
    """One shape without pinholes."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
    whole = cv2.morphologyEx(as_field(dense), cv2.MORPH_CLOSE, kernel)
    return as_field(blurred(as_field(whole), 1.2) * (skin > 0))


def _coarseness(f: Features) -> float:
    """How surely the chin has hair, 0 to 1, from its texture relative to its light."""
    chin = filled(WORK, f.points[list(CHIN_PATCH)])
    relative = f.texture / np.maximum(f.lab[..., 0], 1)
    ratio = np.median(relative[chin]) / max(float(np.median(relative[f.cheeks])), 1e-4)
    return float(ramp(ratio, *COARSER))


def _zone(f: Features) -> Mask:
    """Where facial hair grows: the jaw's sides, the chin and above the lip, without the lips."""
    jaw = f.points[list(mesh.JAW)] + as_field((0, BELOW_JAW * f.face_width))
    top = f.points[[361, 323, 411, 426, 391, 164, 165, 206, 187, 93, 132]]
    lips = f.points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]
    zone = filled(WORK, np.vstack([jaw, top])) & ~filled(WORK, lips)
    return blurred(as_field(zone), 1.0)
