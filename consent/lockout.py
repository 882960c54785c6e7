"""Failed captures lock whoever made them: the browser session, the subject and the address."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock

from consent.errors import LivenessRefused
from consent.profiles import STANDARD_LIVENESS, LivenessProfile

_MOST_NAMES = 100_000  # counted at once, some 40 MB; beyond, those that failed longest ago go


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries a capture, under every name that failures are counted by."""

    session_key: str
    subject_id: str
    origin: str = ""  # the client's network address; empty: not known, and not counted


class _Name(StrEnum):
    SESSION = "session"
    SUBJECT = "subject"
    ORIGIN = "origin"


@dataclass(slots=True)
class _Failures:
    """Recent failures under one name."""

    times: deque[datetime] = field(default_factory=deque)
    locked_until: datetime | None = None


class Lockout:
    """Counts failures, in memory; safe between threads. A restart forgets them.

    Names are kept as keyed hashes: nobody who reads the memory learns an address from it. Clearing
    the cookies or giving a new consent changes the session and the subject, not the address; whole
    teams share one of those, so its limits are wider, and a passed capture does not clear it.
    """

    def __init__(self, key: bytes, profile: LivenessProfile = STANDARD_LIVENESS) -> None:
        """Start counting from nothing.

        Args:
            key: random, of this process only; 32 bytes.
            profile: how many failures lock, within what time, for how long.
        """
        self._key = key
        self._profile = profile
        self._lock = Lock()
        self._failures: OrderedDict[bytes, _Failures] = OrderedDict()  # last failed, last

    def check(self, attempt: Attempt, *, now: datetime) -> None:
        """Raise LivenessRefused (`locked`) while any of the attempt's names is locked."""
        with self._lock:
            for kind, name in self._names(attempt):
                failures = self._failures.get(name)
                until = None if failures is None else failures.locked_until
                if until is not None and now < until:
                    raise _locked(kind, until - now)

    def count_failure(self, attempt: Attempt, *, now: datetime) -> datetime | None:
        """Count a failed capture.

        Returns:
            Until when one of its names is locked now, or None.
        """
        with self._lock:
            self._forget(now)
            locks = [self._count(kind, name, now) for kind, name in self._names(attempt)]
        return max((until for until in locks if until is not None), default=None)

    def count_success(self, attempt: Attempt) -> None:
        """Forget the failures of the session and the subject after a passed capture."""
        with self._lock:
            for kind, name in self._names(attempt):
                if kind is not _Name.ORIGIN:
                    self._failures.pop(name, None)

    def _names(self, attempt: Attempt) -> Iterator[tuple[_Name, bytes]]:
        named = {
            _Name.SESSION: attempt.session_key,
            _Name.SUBJECT: attempt.subject_id,
            _Name.ORIGIN: attempt.origin,
        }
        for kind, value in named.items():
            if value:
                said = f"{kind}:{value}".encode()
                yield kind, hmac.digest(self._key, said, hashlib.sha256)

    def _count(self, kind: _Name, name: bytes, now: datetime) -> datetime | None:
        failures = self._failures.setdefault(name, _Failures())
        self._failures.move_to_end(name)
        if failures.locked_until is not None and now >= failures.locked_until:
            failures.locked_until = None
        failures.times.append(now)
        most, window = self._limits(kind)
        while now - failures.times[0] > window:
            failures.times.popleft()
        if len(failures.times) >= most:
            failures.locked_until = now + self._profile.lockout
            failures.times.clear()
        return failures.locked_until

    def _limits(self, kind: _Name) -> tuple[int, timedelta]:
        profile = self._profile
        if kind is _Name.ORIGIN:
            return profile.max_origin_failures, profile.origin_failure_window
        return profile.max_failures, profile.failure_window

    def _forget(self, now: datetime) -> None:
        """Drop names whose last failure neither counts nor locks any more, and those beyond."""
        profile = self._profile
        kept = max(profile.lockout, profile.failure_window, profile.origin_failure_window)
        while self._failures:
            name, oldest = next(iter(self._failures.items()))
            last = oldest.times[-1] if oldest.times else oldest.locked_until
            matters = last is not None and now - last <= kept
            if matters and len(self._failures) < _MOST_NAMES:
                return
            del self._failures[name]


def _locked(kind: _Name, left: timedelta) -> LivenessRefused:
    minutes = -(-int(left.total_seconds()) // 60) or 1
    what = "The camera check failed several times in a row."
    if kind is _Name.ORIGIN:
        what = "Many camera checks failed on your network in a short time."
    return LivenessRefused(
        "locked",
        what,
        why="A pause keeps strangers from trying until something works.",
        next_step=f"Try again in {minutes} minute{'s' if minutes != 1 else ''}.",
    )
