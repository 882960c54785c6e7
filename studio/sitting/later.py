"""Work that need not hold up an answer: embeddings and stills are measured beside the frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Generic, TypeVar

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Task(Generic[Result]):
    future: Future[Result]
    take: Callable[[Result], None]

    def finish(self) -> None:
        self.take(self.future.result())


class Later:
    """Starts work on helpers' threads and takes its results up in order, on the caller's."""

    def __init__(self, helpers: Executor | None) -> None:
        """Prepare.

        Args:
            helpers: threads; without them everything is done at once, which keeps a capture whose
                time is counted and not waited for the same each time.
        """
        self._helpers = helpers
        self._tasks: deque[_Task[object]] = deque()

    def do(self, work: Callable[[], Result], take: Callable[[Result], None]) -> None:
        """Start `work` and hand its result to `take` when results are taken up."""
        if self._helpers is None:
            take(work())
            return
        task = _Task(self._helpers.submit(work), take)
        self._tasks.append(task)  # type: ignore[arg-type]  # it takes what its own work gives

    def take_up(self, *, wait: bool = False) -> None:
        """Take up what is done, or everything; raises what the work or its taking raised."""
        while self._tasks and (wait or self._tasks[0].future.done()):
            self._tasks.popleft().finish()

    def forget(self) -> None:
        """Drop what is not done yet."""
        while self._tasks:
            self._tasks.popleft().future.cancel()
