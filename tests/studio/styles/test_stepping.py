"""A call that reports steps, as a generator that can be stopped at each."""

from __future__ import annotations

import threading

import pytest

from studio.styles.diffusion.stepping import in_steps


def counting(steps, done):
    def work(report):
        for number in range(steps):
            done.append(number)
            report(number)
        return "drawn"

    return work


def result_of(steps):
    try:
        while True:
            next(steps)
    except StopIteration as end:
        return end.value


def test_every_step_is_handed_over_and_the_result_returned():
    done = []
    steps = in_steps(counting(3, done))
    assert [next(steps), next(steps), next(steps)] == [0, 1, 2]
    assert result_of(steps) == "drawn"


def test_the_call_waits_at_a_step_until_it_is_asked_to_go_on():
    done = []
    steps = in_steps(counting(3, done))
    next(steps)
    assert done == [0]
    next(steps)
    assert done == [0, 1]
    steps.close()


def test_closing_ends_the_call_where_it_stands_and_waits_for_its_end():
    done = []
    steps = in_steps(counting(1000, done))
    next(steps)
    steps.close()
    assert done == [0]
    assert not [thread for thread in threading.enumerate() if thread.name == "imagine"]


def test_what_the_call_raises_is_raised_where_it_is_waited_for():
    def work(report):
        report(1)
        raise MemoryError("no room")

    steps = in_steps(work)
    next(steps)
    with pytest.raises(MemoryError, match="no room"):
        next(steps)


def test_what_whoever_waits_raises_ends_the_call():
    done = []
    steps = in_steps(counting(1000, done))
    next(steps)
    with pytest.raises(RuntimeError):
        steps.throw(RuntimeError("cancelled"))
    assert done == [0]


def test_work_that_reports_on_after_it_was_stopped_ends_all_the_same():
    reports = []

    def work(report):
        try:
            report(1)
        finally:
            reports.append("again")
            report(2)

    steps = in_steps(work)
    next(steps)
    steps.close()
    assert reports == ["again"]
    assert not [thread for thread in threading.enumerate() if thread.name == "imagine"]
