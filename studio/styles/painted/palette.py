"""Palettes: what surrounds the person, and the light it is seen in. Skin keeps its own colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.styles.painted.colour import Lab


@dataclass(frozen=True, slots=True)
class Palette:
    """Two background tones as (L, C, hue in degrees), and how the clothes are graded."""

    label: str
    back: tuple[float, float, float] | None  # None: chosen to suit the person
    front: tuple[float, float, float] | None
    clothes_hue: float | None = None  # degrees; None keeps the clothes' own colour
    clothes_chroma: float = 0.0


PALETTES = {
    "natural": Palette("Natural", None, None),
    "sunset": Palette("Sunset", (72, 46, 62), (60, 56, 38), 20, 14),
    "ocean": Palette("Ocean", (70, 30, 225), (48, 40, 260), 255, 18),
    "neon": Palette("Neon", (26, 34, 300), (56, 72, 335), 310, 24),
    "forest": Palette("Forest", (80, 22, 115), (52, 34, 150), 150, 14),
    "mono": Palette("Paper", (93, 3, 90), (80, 4, 90)),
}


# Designed pairs (field, figure) that suit faces; one that lies too near the person is left out.
DUOS = (
    ((88, 16, 215), (62, 34, 235)),
    ((90, 20, 88), (78, 52, 78)),
    ((86, 14, 300), (58, 36, 298)),
    ((89, 14, 165), (64, 32, 175)),
    ((90, 14, 355), (68, 40, 358)),
    ((40, 20, 270), (62, 34, 250)),
)
APART = 24.0  # Lab distance of the figure's tone from the hair's and the skin's


def background_tones(
    palette: Palette, hair: Lab, skin: Lab, rng: np.random.Generator
) -> tuple[Lab, Lab]:
    """Return the field's and the figure's tone behind the person.

    Left to suit the person, it is one of the designed pairs, drawn by `rng` from those whose
    figure keeps off the hair's and the skin's own colour, so that the silhouette reads.
    """
    if palette.back is not None and palette.front is not None:
        return _lch(*palette.back), _lch(*palette.front)
    order = [DUOS[int(index)] for index in rng.permutation(len(DUOS))]
    pairs = [(_lch(*back), _lch(*front)) for back, front in order]
    for pair in pairs:
        if min(float(np.linalg.norm(pair[1] - tone)) for tone in (hair, skin)) > APART:
            return pair
    return pairs[0]


def grade_clothes(palette: Palette, tone: Lab) -> Lab:
    """Return a garment's tone under the palette; its lightness stays."""
    if palette.clothes_hue is None:
        return tone
    own = float(np.hypot(tone[1], tone[2]))
    mixed = 0.35 * own + 0.65 * palette.clothes_chroma
    return _lch(float(tone[0]), mixed, palette.clothes_hue)


def _lch(light: float, chroma: float, hue: float) -> Lab:
    angle = np.radians(hue)
    return np.array([light, chroma * np.cos(angle), chroma * np.sin(angle)], np.float32)
