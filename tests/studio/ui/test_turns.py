"""Large pictures take turns: nobody is refused, and no more than a few are open at once."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.ui.turns import Turns


class Gauge:
    """Counts how many calls are inside at once."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.lock = threading.Lock()

    def work(self, number: int) -> int:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.01)
        with self.lock:
            self.inside -= 1
        return number


def test_later_calls_wait_and_all_are_answered():
    gauge = Gauge()

    async def crowd() -> list[int]:
        turns = Turns(2)
        return await asyncio.gather(*(turns.run(gauge.work, number) for number in range(9)))

    assert asyncio.run(crowd()) == list(range(9))
    assert gauge.most == 2


def test_an_error_gives_its_turn_back():
    async def twice() -> None:
        turns = Turns(1)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await turns.run(lambda: 1 // 0)

    asyncio.run(asyncio.wait_for(twice(), 5))


def test_large_pictures_take_turns_whatever_they_are_for(person, studio, monkeypatch):
    gauge = Gauge()

    def measured(work):
        def measuring(*arguments, **named):
            if arguments[-1] != []:  # whether somebody may add pictures is asked without any
                gauge.work(0)
            return work(*arguments, **named)

        return measuring

    for method in ("verify", "add_selfies", "preview"):
        monkeypatch.setattr(studio, method, measured(getattr(studio, method)))
    picture = ("a.png", b"\x89PNG" + bytes(100))
    asked = (
        lambda: person.post("/api/verify", files={"file": picture}),
        lambda: person.post("/api/selfies", files={"files": picture}),
        lambda: person.get("/api/preview/toon"),
    )
    # Entered, the client keeps to one event loop, as a server does.
    with person, ThreadPoolExecutor(9) as crowd:
        answers = [crowd.submit(ask) for ask in asked * 3]
        assert [answer.result().status_code for answer in answers] == [200] * 9
    assert gauge.most <= 2
