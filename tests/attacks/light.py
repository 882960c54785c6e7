"""Light in simulated scenes: what a screen's colour adds to what a camera sees.

A surface reflects the room's light and the screen's alike, so a screen multiplies what the room
shows: linear light times one plus the screen's share (Tang et al., "Face Flashing", NDSS 2018).
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (H, W, 3) sRGB
Mask = NDArray[np.float32]  # (H, W), 0 to 1
Linear = NDArray[np.float32]  # (3,) linear light, 0 to 1

DARK: Linear = np.zeros(3, np.float32)
_GREYS = np.arange(256) / 255
TO_LINEAR = np.where(_GREYS <= 0.04045, _GREYS / 12.92, ((_GREYS + 0.055) / 1.055) ** 2.4)


def to_srgb(linear: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return sRGB bytes of linear light, clipped to [0, 1] (IEC 61966-2-1)."""
    clipped = np.clip(linear, 0.0, 1.0)
    curve = np.where(clipped <= 0.0031308, clipped * 12.92, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(curve * 255), np.uint8)


def gained(image: Picture, gain: Linear, *, added: Linear = DARK) -> Picture:
    """Return the picture with every channel multiplied, then added to, in linear light."""
    table = to_srgb(TO_LINEAR[:, None] * gain + added)
    return np.asarray(cv2.LUT(image, table[:, None].astype(np.uint8)), np.uint8)


def blended(background: Picture, front: Picture, mask: Mask) -> Picture:
    """Return `front` where the mask is 1, `background` where it is 0."""
    alpha = mask[..., None]
    return np.asarray(background * (1 - alpha) + front * alpha, np.uint8)


def lit(image: Picture, light: Linear, mask: Mask, *, beyond: float) -> Picture:
    """Return the picture lit by a screen.

    Args:
        image: in the room's light alone.
        light: the screen's, as a share of the room's.
        mask: what stands as near to the screen as the face.
        beyond: how much of that light reaches the rest.
    """
    if not light.any():
        return image
    return blended(gained(image, 1 + light * beyond), gained(image, 1 + light), mask)


@dataclass(slots=True)
class Screen:
    """What a page showed when: colours with their fades, in linear light."""

    _times: list[float] = field(default_factory=list)  # seconds
    _colours: list[Linear] = field(default_factory=list)
    _fades: list[float] = field(default_factory=list)

    def show(self, colour: str | None, at: float, fade: float) -> None:
        """Show a colour (#rrggbb, or none) from a moment on, in seconds."""
        light = DARK
        if colour is not None:
            light = TO_LINEAR[list(bytes.fromhex(colour[1:]))].astype(np.float32)
        if self._colours and np.array_equal(self._colours[-1], light):
            return
        self._times.append(at)
        self._colours.append(light)
        self._fades.append(fade)

    @property
    def began(self) -> float | None:
        """When the first colour was shown, in seconds."""
        lit_up = (at for at, colour in zip(self._times, self._colours, strict=True) if colour.any())
        return next(lit_up, None)

    def light(self, at: float) -> Linear:
        """Return what it shone at a moment."""
        index = bisect.bisect_right(self._times, at) - 1
        if index < 0:
            return DARK
        new = self._colours[index]
        if index == 0 or not self._fades[index]:
            return new
        share = min(1.0, (at - self._times[index]) / self._fades[index])
        return np.asarray(share * new + (1 - share) * self._colours[index - 1], np.float32)
