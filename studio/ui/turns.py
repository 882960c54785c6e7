"""Taking turns: a few large pictures at once, so that many visitors do not fill the memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from starlette.concurrency import run_in_threadpool

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
