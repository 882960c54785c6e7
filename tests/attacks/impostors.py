"""Attacks with real faces: another order, another person, a second person, a broken stream."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import numpy as np

from consent.types import Action
from tests.attacks.footage import Footage, baked
from tests.attacks.harness import Channel
from tests.attacks.lab import Attempt, Case, Lab, stranger
from tests.attacks.light import Picture

LATE_SECONDS = (46.0, 52.0)  # of the sixty that a challenge lives

Build = Callable[[Lab, Case], Attempt]


def wrong_order(lab: Lab, case: Case) -> Attempt:
    player, challenge = lab.sitter(case), case.challenge()
    asked = (challenge.assent, *challenge.actions)
    moves = [action for action in asked if action is not Action.COLOURS]
    player.answer = Script([*moves[1:], moves[0]])
    return Attempt(player, challenge)


def swap(lab: Lab, case: Case) -> Attempt:
    victim, own = baked(case.subject), baked(stranger(case.subject))
    calm = {Action.CENTRE, Action.COLOURS}
    player = lab.sitter(case)
    player.cast = lambda asked, at: victim if asked in calm else own
    return Attempt(player, case.challenge())


def own_face_lit(lab: Lab, case: Case) -> Attempt:
    """A film of the victim for everything, the attacker's own lit face for the colours."""
    victim, own = baked(case.subject), baked(stranger(case.subject))
    player = lab.sitter(case)
    player.cast = lambda asked, at: own if asked is Action.COLOURS else victim
    return Attempt(player, case.challenge())


def alternating(lab: Lab, case: Case) -> Attempt:
    """The same, but with every second picture under the colours the victim's."""
    victim, own = baked(case.subject), baked(stranger(case.subject))
    player = lab.sitter(case)
    fps = case.conditions.fps
    player.cast = lambda asked, at: own if asked is Action.COLOURS and int(at * fps) % 2 else victim
    return Attempt(player, case.challenge())


def two_people(lab: Lab, case: Case) -> Attempt:
    return _beside(lab, case, 0.0)


def second_person(lab: Lab, case: Case) -> Attempt:
    return _beside(lab, case, case.rng("moment").uniform(2.0, 10.0))


def _beside(lab: Lab, case: Case, since: float) -> Attempt:
    one, other = baked(case.subject), baked(stranger(case.subject))
    both = Beside(one, other)
    player = lab.sitter(case)
    player.cast = lambda asked, at: both if at >= since else one
    return Attempt(player, case.challenge())


def switch(lab: Lab, case: Case) -> Attempt:
    one, other = baked(case.subject), baked(stranger(case.subject))
    moment = case.rng("moment").uniform(2.0, 13.0)
    player = lab.sitter(case)
    player.cast = lambda asked, at: other if at >= moment else one
    return Attempt(player, case.challenge())


def switch_in_colours(lab: Lab, case: Case) -> Attempt:
    """Another person from the middle of the colours on."""
    one, other = baked(case.subject), baked(stranger(case.subject))
    player = lab.sitter(case)
    wait = case.rng("moment").uniform(0.8, 4.0)
    since: list[float] = []

    def cast(asked: Action, at: float) -> Footage:
        if asked is Action.COLOURS and not since:
            since.append(at + wait)
        return other if since and at >= since[0] else one

    player.cast = cast
    return Attempt(player, case.challenge())


def faulty(fault: Callable[[Random], Channel]) -> Build:
    def build(lab: Lab, case: Case) -> Attempt:
        return Attempt(lab.sitter(case), case.challenge(), fault(case.rng("fault")))

    return build


def stale(lab: Lab, case: Case) -> Attempt:
    """Begin when most of the challenge's life is over."""
    begins = case.rng("moment").uniform(*LATE_SECONDS)
    return Attempt(lab.sitter(case), case.challenge(), begins=begins)


@dataclass(slots=True)
class Script:
    """Answers what is asked with the actions of another challenge, in their order."""

    actions: list[Action]
    _last: Action = Action.CENTRE
    _number: int = -1

    def __call__(self, asked: Action) -> Action:
        """Return what is done."""
        if asked in {Action.CENTRE, Action.COLOURS}:
            self._last = asked
            return Action.CENTRE
        if asked is not self._last:
            self._last = asked
            self._number += 1
        return self.actions[self._number % len(self.actions)]


@dataclass(frozen=True, slots=True)
class Beside:
    """Two people in one picture."""

    one: Footage
    other: Footage

    def picture(self, action: Action, progress: float, beat: int) -> Picture:
        """Return the middles of both pictures side by side."""
        return _joined(
            self.one.picture(action, progress, beat), self.other.picture(action, progress, beat)
        )

    def still(self) -> Picture:
        """Return their stills likewise."""
        return _joined(self.one.still(), self.other.still())


def _joined(one: Picture, other: Picture) -> Picture:
    width = one.shape[1]
    middle = slice(width // 4, width // 4 + width // 2)
    return np.concatenate([one[:, middle], other[:, middle]], axis=1)
