"""What waits in memory for one answer of one browser session."""

from __future__ import annotations

import threading
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from consent.ports import Clock

T = TypeVar("T")
MOST = 10_000  # at once, of all sessions; beyond, the oldest are dropped


class Pending(Generic[T]):
    """Things that may be taken once, by the session that they wait for, for a short time."""

    def __init__(self, clock: Clock, lifetime: timedelta, *, per_session: int) -> None:
        """Begin empty.

        Args:
            clock: tells the time.
            lifetime: how long a thing waits.
            per_session: how many wait for one session; a further one drops its oldest.
        """
        self._clock = clock
        self._lifetime = lifetime
        self._per_session = per_session
        self._lock = threading.Lock()
        self._waiting: OrderedDict[tuple[str, str], tuple[T, datetime]] = OrderedDict()

    def put(self, session: str, name: str, thing: T) -> None:
        """Let a thing wait under a name that nobody can guess."""
        with self._lock:
            own = [key for key in self._waiting if key[0] == session]
            for key in own[: max(0, len(own) + 1 - self._per_session)]:
                del self._waiting[key]
            self._waiting[session, name] = (thing, self._clock.now() + self._lifetime)
            if len(self._waiting) > MOST:
                self._waiting.popitem(last=False)

    def take(self, session: str, name: str) -> T | None:
        """Return the thing and forget it; None when it is not there, another's, or too old."""
        with self._lock:
            thing, until = self._waiting.pop((session, name), (None, None))
        if thing is None or until is None or self._clock.now() >= until:
            return None
        return thing
