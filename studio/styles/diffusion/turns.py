"""One drawing at a time: a device that works on two is slower at both, and runs out of memory."""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType


class Turns:
    """A queue in which whoever came first is served first."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[Turn] = deque()

    def take(self) -> Turn:
        """Return a place in the queue: it is held from `with` on, and given up at its end."""
        return Turn(self._changed, self._queue)


class Turn:
    """A place in the queue."""

    def __init__(self, changed: threading.Condition, queue: deque[Turn]) -> None:
        self._changed = changed
        self._queue = queue

    def __enter__(self) -> Turn:
        with self._changed:
            self._queue.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._changed:
            self._queue.remove(self)
            self._changed.notify_all()

    def ahead(self, seconds: float) -> int:
        """Wait until it is this one's turn, but not for longer than this many seconds.

        Returns:
            How many are ahead of it: 0 when it has its turn.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._queue[0] is self, timeout=seconds)
            return self._queue.index(self)
