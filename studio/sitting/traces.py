"""Traces that nothing of the studio is meant to leave, and how they go all the same."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consent.deletions import Found

if TYPE_CHECKING:
    from outputs.objects import Objects

MODELS = "models"  # folder of sealed personal models: models/<subject>/<name>
_TEMPORARY = ("temporary file of the pages", "temporary files of the pages")
_MODELS = ("personal model", "personal models")


@dataclass(frozen=True, slots=True)
class TemporaryFolder:
    """The web framework's folder for uploads, previews and recordings (consent.ports.Purger).

    Nothing of the studio is written there: pictures are held in memory and pass by the framework.
    What lies there nevertheless cannot be told apart by whose it is, so all of it goes.
    """

    folder: Path

    def prepare(self) -> None:
        """Make the folder, mode 700, and empty it."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.purge("")

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many files there are."""
        del subject_id
        return [Found(len(self._files()), *_TEMPORARY)]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete everything in the folder, and say how many files went."""
        del subject_id
        gone = len(self._files())
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        left = len(self._files())
        if left:
            raise OSError(f"{left} temporary files could not be deleted")
        return [Found(gone, *_TEMPORARY)]

    def _files(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_symlink() or path.is_file()]


@dataclass(frozen=True, slots=True)
class ModelShelf:
    """Where models of one person's face lie, sealed like everything else of theirs."""

    objects: Objects

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many there are (consent.ports.Purger)."""
        return [Found(len(self.objects.list_prefix(f"{MODELS}/{subject_id}")), *_MODELS)]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete them, and say how many went."""
        return [Found(self.objects.delete_prefix(f"{MODELS}/{subject_id}"), *_MODELS)]
