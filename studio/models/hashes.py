"""Hashes of files, each taken once as long as the file stays as it is."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

from studio.models.errors import ModelDamaged, ModelMissing

CHUNK = 4 << 20  # bytes read at once


def hash_file(path: Path, *, reaches: Callable[[int], None] | None = None) -> str:
    """Return the SHA-256 of a file in lower-case hex; `reaches` is told how many bytes are read."""
    digest, done = hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if reaches is not None:
                reaches(done)
    return digest.hexdigest()


class Hashes:
    """Remembers the hash of every file that it read, until its size, time or inode changes."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[tuple[int, ...], str]] = {}
        self._lock = threading.Lock()

    def of(self, path: Path, *, reaches: Callable[[int], None] | None = None) -> str:
        """Return the SHA-256 of a file.

        Raises:
            ModelMissing: it is not there.
            ModelDamaged: it cannot be read.
        """
        try:
            looks = _looks(path)
            with self._lock:
                known = self._known.get(path)
            if known is not None and known[0] == looks:
                return known[1]
            found = hash_file(path, reaches=reaches)
            if _looks(path) == looks:  # else it is being written: nothing is remembered
                with self._lock:
                    self._known[path] = (looks, found)
        except FileNotFoundError as error:
            raise ModelMissing(f"{path} is not there.") from error
        except OSError as error:
            raise ModelDamaged(f"{path} cannot be read: {error.strerror}.") from error
        return found

    def forget(self, path: Path) -> None:
        """Read the file anew when it is asked for next."""
        with self._lock:
            self._known.pop(path, None)


def _looks(path: Path) -> tuple[int, ...]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino
