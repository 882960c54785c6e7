"""Somebody, or somebody's puppet, who does what the page asks, after a moment to react."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Protocol

from consent.types import Action
from studio.service import CaptureUpdate
from tests.attacks.light import Picture, Screen

MOVE_SECONDS = 0.5  # from rest to an action's extreme
HOLD_SECONDS = 0.7
BLINK_SECONDS = 0.35  # that closed eyes are held
PAUSE_SECONDS = 0.6  # before an action is tried again
STILL_ACTIONS = frozenset({Action.CENTRE, Action.COLOURS})  # nothing moves in these
QUICK = frozenset({Action.BLINK, Action.SMILE, Action.MOUTH_OPEN})


class Actor(Protocol):
    """Whoever is before the camera, or feeds it; sees what a page shows and nothing else."""

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Learn what the page shows from a moment on, in seconds."""
        ...

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return what the camera sees at a moment: (480, 640, 3)."""
        ...

    def still(self, at: float, screen: Screen) -> Picture:
        """Return a full-resolution picture of the same moment."""
        ...


@dataclass(slots=True)
class Motion:
    """Turns instructions into an action and how far it has got."""

    rng: Random
    reaction: tuple[float, float] = (0.3, 1.0)  # seconds, to begin an action
    calming: tuple[float, float] = (0.3, 1.0)  # the same, to be calm again
    action: Action = Action.CENTRE  # what shows
    progress: float = 0.0
    _heard: Action = Action.CENTRE
    _wanted: Action = Action.CENTRE
    _since: float = 0.0  # from when it is wanted
    _coming: tuple[float, Action] | None = None
    _now: float = 0.0

    def hear(self, asked: Action, at: float) -> None:
        """Learn what is asked for; the reaction takes a moment."""
        if asked is not self._heard:
            self._heard = asked
            span = self.calming if asked in STILL_ACTIONS else self.reaction
            self._coming = (at + self.rng.uniform(*span), asked)

    def at(self, now: float) -> tuple[Action, float]:
        """Move on to a moment; return the action that shows and its progress."""
        step, self._now = now - self._now, now
        if self._coming is not None and now >= self._coming[0]:
            self._since, self._wanted = self._coming
            self._coming = None
        aim = self._aim(now - self._since)
        speed = step / MOVE_SECONDS * (2 if self.action in QUICK else 1)
        if self.progress == 0.0:
            self.action = aim
        if aim is self.action and aim is not Action.CENTRE:
            self.progress = min(1.0, self.progress + speed)
        else:
            self.progress = max(0.0, self.progress - speed)
        return self.action, self.progress

    def _aim(self, elapsed: float) -> Action:
        """An action is held, left, and tried again until something else is asked for."""
        if self._wanted in STILL_ACTIONS:
            return Action.CENTRE
        hold = BLINK_SECONDS if self._wanted is Action.BLINK else HOLD_SECONDS
        out = MOVE_SECONDS + hold
        return (
            self._wanted if elapsed % (out + MOVE_SECONDS + PAUSE_SECONDS) < out else Action.CENTRE
        )
