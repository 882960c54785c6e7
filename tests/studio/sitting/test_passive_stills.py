"""What a passive model says of each still reaches the verdict, and nothing without a model."""

import numpy as np
import pytest

from consent.errors import LivenessRefused
from consent.lockout import Attempt
from studio.sitting.measuring import Stamp, Still, measure_still
from studio.subjects.player import Player
from tests.fakes import NOON, SubjectKind, a_record, a_subject
from tests.studio.sitting.test_booth import a_booth

STAMP = Stamp(1, 0.0, NOON, "")


class Suspicious:
    """The meter of a studio whose passive model suspects every picture."""

    def __init__(self, meter):
        self._meter = meter

    def __getattr__(self, name):
        return getattr(self._meter, name)

    def passive(self, image, face):
        return 0.25


class Judge:
    """A review that hears what it is told at the end."""

    def __init__(self):
        self.told = None

    def verdict(self, now, capture_id, *, passive):
        self.told = passive
        raise LivenessRefused("passive_rejects", "It looks like paper.", why="", next_step="")


@pytest.fixture(scope="module")
def picture(member):
    return Player(member, np.random.default_rng(1)).still(0).image


def test_every_still_is_scored_where_a_model_is_installed(meter, picture):
    assert measure_still(Suspicious(meter), picture, STAMP).still.passive == 0.25


def test_without_a_model_a_still_has_no_score(meter, picture):
    assert measure_still(meter, picture, STAMP).still.passive is None


def ended(meter, scores):
    booth, judge, done = a_booth(meter), Judge(), []
    record = a_record(a_subject("ada", SubjectKind.PERSON))
    session = booth.start(record, Attempt("key", record.subject_id), done.append)
    stills = tuple(Still(b"", str(n), (), 1.0, passive=score) for n, score in enumerate(scores))
    with pytest.raises(LivenessRefused):
        session._ends.enrol(judge, stills)
    assert not done
    assert booth.selfies.kept == {}
    return judge.told


def test_the_scores_of_all_stills_are_judged_before_anything_is_kept(meter):
    assert ended(meter, (0.1, 0.9, 0.2)) == [0.1, 0.9, 0.2]


def test_stills_without_a_score_say_nothing(meter):
    assert ended(meter, (None, None)) == []
