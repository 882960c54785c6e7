"""What attacks are made of, loaded once a process: models, footage, puppets, recordings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

import numpy as np

from consent.challenge import issue_challenge
from consent.identity import Cohort
from consent.types import Challenge, Colour, Pace
from studio.face.cohort import load_cohort
from studio.face.meter import FaceMeter
from tests.attacks.actors import Player
from tests.attacks.camera import Camera, Conditions
from tests.attacks.footage import Clips, Footage, Matte, baked, frozen
from tests.attacks.harness import START, Channel, Judges, Outcome, Stage, direct
from tests.attacks.lighting import Presence
from tests.attacks.media import WEIGHTS, nobodies, photograph
from tests.attacks.performer import Actor, Motion
from tests.attacks.puppet import Driver, animate
from tests.attacks.replays import Recorder, Recording
from tests.attacks.rules import RULES

RECORDED = "recorded sitting"  # in the place of a species: the sitting that a replay shows


@dataclass(frozen=True, slots=True)
class Case:
    """One capture to be played; everything random in it follows from these."""

    species: str
    subject: str
    seed: int = 1
    conditions: Conditions = field(default_factory=Conditions)
    rules: str = "standard"

    def rng(self, purpose: str) -> Random:
        """Return randomness of its own for a purpose."""
        return Random(f"{self.species} {self.subject} {self.seed} {purpose}")

    def motion(self, reaction: tuple[float, float] = (0.3, 1.0)) -> Motion:
        """Return how somebody moves who takes part."""
        return Motion(self.rng("motion"), reaction)

    def noise(self) -> np.random.Generator:
        """Return randomness for arrays."""
        return np.random.default_rng(self.rng("noise").getrandbits(64))

    def challenge(self, *earlier: tuple[Colour, ...]) -> Challenge:
        """Draw a challenge."""
        drawn = issue_challenge(
            "a" * 32,
            "b" * 32,
            rng=self.rng("challenge"),
            now=START,
            pace=Pace(self.conditions.pace),
            earlier=earlier,
        )
        return RULES[self.rules].adapted(drawn)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An actor, the challenge, and what happens on the way to the server."""

    actor: Actor
    challenge: Challenge
    channel: Channel = direct
    begins: float = 0.0  # seconds after the challenge was drawn


class Lab:
    """Holds what costs time to make."""

    def __init__(self) -> None:
        self.meter = FaceMeter(WEIGHTS)
        self.cohort: Cohort = load_cohort()
        self.matte = Matte(self.meter)
        self._puppets: dict[str, Clips] = {}
        self._drivers: dict[str, Driver] = {}
        self._recordings: dict[Case, tuple[Recording, Challenge]] = {}

    def photo(self, subject: str) -> Footage:
        """Return one photograph of a subject, as footage that never moves."""
        return frozen(photograph(subject))

    def puppet(self, subject: str) -> Clips:
        """Return the clips of one photograph that was made to move."""
        if subject not in self._puppets:
            self._puppets[subject] = animate(
                photograph(subject), self.meter, self._driver(stranger(subject))
            )
        return self._puppets[subject]

    def presence(self, case: Case) -> Presence:
        """Return the light on somebody who sits there."""
        both = baked(case.subject), baked(stranger(case.subject))
        return Presence(both, case.conditions.strength)

    def sitter(self, case: Case) -> Player:
        """Return the subject in person."""
        return Player(baked(case.subject), case.motion(), self.presence(case))

    def recording(self, case: Case) -> tuple[Recording, Challenge]:
        """Return the film of an earlier sitting of the subject that passed, and its challenge."""
        then = replace(case, species=RECORDED, rules="standard")
        if then not in self._recordings:
            recording, challenge = Recording(), then.challenge()
            recorder = Recorder(self.sitter(then), recording)
            outcome = self.play(then, Attempt(recorder, challenge))
            if not outcome.passed:
                raise RuntimeError(f"{then}: {outcome.code}: nothing worth replaying")
            self._recordings[then] = recording, challenge
        return self._recordings[then]

    def play(self, case: Case, attempt: Attempt) -> Outcome:
        """Play one capture to its end."""
        stage = Stage(
            Judges(self.meter, self.cohort, RULES[case.rules]),
            attempt.challenge,
            Camera(case.conditions, case.noise()),
            case.rng("review"),
        )
        return stage.play(attempt.actor, attempt.channel, attempt.begins)

    def close(self) -> None:
        """Free the models."""
        self.meter.close()

    def _driver(self, subject: str) -> Driver:
        if subject not in self._drivers:
            self._drivers[subject] = Driver.of(baked(subject), self.meter)
        return self._drivers[subject]


def stranger(subject: str, steps: int = 1) -> str:
    """Return somebody else among the baked subjects."""
    cast = nobodies()
    place = cast.index(subject) if subject in cast else int(subject)
    return cast[(place + steps) % len(cast)]
