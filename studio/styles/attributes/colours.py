"""Colours as attributes tell them: sRGB in hexadecimal, compared in CIELAB."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field

Lab = NDArray[np.float32]  # (..., 3) CIELAB under D65, L 0 to 100
Linear = NDArray[np.float32]  # (..., 3) linear sRGB, 1 = white

# The ten tones of the Monk Skin Tone scale, lightest first, as published (Ellis Monk and Google,
# 2022, skintone.google, CC BY 4.0).
MONK = (
    *("#f6ede4", "#f3e7db", "#f7ead0", "#eadaba", "#d7bd96"),
    *("#a07e56", "#825c43", "#604134", "#3a312a", "#292420"),
)
LUMINANCE = np.array((0.2126, 0.7152, 0.0722), np.float32)  # of linear sRGB (IEC 61966-2-1)


def lab_of(colour: str) -> Lab:
    """Return CIELAB, (3,), of "#rrggbb"."""
    rgb = np.frombuffer(bytes.fromhex(colour.removeprefix("#")), np.uint8)
    return as_field(cv2.cvtColor(as_field(rgb).reshape(1, 1, 3) / 255, cv2.COLOR_RGB2Lab)[0, 0])


def hex_of(lab: Lab) -> str:
    """Return "#rrggbb" of CIELAB, (3,), clipped to the gamut."""
    rgb = cv2.cvtColor(as_field(lab).reshape(1, 1, 3), cv2.COLOR_Lab2RGB).reshape(3)
    return "#" + bytes(np.clip(np.round(rgb * 255), 0, 255).astype(np.uint8)).hex()


def to_linear(rgb: NDArray[np.generic]) -> Linear:
    """Return linear sRGB of (..., 3) sRGB, 0 to 255."""
    share = as_field(rgb) / 255
    return as_field(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4))


def lab_to_linear(lab: Lab) -> Linear:
    """Return linear sRGB, (3,), of CIELAB, (3,)."""
    return as_field(cv2.cvtColor(as_field(lab).reshape(1, 1, 3), cv2.COLOR_Lab2LRGB).reshape(3))


def linear_to_lab(linear: Linear) -> Lab:
    """Return CIELAB, (3,), of linear sRGB, (3,)."""
    share = np.clip(as_field(linear), 0, 1).reshape(1, 1, 3)
    return as_field(cv2.cvtColor(share, cv2.COLOR_LRGB2Lab).reshape(3))


def apart(one: Lab, two: Lab) -> float:
    """Return the distance of two colours in CIELAB (CIE 1976)."""
    return float(np.linalg.norm(as_field(one) - as_field(two)))
