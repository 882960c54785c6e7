"""Work that cannot be stopped midway, done in a thread while whoever waits is heard."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from studio.styles.types import Glimpse

Result = TypeVar("Result")


def meanwhile(
    work: Callable[[], Result], glimpse: Glimpse, *, every: float
) -> Generator[Glimpse, None, Result]:
    """Yield a glimpse at once and then every few seconds until the work is done.

    Closing the generator waits for the work to end, and drops its result.

    Args:
        work: what takes long, and tells nothing of how far it is.
        glimpse: what is told meanwhile.
        every: seconds between two.

    Returns:
        What `work` returned.

    Raises:
        BaseException: what `work` raised.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="imagine") as pool:
        future = pool.submit(work)
        yield glimpse
        while not wait((future,), timeout=every).done:
            yield glimpse
        return future.result()
