"""A file that comes in pieces: hashed on the way, and named only when it is whole and right."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from studio.models.errors import ModelDamaged
from studio.models.hashes import CHUNK
from studio.models.hub import Remote


class Part:
    """What came so far of a file; goes on with what an earlier pull left."""

    def __init__(self, path: Path, remote: Remote) -> None:
        self._path, self._remote = path, remote
        self._file = path.open("a+b", buffering=0)
        try:
            self._begin()
            if path.stat().st_size > remote.size:
                self.restart()
            self._file.seek(0)
            while chunk := self._file.read(CHUNK):
                self._count(chunk)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    @property
    def sha256(self) -> str:
        """The hash of what came so far, in lower-case hex."""
        return self._sha256.hexdigest()

    def append(self, piece: bytes) -> None:
        """Write a piece behind the others.

        Raises:
            ModelDamaged: more comes than the file has.
            OSError: the disk does not take it; what it took counts.
        """
        if self.size + len(piece) > self._remote.size:
            raise ModelDamaged(
                f"{self._remote.path} of {self._remote.repo} is longer than the hub says "
                f"({self._remote.size} bytes). Nothing of it is kept."
            )
        left = memoryview(piece)
        while left:
            written = self._file.write(left)
            self._count(left[:written])
            left = left[written:]

    def restart(self) -> None:
        """Begin from nothing."""
        self._file.truncate(0)
        self._begin()

    def is_right(self, sha256: str | None) -> bool:
        """Tell whether what came is the file: by its SHA-256, else by git's hash, else by size."""
        if sha256 is not None:
            return self.sha256 == sha256
        if self._remote.blob is not None:
            return self._git.hexdigest() == self._remote.blob
        return self.size == self._remote.size

    def flush(self) -> None:
        """See that what came is on the disk."""
        os.fsync(self._file.fileno())

    def place(self, place: Path) -> None:
        """Give the file its name, at once or not at all."""
        self.flush()
        self._file.close()
        self._path.replace(place)

    def drop(self) -> None:
        """Delete what came."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self.size = 0  # bytes
        self._sha256 = hashlib.sha256()
        self._git = _blob(self._remote.size)

    def _count(self, piece: bytes | memoryview) -> None:
        self._sha256.update(piece)
        if self._remote.blob is not None:  # of small files only
            self._git.update(piece)
        self.size += len(piece)


def is_blob(path: Path, blob: str | None) -> bool:
    """Tell whether a file is the one that git knows by this hash; False where it knows none."""
    if blob is None:
        return False
    digest = _blob(path.stat().st_size)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest() == blob


def _blob(size: int) -> hashlib._Hash:
    """Begin git's hash of a file: SHA-1, which tells changed files apart and proves nothing."""
    digest = hashlib.sha1(usedforsecurity=False)
    digest.update(b"blob %d\0" % size)
    return digest
