"""Glasses: are there any, and the outline of each lens.

From each eye rays go outwards; along them a frame is a thin line darker than what lies on both
sides. The lens is the smooth closed path with the strongest such line (dynamic programming).
Rims without contrast to the skin are not found; the portrait is then drawn without glasses.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.alignment import Aligned
from studio.styles.fields import Mask, as_field, blurred, filled, reduced

RAYS = 72
STEPS = 44
SIDE = 512  # pixels: a thin frame is two or three wide
NEAR = (0.125, 0.085)  # face widths: rays begin outside of the eye, half axes across and down
FAR_RATIO = 2.3  # rays end at so many times their beginning
THICKEST = 0.05  # face widths
BEND = 0.055  # cost of one step of radius from ray to ray, in units of relative darkness
LOWER = slice(5, 32)  # rays that run over the cheek, where no brow or lash can pass for a frame
CLEAR = 0.13  # relative darkness of the frame, median over those rays, both lenses
CLEAR_SHARE = 0.7  # share of those rays that show one
BROW_ROOM = 0.03  # face widths above its landmarks
BROW = np.float32(0.4)  # how much of a brow's darkness may pass for a frame
FLOOR = 0.07  # relative darkness from which a single ray shows a frame


@dataclass(frozen=True, slots=True)
class Glasses:
    """Frames as measured; lengths are shares of the portrait's side."""

    lenses: tuple[NDArray[np.float64], NDArray[np.float64]]  # (RAYS, 2) each, left one first
    thickness: float  # of the rim
    tone: NDArray[np.float32]  # (3,) CIELAB of the frame


def find_glasses(portrait: Aligned) -> Glasses | None:
    """Return the glasses, or None when both lenses do not show clearly."""
    image = reduced(portrait.image, SIDE)
    lab = as_field(cv2.cvtColor(image / 255, cv2.COLOR_RGB2Lab))
    width = portrait.face_width * SIDE / portrait.size
    points = as_field(portrait.landmarks[:, :2] * (SIDE / portrait.size))
    line = _thin_darkness(np.ascontiguousarray(lab[..., 0]), width)
    line *= np.where(_brows(points, width), BROW, np.float32(1))
    lenses, inks, widths = [], [], []
    for eye in mesh.EYES:
        spots = _rays(points, eye, width)
        seen = as_field(
            cv2.remap(line, as_field(spots[..., 0]), as_field(spots[..., 1]), cv2.INTER_LINEAR)
        )
        path = _best_loop(seen)
        strength = seen[np.arange(RAYS), path]
        below = strength[LOWER]
        if np.median(below) < CLEAR or (below > FLOOR).mean() < CLEAR_SHARE:
            return None
        lens = spots[np.arange(RAYS), path]
        lenses.append(_smooth_loop(lens) / SIDE)
        inks.append(_pixels(lab, lens[strength > 0.8 * np.median(below)]))
        widths.append(_rim(seen, path))
    return Glasses(
        lenses=(lenses[0], lenses[1]),
        thickness=float(np.clip(np.mean(widths) * _step(width), 0.004 * width, THICKEST * width))
        / SIDE,
        tone=as_field(np.median(np.vstack(inks), axis=0)),
    )


def _thin_darkness(light: Mask, width: float) -> Mask:
    """How much darker than both sides a thin line is, as a share of their lightness."""
    across = max(5, int(1.3 * THICKEST * width) | 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (across, across))
    smooth = blurred(light, 0.8)
    closed = as_field(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, kernel))
    return as_field((closed - smooth) / np.maximum(closed, 8))


def _brows(points: NDArray[np.float32], width: float) -> NDArray[np.bool_]:
    """Where a dark line is as likely a brow's: from its lower edge to a little above it."""
    raised = as_field((0, BROW_ROOM * width))
    rings = [
        np.vstack([points[list(e.brow_top)] - raised, points[list(e.brow_bottom)][::-1]])
        for e in mesh.EYES
    ]
    return filled(SIDE, *rings)


def _rays(points: NDArray[np.float32], eye: mesh.EyeMesh, width: float) -> NDArray[np.float64]:
    """(RAYS, STEPS, 2) places to look at; ray 0 points right, ray RAYS / 4 down."""
    corners = points[[eye.upper[0], eye.upper[-1]]].mean(axis=0).astype(np.float64)
    centre = corners + np.array([0.015 * eye.side, 0.03]) * width
    angle = 2 * np.pi * np.arange(RAYS) / RAYS
    near = np.column_stack([NEAR[0] * np.cos(angle), NEAR[1] * np.sin(angle)]) * width
    reach = np.linspace(1.0, FAR_RATIO, STEPS)
    return np.asarray(centre + reach[None, :, None] * near[:, None, :])


def _step(width: float) -> float:
    """Mean distance between two places on a ray, pixels."""
    return (FAR_RATIO - 1) / (STEPS - 1) * float(np.mean(NEAR)) * width


def _best_loop(seen: Mask) -> NDArray[np.intp]:
    """The step on each ray of the strongest smooth closed path: twice round, the second kept."""
    change = np.abs(np.arange(STEPS)[:, None] - np.arange(STEPS)[None, :])
    bend = np.where(change > 3, 9.0, BEND * change)
    best = seen[0].astype(np.float64)
    back = np.zeros((2 * RAYS, STEPS), np.intp)
    for k in range(1, 2 * RAYS):
        options = best[None, :] - bend
        back[k] = options.argmax(axis=1)
        best = options.max(axis=1) + seen[k % RAYS]
    path = np.zeros(2 * RAYS, np.intp)
    path[-1] = int(best.argmax())
    for k in range(2 * RAYS - 1, 0, -1):
        path[k - 1] = back[k, path[k]]
    middle = path[RAYS // 2 : RAYS // 2 + RAYS]
    return np.roll(middle, RAYS // 2)


def _smooth_loop(lens: NDArray[np.float64]) -> NDArray[np.float64]:
    kernel = np.array([1, 3, 4, 3, 1]) / 12
    padded = np.vstack([lens[-2:], lens, lens[:2]])
    return np.column_stack([np.convolve(padded[:, k], kernel, mode="valid") for k in (0, 1)])


def _pixels(lab: NDArray[np.float32], spots: NDArray[np.float64]) -> NDArray[np.float32]:
    columns, rows = np.clip(np.round(spots).astype(int), 0, SIDE - 1).T
    return as_field(lab[rows, columns])


def _rim(seen: Mask, path: NDArray[np.intp]) -> float:
    """Steps across the rim, half-way down its flanks, median over the lower rays."""
    counts = []
    for ray in range(LOWER.start, LOWER.stop):
        near = seen[ray, max(0, path[ray] - 6) : path[ray] + 7]
        counts.append(float((near > 0.5 * seen[ray, path[ray]]).sum()))
    return float(np.median(counts))
