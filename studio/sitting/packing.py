"""A ZIP file that is sent while it is made: one entry at a time lies in memory."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

MANIFEST = "manifest.json"
SCHEMA = "urn:selfsame:archive:1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the archive."""

    name: str  # made of our own words and ids only
    what: str  # in plain words, for the manifest
    data: bytes = field(repr=False)
    is_packed: bool = False  # a picture: compressing it again gains nothing


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Something that is held and not in the archive, and why."""

    what: Mapping[str, object]
    why: str


class _Outlet:
    """Takes what is written until somebody fetches it; cannot be sought in."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes, /) -> int:
        """Take bytes."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing: all is at hand."""

    def close(self) -> None:
        """Do nothing: what was written is still to be fetched."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def pack(
    entries: Iterable[Entry | HeldBack],
    about: Mapping[str, object],
    require_open: Callable[[], None],
    now: datetime,
) -> Iterator[bytes]:
    """Yield the pieces of a ZIP file; its last entry is the manifest.

    Args:
        entries: made one by one, when their turn comes.
        about: what the manifest says about the whole.
        require_open: raises when nothing more may be handed out; the file then stays incomplete.
        now: aware; the time of every entry.
    """
    outlet = _Outlet()
    files: list[dict[str, object]] = []
    held_back: list[dict[str, object]] = []
    archive = zipfile.ZipFile(outlet, "w")
    for entry in entries:
        require_open()
        if isinstance(entry, HeldBack):
            held_back.append({**entry.what, "why": entry.why})
            continue
        digest = hashlib.sha256(entry.data).hexdigest()
        size = len(entry.data)
        files.append({"name": entry.name, "sha256": digest, "size": size, "what": entry.what})
        _write(archive, entry, now)
        yield outlet.take()
    require_open()
    manifest = {"schema_version": SCHEMA, **about, "files": files, "held_back": held_back}
    text = json.dumps(manifest, indent=1, ensure_ascii=False).encode()
    _write(archive, Entry(MANIFEST, "", text), now)
    archive.close()
    yield outlet.take()


def _write(archive: zipfile.ZipFile, entry: Entry, now: datetime) -> None:
    info = zipfile.ZipInfo(entry.name, now.timetuple()[:6])
    info.external_attr = 0o600 << 16
    info.compress_type = zipfile.ZIP_STORED if entry.is_packed else zipfile.ZIP_DEFLATED
    archive.writestr(info, entry.data)
