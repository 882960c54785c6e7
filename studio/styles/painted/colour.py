"""Colours as painters mix them: in CIELAB, around the person's own."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field

Lab = NDArray[np.float32]  # (..., 3) L 0 to 100, a, b


def to_lab(rgb: NDArray[np.generic]) -> Lab:
    """Return CIELAB (D65) of (..., 3) sRGB, 0 to 255."""
    flat = np.asarray(rgb, np.float32).reshape(-1, 1, 3) / 255
    return as_field(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab).reshape(np.shape(rgb)))


def to_rgb(lab: NDArray[np.generic]) -> NDArray[np.float32]:
    """Return sRGB, 0 to 255, of (..., 3) CIELAB (D65), clipped to the gamut."""
    flat = np.asarray(lab, np.float32).reshape(-1, 1, 3)
    rgb = cv2.cvtColor(flat, cv2.COLOR_Lab2RGB).reshape(np.shape(lab))
    return as_field(np.clip(rgb * 255, 0, 255))


def hexed(code: str) -> NDArray[np.float32]:
    """Return sRGB, 0 to 255, of a colour written as "#rrggbb"."""
    return np.array([int(code[place : place + 2], 16) for place in (1, 3, 5)], np.float32)


def toned(lab: Lab, light: float, chroma: float = 1.0) -> Lab:
    """Return a kin of a colour: `light` L units lighter, its chroma times `chroma`."""
    return np.array([np.clip(lab[0] + light, 2, 97), lab[1] * chroma, lab[2] * chroma], np.float32)


def middle(lab: Lab, weights: Mask) -> Lab:
    """Return the weighted mean of (N, N, 3) colours under (N, N) weights."""
    total = float(weights.sum()) + 1e-6
    return np.array([float((lab[..., k] * weights).sum()) / total for k in range(3)], np.float32)
