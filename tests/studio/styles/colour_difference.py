"""CIEDE2000 (Sharma, Wu and Dalal 2005), for judging what a drawing did to a colour."""

import numpy as np


def ciede2000(first, second):
    """Difference of two CIELAB colours; 1 is about the least that a person sees."""
    (l1, a1, b1), (l2, a2, b2) = (tuple(map(float, lab)) for lab in (first, second))
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25**7))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    angle = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    weight = (
        1
        - 0.17 * np.cos(np.radians(angle - 30))
        + 0.24 * np.cos(np.radians(2 * angle))
        + 0.32 * np.cos(np.radians(3 * angle + 6))
        - 0.20 * np.cos(np.radians(4 * angle - 63))
    )
    scale_l = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    scale_c, scale_h = 1 + 0.045 * chroma, 1 + 0.015 * chroma * weight
    bend = np.exp(-(((angle - 275) / 25) ** 2))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * np.sin(np.radians(60 * bend))
    parts = (l2 - l1) / scale_l, (c2 - c1) / scale_c, hue / scale_h
    return float(np.sqrt(sum(p * p for p in parts) + rotation * parts[1] * parts[2]))
