"""Which process may run a dead one's jobs: an operating-system lock that dies with its holder.

The engine recovers the unfinished jobs of its own executor id only, so an id must never have two
living owners and a dead owner's id must be found again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

SLOTS = 16  # processes that may work on one data folder


@dataclass(frozen=True, slots=True)
class Lease:
    """A held executor id, and the ids whose owners are dead."""

    executor_id: str
    lock: FileLock
    abandoned: tuple[str, ...]

    def release(self) -> None:
        """Give the id back."""
        self.lock.release()


class NoFreeSlot(RuntimeError):
    """Too many processes work on this data folder."""


def take_lease(folder: Path) -> Lease:
    """Take the first free executor id of `folder`.

    Raises:
        NoFreeSlot: all ids have living owners.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held: FileLock | None = None
    executor_id = ""
    abandoned: list[str] = []
    for slot in range(SLOTS):
        path = folder / f"worker-{slot}.lock"
        known = path.exists()
        if held is not None and not known:
            continue
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        if held is None:
            held, executor_id = lock, path.stem
        else:
            abandoned.append(path.stem)
            lock.release()
    if held is None:
        raise NoFreeSlot(f"{SLOTS} studios already use this data folder.")
    return Lease(executor_id, held, tuple(abandoned))
