"""Whether a page still waits for its answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import Request

from studio.service.easel import NoLongerWanted

LOOK_SECONDS = 0.1  # between two looks whether the page is still there


@asynccontextmanager
async def waiting(
    request: Request, *, gone_away: Callable[[], None] = lambda: None
) -> AsyncIterator[Callable[[], None]]:
    """Yield what raises NoLongerWanted, in any thread, once the page has gone.

    `gone_away` is called then, too.
    """
    gone = threading.Event()

    async def look() -> None:
        while not await request.is_disconnected():
            await asyncio.sleep(LOOK_SECONDS)
        gone.set()
        gone_away()

    def still_wanted() -> None:
        if gone.is_set():
            raise NoLongerWanted

    looking = asyncio.create_task(look())
    try:
        yield still_wanted
    finally:
        looking.cancel()
