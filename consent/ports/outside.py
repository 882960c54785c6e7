"""What surrounds the records: time, keys, and who stops and deletes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from consent.deletions import Found


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        ...


class KeyVault(Protocol):
    """Seals bytes under a subject's own data key; destroying the key is the deletion."""

    def create(self, subject_id: str) -> None:
        """Make and wrap a data key for a new subject."""
        ...

    def seal(self, subject_id: str, kind: str, plaintext: bytes) -> bytes:
        """Encrypt (AES-256-GCM, associated data subject|kind|version)."""
        ...

    def unseal(self, subject_id: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt, or raise ConsentRefused when the key was destroyed."""
        ...

    def derive(self, subject_id: str, label: str) -> bytes:
        """Return 32 bytes that belong to a label, or raise ConsentRefused as `unseal` does.

        They come out of the data key one way (HKDF, RFC 5869) and die with it.
        """
        ...

    def destroy(self, subject_id: str) -> None:
        """Destroy the wrapped key; idempotent; returns when no copy is left on the disk."""
        ...


class JobStopper(Protocol):
    """Stops what a subject's withdrawal must stop."""

    def unfinished(self, subject_id: str) -> int:
        """Return how many jobs of a subject run or wait."""
        ...

    def stop(self, subject_id: str) -> int:
        """Cancel running and queued jobs of a subject and return how many."""
        ...


class Purger(Protocol):
    """Deletes one kind of trace of a subject."""

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say what is there, and delete nothing."""
        ...

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete, and say what went; idempotent."""
        ...
