"""Pictures of somebody by action and progress, whoever plays them: filmed, printed or warped."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import cv2
import numpy as np

from consent.types import Action
from studio.face.meter import FaceMeter
from studio.subjects.cast import load_cast
from tests.attacks.light import Mask, Picture

Masker = Callable[[Picture], Mask]


class Footage(Protocol):
    """Somebody's pictures."""

    def picture(self, action: Action, progress: float, beat: int) -> Picture:
        """Return a 640 x 480 picture; progress 0 is rest, 1 the action's extreme."""
        ...

    def still(self) -> Picture:
        """Return a full-resolution picture that looks ahead."""
        ...


@dataclass(slots=True)
class Clips:
    """Footage made of lists of pictures."""

    clips: Mapping[Action, Sequence[Picture]]  # from rest to extreme
    rests: Sequence[Picture]
    portrait: Picture
    lights: Sequence[Picture] = ()  # each rest in the light of a white screen alone

    def picture(self, action: Action, progress: float, beat: int) -> Picture:
        """Return the picture nearest to the progress."""
        if action not in self.clips or progress <= 0:
            return self.rests[beat // 4 % len(self.rests)]
        clip = self.clips[action]
        return clip[min(len(clip) - 1, round(progress * (len(clip) - 1)))]

    def still(self) -> Picture:
        """Return the full-resolution portrait."""
        return self.portrait


@dataclass(slots=True, eq=False)
class Matte:
    """Which part of each picture is the person; measured once a picture."""

    meter: FaceMeter
    _known: dict[int, tuple[Picture, Mask]] = field(default_factory=dict)

    def of(self, image: Picture) -> Mask:
        """Return the person's alpha."""
        if id(image) not in self._known:
            self._known[id(image)] = image, self.meter.person(image)
        return self._known[id(image)][1]


def frozen(photo: Picture) -> Clips:
    """Return footage that never moves."""
    height, width = photo.shape[:2]
    wide = photo
    if width * 3 != height * 4:  # fill up from its borders
        side = (height * 4 // 3 - width) // 2
        wide = np.asarray(cv2.copyMakeBorder(photo, 0, 0, side, side, cv2.BORDER_REPLICATE))
    return Clips({}, [resized(wide, 640, 480)], resized(wide, 1280, 960))


@cache
def baked(subject: str) -> Clips:
    """Return the clips of a baked subject, decoded once a process."""
    member = load_cast()[subject]
    decoded = {
        action: [member.frame(name).image for name in names]
        for action, names in member.clips.items()
    }
    actions = [action for action in Action if action.value in decoded]
    return Clips(
        clips={action: decoded[action.value] for action in actions},
        rests=decoded["rest"],
        portrait=decoded["still"][0],
        lights=decoded.get("light_rest", ()),
    )


def resized(image: Picture, width: int, height: int) -> Picture:
    """Return the picture at another size."""
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
