"""Small catalogues and shelves, and a watch that remembers what it was told."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from studio.models.catalogue import Catalogue
from studio.models.pull import Wish
from studio.models.shelf import Shelf
from studio.models.types import Entry, Kind, Licence, ModelFile, ModelSet, Role, Tier

OPEN = Licence("Apache-2.0", "https://example.org/apache", commercial=True)
CLOSED = Licence("Closed-NC", "https://example.org/closed", commercial=False, note="No trade.")
WEIGHTS = bytes(range(256)) * 4_000  # 1 MB: several pieces
CONFIG = b'{"sample_size": 8}\n'
FILES = {"unet/config.json": CONFIG, "unet/model.safetensors": WEIGHTS}


def an_entry(name: str = "base", files: Sequence[ModelFile] | None = None, **changes) -> Entry:
    values = {
        "title": f"Entry {name}",
        "repo": f"owner/{name}",
        "revision": None,
        "files": tuple(files or (ModelFile(path) for path in FILES)),
        "licence": OPEN,
        "kinds": (Kind.SD15,),
        "role": Role.BASE,
        "tier": Tier(1.0, 1.0),
    }
    return Entry(name=name, **{**values, **changes})


def pinned(files: Mapping[str, bytes] = FILES) -> tuple[ModelFile, ...]:
    return tuple(
        ModelFile(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in files.items()
    )


def a_catalogue(*entries: Entry, helps: Sequence[Entry] = ()) -> Catalogue:
    needs: dict[Role, Entry] = {}
    for entry in entries:
        needs.setdefault(entry.role, entry)
    models = ModelSet(Kind.SD15, tuple(needs.values()), tuple(helps))
    return Catalogue((*entries, *helps), {Kind.SD15: models})


def a_shelf(root: Path, *entries: Entry, accepted: Sequence[str] = (), **chosen) -> Shelf:
    return Shelf(root, a_catalogue(*entries, **chosen), frozenset(accepted))


def lay(root: Path, entry: Entry, files: Mapping[str, bytes] = FILES) -> None:
    """Put files where they would lie after a pull."""
    owner, name = entry.repo.split("/")
    for path, data in files.items():
        place = root / f"{owner}--{name}" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)


def wish(*entries: Entry) -> list[Wish]:
    return [Wish(entry, entry.files) for entry in entries]


class Told:
    """A watch that remembers."""

    def __init__(self) -> None:
        self.waited: list[str] = []
        self.begun: list[tuple[str, int, int]] = []
        self.reached: list[int] = []
        self.ended = 0

    def waits(self, reason: str) -> None:
        self.waited.append(reason)

    def begins(self, name: str, size: int, done: int) -> None:
        self.begun.append((name, size, done))

    def reaches(self, done: int) -> None:
        self.reached.append(done)

    def ends(self) -> None:
        self.ended += 1
