"""How what is before the camera answers the screen, or how an attacker pretends that it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from studio.face.meter import FaceMeter
from studio.subjects.screen import Lit
from tests.attacks.footage import Clips, Matte
from tests.attacks.light import Linear, Mask, Picture, gained, lit

BEYOND = 0.1  # of the screen's light at the face that reaches the wall behind
_EDGE, _RIDGE = 0.5, 0.9  # of a sculpted tint: at the face's edge, and how much more in its middle
_WIDE = 0.28  # of the face's height: how wide that middle is

# Takes a picture and the light of a screen, 1 = white, and returns what the camera sees.
Lighting = Callable[[Picture, Linear], Picture]


def unlit(image: Picture, light: Linear) -> Picture:
    """A film: the screen does not reach it."""
    return image


@dataclass(slots=True)
class Presence:
    """Somebody who sits before a screen, as it was rendered; only rests are lit.

    `strength` is what a white screen adds to the skin's light, as a share of the room's.
    """

    sitters: Sequence[Clips]  # whoever may sit there
    strength: float
    _lit: dict[int, Lit] = field(default_factory=dict)

    def __call__(self, image: Picture, light: Linear) -> Picture:
        """Add the screen's light."""
        if not light.any():
            return image
        for clips in self.sitters:
            for rest, layer in zip(clips.rests, clips.lights, strict=True):
                if rest is image:
                    red, green, blue = (float(part) for part in light)
                    mixed = self._parts(rest, layer).under((red, green, blue), self.strength)
                    return np.asarray(mixed.round(), np.uint8)
        return image

    def _parts(self, rest: Picture, layer: Picture) -> Lit:
        if id(rest) not in self._lit:
            self._lit[id(rest)] = Lit.of(rest, layer)
        return self._lit[id(rest)]


@dataclass(frozen=True, slots=True)
class Tint:
    """A filter over the whole picture that reads the page's colours."""

    strength: float

    def __call__(self, image: Picture, light: Linear) -> Picture:
        """Multiply everything."""
        return gained(image, 1 + light * self.strength) if light.any() else image


@dataclass(frozen=True, slots=True)
class PersonTint:
    """The same over the person alone, evenly."""

    matte: Matte
    strength: float

    def __call__(self, image: Picture, light: Linear) -> Picture:
        """Multiply the person."""
        return lit(image, light * self.strength, self.matte.of(image), beyond=BEYOND)


@dataclass(slots=True)
class SculptedTint:
    """The same, stronger in the middle of the face than at its edge, as a head is lit."""

    meter: FaceMeter
    strength: float
    _masks: dict[int, tuple[Picture, Mask]] = field(default_factory=dict)

    def __call__(self, image: Picture, light: Linear) -> Picture:
        """Multiply the face."""
        return lit(image, light * self.strength * 1.5, self._mask(image), beyond=0.0)

    def _mask(self, image: Picture) -> Mask:
        if id(image) not in self._masks:
            mask = np.zeros(image.shape[:2], np.float32)
            for face in self.meter.faces(image)[:1]:
                nose, wide = face.landmarks[4, :2], _WIDE * face.box.height
                rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
                squared = ((columns - nose[0]) ** 2 + (rows - nose[1]) ** 2) / wide**2
                mask[:] = (_EDGE + _RIDGE * np.exp(-squared)) / (_EDGE + _RIDGE)
                mask *= cv2.GaussianBlur((squared < 9).astype(np.float32), (0, 0), 12)
            self._masks[id(image)] = image, mask
        return self._masks[id(image)][1]
