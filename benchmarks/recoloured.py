"""Baked stills in other colours and other light, whose true colours are therefore known."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.regions import BROWS, HAIR, NECK, SKIN
from studio.styles.attributes.colours import Lab
from studio.styles.attributes.hair import hair_tone
from studio.styles.fields import Mask, as_field

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB
LEAST_CONTRAST = 0.35  # of the old hair's light and shade that very dark hair keeps


@dataclass(frozen=True, slots=True)
class Lighting:
    """What a camera does to linear red, green and blue."""

    name: str
    gains: tuple[float, float, float]

    def over(self, image: Picture) -> Picture:
        """Return the picture as such a camera takes it."""
        share = image.astype(np.float32) / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        linear = np.clip(linear * np.asarray(self.gains, np.float32), 0, 1)
        curved = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
        return np.asarray(np.round(curved * 255), np.uint8)


LIGHTINGS = (
    Lighting("warm", (1.15, 1.0, 0.85)),
    Lighting("cold", (0.87, 1.0, 1.15)),
    Lighting("greenish", (0.93, 1.05, 0.93)),
    Lighting("half a stop more", (1.41, 1.41, 1.41)),
    Lighting("half a stop less", (0.71, 0.71, 0.71)),
)


def share_of(labels: NDArray[np.uint8], kinds: tuple[int, ...], shape: tuple[int, ...]) -> Mask:
    """Return how much of each pixel of a picture of `shape` the labels give to `kinds`."""
    mask = as_field(np.isin(labels, kinds))
    return as_field(cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))


def true_hair(image: Picture, labels: NDArray[np.uint8]) -> Lab | None:
    """Return the true colour of hair above the eyes, (3,) CIELAB, or None without hair.

    Args:
        image: (H, W, 3) sRGB.
        labels: (480, 640) what each pixel shows.
    """
    hair = share_of(labels, (HAIR,), image.shape) > 0.95
    eyes = np.flatnonzero((labels == BROWS).any(axis=1))
    if len(eyes):
        hair[int(eyes.max() * image.shape[0] / labels.shape[0]) :] = False
    if hair.sum() < 500:
        return None
    return hair_tone(_lab(image)[hair])


def with_hair(image: Picture, labels: NDArray[np.uint8], colour: Lab) -> Picture:
    """Return the picture with hair that is drawn with `colour`."""
    now = true_hair(image, labels)
    if now is None:
        raise ValueError("a bald head has no hair to colour")
    return _shifted(image, share_of(labels, (HAIR,), image.shape), now, colour)


def with_skin(image: Picture, labels: NDArray[np.uint8], cheeks: Lab, colour: Lab) -> Picture:
    """Return the picture with skin whose cheeks are `colour` instead of `cheeks`."""
    return _shifted(image, share_of(labels, (SKIN, NECK), image.shape), cheeks, colour)


def _shifted(image: Picture, mask: Mask, now: Lab, then: Lab) -> Picture:
    """Move colours from `now` to `then`; light and shade keep their ratio to the whole."""
    lab = _lab(image)
    ratio = float(np.clip(then[0] / max(float(now[0]), 1.0), LEAST_CONTRAST, 1.6))
    moved = then + (lab - now) * np.array([ratio, 1, 1], np.float32)
    mixed = lab + mask[..., None] * (as_field(moved) - lab)
    rgb = cv2.cvtColor(as_field(mixed), cv2.COLOR_Lab2RGB)
    return np.asarray(np.clip(np.round(rgb * 255), 0, 255), np.uint8)


def _lab(image: Picture) -> NDArray[np.float32]:
    return as_field(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2Lab))
