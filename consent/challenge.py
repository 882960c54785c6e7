"""One-time, unpredictable liveness challenges, and the book that takes each one back once."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from consent.errors import LivenessRefused
from consent.profiles import STANDARD_LIVENESS, LivenessProfile
from consent.types import Action, Challenge

_ASSENT_GESTURES = (Action.SMILE, Action.MOUTH_OPEN)
_EXTRAS = (Action.SMILE, Action.BLINK, Action.MOUTH_OPEN, Action.LOOK_UP)
_REMEMBERED = timedelta(hours=1)  # how long a used or expired nonce still gets its own sentence


def issue_challenge(
    subject_id: str,
    record_id: str,
    *,
    rng: Random,
    now: datetime,
    profile: LivenessProfile = STANDARD_LIVENESS,
) -> Challenge:
    """Draw a challenge bound to a subject and a consent record.

    Args:
        subject_id: whom it is for.
        record_id: the record that the subject gave before.
        rng: unpredictable in use (`random.SystemRandom`); seeded in tests.
        now: aware UTC.
        profile: how long it lives.

    Returns:
        One assent gesture, then at least one turn each way and one or two other actions that
        differ from the assent, in random order.
    """
    assent = rng.choice(_ASSENT_GESTURES)
    extras = [action for action in _EXTRAS if action is not assent]
    actions = [Action.TURN_LEFT, Action.TURN_RIGHT, *rng.sample(extras, rng.choice((1, 2)))]
    rng.shuffle(actions)
    return Challenge(
        nonce=f"{rng.getrandbits(128):032x}",
        subject_id=subject_id,
        record_id=record_id,
        assent=assent,
        actions=tuple(actions),
        issued_at=now,
        expires_at=now + profile.time_to_live,
    )


@dataclass(slots=True)
class _Failures:
    """Recent failures of one browser session."""

    times: deque[datetime] = field(default_factory=deque)
    locked_until: datetime | None = None


class ChallengeBook:
    """Open challenges and failures, in memory; safe between threads.

    A restart forgets open challenges, which is right: whoever sits there starts again.
    """

    def __init__(self, profile: LivenessProfile = STANDARD_LIVENESS) -> None:
        self._profile = profile
        self._lock = Lock()
        self._open: dict[str, Challenge] = {}
        self._used: dict[str, datetime] = {}
        self._failures: dict[str, _Failures] = {}

    def issue(self, challenge: Challenge, *, session_key: str, now: datetime) -> Challenge:
        """Enter a challenge and return it.

        Raises:
            LivenessRefused: `locked` while the session is locked.
        """
        with self._lock:
            self._forget(now)
            self._check_lock(session_key, now)
            self._open[challenge.nonce] = challenge
        return challenge

    def take(self, nonce: str, *, subject_id: str, now: datetime) -> Challenge:
        """Hand out an open challenge, once.

        Raises:
            LivenessRefused: `challenge_unknown`, `challenge_used`, `challenge_foreign` or
                `expired`.
        """
        with self._lock:
            if nonce in self._used:
                raise _nonce_refused("challenge_used", "This challenge was already used.")
            challenge = self._open.get(nonce)
            if challenge is None:
                raise _nonce_refused("challenge_unknown", "This challenge is not one of ours.")
            if challenge.subject_id != subject_id:
                raise _nonce_refused(
                    "challenge_foreign", "This challenge was given to somebody else."
                )
            del self._open[nonce]
            self._used[nonce] = now
            if not challenge.issued_at <= now < challenge.expires_at:
                raise expired()
        return challenge

    def check_lock(self, session_key: str, *, now: datetime) -> None:
        """Raise LivenessRefused (`locked`) while the session is locked."""
        with self._lock:
            self._check_lock(session_key, now)

    def count_failure(self, session_key: str, *, now: datetime) -> datetime | None:
        """Count a failed capture.

        Returns:
            Until when the session is locked now, or None.
        """
        with self._lock:
            failures = self._failures.setdefault(session_key, _Failures())
            if failures.locked_until is not None and now >= failures.locked_until:
                failures.locked_until = None
            failures.times.append(now)
            while failures.times and now - failures.times[0] > self._profile.failure_window:
                failures.times.popleft()
            if len(failures.times) >= self._profile.max_failures:
                failures.locked_until = now + self._profile.lockout
                failures.times.clear()
            return failures.locked_until

    def count_success(self, session_key: str) -> None:
        """Forget a session's failures after a passed capture."""
        with self._lock:
            self._failures.pop(session_key, None)

    def _check_lock(self, session_key: str, now: datetime) -> None:
        failures = self._failures.get(session_key)
        if failures is None or failures.locked_until is None:
            return
        if now < failures.locked_until:
            minutes = -(-int((failures.locked_until - now).total_seconds()) // 60) or 1
            raise LivenessRefused(
                "locked",
                "The camera check failed several times in a row.",
                why="A pause keeps strangers from trying until something works.",
                next_step=f"Try again in {minutes} minute{'s' if minutes != 1 else ''}.",
            )
        del self._failures[session_key]

    def _forget(self, now: datetime) -> None:
        """Drop what is too old to matter, so that the book cannot grow without end."""
        for nonce in [n for n, c in self._open.items() if now - c.expires_at > _REMEMBERED]:
            del self._open[nonce]
        for nonce in [n for n, at in self._used.items() if now - at > _REMEMBERED]:
            del self._used[nonce]
        for key in [k for k, failures in self._failures.items() if self._is_over(failures, now)]:
            del self._failures[key]

    def _is_over(self, failures: _Failures, now: datetime) -> bool:
        if failures.locked_until is not None:
            return now >= failures.locked_until
        return all(now - at > self._profile.failure_window for at in failures.times)


def expired() -> LivenessRefused:
    """Return the refusal of a challenge whose time is over."""
    return LivenessRefused(
        "expired",
        "The time for this check ran out.",
        why="A check lives one minute, so that nobody can prepare a film for it.",
        next_step="Start a new check when you are ready.",
    )


def _nonce_refused(code: str, what: str) -> LivenessRefused:
    return LivenessRefused(
        code,
        what,
        why="Each check is made for one person and works once, so that no recording can pass.",
        next_step="Start a new check.",
    )
