"""Plays a baked subject as a camera would see it: any action in any order, with camera noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from consent.types import Action
from studio.subjects.cast import STILL, BakedFrame, CastMember
from studio.subjects.screen import DARK, Light, Lit, Screen

READ_NOISE = 2.0  # grey levels, one standard deviation: a webcam in a lit room
HOLD_FRAMES = 6  # frames that an action's extreme is held
LAYER = "light_"  # the layer of a white screen is named after the frame that it is added to


@dataclass(frozen=True, slots=True)
class CameraFrame:
    """What the camera delivers: the hashes of what was baked, and pixels with noise."""

    baked_sha256: str
    image: NDArray[np.uint8]  # (H, W, 3) sRGB
    light_sha256: str | None = None  # of the layer that was added for the screen's light


class Player:
    """An endless camera: told an action, it performs it once and returns to rest.

    `now` is the camera's time in seconds; whoever asks for frames sets it, because a rehearsal
    counts its time instead of waiting. The screen's light is seen while the subject rests.
    """

    def __init__(
        self,
        member: CastMember,
        rng: np.random.Generator,
        *,
        screen: Screen | None = None,
        noise: float = READ_NOISE,
    ) -> None:
        """Sit a subject down.

        Args:
            member: who.
            rng: of the camera's noise.
            screen: whose light falls on them; an ordinary one in a lit room if not told.
            noise: grey levels, one standard deviation.
        """
        self._member = member
        self._rng = rng
        self._noise = noise
        self._frames: dict[str, BakedFrame] = {}
        self._lit: dict[str, Lit] = {}
        self._mixed: tuple[str, Light, NDArray[np.float32]] | None = None
        self._rests = 0
        self.screen = screen or Screen()
        self.now = 0.0

    def show(self, colour: str | None, fade_seconds: float = 0.0) -> None:
        """Let the screen show a colour ("#rrggbb") or none from now on."""
        self.screen.show(colour, fade_seconds, self.now)

    def perform(self, action: Action) -> Iterator[CameraFrame]:
        """Yield the frames of one action from rest to its extreme and back."""
        if action in {Action.CENTRE, Action.COLOURS}:
            yield self.rest()
            return
        clip = self._member.clips[action.value]
        for name in (*clip, *([clip[-1]] * HOLD_FRAMES), *reversed(clip)):
            yield self._camera(name)

    def rest(self) -> CameraFrame:
        """Return the next frame of sitting still, in the light of the screen."""
        light = self.screen.light(self.now)
        clip = self._member.clips["rest"]
        self._rests += 1
        name = clip[self._rests // 4 % len(clip)]
        return self._camera(name) if light == DARK else self._in_screen_light(name, light)

    def still(self, index: int) -> CameraFrame:
        """Return one frontal still at the camera's full resolution."""
        clip = self._member.clips[STILL]
        return self._camera(clip[index % len(clip)])

    def _camera(self, name: str) -> CameraFrame:
        baked = self._baked(name)
        return CameraFrame(baked.sha256, self._noisy(baked.image))

    def _in_screen_light(self, name: str, light: Light) -> CameraFrame:
        ambient, layer = self._baked(name), self._baked(LAYER + name)
        if name not in self._lit:
            self._lit[name] = Lit.of(ambient.image, layer.image)
        if self._mixed is None or self._mixed[:2] != (name, light):  # a colour lasts some frames
            picture = self._lit[name].under(light, self.screen.strength)
            self._mixed = (name, light, picture)
        return CameraFrame(ambient.sha256, self._noisy(self._mixed[2]), layer.sha256)

    def _baked(self, name: str) -> BakedFrame:
        if name not in self._frames:
            self._frames[name] = self._member.frame(name)
        return self._frames[name]

    def _noisy(self, picture: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.uint8]:
        noise = self._rng.standard_normal(picture.shape, np.float32) * np.float32(self._noise)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
