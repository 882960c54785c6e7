import itertools
from datetime import timedelta

import pytest

from consent.errors import ConsentRefused
from studio.sitting.door import OPEN_FOR, Door
from tests.fakes import FixedClock, MemoryLedger


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def door(ledger, clock):
    return Door(ledger, clock, map("token {}".format, itertools.count()).__next__)


def closed(door, token):
    with pytest.raises(ConsentRefused) as caught:
        door.open_subject(token)
    assert caught.value.next_step
    return caught.value.code


def test_a_new_session_is_known_and_bound_to_nobody(door):
    token = door.new_session()
    assert door.has_session(token)
    visitor = door.visitor(token)
    assert visitor.subject_id is None
    assert not visitor.is_open


def test_a_session_nobody_issued_is_refused(door):
    assert not door.has_session("made up")
    with pytest.raises(ConsentRefused) as caught:
        door.visitor("made up")
    assert caught.value.code == "no_session"
    assert closed(door, "made up") == "no_session"


def test_the_token_itself_is_not_kept(door, ledger):
    token = door.new_session()
    assert token not in str(ledger.bindings)
    assert door.visitor(token).token_hash in ledger.bindings


def test_consent_alone_opens_nothing(door):
    token = door.new_session()
    assert closed(door, token) == "closed"
    door.bind(token, "ada")
    assert door.visitor(token).subject_id == "ada"
    assert closed(door, token) == "closed"


def test_a_match_opens_for_twelve_hours_and_not_a_second_more(door, clock):
    token = door.new_session()
    door.open(token, "ada")
    clock.at += OPEN_FOR - timedelta(seconds=1)
    assert door.open_subject(token) == "ada"
    clock.advance(seconds=1)
    assert closed(door, token) == "closed"


def test_one_session_s_match_opens_no_other(door):
    mine, theirs = door.new_session(), door.new_session()
    door.open(mine, "ada")
    door.bind(theirs, "ada")
    assert closed(door, theirs) == "closed"


def test_a_second_person_s_consent_closes_the_first_one_s_gallery(door, clock):
    token = door.new_session()
    door.open(token, "ada")
    clock.advance(seconds=1)
    door.bind(token, "eve")
    assert door.visitor(token).subject_id == "eve"
    assert closed(door, token) == "closed"


def test_locking_closes_until_the_next_match(door, clock):
    token = door.new_session()
    door.open(token, "ada")
    door.lock(token)
    assert closed(door, token) == "closed"
    clock.advance(seconds=1)
    door.open(token, "ada")
    assert door.open_subject(token) == "ada"


def test_earlier_sittings_tell_when_and_not_who_they_show(door, clock):
    token, other = door.new_session(), door.new_session()
    first = clock.now()
    door.bind(token, "ada")
    second = clock.advance(minutes=1)
    door.bind(token, "eve")
    found = door.earlier(token)
    assert [(one.subject_id, one.bound_at) for one in found] == [("eve", second), ("ada", first)]
    assert door.earlier(other) == ()
