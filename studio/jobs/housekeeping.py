"""Runs retention beside the studio, now and then, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from consent.ports import Clock, Ledger
    from consent.retention import Retention
    from studio.jobs.portraits import Portraits

# Consents run out by the day; but what another process withdrew must leave this one's memory soon.
LOOK_SECONDS = 30.0
RETRY_SECONDS = 60.0  # after a look that failed
LOG = logging.getLogger(__name__)


def keep_house(retention: Retention, clock: Clock) -> threading.Event:
    """Look at once, and then again and again; return what stops it."""
    stopped = threading.Event()

    def watch() -> None:
        pause = 0.0
        while not stopped.wait(pause):
            pause = LOOK_SECONDS if _look(retention, clock) else RETRY_SECONDS

    threading.Thread(target=watch, name="retention", daemon=True).start()
    return stopped


class Seldom:
    """Passes on to a sweep that costs more than a look, once in a while."""

    def __init__(self, sweep: Callable[[datetime], object], every: timedelta) -> None:
        self._sweep = sweep
        self._every = every
        self._swept_at: datetime | None = None

    def __call__(self, now: datetime) -> None:
        """Sweep, if the last sweep that succeeded is long enough ago."""
        if self._swept_at is None or now - self._swept_at >= self._every:
            self._sweep(now)
            self._swept_at = now


def forget_portraits(ledger: Ledger, portraits: Portraits, now: datetime) -> None:
    """Forget portraits of subjects whose key another process destroyed."""
    del now
    for subject_id in portraits.subjects():
        with ledger.reading() as unit:
            is_gone = not unit.subjects.holds_data(subject_id)
        if is_gone:
            portraits.purge(subject_id)


def _look(retention: Retention, clock: Clock) -> bool:
    try:
        retention.run(clock.now())
    except Exception:
        LOG.exception("Deleting what is over failed; it is tried again")
        return False
    return True
