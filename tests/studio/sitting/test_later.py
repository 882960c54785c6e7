import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from studio.sitting.later import Later


@pytest.fixture
def helpers():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_without_helpers_everything_is_done_at_once():
    taken = []
    Later(None).do(lambda: 1, taken.append)
    assert taken == [1]


def test_what_is_under_way_holds_nothing_up(helpers):
    later, taken, go = Later(helpers), [], threading.Event()
    later.do(lambda: go.wait(10), taken.append)
    later.take_up()
    assert taken == []
    go.set()
    later.take_up(wait=True)
    assert taken == [True]


def test_results_are_taken_up_in_order_on_the_callers_thread(helpers):
    later, taken, go = Later(helpers), [], threading.Event()

    def take(result):
        taken.append((result, threading.current_thread()))

    later.do(lambda: go.wait(10) and "first", take)
    later.do(lambda: "second", take)
    go.set()
    later.take_up(wait=True)
    assert taken == [(name, threading.current_thread()) for name in ("first", "second")]


def test_a_failure_of_the_work_is_the_callers(helpers):
    later = Later(helpers)
    later.do(lambda: 1 / 0, print)
    with pytest.raises(ZeroDivisionError):
        later.take_up(wait=True)


def test_what_is_forgotten_is_never_taken_up(helpers):
    later, taken = Later(helpers), []
    later.do(lambda: 1, taken.append)
    later.forget()
    later.take_up(wait=True)
    assert taken == []
