from dataclasses import replace
from random import Random

import numpy as np
import pytest

from consent.errors import LivenessRefused, Refusal
from consent.liveness import CaptureReview
from consent.profiles import STANDARD_LIVENESS
from consent.types import Action, Pace
from studio.sitting.rehearsal import Rehearsal
from studio.subjects.player import Player
from studio.subjects.screen import Screen
from tests.fakes import NOON, a_challenge


class Obstinate(Player):
    """Does one thing, whatever it is asked."""

    def __init__(self, member, only):
        super().__init__(member, np.random.default_rng(1))
        self._only = only

    def perform(self, action):
        return super().perform(action if action is Action.CENTRE else self._only)


class Statue(Player):
    """Never moves."""

    def perform(self, action):
        del action
        yield self.rest()


def rehearsal(meter, player, *actions, assent=Action.SMILE):
    impatient = replace(STANDARD_LIVENESS, reaction_seconds=1.0)
    review = CaptureReview(a_challenge(*actions, assent=assent), impatient, rng=Random(2))
    return Rehearsal(meter, review, player, NOON)


def test_who_turns_the_wrong_way_is_refused(meter, member):
    run = rehearsal(
        meter, Obstinate(member, Action.TURN_RIGHT), Action.TURN_LEFT, assent=Action.TURN_LEFT
    )
    with pytest.raises(LivenessRefused) as caught:
        list(run.run())
    assert caught.value.code
    assert caught.value.next_step


def test_a_statue_is_refused(meter, member):
    run = rehearsal(meter, Statue(member, np.random.default_rng(1)), Action.TURN_LEFT)
    with pytest.raises(Refusal) as caught:
        list(run.run())
    assert caught.value.next_step


def test_time_is_counted_in_frames_and_not_waited_for(meter, member):
    run = rehearsal(meter, Player(member, np.random.default_rng(1)), Action.TURN_LEFT)
    for number, _ in enumerate(run.run(), start=1):
        if number == 15:
            break
    assert (run.now - NOON).total_seconds() == pytest.approx(1.0, abs=0.15)


def test_a_frame_that_was_not_baked_leaves_a_trace(meter, member):
    """A doctored member's own hash is recorded, so that the verdict can refuse it."""
    doctored = replace(member, hashes=dict.fromkeys(member.hashes, "ab" * 32))
    run = rehearsal(meter, Player(member, np.random.default_rng(1)), Action.TURN_LEFT)
    next(run.run())
    assert set(run.played) <= set(member.hashes.values())
    assert not set(run.played) <= set(doctored.hashes.values())


def under_colours(meter, player, pace):
    challenge = a_challenge(Action.COLOURS, pace=pace)
    return Rehearsal(meter, CaptureReview(challenge, rng=Random(2)), player, NOON)


def test_a_subject_answers_the_colours_that_fade_into_each_other(meter, member):
    run = under_colours(meter, Player(member, np.random.default_rng(1)), Pace.GENTLE)
    updates = list(run.run())
    assert updates[-1].finished
    assert run.performed == (Action.SMILE, Action.COLOURS)
    assert len({update.colour for update in updates if update.colour}) > 3
    layers = {member.hashes[name] for name in member.clips["light_rest"]}
    assert layers & set(run.played)
    assert set(run.played) <= set(member.hashes.values())


def test_a_subject_whom_the_screen_does_not_light_is_refused(meter, member):
    unlit = Player(member, np.random.default_rng(1), screen=Screen(strength=0.0))
    run = under_colours(meter, unlit, Pace.STANDARD)
    with pytest.raises(LivenessRefused) as caught:
        list(run.run())
    assert Action.COLOURS in run.performed
    assert caught.value.code.startswith("colours_")
