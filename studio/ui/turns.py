"""Taking turns: a few large pictures at once, so that many visitors do not fill the memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

from studio.ui.refusals import too_many_previews

Inputs = ParamSpec("Inputs")
Answer = TypeVar("Answer")


class Turns:
    """Lets `at_once` calls work on worker threads; whoever comes later waits, and no thread does.

    A picture of 25 megapixels takes some 250 MB while it is open.
    """

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def run(
        self, work: Callable[Inputs, Answer], *args: Inputs.args, **kwargs: Inputs.kwargs
    ) -> Answer:
        """Return what `work` returns, once it is its turn."""
        async with self._free:
            return await run_in_threadpool(work, *args, **kwargs)


class Places:
    """Lets each session wait for a few things at once, so that no one fills the row."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    @asynccontextmanager
    async def place(self, token: str) -> AsyncIterator[Callable[[], None]]:
        """Hold a place while something is waited for; raises Refusal when there is none left.

        Yields what leaves it early: when nobody waits any more.
        """
        if self._taken[token] >= self._most:
            raise too_many_previews(self._most)
        self._taken[token] += 1
        held = [token]

        def leave() -> None:
            if not held:
                return
            self._taken[held.pop()] -= 1
            if not self._taken[token]:
                del self._taken[token]

        try:
            yield leave
        finally:
            leave()
