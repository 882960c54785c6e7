"""Plays a baked subject as a camera would see it: any action in any order, with camera noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consent.types import Action
from studio.subjects.cast import STILL, BakedFrame, CastMember

READ_NOISE = 2.0  # grey levels, one standard deviation: a webcam in a lit room
HOLD_FRAMES = 6  # frames that an action's extreme is held


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """What the camera delivers: the baked frame's hash and pixels with noise."""

    baked_sha256: str
    image: NDArray[np.uint8]  # (H, W, 3) sRGB


class Player:
    """An endless camera: told an action, it performs it once and returns to rest."""

    def __init__(self, member: CastMember, rng: np.random.Generator) -> None:
        self._member = member
        self._rng = rng
        self._frames: dict[str, BakedFrame] = {}
        self._rests = 0

    def perform(self, action: Action) -> Iterator[CameraFrame]:
        """Yield the frames of one action from rest to its extreme and back."""
        if action is Action.CENTRE:
            yield self.rest()
            return
        clip = self._member.clips[action.value]
        for name in (*clip, *([clip[-1]] * HOLD_FRAMES), *reversed(clip)):
            yield self._camera(name)

    def rest(self) -> CameraFrame:
        """Return the next frame of sitting still."""
        clip = self._member.clips["rest"]
        self._rests += 1
        return self._camera(clip[self._rests // 4 % len(clip)])

    def still(self, index: int) -> CameraFrame:
        """Return one frontal still at the camera's full resolution."""
        clip = self._member.clips[STILL]
        return self._camera(clip[index % len(clip)])

    def _camera(self, name: str) -> CameraFrame:
        if name not in self._frames:
            self._frames[name] = self._member.frame(name)
        baked = self._frames[name]
        noise = self._rng.normal(0.0, READ_NOISE, baked.image.shape).astype(np.float32)
        pixels = np.clip(baked.image + noise, 0, 255).astype(np.uint8)
        return CameraFrame(baked.sha256, pixels)
