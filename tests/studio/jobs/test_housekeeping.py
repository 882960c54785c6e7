from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest

from studio.jobs import housekeeping
from studio.jobs.housekeeping import Seldom, keep_house
from tests.fakes import NOON, FixedClock


def test_a_costly_sweep_waits_for_its_hour_and_is_tried_again_when_it_failed():
    swept = []

    def sweep(now):
        swept.append(now)
        if len(swept) == 1:
            raise OSError("disk")

    seldom = Seldom(sweep, timedelta(hours=1))
    with pytest.raises(OSError, match="disk"):
        seldom(NOON)
    for minutes in (1, 30, 60, 61):
        seldom(NOON + timedelta(minutes=minutes))
    assert swept == [NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=61)]


def test_a_look_that_fails_is_told_and_tried_again(monkeypatch, caplog):
    looks, enough = [], threading.Event()

    class Failing:
        def run(self, now):
            looks.append(now)
            if len(looks) == 1:
                raise OSError("disk")
            enough.set()

    monkeypatch.setattr(housekeeping, "RETRY_SECONDS", 0.01)
    with caplog.at_level(logging.ERROR):
        stop = keep_house(Failing(), FixedClock())
        assert enough.wait(10)
    stop.set()
    assert "it is tried again" in caplog.text
