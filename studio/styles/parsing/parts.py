"""The face's small parts, from the landmarks and from what the pixels around them show."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, ramp
from studio.styles.parsing.features import WORK, Features
from studio.styles.parsing.glasses import RAYS, Glasses

SHIFT = 4  # fractional bits of OpenCV's polygon corners
FINE = 4  # outlines are filled so many times larger and averaged: eyes are 20 pixels wide
BROW_REACH = 0.035  # face widths that a brow may go beyond its landmarks
BROW_SEEN = 0.6  # share of the pixels in a brow's shape; the rest is the landmarks'
BROW_FAINT = 0.03  # relative darkness below which nothing but the landmarks tells the brow
OPEN = 0.045  # gap between the lips over the mouth's width from which the mouth is open
TEETH_LIGHT = (0.0, 0.25)  # lighter than the lips, as a share: from none to sure
TEETH_CHROMA = (0.35, 1.0)  # chroma over the lips': teeth have less
INWARD = 7  # rays from a lens' horizontal up to where the bridge meets it
CAVE = 0.45  # lightness over the lips' below which a mouth is open to its dark inside
CAVE_DEPTH = 18.0  # L units that teeth must stand out of it
TEETH_IN_CAVE = (0.55, 0.8)  # place between dark and lightest: from none to sure
NECK_FROM = 0.02  # face widths below the jaw


@dataclass(frozen=True, slots=True)
class Parts:
    """Soft masks over the skin, (WORK, WORK) float32 in [0, 1]."""

    brows: Mask
    eyes: Mask  # what the lids leave open
    lips: Mask  # without what is seen between them
    teeth: Mask
    neck: Mask  # skin below the jaw: neck and chest
    frames: Mask  # rims and bridge of glasses


def find_parts(features: Features, skin: Mask, glasses: Glasses | None) -> Parts:
    """Find the small parts of the face and the neck.

    Args:
        features: The portrait's measurements.
        skin: (WORK, WORK) the skin, which contains all parts but the frames.
        glasses: The measured glasses, if any.

    Returns:
        The masks; empty ones for closed lips' teeth and for a face without glasses.
    """
    p = features.points
    inner = _shape(p[[*mesh.LIPS_UPPER_IN, *mesh.LIPS_LOWER_IN[::-1]]])
    outer = _shape(p[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]])
    gap = inner if _is_open(p) else np.zeros_like(inner)
    lips = as_field(np.clip(outer - gap, 0, 1))
    return Parts(
        brows=as_field(_brows(features) * skin),
        eyes=_shape(*(p[[*e.upper, *e.lower[::-1]]] for e in mesh.EYES)),
        lips=lips,
        teeth=_teeth(features, lips, gap),
        neck=_neck(features, skin),
        frames=_frames(glasses),
    )


def _shape(*outlines: NDArray[np.floating]) -> Mask:
    """Antialiased union of closed outlines, (N, 2) working pixels each."""
    side = FINE * WORK
    sheet = np.zeros((side, side), np.uint8)
    for outline in outlines:
        corners = np.round(((outline + 0.5) * FINE - 0.5) * (1 << SHIFT)).astype(np.int32)
        cv2.fillPoly(sheet, [corners], (255,), cv2.LINE_8, SHIFT)
    return as_field(cv2.resize(sheet, (WORK, WORK), interpolation=cv2.INTER_AREA)) / np.float32(255)


def _brows(f: Features) -> Mask:
    """Brows: darker than the skin around, near their landmarks."""
    light = np.ascontiguousarray(f.lab[..., 0])
    rings = [f.points[[*e.brow_top, *e.brow_bottom[::-1]]] for e in mesh.EYES]
    lids = _shape(*(f.points[[*e.crease, *e.lower[::-1]]] for e in mesh.EYES))
    known = _shape(*rings)
    reach = max(3, round(2 * BROW_REACH * f.face_width) | 1)
    room = cv2.dilate(known, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    face = ramp(f.inside, 0, 0.02) * (1 - as_field(room)) * (1 - lids) + np.float32(1e-3)
    spread = 0.06 * f.face_width
    around = blurred(light * face, spread) / blurred(face, spread)
    lost = np.clip((around - light) / np.maximum(around, 5), 0, 1) * room * (1 - lids)
    core = known > 0.5
    depth = float(np.quantile(lost[core], 0.8)) if core.any() else 0.0
    if depth < BROW_FAINT:
        return known
    seen = np.minimum(as_field(lost) / depth, 1.2)
    soft = blurred(as_field(BROW_SEEN * seen + (1 - BROW_SEEN) * known), 0.7)
    return ramp(soft, 0.25, 0.6)


def _is_open(points: NDArray[np.float32]) -> bool:
    low, top = points[list(mesh.LIPS_LOWER_IN)], points[list(mesh.LIPS_UPPER_IN)]
    width = max(float(np.linalg.norm(top[0] - top[-1])), 1.0)
    return float((low[3:8, 1] - top[3:8, 1]).mean()) / width > OPEN


def _teeth(f: Features, lips: Mask, gap: Mask) -> Mask:
    """What is light and pale between open lips."""
    rim = lips > 0.8
    if not (gap > 0.5).any() or not rim.any():
        return np.zeros_like(gap)
    light = f.lab[..., 0]
    chroma = np.hypot(f.lab[..., 1], f.lab[..., 2])
    of_lips = max(float(np.median(light[rim])), 1.0)
    lit = ramp(light / of_lips - 1, *TEETH_LIGHT)
    low, high = (float(q) for q in np.quantile(light[gap > 0.5], (0.1, 0.95)))
    if low < CAVE * of_lips and high - low > CAVE_DEPTH:
        # In a wide open mouth the lips are in the light and the teeth in their shade.
        lit = np.maximum(lit, ramp((light - low) / (high - low), *TEETH_IN_CAVE))
    pale = chroma / max(float(np.median(chroma[rim])), 1.0)
    return as_field(gap * lit * (1 - ramp(pale, *TEETH_CHROMA)))


def _neck(f: Features, skin: Mask) -> Mask:
    """Skin below the jaw's line, which goes on level to either side."""
    jaw = f.points[list(mesh.JAW)] + as_field((0, NECK_FROM * f.face_width))
    rows = np.interp(np.arange(WORK), jaw[:, 0], jaw[:, 1])
    below = np.arange(WORK)[:, None] - rows[None, :]
    return as_field(skin * ramp(below, -1, 1))


def _frames(glasses: Glasses | None) -> Mask:
    """The rims along the lenses' outlines, and the bridge between them."""
    side = FINE * WORK
    sheet = np.zeros((side, side), np.uint8)
    if glasses is not None:
        pen = max(1, round(glasses.thickness * side))
        loops = [np.round(lens * side).astype(np.int32) for lens in glasses.lenses]
        cv2.polylines(sheet, loops, isClosed=True, color=(255,), thickness=pen)
        inner = np.stack([loops[0][-INWARD], loops[1][RAYS // 2 + INWARD]])
        cv2.polylines(sheet, [inner], isClosed=False, color=(255,), thickness=pen)
    return as_field(cv2.resize(sheet, (WORK, WORK), interpolation=cv2.INTER_AREA)) / np.float32(255)
