"""How light a portrait is, told as a printer needs it: relative to what each part is made of.

Absolute thresholds turn dark skin and dark hair into blots. Here every region is its own measure: a
shadow is what is darker than the skin, the hair or the cloth it lies on, by a share of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, enlarged, linear, ramp, reduced
from studio.styles.painted.filters import Flow, along_flow, flow_lines, structure_flow
from studio.styles.painted.study import Study
from studio.styles.portrait import Portrait

SIDE = 576  # pixels at most: lines and shapes are found here and grow smoothly
EVENED = 0.55  # share of the light's slow changes that is taken out
AROUND = 120.0  # units over which light changes slowly
SPREADS = (0.105, 0.42, 0.11)  # relative contrast aimed at on skin, hair, clothes
GAINS = (0.75, 1.7)  # how far a region's contrast may be changed for it
LINE = 2.0  # units: half the width of a drawn line
LINE_LENGTH = 7.0  # units that lines are smoothed along the flow
SMOOTHED = 5.0  # units that tones are smoothed along the flow


@dataclass(frozen=True, slots=True)
class Tones:
    """Fields of (T, T), T pixels at most SIDE."""

    lab: NDArray[np.float32]  # (T, T, 3)
    level: Mask  # L of what each pixel is made of: of its skin, hair or cloth
    relative: Mask  # lightness over that level: 1 as light, < 1 in shade; smooth along the flow
    lines: Mask  # how much darker than both sides across the flow, as a share of the level
    shares: tuple[Mask, Mask, Mask]  # of skin, hair and clothes; they sum to 1
    person: Mask  # the shape is where it exceeds 0.5
    flow: Flow
    scale: float  # pixels per unit

    @property
    def side(self) -> int:
        """Side of the fields, pixels."""
        return int(self.level.shape[0])

    @property
    def hair(self) -> NDArray[np.bool_]:
        """(T, T) True on what surely is hair."""
        return np.asarray((self.shares[1] > 0.7) & (self.person > 0.7))


def measure_tones(portrait: Portrait, study: Study) -> Tones:
    """Measure a portrait's tones."""
    side = min(SIDE, portrait.size)
    scale = study.unit * side / study.size
    image = cv2.resize(portrait.image, (side, side), interpolation=cv2.INTER_AREA)
    lab = as_field(cv2.cvtColor(as_field(image) / 255, cv2.COLOR_RGB2Lab))
    shares = _shares(study, side)
    light = np.ascontiguousarray(lab[..., 0])
    level = _level(light, shares, study, scale)
    flow = structure_flow(lab, max(1.0, 3.2 * scale))
    person = _fitted(study.person, side)
    ratio = _within(light / level, person)
    smooth = along_flow(blurred(ratio, 0.8 * scale), flow, max(1.0, SMOOTHED * scale), step=1.5)
    lines = flow_lines(ratio, flow, sigma=max(0.7, LINE * scale), length=LINE_LENGTH * scale)
    return Tones(lab, level, _evened(smooth, shares), lines, shares, person, flow, scale)


def _shares(study: Study, side: int) -> tuple[Mask, Mask, Mask]:
    parts = [np.clip(_fitted(part, side), 0, 1) for part in (study.skin, study.hair, study.clothes)]
    total = parts[0] + parts[1] + parts[2] + np.float32(1e-3)
    skin, hair, clothes = (as_field(part / total) for part in parts)
    return skin, hair, clothes


def _fitted(field: Mask, side: int) -> Mask:
    return reduced(field, side) if field.shape[0] > side else linear(field, side)


def _level(light: Mask, shares: tuple[Mask, Mask, Mask], study: Study, scale: float) -> Mask:
    tones = (study.skin_tone, study.hair_tone, study.clothes_tone)
    known = _fitted(study.bare, light.shape[0])
    weight = blurred(known, AROUND * scale) + np.float32(1e-3)
    slow = (blurred(known * light, AROUND * scale) + 1e-3 * study.skin_tone[0]) / weight
    skin = study.skin_tone[0] + EVENED * (slow - study.skin_tone[0])
    levels = [skin, *(np.float32(max(float(tone[0]), 6.0)) for tone in tones[1:])]
    total = sum(share * part for share, part in zip(shares, levels, strict=True))
    return as_field(np.maximum(as_field(total), 6.0))


def _within(ratio: Mask, person: Mask) -> Mask:
    """Let nothing of what lies behind the person into the fields."""
    inside = ramp(person, 0.45, 0.75)
    return as_field(1 + inside * (ratio - 1))


def _evened(ratio: Mask, shares: tuple[Mask, Mask, Mask]) -> Mask:
    """Bring each region's contrast to a printable one."""
    gain = np.zeros_like(ratio)
    for share, aim in zip(shares, SPREADS, strict=True):
        inside = ratio[share > 0.7]
        spread = float(inside.std()) if inside.size > 50 else aim
        gain += share * np.float32(np.clip(aim / max(spread, 1e-3), *GAINS))
    return as_field(np.maximum(1 + (ratio - 1) * gain, 0))


def smooth_shape(field: Mask, level: float, size: int, softness: float = 1.0) -> Mask:
    """Cut a field into a shape of (size, size): as `crisp`, with its corners rounded."""
    grown = enlarged(field, size)
    slope = np.float32(size / field.shape[0])
    gx = cv2.Sobel(field, cv2.CV_32F, 1, 0, scale=1 / 8)
    gy = cv2.Sobel(field, cv2.CV_32F, 0, 1, scale=1 / 8)
    steep = linear(as_field(cv2.magnitude(gx, gy)), size) / slope + np.float32(1e-4)
    return as_field(np.clip((grown - np.float32(level)) / steep / softness + 0.5, 0, 1))
