import math

import pytest

from consent.errors import LivenessRefused
from consent.passive import PassiveProfile, require_unsuspicious

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
