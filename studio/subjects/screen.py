"""The light of a screen on a baked subject: added to the room's in linear light, a little late."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.face.skin import LINEAR

Light = tuple[float, float, float]  # linear red, green and blue, 0 to 1

DARK: Light = (0.0, 0.0, 0.0)
_CURVE = 4096  # entries: finer than 8 bits of sRGB anywhere but in the deepest shadow

_STEPS = np.arange(_CURVE) / (_CURVE - 1)
_SRGB = np.where(
    _STEPS <= 0.0031308, 12.92 * _STEPS, 1.055 * np.maximum(_STEPS, 1e-9) ** (1 / 2.4) - 0.055
)
_SRGB = (255 * _SRGB).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Shown:
    light: Light
    fade: float  # seconds
    at: float  # seconds


class Screen:
    """What a screen shows, and how its light reaches the picture."""

    def __init__(self, strength: float = 0.12, delay: float = 0.12) -> None:
        """Start dark.

        Args:
            strength: light that the white screen adds to the skin, as a share of the room's own:
                0.02 beside a bright window, 0.1 in a lit room, 0.4 in the evening.
            delay: seconds from showing to being seen: screen and camera.
        """
        self.strength = strength
        self.delay = delay
        self._shown: deque[_Shown] = deque([_Shown(DARK, 0.0, -1e9)], maxlen=16)

    def show(self, colour: str | None, fade_seconds: float, at: float) -> None:
        """Show a colour ("#rrggbb") or none from a moment on, in seconds."""
        light = DARK if colour is None else light_of(colour)
        if light != self._shown[-1].light:
            self._shown.append(_Shown(light, fade_seconds, at))

    def light(self, at: float) -> Light:
        """Return the screen's light in a picture taken at a moment."""
        seen = at - self.delay
        index = max(i for i, shown in enumerate(self._shown) if i == 0 or shown.at <= seen)
        now, before = self._shown[index], self._shown[max(0, index - 1)]
        share = min(1.0, (seen - now.at) / now.fade) if now.fade > 0 else 1.0
        red, green, blue = (
            share * a + (1 - share) * b for a, b in zip(now.light, before.light, strict=True)
        )
        return red, green, blue


@dataclass(frozen=True, slots=True)
class Lit:
    """A baked frame in parts: the room's light, and a white screen's."""

    ambient: NDArray[np.float32]  # (H, W, 3) linear
    screen: NDArray[np.float32]  # (H, W, 3) linear, scaled so that 1 adds as much as the room does

    @classmethod
    def of(cls, ambient: NDArray[np.uint8], layer: NDArray[np.uint8]) -> Lit:
        """Prepare two (H, W, 3) uint8 sRGB pictures of one pose."""
        room, white = LINEAR[ambient], LINEAR[layer]
        height, width = ambient.shape[:2]
        middle = slice(height // 4, 2 * height // 3), slice(3 * width // 8, 5 * width // 8)
        face = white[middle].sum(axis=2) > 0.4 * np.percentile(white[middle].sum(axis=2), 99)
        share = np.median(white[middle].sum(axis=2)[face] / room[middle].sum(axis=2)[face])
        return cls(room, white / np.float32(share))

    def under(self, light: Light, strength: float) -> NDArray[np.float32]:
        """Return the picture in both lights, (H, W, 3) float32 sRGB, 0 to 255."""
        colour = np.array(light, np.float32) * np.float32(strength)
        mixed = self.ambient + self.screen * colour
        steps = np.minimum(mixed * np.float32(_CURVE - 1), np.float32(_CURVE - 1))
        picture: NDArray[np.float32] = _SRGB[steps.astype(np.uint16)]
        return picture


def light_of(colour: str) -> Light:
    """Return "#rrggbb" in linear light."""
    red, green, blue = (float(LINEAR[byte]) for byte in bytes.fromhex(colour[1:]))
    return red, green, blue
