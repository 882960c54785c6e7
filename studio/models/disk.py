"""The disk below the models folder: room, one pull at a time, and its errors in words."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from studio.models.errors import PullFailed
from studio.models.patience import Watch

GB = 1e9
SPARE = 500_000_000  # bytes of the disk that are left free
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def require_space(root: Path, needed: int) -> None:
    """Raise PullFailed when the disk cannot take `needed` more bytes."""
    free = shutil.disk_usage(root).free
    if needed > 0 and needed + SPARE > free:
        raise PullFailed(
            f"{needed / GB:.2f} GB are to come, and the disk of {root} has {free / GB:.2f} GB "
            f"free, of which {SPARE / GB:.1f} GB stay so. Make room, or set SELFSAME_MODELS to a "
            "folder on another disk. Nothing was fetched."
        )


def begun_size(part: Path) -> int:
    """Return how many bytes of a file came already."""
    return part.stat().st_size if part.is_file() else 0


@contextmanager
def held(root: Path, watch: Watch) -> Iterator[None]:
    """Hold the models folder, made when missing, with the disk's errors in words.

    Waits while another pull or removal holds it.

    Raises:
        PullFailed: the disk is full, or not to be written.
    """
    with _on_disk(root):
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root, watch):
            yield


@contextmanager
def _alone(root: Path, watch: Watch) -> Iterator[None]:
    lock = filelock.FileLock(root / ".pull.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        watch.waits("Another pull is running; this one begins when it is done.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _on_disk(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise PullFailed(
                f"The disk of {root} is full. What came is kept: make room, and the same command "
                "goes on from there."
            ) from error
        raise PullFailed(
            f"{error.filename or root} cannot be written: {error.strerror}."
        ) from error
