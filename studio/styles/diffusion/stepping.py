"""A call that reports its steps, turned into a generator that pauses at each.

diffusers draws in one call and tells its steps to a callback; a drawing is a generator, so that
whoever lets it draw can stop it. The call runs in a thread of its own and waits at each step until
it is asked to go on. A thread, not a coroutine: torch keeps its modes per thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from queue import SimpleQueue
from typing import Generic, TypeVar

Step = TypeVar("Step")
Result = TypeVar("Result")


class Stopped(BaseException):
    """Raised inside the call when nobody wants its result; not an error, so nothing catches it."""


class _Call(threading.Thread, Generic[Step, Result]):
    """Runs `work` with a function that hands over a step and waits."""

    def __init__(self, work: Callable[[Callable[[Step], None]], Result]) -> None:
        super().__init__(name="imagine", daemon=True)
        self._work = work
        self.steps: SimpleQueue[Step | None] = SimpleQueue()  # None: it has ended
        self.go_on: SimpleQueue[bool] = SimpleQueue()
        self.result: Result | None = None
        self.failure: BaseException | None = None
        self._is_stopped = False

    def run(self) -> None:
        """Work, and keep what it returned or raised for whoever waits."""
        try:
            self.result = self._work(self._pause)
        except BaseException as failure:  # noqa: BLE001 - it is raised again where it is waited for
            self.failure = failure
        self.steps.put(None)

    def _pause(self, step: Step) -> None:
        """Hand a step over and wait; once it was stopped, whatever still reports is stopped too."""
        if not self._is_stopped:
            self.steps.put(step)
            self._is_stopped = not self.go_on.get()
        if self._is_stopped:
            raise Stopped


def in_steps(
    work: Callable[[Callable[[Step], None]], Result],
) -> Generator[Step, None, Result]:
    """Yield each step that `work` reports, and return what it returns.

    Closing the generator ends the work at the step where it stands, and waits until it has.

    Args:
        work: is given a function to call with each step.

    Raises:
        BaseException: what `work` raised.
    """
    call: _Call[Step, Result] = _Call(work)
    call.start()
    try:
        while (step := call.steps.get()) is not None:
            yield step
            call.go_on.put(item=True)
    finally:
        call.go_on.put(item=False)
        call.join()
    if call.failure is not None:
        raise call.failure
    return call.result  # type: ignore[return-value]  # it ended without a failure
