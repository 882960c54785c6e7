"""How far apart two colours look: CIEDE2000."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Lab = NDArray[np.float32]  # (3,) CIELAB under D65, L 0 to 100


def ciede2000(first: Lab, second: Lab) -> float:
    """Return the difference of two colours; 1 is about the least that a person sees.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula" (Color Research and Application
    30, 2005).
    """
    (l1, a1, b1), (l2, a2, b2) = (tuple(map(float, lab)) for lab in (first, second))
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    c1, c2 = math.hypot(a1 * stretch, b1), math.hypot(a2 * stretch, b2)
    h1 = math.degrees(math.atan2(b1, a1 * stretch)) % 360
    h2 = math.degrees(math.atan2(b2, a2 * stretch)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    angle = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    off = (light - 50) ** 2
    parts = (
        (l2 - l1) / (1 + 0.015 * off / math.sqrt(20 + off)),
        (c2 - c1) / (1 + 0.045 * chroma),
        hue / (1 + 0.015 * chroma * _hue_weight(angle)),
    )
    bend = math.exp(-(((angle - 275) / 25) ** 2))
    seven = chroma**7
    rotation = -2 * math.sqrt(seven / (seven + 25**7)) * math.sin(math.radians(60 * bend))
    return math.sqrt(max(0.0, sum(p * p for p in parts) + rotation * parts[1] * parts[2]))


def _hue_weight(angle: float) -> float:
    return (
        1
        - 0.17 * math.cos(math.radians(angle - 30))
        + 0.24 * math.cos(math.radians(2 * angle))
        + 0.32 * math.cos(math.radians(3 * angle + 6))
        - 0.20 * math.cos(math.radians(4 * angle - 63))
    )
