"""Brightness of pixels, as the label is drawn and read by it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LUMA: Final = np.array([0.2126, 0.7152, 0.0722], np.float32)  # BT.709

CONSTANT = 1e-3  # of luma times coverage: what rounding leaves of a constant


def over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (H, W, 3) sRGB: straight alpha over white, the hardest ground for a dark pill."""
    alpha = pixels[..., 3:].astype(np.float32) / 255
    return np.rint(pixels[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)


def luma_of(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (H, W) luma of 0 to 255; straight alpha over white."""
    if pixels.shape[2] == 4:
        pixels = over_white(pixels)
    return np.asarray(pixels.astype(np.float32) @ LUMA, np.float32)


def contrast(one: float, other: float) -> float:
    """Return the contrast ratio of two greys of 0 to 255, as WCAG 2.2 defines it."""
    light, dark = max(one, other), min(one, other)
    return (_luminance(light) + 0.05) / (_luminance(dark) + 0.05)


def correlation(luma: NDArray[np.float32], text: NDArray[np.float32]) -> float:
    """Return the correlation of two flat arrays, -1 to 1; 0 where one of them is constant."""
    a, b = luma - luma.mean(), text - text.mean()
    power = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / power if power > CONSTANT * a.size else 0.0


def _luminance(value: float) -> float:
    """Relative luminance of a grey of 0 to 255 (WCAG 2.2)."""
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
