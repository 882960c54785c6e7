"""Work that cannot be stopped, while whoever waits is heard."""

from __future__ import annotations

import threading

import pytest

from studio.styles.diffusion.background import meanwhile
from studio.styles.types import Glimpse
from tests.studio.styles.diffusion.fakes import run

LOADING = Glimpse("Loading the model", 0, 0)


def test_it_is_told_at_once_and_again_until_the_work_is_done():
    done = threading.Event()
    waiting = meanwhile(lambda: done.wait(10) and "made", LOADING, every=0.01)
    assert [next(waiting), next(waiting), next(waiting)] == [LOADING] * 3
    done.set()
    assert run(waiting)[1] == "made"


@pytest.mark.parametrize("error", [ValueError("no"), TimeoutError("no"), MemoryError()])
def test_what_the_work_raised_is_raised(error):
    def fail():
        raise error

    with pytest.raises(type(error)):
        run(meanwhile(fail, LOADING, every=0.01))


def test_who_leaves_waits_for_the_work_to_end():
    begun, go_on, ended = threading.Event(), threading.Event(), []

    def work():
        begun.set()
        go_on.wait(10)
        ended.append(True)

    waiting = meanwhile(work, LOADING, every=0.01)
    next(waiting)
    begun.wait(10)
    threading.Timer(0.05, go_on.set).start()
    waiting.close()
    assert ended == [True]
