"""Final outputs at rest: one row, and one set of sealed objects that the row points at.

Objects are written before the row and deleted after it. Wherever a process dies, there may be
objects without a row, which `Library.sweep_orphans` removes, but never a row without its objects.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from outputs.errors import OutputError
from outputs.objects import ObjectInfo, SealedObjects
from outputs.registry import Registered
from outputs.types import Released, StoredOutput

FOLDER = "outputs"
KIND = "output"  # in the seal's associated data
SUFFIXES = {
    "image/png": "png",
    "image/webp": "webp",
    "image/jpeg": "jpg",
    "image/avif": "avif",
    "image/gif": "gif",
    "video/mp4": "mp4",
}


class OutputRows(Protocol):
    """Rows of final outputs in one transaction."""

    def add(self, output: StoredOutput, object_key: str) -> None:
        """Add a row; a second one for the same job is refused by the database."""
        ...

    def load(self, output_id: str) -> tuple[StoredOutput, str] | None:
        """Return an output and its object's key."""
        ...

    def of_subject(self, subject_id: str) -> Sequence[StoredOutput]:
        """Return a subject's outputs, newest first."""
        ...

    def keys_of_subject(self, subject_id: str) -> Mapping[str, str]:
        """Return the keys of a subject's objects by the ids of their outputs."""
        ...

    def object_keys(self) -> frozenset[str]:
        """Return every key that a row points at."""
        ...

    def register(self, registered: Registered, at: datetime) -> None:
        """Keep a watermark's id; one that is taken is refused by the database."""
        ...

    def registered(self) -> Sequence[Registered]:
        """Return every watermark's id that was ever registered."""
        ...

    def registered_under(
        self, receipt_hashes: Collection[str]
    ) -> Sequence[tuple[Registered, datetime]]:
        """Return the ids of what was made under some records and when, oldest first."""
        ...

    def delete(self, output_id: str) -> None:
        """Delete a row; idempotent."""
        ...

    def delete_subject(self, subject_id: str) -> int:
        """Delete a subject's rows and return how many went."""
        ...


class OutputLedger(Protocol):
    """Opens transactions; commits on a clean exit, rolls back on an exception."""

    def transaction(self) -> AbstractContextManager[OutputRows]:
        """Return a context that yields rows to write."""
        ...

    def reading(self) -> AbstractContextManager[OutputRows]:
        """Return a context that yields rows to read."""
        ...


@dataclass(frozen=True, slots=True)
class OutputSet:
    """The same final output in its formats; the first names the set."""

    subject_id: str
    output_id: str
    formats: tuple[Released, ...]

    @property
    def object_key(self) -> str:
        """Key of the set's folder, which the row keeps; another try of the job has another."""
        digest = self.formats[0].sha256[:16]
        return f"{FOLDER}/{self.subject_id}/{self.output_id}/{digest}"


def put_set(objects: SealedObjects, outputs: OutputSet) -> str:
    """Seal and write every format; may be repeated. Return the key for the row."""
    for released in outputs.formats:
        name = f"{released.sha256}.{SUFFIXES[released.media_type]}"
        key = f"{outputs.object_key}/{name}"
        objects.put(key, released.data, subject_id=outputs.subject_id, kind=KIND)
    return outputs.object_key


def get_format(
    objects: SealedObjects, object_key: str, *, subject_id: str, media_type: str
) -> tuple[bytes, str]:
    """Return the bytes of one format of a set and the SHA-256 they were stored under.

    Raises:
        OutputError: the set has no such format.
    """
    suffix = SUFFIXES.get(media_type, media_type)
    keys = [item.key for item in objects.objects.list_prefix(object_key)]
    key = next((key for key in keys if key.endswith(f".{suffix}")), None)
    if key is None:
        raise OutputError(f"The output has no {media_type}.")
    data = objects.get(key, subject_id=subject_id, kind=KIND)
    return data, key.rpartition("/")[2].partition(".")[0]


def formats_under(objects: SealedObjects, folder: str) -> dict[str, tuple[str, ...]]:
    """Return which media types lie under a folder, by the key of their set."""
    found: dict[str, set[str]] = {}
    for item in objects.objects.list_prefix(folder):
        found.setdefault(folder_of(item.key), set()).add(item.key.rpartition(".")[2])
    return {
        key: tuple(kind for kind, suffix in SUFFIXES.items() if suffix in suffixes)
        for key, suffixes in found.items()
    }


def stored(objects: SealedObjects) -> Sequence[ObjectInfo]:
    """Return every object of every output, with or without a row."""
    return objects.objects.list_prefix(FOLDER)


def folder_of(key: str) -> str:
    """Return the key of the set that an object belongs to."""
    return key.rpartition("/")[0]
