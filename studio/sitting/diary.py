"""An operator's own sittings in numbers: how each ended, who sat and under which condition."""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1


class DiaryError(ValueError):
    """The file cannot be read or written; the message says why."""


@dataclass(frozen=True, slots=True)
class SittingNote:
    """One capture of one person."""

    condition: str  # in the operator's words: "window light, glasses"
    person: str  # a label that the operator types; no name is asked for
    outcome: str  # "passed", "left", or a refusal's code
    numbers: Mapping[str, float]  # consent.liveness.CaptureReview.numbers
    version: str  # of the program


class Diary:
    """Appends to one file of mode 600 (studio.sitting.booth.CaptureObserver)."""

    def __init__(self, path: Path, *, condition: str, person: str, version: str) -> None:
        """Open.

        Args:
            path: of the file; made when the first capture ends.
            condition: of the captures to come.
            person: who sits.
            version: of the program.

        Raises:
            DiaryError: the file is there and is not a diary.
        """
        self._path = path
        self._condition = condition
        self._person = person
        self._version = version
        self._lock = threading.Lock()
        read_diary(path)

    def ended(self, outcome: str, numbers: Mapping[str, float]) -> None:
        """Write down how a capture ended.

        Raises:
            DiaryError: the file cannot be written.
        """
        # JSON has no NaN: what was not measured is left out.
        measured = {name: value for name, value in numbers.items() if math.isfinite(value)}
        rounded = {name: round(value, 4) for name, value in measured.items()}
        note = SittingNote(self._condition, self._person, outcome, rounded, self._version)
        with self._lock:
            _write(self._path, [*read_diary(self._path), note])


def read_diary(path: Path) -> list[SittingNote]:
    """Return what a file holds; nothing when there is none.

    Raises:
        DiaryError: it is not a diary of this format.
    """
    if not path.exists():
        return []
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["format"] != FORMAT:
            raise DiaryError(f"{path} was written by another version of the studio.")
        return [SittingNote(**sitting) for sitting in kept["sittings"]]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise DiaryError(f"{path} is not a list of sittings.") from error


def _write(path: Path, notes: Sequence[SittingNote]) -> None:
    """Replace the file in one step, so that a crash leaves the old one."""
    text = json.dumps({"format": FORMAT, "sittings": [asdict(note) for note in notes]}, indent=1)
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.replace(path)
    except OSError as error:
        raise DiaryError(f"{path} cannot be written: {error.strerror}.") from error
