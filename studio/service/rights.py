"""What a subject may have of what is held about them: a copy, and single deletions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class OwnSelfie:
    """A selfie as its subject may find it in a list."""

    id: str
    added_at: datetime
    words: str  # "turned left, smiling"


class RightsService(Protocol):
    """What a subject may have of what is held about them: a copy, and single deletions."""

    def archive(self, token: str) -> Iterator[bytes]:
        """Return everything held about the open subject as the pieces of one ZIP file.

        The pieces are made while they are read. Should the session be closed meanwhile, reading
        ends with the refusal, and the file stays incomplete.
        """
        ...

    def deletion_receipts(self, token: str) -> Sequence[Mapping[str, object]]:
        """Return the receipts that are still kept of what was deleted, newest sitting first.

        For whoever lost the answer to a withdrawal, or whose consent ran out; like withdrawing,
        this asks for no look into the camera.
        """
        ...

    def selfies(self, token: str) -> Sequence[OwnSelfie]:
        """Return the open subject's selfies, newest first."""
        ...

    def selfie(self, token: str, selfie_id: str) -> bytes:
        """Return one selfie as a JPEG, to its own subject only."""
        ...

    def delete_selfie(self, token: str, selfie_id: str) -> None:
        """Delete one selfie for good; the last one may go too."""
        ...
