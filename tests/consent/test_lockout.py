from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from consent import lockout as lockouts
from consent.errors import LivenessRefused
from consent.lockout import Attempt, Lockout
from consent.profiles import STANDARD_LIVENESS
from tests.fakes import NOON, identifier

ADA = Attempt("browser", identifier("ada"), "192.0.2.7")
KEY = b"k" * 32


@pytest.fixture
def lockout():
    return Lockout(KEY)


def fail(lockout, times, attempt=ADA, *, every=timedelta(seconds=30), start=NOON):
    until = None
    for number in range(times):
        until = lockout.count_failure(attempt, now=start + number * every)
    return until


def is_locked(lockout, attempt, now):
    try:
        lockout.check(attempt, now=now)
    except LivenessRefused:
        return True
    return False


def test_five_failures_in_three_minutes_lock_for_thirty(lockout):
    until = fail(lockout, 5)
    assert until == NOON + timedelta(minutes=2) + STANDARD_LIVENESS.lockout
    with pytest.raises(LivenessRefused, match=r"Try again in 30 minutes\.") as refused:
        lockout.check(ADA, now=NOON + timedelta(minutes=2))
    assert refused.value.code == "locked"
    with pytest.raises(LivenessRefused, match=r"Try again in 1 minute\."):
        lockout.check(ADA, now=until - timedelta(seconds=1))


def test_the_lock_opens_at_its_very_end(lockout):
    lockout.check(ADA, now=fail(lockout, 5))


def test_who_was_locked_is_free_again_afterwards(lockout):
    until = fail(lockout, 5)
    assert lockout.count_failure(ADA, now=until) is None


def test_four_failures_do_not_lock(lockout):
    assert fail(lockout, 4) is None


def test_five_failures_over_a_longer_time_do_not_lock(lockout):
    assert fail(lockout, 5, every=timedelta(seconds=50)) is None


def test_a_passed_capture_clears_the_count(lockout):
    fail(lockout, 4)
    lockout.count_success(ADA)
    assert lockout.count_failure(ADA, now=NOON) is None


def test_somebody_else_is_not_locked(lockout):
    until = fail(lockout, 5)
    assert not is_locked(lockout, Attempt("other", identifier("bea"), "192.0.2.8"), until)


def test_somebody_else_at_the_same_address_is_not_locked_by_five(lockout):
    fail(lockout, 5)
    assert not is_locked(lockout, replace(ADA, session_key="b", subject_id="b"), NOON)


def test_a_cleared_cookie_does_not_free_the_subject(lockout):
    fail(lockout, 5)
    assert is_locked(lockout, replace(ADA, session_key="cleared"), NOON + timedelta(minutes=3))


def test_a_new_consent_does_not_free_the_browser(lockout):
    fail(lockout, 5)
    assert is_locked(lockout, replace(ADA, subject_id="anew"), NOON + timedelta(minutes=3))


def fail_as_many(lockout, times, *, every=timedelta(seconds=20)):
    """Fail under a new session and a new subject each time, at one address."""
    for number in range(times):
        attempt = Attempt(f"session {number}", f"subject {number}", ADA.origin)
        until = lockout.count_failure(attempt, now=NOON + number * every)
    return until


FRESH = Attempt("fresh", "fresh", ADA.origin)


def test_an_address_is_locked_by_twenty_failures_in_ten_minutes(lockout):
    assert fail_as_many(lockout, 19) is None
    until = fail_as_many(lockout, 20)
    assert until is not None
    with pytest.raises(LivenessRefused, match="network"):
        lockout.check(FRESH, now=until - timedelta(minutes=1))
    assert not is_locked(lockout, FRESH, until)


def test_twenty_failures_over_a_longer_time_do_not_lock_an_address(lockout):
    assert fail_as_many(lockout, 20, every=timedelta(seconds=35)) is None


def test_a_passed_capture_does_not_clear_an_address(lockout):
    fail_as_many(lockout, 19)
    lockout.count_success(FRESH)
    assert lockout.count_failure(FRESH, now=NOON + timedelta(minutes=7)) is not None


def test_an_unknown_address_is_not_counted(lockout):
    for number in range(40):
        lockout.count_failure(Attempt(str(number), str(number)), now=NOON)
    assert not is_locked(lockout, Attempt("fresh", "fresh"), NOON)


def test_failures_at_once_are_all_counted(lockout):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: lockout.count_failure(ADA, now=NOON), range(5)))
    assert is_locked(lockout, ADA, NOON)


def test_no_address_and_no_session_is_kept_in_the_clear(lockout):
    fail(lockout, 2)
    kept = repr(list(lockout._failures))
    assert "192.0.2.7" not in kept
    assert "browser" not in kept
    other = Lockout(b"o" * 32)
    fail(other, 2)
    assert not set(lockout._failures) & set(other._failures)


def test_what_no_longer_counts_is_forgotten(lockout):
    fail_as_many(lockout, 30)
    lockout.count_failure(ADA, now=NOON + timedelta(hours=2))
    assert len(lockout._failures) == 3


def test_the_names_that_failed_longest_ago_go_when_there_are_too_many(lockout, monkeypatch):
    monkeypatch.setattr(lockouts, "_MOST_NAMES", 50)
    fail_as_many(lockout, 200, every=timedelta(milliseconds=1))
    assert len(lockout._failures) <= 52
    assert is_locked(lockout, FRESH, NOON + timedelta(minutes=1))
