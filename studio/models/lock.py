"""Pins: which commit of a repository was taken, and what each of its files was.

What the catalogue does not pin is pinned here by the first pull and checked ever after. The file
is plain JSON in the models folder, to be read, compared and copied to another machine.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from studio.models.errors import ModelDamaged
from studio.models.types import Entry, ModelFile

NAME = "models.lock.json"
VERSION = 1
MOST_BYTES = 8_000_000
REVISION = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """What a file was when it was taken."""

    sha256: str  # lower-case hex
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class RepoPins:
    """What was taken of one repository."""

    revision: str  # 40 hex digits
    files: Mapping[str, Pin] = field(default_factory=lambda: MappingProxyType({}))


def read_lock(root: Path) -> Mapping[str, RepoPins]:
    """Return the pins of every repository by its name; none when nothing was pulled yet.

    Raises:
        ModelDamaged: the file is there and cannot be read.
    """
    path = root / NAME
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ModelDamaged(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return _parsed(json.loads(data))  # more than is read of it is no JSON either
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ModelDamaged(
            f"{path} holds no pins ({error}). Put a copy of it back; without one, delete it: the "
            "next pull then takes the files as they are, after their hashes on the hub."
        ) from error


def pin_of(entry: Entry, file: ModelFile, held: RepoPins | None) -> Pin | None:
    """Return what a file has to be: what the catalogue says, then what the first pull found."""
    if file.sha256 is not None and file.size is not None:
        return Pin(file.sha256, file.size)
    if held is None or entry.revision not in {None, held.revision}:
        return None
    locked = held.files.get(file.path)
    if locked is None or file.sha256 not in {None, locked.sha256}:
        return None
    return locked if file.size in {None, locked.size} else None


def pin_revision(root: Path, repo: str, revision: str) -> None:
    """Remember the commit that a repository's files are taken from.

    Pins of its files stay when it is the same; those of another commit say nothing of this one.
    """
    pins = dict(read_lock(root))
    held = pins.get(repo)
    if held is not None and held.revision == revision:
        return
    pins[repo] = RepoPins(revision)
    _write(root, pins)


def pin_file(root: Path, repo: str, path: str, pin: Pin) -> None:
    """Remember what a file is; the repository's revision was pinned before."""
    pins = dict(read_lock(root))
    held = pins[repo]
    pins[repo] = RepoPins(held.revision, {**held.files, path: pin})
    _write(root, pins)


def forget(root: Path, repo: str, paths: frozenset[str]) -> None:
    """Drop the pins of files; the repository's revision too, once none is left."""
    pins = dict(read_lock(root))
    held = pins.pop(repo, None)
    if held is None:
        return
    files = {path: pin for path, pin in held.files.items() if path not in paths}
    if files:
        pins[repo] = RepoPins(held.revision, files)
    _write(root, pins)


def _write(root: Path, pins: Mapping[str, RepoPins]) -> None:
    repos = {
        repo: {
            "revision": held.revision,
            "files": {
                path: {"sha256": pin.sha256, "size": pin.size}
                for path, pin in sorted(held.files.items())
            },
        }
        for repo, held in sorted(pins.items())
    }
    part = root / f"{NAME}.part"
    with part.open("w", encoding="utf-8") as file:
        json.dump({"version": VERSION, "repos": repos}, file, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(root / NAME)


def _parsed(data: object) -> dict[str, RepoPins]:
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise ValueError(f"not of version {VERSION}")
    return {
        str(repo): RepoPins(
            _matched(held["revision"], REVISION),
            {str(path): _pin(pin) for path, pin in held["files"].items()},
        )
        for repo, held in data["repos"].items()
    }


def _pin(pin: Mapping[str, object]) -> Pin:
    size = pin["size"]
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"{size!r} is no size")
    return Pin(_matched(pin["sha256"], SHA256), size)


def _matched(text: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise ValueError(f"{str(text)[:80]!r} is no hash")
    return text
