import math

import pytest

from consent.errors import LivenessRefused
from consent.liveness import CaptureReview
from consent.passive import PassiveProfile, require_unsuspicious
from tests.fakes import NOON, Sitter, a_challenge, sit

LIMIT = PassiveProfile().min_score


def test_without_a_model_nothing_is_said():
    assert require_unsuspicious(()) == {}


def test_alive_stills_are_not_suspicious():
    assert require_unsuspicious((0.9, 0.8, 0.95, 0.7, 0.99)) == {"passive_score": 0.9}


def test_one_still_that_is_misjudged_ends_nothing():
    assert require_unsuspicious((0.9, 0.9, 0.01, 0.9, 0.9)) == {"passive_score": 0.9}


@pytest.mark.parametrize(
    "scores",
    [
        (0.1,) * 5,
        (0.9, 0.9, 0.1, 0.1, 0.1),
        (math.nextafter(LIMIT, 0),),
        (math.nan,) * 5,
        (0.9, 0.9, math.nan, math.nan, math.nan),
        (math.inf,) * 5,
    ],
    ids=["paper", "mostly paper", "just below", "no answer", "mostly no answer", "infinite"],
)
def test_suspicious_stills_end_the_capture(scores):
    with pytest.raises(LivenessRefused, match="photograph or a screen") as refused:
        require_unsuspicious(scores)
    assert refused.value.code == "passive_rejects"


def test_at_the_limit_it_may_go_on():
    assert require_unsuspicious((LIMIT,)) == {"passive_score": LIMIT}


def finished():
    followed, sitter = CaptureReview(a_challenge()), Sitter()
    assert sit(followed, sitter).finished
    return followed, sitter


def test_a_model_may_reject_a_capture_that_passed_everything_else():
    followed, sitter = finished()
    with pytest.raises(LivenessRefused) as refused:
        followed.verdict(sitter.now, "c", passive=(0.1,) * 5)
    assert refused.value.code == "passive_rejects"


def test_what_a_model_said_is_kept_with_the_verdict_only_if_there_is_one():
    followed, sitter = finished()
    assert "passive_score" not in followed.verdict(sitter.now, "c").evidence
    assert followed.verdict(sitter.now, "c", passive=(0.9,)).evidence["passive_score"] == 0.9


def test_the_best_scores_help_no_capture_that_is_not_finished():
    with pytest.raises(LivenessRefused) as refused:
        CaptureReview(a_challenge()).verdict(NOON, "c", passive=(1.0,) * 5)
    assert refused.value.code == "unfinished"
