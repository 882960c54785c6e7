from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest

from consent.challenge import ChallengeBook, issue_challenge
from consent.errors import LivenessRefused
from consent.flash import likeness
from consent.types import Action
from tests.fakes import NOON, a_challenge, identifier

ADA = identifier("ada")
RECORD = identifier("record")


def draw(seed):
    rng = Random(seed)
    return issue_challenge(ADA, RECORD, rng=rng, now=NOON)


def open_book(*challenges):
    book = ChallengeBook()
    for challenge in challenges:
        book.issue(challenge, now=NOON)
    return book


TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP)
EXPRESSIONS = {Action.SMILE, Action.MOUTH_OPEN, Action.BLINK}


@pytest.mark.parametrize("seed", range(60))
def test_a_challenge_asks_for_three_turns_the_colours_and_sometimes_an_expression(seed):
    challenge = draw(seed)
    assert {Action.TURN_LEFT, Action.TURN_RIGHT} <= set(challenge.actions)
    assert sum(action in TURNS for action in challenge.actions) == 3
    assert challenge.actions.count(Action.COLOURS) == 1
    expressions = [action for action in challenge.actions if action in EXPRESSIONS]
    assert len(expressions) <= 1
    assert challenge.assent in {Action.SMILE, Action.MOUTH_OPEN}
    assert challenge.assent not in challenge.actions
    assert len(challenge.colours) == 10


def test_the_colours_come_at_any_place():
    places = {draw(seed).actions.index(Action.COLOURS) for seed in range(60)}
    assert places == {0, 1, 2, 3, 4}


def test_a_challenge_differs_from_the_colours_that_somebody_may_have_filmed():
    filmed = [draw(seed).colours for seed in range(12)]
    for seed in range(100, 120):
        drawn = issue_challenge(ADA, RECORD, rng=Random(seed), now=NOON, earlier=filmed)
        assert max(likeness(drawn.colours, old) for old in filmed) <= 0.35


def test_order_and_nonce_differ_between_challenges():
    drawn = [draw(seed) for seed in range(60)]
    assert len({challenge.actions for challenge in drawn}) > 30
    assert len({challenge.nonce for challenge in drawn}) == 60
    assert all(len(challenge.nonce) == 32 for challenge in drawn)


def test_an_open_challenge_is_handed_out_to_its_subject():
    challenge = a_challenge()
    book = open_book(challenge)
    assert book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON) == challenge


def test_a_challenge_is_handed_out_once():
    challenge = a_challenge()
    book = open_book(challenge)
    book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON)
    with pytest.raises(LivenessRefused, match="already used") as refused:
        book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON)
    assert refused.value.code == "challenge_used"


def test_only_one_of_many_threads_gets_the_challenge():
    challenge = a_challenge()
    book = open_book(challenge)

    def attempt(_):
        try:
            return book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON)
        except LivenessRefused:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(attempt, range(32)))
    assert taken.count(challenge) == 1


def test_an_unknown_nonce_is_refused():
    with pytest.raises(LivenessRefused, match="not one of ours") as refused:
        open_book().take("0" * 32, subject_id=ADA, now=NOON)
    assert refused.value.code == "challenge_unknown"


def test_somebody_elses_challenge_is_refused_and_stays_theirs():
    challenge = a_challenge()
    book = open_book(challenge)
    with pytest.raises(LivenessRefused, match="somebody else") as refused:
        book.take(challenge.nonce, subject_id=identifier("eve"), now=NOON)
    assert refused.value.code == "challenge_foreign"
    assert book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON) == challenge


@pytest.mark.parametrize("late", [timedelta(seconds=60), timedelta(hours=2)])
def test_an_expired_challenge_is_refused(late):
    challenge = a_challenge()
    book = open_book(challenge)
    with pytest.raises(LivenessRefused) as refused:
        book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON + late)
    assert refused.value.code == "expired"


def test_a_challenge_taken_at_its_last_moment_counts():
    challenge = a_challenge()
    book = open_book(challenge)
    last = challenge.expires_at - timedelta(microseconds=1)
    assert book.take(challenge.nonce, subject_id=challenge.subject_id, now=last)


def test_a_challenge_that_begins_later_than_now_is_refused():
    challenge = a_challenge(now=NOON + timedelta(seconds=5))
    book = open_book(challenge)
    with pytest.raises(LivenessRefused):
        book.take(challenge.nonce, subject_id=challenge.subject_id, now=NOON)


def test_the_book_forgets_old_challenges():
    challenge = a_challenge()
    book = open_book(challenge)
    later = NOON + timedelta(hours=2)
    book.issue(a_challenge(seed=2, now=later), now=later)
    with pytest.raises(LivenessRefused) as refused:
        book.take(challenge.nonce, subject_id=challenge.subject_id, now=later)
    assert refused.value.code == "challenge_unknown"
