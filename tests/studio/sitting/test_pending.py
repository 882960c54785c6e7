from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from studio.sitting import pending
from studio.sitting.pending import Pending
from tests.fakes import FixedClock

LIFETIME = timedelta(minutes=5)


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def waiting(clock):
    return Pending(clock, LIFETIME, per_session=2)


def test_a_thing_is_taken_once(waiting):
    waiting.put("ada", "name", "thing")
    assert waiting.take("ada", "name") == "thing"
    assert waiting.take("ada", "name") is None


def test_of_many_who_take_at_once_one_gets_it(waiting):
    waiting.put("ada", "name", "thing")
    with ThreadPoolExecutor(8) as hands:
        taken = list(hands.map(lambda _: waiting.take("ada", "name"), range(200)))
    assert taken.count("thing") == 1
    assert taken.count(None) == 199


def test_nobody_takes_what_waits_for_another(waiting):
    waiting.put("ada", "name", "thing")
    assert waiting.take("bea", "name") is None
    assert waiting.take("ada", "other") is None
    assert waiting.take("ada", "name") == "thing"


def test_what_is_too_old_is_gone(waiting, clock):
    waiting.put("ada", "name", "thing")
    clock.at += LIFETIME
    assert waiting.take("ada", "name") is None


def test_a_further_thing_drops_the_oldest_of_its_session_only(waiting):
    waiting.put("bea", "name", "hers")
    for name in ("first", "second", "third"):
        waiting.put("ada", name, name)
    assert waiting.take("ada", "first") is None
    assert [waiting.take("ada", name) for name in ("second", "third")] == ["second", "third"]
    assert waiting.take("bea", "name") == "hers"


def test_many_sessions_fill_no_memory(waiting, monkeypatch):
    monkeypatch.setattr(pending, "MOST", 3)
    for session in ("ada", "bea", "cleo", "dora"):
        waiting.put(session, "name", session)
    assert waiting.take("ada", "name") is None
    assert waiting.take("dora", "name") == "dora"
