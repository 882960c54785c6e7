"""How much one address may have written down: sessions and consents are rows that stay."""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
from collections import OrderedDict
from collections.abc import Callable

from consent.errors import Refusal

MOST_ORIGINS = 10_000  # remembered at once; beyond, those who came longest ago begin anew


class Allowance:
    """A token bucket for each address, in memory; addresses are kept as keyed hashes."""

    def __init__(
        self, at_once: int, per_hour: float, *, seconds: Callable[[], float], key: bytes
    ) -> None:
        """Fill all buckets.

        Args:
            at_once: how many may come in one moment: a class, a team.
            per_hour: how many more may come within an hour.
            seconds: a clock that never goes back.
            key: random, of this process only.
        """
        self._at_once = at_once
        self._per_second = per_hour / 3600
        self._seconds = seconds
        self._key = key
        self._lock = threading.Lock()
        self._left: OrderedDict[bytes, tuple[float, float]] = OrderedDict()  # amount, when

    def spend(self, origin: str) -> None:
        """Count one for an address; raises Refusal (`too_many`) when nothing is left."""
        name = hmac.digest(self._key, origin.encode(), hashlib.sha256)
        now = self._seconds()
        with self._lock:
            left, at = self._left.get(name, (float(self._at_once), now))
            left = min(self._at_once, left + (now - at) * self._per_second)
            refused = left < 1
            self._left[name] = (left if refused else left - 1, now)
            self._left.move_to_end(name)
            if len(self._left) > MOST_ORIGINS:
                self._left.popitem(last=False)
        if refused:
            raise _too_many((1 - left) / self._per_second)


def _too_many(seconds: float) -> Refusal:
    minutes = math.ceil(seconds / 60)
    return Refusal(
        "too_many",
        "Too much was begun on your network in a short time.",
        why="Nobody should be able to fill the studio for everybody else.",
        next_step=f"Try again in {minutes} minute{'s' if minutes != 1 else ''}.",
    )
