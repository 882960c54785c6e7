"""What a webcam and a room do to a picture of a face, for measuring how verification stands it.

Simulations: they move light, noise, sharpness and size, not the day, the camera or the years.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.stage import Picture
from consent.flash import LIGHT
from consent.types import Colour
from studio.face.skin import LINEAR
from studio.face.types import Face

FRAME = (640, 480)  # width, height: what a capture is measured at
INTER_EYE = 80.0  # pixels: a face at arm's length; the least that a capture takes is 70
QUALITY = 80  # JPEG, as the page sends frames
STRENGTHS = (0.12, 0.30)  # of the screen's light beside the room's: usual, and a dark room

SCREEN_LIGHT = {
    f"{colour.value} at {strength}": (colour, strength)
    for strength in STRENGTHS
    for colour in Colour
}

Light = NDArray[np.float32]  # (H, W, 3), linear, 1 = white
Change = Callable[[Light, np.random.Generator], Light]


def framed(image: Picture, face: Face) -> Picture:
    """Return a 640 x 480 frame with the face in its middle, `INTER_EYE` wide."""
    scale = INTER_EYE / face.inter_eye
    middle = face.landmarks[:, :2].mean(axis=0)
    shift = np.array(FRAME) / 2 - scale * middle
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]], np.float64)
    smooth = cv2.GaussianBlur(image, (0, 0), max(0.01, 0.35 / scale)) if scale < 1 else image
    return np.asarray(
        cv2.warpAffine(
            smooth, matrix, FRAME, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        ),
        dtype=np.uint8,
    )


def spoil(frame: Picture, condition: str, seed: int) -> Picture:
    """Return a frame as a camera would send it under a named condition."""
    change, quality = CONDITIONS[condition]
    light = change(LINEAR[frame], np.random.default_rng(seed))
    return _compressed(_bytes(light), quality)


def _same(light: Light, _: np.random.Generator) -> Light:
    return light


def _scaled(light: Light, _: np.random.Generator, *, gains: tuple[float, float, float]) -> Light:
    return np.asarray(light * np.array(gains, np.float32), np.float32)


def _dim(light: Light, rng: np.random.Generator, *, share: float, noise: float) -> Light:
    """Less light, and the noise that a camera's gain brings with it (grey levels of 255)."""
    dark = _bytes(light * share).astype(np.float32)
    grain = rng.normal(0.0, noise, dark.shape).astype(np.float32)
    noisy = dark + cv2.GaussianBlur(grain, (0, 0), 0.6) * 1.6  # what the blur took, given back
    return np.asarray(LINEAR[np.clip(noisy, 0, 255).astype(int)], np.float32)


def _from_the_side(light: Light, _: np.random.Generator) -> Light:
    """One lamp at the side: from 1.5 times the light to a fifth of it across the face."""
    width = light.shape[1]
    across = np.clip((np.arange(width) - width / 2) / (2.2 * INTER_EYE) + 0.5, 0, 1)
    fall = 1.5 * (0.2 / 1.5) ** across
    return np.asarray(light * fall[None, :, None], np.float32)


def _blurred(light: Light, _: np.random.Generator, *, sigma: float) -> Light:
    return np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)


def _coloured(light: Light, _: np.random.Generator, *, colour: Colour, strength: float) -> Light:
    """The screen's light falls on the face besides the room's, and the camera keeps its level."""
    lit = light * (1 + strength * np.array(LIGHT[colour], np.float32))
    return np.asarray(lit * (light.mean() / lit.mean()), np.float32)


def _worst(light: Light, rng: np.random.Generator) -> Light:
    warm = _scaled(_from_the_side(light, rng), rng, gains=(1.2, 1.0, 0.6))
    return _dim(_blurred(warm, rng, sigma=1.0), rng, share=0.45, noise=5.0)


CONDITIONS: Mapping[str, tuple[Change, int]] = MappingProxyType(
    {
        "webcam frame": (_same, QUALITY),
        "JPEG 50": (_same, 50),
        "a third of the light, noisy": (partial(_dim, share=0.35, noise=5.0), QUALITY),
        "dark, very noisy": (partial(_dim, share=0.12, noise=8.0), QUALITY),
        "warm light": (partial(_scaled, gains=(1.2, 1.0, 0.55)), QUALITY),
        "cool light": (partial(_scaled, gains=(0.75, 1.0, 1.25)), QUALITY),
        "light from the side": (_from_the_side, QUALITY),
        "slightly blurred": (partial(_blurred, sigma=1.2), QUALITY),
        "side, warm, dim, noisy, blurred, JPEG 50": (_worst, 50),
        **{
            name: (partial(_coloured, colour=colour, strength=strength), QUALITY)
            for name, (colour, strength) in SCREEN_LIGHT.items()
        },
    }
)


def _bytes(light: Light) -> Picture:
    clipped = np.clip(light, 0.0, 1.0)
    curve = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray((curve * 255).round(), dtype=np.uint8)


def _compressed(image: Picture, quality: int) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))
