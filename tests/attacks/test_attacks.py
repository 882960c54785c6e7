"""A small fixed set of attacks and sittings: each ends as it must, for the reason that it must.

The whole laboratory is `make attacks`; its figures are in docs/liveness.md.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from consent.challenge import ChallengeBook, issue_challenge
from consent.errors import LivenessRefused
from consent.types import Action
from tests.attacks import bona_fide
from tests.attacks.bona_fide import BONA_FIDE, CONDITIONS
from tests.attacks.camera import Conditions
from tests.attacks.footage import baked
from tests.attacks.harness import START
from tests.attacks.lab import Case, Lab
from tests.attacks.prints import Hold, shown
from tests.attacks.report import upper_bound
from tests.attacks.species import SPECIES

QUICK = Conditions(fps=12)
# Species whose refusals take longest are left to `make attacks`, where others show the same rule.
PLAYED = (
    *("flat_print", "still", "moving_still", "film_puppet", "replay_cut", "wrong_order", "swap"),
    *("own_face_lit", "two_people", "reordered", "dropped", "duplicated", "delayed", "stale"),
    *("tinted", "person_tinted"),
)


@pytest.fixture(scope="module")
def lab():
    lab = Lab()
    yield lab
    lab.close()


def play(lab, name, subject="rowan", rules="standard"):
    """Play a case whose colours come first, and which asks for no blink: puppets blink badly."""
    cases = (Case(name, subject, seed, QUICK) for seed in range(1, 100))
    case = replace(next(case for case in cases if _is_short(case.challenge().actions)), rules=rules)
    return lab.play(case, SPECIES[name].build(lab, case))


def _is_short(actions):
    return actions[0] is Action.COLOURS and Action.BLINK not in actions


@pytest.mark.parametrize("name", PLAYED)
def test_an_attack_is_refused_for_the_right_reason(lab, name):
    outcome = play(lab, name)
    assert outcome.code in SPECIES[name].refused_with, outcome


@pytest.mark.parametrize(
    ("condition", "subject"),
    [("usual", "hazel"), ("screen_05", "cedar"), ("gentle", "birch")],
    ids=["glasses", "dark skin, weak screen", "beard, gentle pace"],
)
def test_somebody_who_is_there_passes(lab, condition, subject):
    case = Case(BONA_FIDE, subject, 1, replace(CONDITIONS[condition].conditions, fps=12))
    outcome = lab.play(case, bona_fide.build(lab, case))
    assert outcome.passed, outcome
    assert outcome.evidence["colours_amplitude"] > 0


def test_a_puppet_passes_where_no_colours_are_asked_for(lab):
    """So its refusal above is the colours' work, and the puppet is good enough to prove it."""
    assert play(lab, "moving_still", rules="no_colours").passed


def test_another_face_passes_where_faces_are_not_compared(lab):
    assert play(lab, "own_face_lit", rules="no_continuity").passed


@pytest.mark.parametrize("bend", [None, 0.12], ids=["flat", "bent"])
def test_paper_that_is_turned_far_reads_as_a_small_turn(lab, bend):
    """The print is a face to the models; only its turn is missing."""
    paper = baked("rowan").portrait
    ahead, turned = (shown(paper, Hold(yaw, 0, 0, (0, 0)), bend)[0] for yaw in (0, 45))
    (still,), (moved,) = lab.meter.faces(ahead), lab.meter.faces(turned)
    assert still.inter_eye > 70
    assert 1 < abs(moved.pose.yaw - still.pose.yaw) < 20


class TestNonces:
    @pytest.fixture
    def book(self):
        return ChallengeBook()

    @pytest.fixture
    def challenge(self, book):
        drawn = issue_challenge("a" * 32, "b" * 32, rng=Random(1), now=START)
        return book.issue(drawn, now=START)

    def refused(self, book, nonce, *, subject="a" * 32, after=0):
        with pytest.raises(LivenessRefused) as caught:
            book.take(nonce, subject_id=subject, now=START + timedelta(seconds=after))
        return caught.value.code

    def test_a_stale_one_is_refused(self, book, challenge):
        assert self.refused(book, challenge.nonce, after=61) == "expired"

    def test_a_foreign_one_is_refused(self, book, challenge):
        assert self.refused(book, challenge.nonce, subject="c" * 32) == "challenge_foreign"

    def test_a_used_one_is_refused(self, book, challenge):
        book.take(challenge.nonce, subject_id="a" * 32, now=START)
        assert self.refused(book, challenge.nonce) == "challenge_used"

    def test_an_invented_one_is_refused(self, book):
        assert self.refused(book, "d" * 32) == "challenge_unknown"


def test_a_case_is_played_alike_twice():
    one, other = (Case("replay", "ash", 3).challenge() for _ in range(2))
    assert one == other
    assert one != Case("replay", "ash", 4).challenge()
    assert Action.COLOURS in one.actions


def test_the_bound_counts_subjects_and_not_captures():
    assert upper_bound(0, 6) == pytest.approx(0.393, abs=0.001)
    assert upper_bound(0, 67) == pytest.approx(0.0437, abs=0.001)
    assert upper_bound(6, 6) == 1.0
