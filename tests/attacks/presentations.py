"""Attacks that show something else than a person: prints, stills, puppets, films, tints."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.profiles import STANDARD_LIVENESS
from consent.types import Action, Colour
from tests.attacks.actors import Player
from tests.attacks.footage import Footage, baked
from tests.attacks.lab import RECORDED, Attempt, Case, Lab
from tests.attacks.light import Picture
from tests.attacks.lighting import PersonTint, SculptedTint, Tint
from tests.attacks.performer import Motion
from tests.attacks.prints import Print
from tests.attacks.replays import OtherColours, Replay, cut_by_colour
from tests.attacks.screens import Tablet

BENDS = (0.12, 0.20)  # metres: how narrow a bent print is rolled
LOOP = (
    *(Action.CENTRE, Action.SMILE, Action.MOUTH_OPEN, Action.TURN_LEFT, Action.TURN_RIGHT),
    *(Action.LOOK_UP, Action.BLINK),
)
LOOP_SECONDS = 1.6  # of one action of a loop
SHAKE_PIXELS = 9.0
TABLET_SIZES = (0.95, 0.75)  # of the picture


def flat(lab: Lab, case: Case) -> Attempt:
    return Attempt(_print(lab.photo(case.subject), case, None), case.challenge())


def bent(lab: Lab, case: Case) -> Attempt:
    bend = BENDS[case.seed % len(BENDS)]
    return Attempt(_print(lab.photo(case.subject), case, bend), case.challenge())


def cut_out(lab: Lab, case: Case) -> Attempt:
    return Attempt(_print(lab.puppet(case.subject), case, None), case.challenge())


def _print(photo: Footage, case: Case, bend: float | None) -> Print:
    strength = case.conditions.strength
    return Print(photo, case.motion(), case.noise(), strength=strength, bend=bend)


def still(lab: Lab, case: Case) -> Attempt:
    return Attempt(Player(lab.photo(case.subject), case.motion()), case.challenge())


def shaken(lab: Lab, case: Case) -> Attempt:
    moved = Shaken(lab.photo(case.subject), case.noise())
    return Attempt(Player(moved, case.motion()), case.challenge())


def moving_still(lab: Lab, case: Case) -> Attempt:
    return Attempt(Player(lab.puppet(case.subject), case.motion()), case.challenge())


def film_puppet(lab: Lab, case: Case) -> Attempt:
    return Attempt(Player(baked(case.subject), case.motion()), case.challenge())


def loop(lab: Lab, case: Case) -> Attempt:
    player = Player(baked(case.subject), Loop(case.rng("loop")), lab.presence(case))
    return Attempt(player, case.challenge())


def replay(lab: Lab, case: Case) -> Attempt:
    recording, then = lab.recording(case)
    again = lab.sitter(replace(case, species=RECORDED))
    return Attempt(Replay(again, recording), case.challenge(then.colours))


def replay_cut(lab: Lab, case: Case) -> Attempt:
    """Every action from earlier films, and their colours laid over the beginning of the new."""
    then = replace(case, species=RECORDED).challenge()
    player = lab.sitter(case)
    player.lamp = _film_of(then.colours, case)
    return Attempt(player, case.challenge(then.colours))


def wrong_colours(lab: Lab, case: Case) -> Attempt:
    other = Case("another challenge", case.subject, case.seed, case.conditions).challenge()
    player = lab.sitter(case)
    player.lamp = _film_of(other.colours, case)
    return Attempt(player, case.challenge())


def film_by_colour(lab: Lab, case: Case) -> Attempt:
    player = lab.sitter(case)
    player.lamp = cut_by_colour
    return Attempt(player, case.challenge())


def _film_of(colours: tuple[Colour, ...], case: Case) -> OtherColours:
    flash = STANDARD_LIVENESS.flash
    if case.conditions.pace == "gentle":
        return OtherColours(colours, flash.gentle_slot_seconds, flash.gentle_fade_seconds)
    return OtherColours(colours, flash.slot_seconds, 0.0)


def tablet(lab: Lab, case: Case) -> Attempt:
    film = Player(baked(case.subject), case.motion())
    size = TABLET_SIZES[case.seed % len(TABLET_SIZES)]
    tablet = Tablet(film, case.noise(), size=size, reflection=0.0)
    return Attempt(tablet, case.challenge())


def glass(lab: Lab, case: Case) -> Attempt:
    film = Player(baked(case.subject), case.motion())
    size = TABLET_SIZES[case.seed % len(TABLET_SIZES)]
    return Attempt(Tablet(film, case.noise(), size=size), case.challenge())


def tinted(lab: Lab, case: Case) -> Attempt:
    tint = Tint(case.conditions.strength)
    return Attempt(Player(baked(case.subject), case.motion(), tint), case.challenge())


def person_tinted(lab: Lab, case: Case) -> Attempt:
    """Tint the person of a warped photograph evenly."""
    tint = PersonTint(lab.matte, case.conditions.strength)
    return Attempt(Player(lab.puppet(case.subject), case.motion(), tint), case.challenge())


def sculpted(lab: Lab, case: Case) -> Attempt:
    """Tint the face of a warped photograph as a head would be lit."""
    tint = SculptedTint(lab.meter, case.conditions.strength)
    return Attempt(Player(lab.puppet(case.subject), case.motion(), tint), case.challenge())


class Loop(Motion):
    """Does everything in turn, whatever is asked."""

    def at(self, now: float) -> tuple[Action, float]:
        """Return what the film shows."""
        number, into = divmod(now, LOOP_SECONDS)
        action = LOOP[int(number) % len(LOOP)]
        return action, float(np.clip(1.6 * np.sin(np.pi * into / LOOP_SECONDS), 0, 1))


@dataclass(slots=True)
class Shaken:
    """Footage that is moved about, tilted and brought nearer as a hand would."""

    footage: Footage
    rng: np.random.Generator
    _phases: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        """Choose how it is shaken."""
        self._phases = self.rng.uniform(0, 2 * np.pi, 4)

    def picture(self, action: Action, progress: float, beat: int) -> Picture:
        """Return the moved picture."""
        image = self.footage.picture(action, progress, beat)
        waves = np.sin(beat / 15 * np.array([5.1, 6.3, 3.7, 2.9]) + self._phases)
        height, width = image.shape[:2]
        view = cv2.getRotationMatrix2D(
            (width / 2, height / 2), 4 * float(waves[2]), 1.03 + 0.03 * float(waves[3])
        )
        view = np.asarray(view, np.float64) + [[0, 0, SHAKE_PIXELS * wave] for wave in waves[:2]]
        moved = cv2.warpAffine(image, view, (width, height), borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)

    def still(self) -> Picture:
        """Return the photograph."""
        return self.footage.still()
