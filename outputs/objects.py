"""Bytes at rest: a local folder or an S3-compatible store, sealed under each subject's own key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import LocalStore, MemoryStore, from_url

from consent.ports import KeyVault
from outputs.errors import OutputError

KEY = re.compile(r"[A-Za-z0-9_-]+(?:/[A-Za-z0-9_.-]*[A-Za-z0-9_-])*")
PRIVATE = 0o700


class ObjectMissing(OutputError):
    """The store has no object of that key."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """One stored object, without its bytes."""

    key: str
    size: int  # bytes
    modified_at: datetime


class Objects(Protocol):
    """Named bytes; writing one is atomic and may be repeated."""

    def put(self, key: str, data: bytes) -> None:
        """Write an object whole or not at all; an earlier one of that key is replaced."""
        ...

    def get(self, key: str) -> bytes:
        """Return an object's bytes, or raise ObjectMissing."""
        ...

    def delete(self, key: str) -> None:
        """Delete an object; idempotent."""
        ...

    def delete_prefix(self, prefix: str) -> int:
        """Delete everything under a folder and return how many objects went."""
        ...

    def list_prefix(self, prefix: str) -> Sequence[ObjectInfo]:
        """Return what lies under a folder, sorted by key."""
        ...


class ObjectStore:
    """Objects through obstore: `file:///...`, `s3://...`, or `memory://` for tests."""

    def __init__(self, url: str) -> None:
        self._store = open_store(url)

    def put(self, key: str, data: bytes) -> None:
        """Write an object whole or not at all; an earlier one of that key is replaced."""
        obstore.put(self._store, checked(key), data, use_multipart=False)

    def get(self, key: str) -> bytes:
        """Return an object's bytes.

        Raises:
            ObjectMissing: there is none of that key.
        """
        try:
            return bytes(obstore.get(self._store, checked(key)).bytes())
        except FileNotFoundError as error:
            raise ObjectMissing(f"There is no object {key}.") from error

    def delete(self, key: str) -> None:
        """Delete an object; idempotent."""
        try:
            obstore.delete(self._store, checked(key))
        except FileNotFoundError:
            return

    def delete_prefix(self, prefix: str) -> int:
        """Delete everything under a folder and return how many objects went."""
        found = self.list_prefix(prefix)
        for item in found:
            self.delete(item.key)
        return len(found)

    def list_prefix(self, prefix: str) -> Sequence[ObjectInfo]:
        """Return what lies under a folder, sorted by key."""
        pages = obstore.list(self._store, prefix=checked(prefix))
        items = [
            ObjectInfo(str(item["path"]), int(item["size"]), item["last_modified"])
            for page in pages
            for item in page
        ]
        return sorted(items, key=lambda item: item.key)


def open_store(url: str) -> obstore.store.ObjectStore:
    """Open the store that a URL names; a local folder is made with mode 700.

    Raises:
        OutputError: the URL is of no known kind.
    """
    if url == "memory://":
        return MemoryStore()
    if url.startswith("file://"):
        folder = Path(url.removeprefix("file://"))
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return LocalStore(folder)
    if url.startswith("s3://"):
        return from_url(url)
    raise OutputError(f"Objects are stored under file:// or s3://, not under {url!r}.")


@dataclass(frozen=True, slots=True)
class SealedObjects:
    """Objects sealed under the subject's data key: destroying the key destroys them all."""

    objects: Objects
    vault: KeyVault

    def put(self, key: str, data: bytes, *, subject_id: str, kind: str) -> None:
        """Seal and write; the associated data names subject and kind."""
        self.objects.put(key, self.vault.seal(subject_id, kind, data))

    def get(self, key: str, *, subject_id: str, kind: str) -> bytes:
        """Read and unseal.

        Raises:
            ObjectMissing: there is none of that key.
            ConsentRefused: the subject's key was destroyed.
        """
        return self.vault.unseal(subject_id, kind, self.objects.get(key))


def checked(key: str) -> str:
    """Return `key` if it is a plain relative path, or raise OutputError."""
    if not KEY.fullmatch(key):
        raise OutputError(f"{key!r} is not an object's key.")
    return key
