"""Colours as attributes tell them: sRGB in hexadecimal, compared in CIELAB."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field

Lab = NDArray[np.float32]  # (..., 3) CIELAB under D65, L 0 to 100

# The ten tones of the Monk Skin Tone scale, lightest first, as published (Ellis Monk and Google,
# 2022, skintone.google, CC BY 4.0).
MONK = (
    *("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96"),
    *("#a07e56", "#825c43", "#604134", "#3a312a", "#292420"),
)


def lab_of(colour: str) -> Lab:
    """Return CIELAB, (3,), of "#rrggbb"."""
    rgb = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8)
    return rgb_to_lab(rgb.astype(np.float32))


def hex_of(lab: Lab) -> str:
    """Return "#rrggbb" of CIELAB, (3,), clipped to the gamut."""
    rgb = cv2.cvtColor(as_field(lab).reshape(1, 1, 3), cv2.COLOR_Lab2RGB).reshape(3)
    return "#" + bytes(np.clip(np.round(rgb * 255), 0, 255).astype(np.uint8)).hex()


def rgb_to_lab(rgb: NDArray[np.generic]) -> Lab:
    """Return CIELAB of (..., 3) sRGB, 0 to 255."""
    flat = as_field(rgb).reshape(-1, 1, 3) / 255
    return as_field(cv2.cvtColor(flat, cv2.COLOR_RGB2Lab).reshape(np.shape(rgb)))
