"""Actors who follow instructions with some footage: the person, or what stands in for one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from consent.types import Action
from studio.service import CaptureUpdate
from tests.attacks.footage import Footage
from tests.attacks.light import Linear, Picture, Screen
from tests.attacks.lighting import Lighting, unlit
from tests.attacks.performer import Motion

SEEN_AFTER_SECONDS = 0.08  # from a screen to the camera's picture of it: exposure, read-out
_BEATS = 15.0  # a second: at which rest moves


@dataclass(slots=True)
class Player:
    """Plays footage as it is asked to."""

    footage: Footage
    motion: Motion
    lighting: Lighting = unlit
    # What is done when something is asked for: normally that.
    answer: Callable[[Action], Action] = lambda asked: asked
    # Whose pictures are used at a moment: normally the same throughout.
    cast: Callable[[Action, float], Footage] | None = None
    # The light that falls on it at a moment: normally the screen's.
    lamp: Callable[[Screen, float], Linear] = field(default=lambda screen, at: screen.light(at))
    asked: Action = Action.CENTRE

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Take the next instruction."""
        if update.instruction != "done":
            self.asked = Action(update.instruction)
            self.motion.hear(self.answer(self.asked), at)

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return what the camera sees."""
        action, progress = self.motion.at(at)
        footage = self.cast(self.asked, at) if self.cast else self.footage
        image = footage.picture(action, progress, int(at * _BEATS))
        return self.lighting(image, self.lamp(screen, at - SEEN_AFTER_SECONDS))

    def still(self, at: float, screen: Screen) -> Picture:
        """Return the portrait; no colour is ever on the screen when one is asked for."""
        footage = self.cast(self.asked, at) if self.cast else self.footage
        return footage.still()
