"""What lies in the models folder, and whether it is what was pinned.

Nothing is loaded from a file that no pin speaks of: `Shelf.files` reads every file once per
process, again when it changed, and refuses what lies among them unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from studio.models.catalogue import Catalogue
from studio.models.choices import read_choices
from studio.models.collection import Collection, Item
from studio.models.errors import ModelDamaged, ModelMissing
from studio.models.hashes import Hashes
from studio.models.licences import require_licence
from studio.models.lock import Pin, RepoPins, pin_of, read_lock
from studio.models.own import OwnFiles
from studio.models.places import (
    file_place,
    part_of,
    remove_empty,
    repo_folder,
    size_of,
    strangers,
)
from studio.models.types import Entry, Kind, ModelFile, ModelFiles, Role

WEIGHTS = ".safetensors"


class EntryState(StrEnum):
    """How much of an entry lies here, told from names and sizes."""

    HERE = "here"
    PARTLY = "partly"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Checked:
    """One file that is what was pinned."""

    path: Path
    sha256: str
    size: int  # bytes


class Shelf:
    """The models folder, seen through the catalogue and the pins."""

    def __init__(self, root: Path, catalogue: Catalogue, accepted: frozenset[str]) -> None:
        """Take the folder as it is; nothing is read yet.

        Args:
            root: the models folder; need not exist.
            catalogue: what there is.
            accepted: names of licences that the operator accepted in the settings.
        """
        self.root = root
        self.catalogue = catalogue
        self.accepted = accepted
        self.collection = Collection(root)
        self._hashes = Hashes()
        self._own = OwnFiles(self._hashes, accepted)

    def state(self, entry: Entry) -> EntryState:
        """Tell how much of an entry lies here; reads no file but the pins."""
        return self._state(entry, entry.files)

    def missing(self, kind: Kind) -> tuple[Entry, ...]:
        """Return what would have to be pulled for a kind: one entry of each role that it needs."""
        roles = dict.fromkeys(entry.role for entry in self.catalogue.of(kind).needs)
        entries = (self.entry_for(kind, role) for role in roles)
        return tuple(entry for entry in entries if entry and not self._has(kind, entry))

    def has(self, kind: Kind, role: Role) -> bool:
        """Tell whether what a kind takes for a role lies here whole."""
        entry = self.entry_for(kind, role)
        return entry is not None and self._has(kind, entry)

    def entry_for(self, kind: Kind, role: Role) -> Entry | None:
        """Return the entry that a kind takes for a role; None when the catalogue has none.

        The one that the operator chose (`models use`), else the first of the catalogue's.
        """
        fitting = self.catalogue.choices(kind, role)
        chosen = read_choices(self.root).get((kind, role))
        standing = fitting[0] if fitting else None
        return next((entry for entry in fitting if entry.name == chosen), standing)

    def files(self, kind: Kind, roles: Sequence[Role]) -> ModelFiles:
        """Return where the verified files of a kind lie.

        Args:
            kind: which pipelines will load them.
            roles: what for; one entry of each.

        Raises:
            ModelRefused: the operator did not accept the licence of one of them.
            ModelMissing: one is not here whole; the message holds the command that fetches it.
            ModelDamaged: a file is not the pinned one, or lies there without a pin.
        """
        folders: dict[Role, Path] = {}
        weights: dict[Role, tuple[str, ...]] = {}
        lines: list[str] = []
        for role in roles:
            entry = self.entry_for(kind, role)
            if entry is None:
                raise ModelMissing(f"The catalogue names no {role.value} for {kind.value}.")
            wanted = self.wanted(kind, entry)
            checked = self._require_checked(entry, wanted)
            folders[role] = self.folder(entry)
            weights[role] = tuple(file.path for file in wanted if file.path.endswith(WEIGHTS))
            lines += [
                f"{role.value} {file.path} {found.sha256}"
                for file, found in zip(wanted, checked, strict=True)
            ]
        draws = Role.BASE in roles  # what a creator chose replaces it or changes it
        single_file, loras = self.collection.chosen(kind) if draws else (None, ())
        own = [item for item in (single_file, *loras) if item is not None]
        lines += [f"own {self.verify_own(item).sha256}" for item in own]
        return ModelFiles(
            kind=kind,
            folders=folders,
            weights=weights,
            single_file=single_file.path if single_file else None,
            loras=tuple(item.path for item in loras),
            fingerprint=hashlib.sha256("\n".join(lines).encode()).hexdigest(),
        )

    def wanted(self, kind: Kind, entry: Entry) -> tuple[ModelFile, ...]:
        """Return the files of an entry that a kind reads: without weights that others replace."""
        if entry.role is not Role.BASE or self.collection.chosen(kind)[0] is None:
            return entry.files
        return tuple(file for file in entry.files if not file.path.endswith(WEIGHTS))

    def folder(self, entry: Entry) -> Path:
        """Return the folder that holds an entry's files as they are named in the catalogue."""
        return repo_folder(self.root, entry.repo)

    def hash_of(self, path: Path, *, reaches: Callable[[int], None] | None = None) -> str:
        """Return the SHA-256 of a file here, read once as long as it stays as it is."""
        return self._hashes.of(path, reaches=reaches)

    def pin(self, entry: Entry, file: ModelFile) -> Pin | None:
        """Return what a file has to be; None before the first pull of what nobody pinned."""
        return pin_of(entry, file, read_lock(self.root).get(entry.repo))

    def to_pull(self, entry: Entry) -> tuple[ModelFile, ...]:
        """Return the files of an entry that are not here, told from names and sizes."""
        held = read_lock(self.root).get(entry.repo)
        return tuple(file for file in entry.files if not self._lies(entry, file, held))

    def verify(self, entry: Entry) -> tuple[Checked, ...]:
        """Read every file of an entry anew and return what was found.

        Raises:
            ModelMissing: it is not here whole.
            ModelDamaged: files are not the pinned ones; the message names all of them.
        """
        for file in entry.files:
            self._hashes.forget(file_place(self.root, entry, file.path))
        return self._require_checked(entry, entry.files)

    def verify_own(self, item: Item) -> Checked:
        """Return what was found of a file of the creator's own; read once until it changes.

        Raises:
            ModelMissing: it is not there any more.
            ModelDamaged: it is another one than was added.
            ModelRefused: the operator does not accept its licence, or no longer.
        """
        return Checked(item.path, self._own.verify(item), item.size)

    def remove(self, entry: Entry) -> int:
        """Delete an entry's files but those that another whole entry shares; return the bytes.

        The pins stay: what is pulled again has to be the same.
        """
        kept = {
            file.path
            for other in self.catalogue.entries
            if other.repo == entry.repo
            and other.name != entry.name
            and self.state(other) is EntryState.HERE
            for file in other.files
        }
        places = [file_place(self.root, entry, f.path) for f in entry.files if f.path not in kept]
        freed = 0
        for place in places:
            for path in (place, part_of(place)):
                freed += size_of(path) or 0
                path.unlink(missing_ok=True)
                self._hashes.forget(path)
        remove_empty(self.folder(entry))
        return freed

    def _has(self, kind: Kind, entry: Entry) -> bool:
        return self._state(entry, self.wanted(kind, entry)) is EntryState.HERE

    def _state(self, entry: Entry, files: Iterable[ModelFile]) -> EntryState:
        held = read_lock(self.root).get(entry.repo)
        lies = [self._lies(entry, file, held) for file in files]
        if all(lies):
            return EntryState.HERE
        places = [file_place(self.root, entry, file.path) for file in files]
        begun = any(
            size_of(path) is not None for place in places for path in (place, part_of(place))
        )
        return EntryState.PARTLY if begun else EntryState.MISSING

    def _lies(self, entry: Entry, file: ModelFile, held: RepoPins | None) -> bool:
        pin = pin_of(entry, file, held)
        place = file_place(self.root, entry, file.path)
        return pin is not None and size_of(place) == pin.size

    def _require_checked(self, entry: Entry, files: Sequence[ModelFile]) -> tuple[Checked, ...]:
        require_licence(entry, self.accepted)
        pull = f"python app.py models pull {entry.name}"
        held = read_lock(self.root).get(entry.repo)
        if not all(self._lies(entry, file, held) for file in files):
            raise ModelMissing(f"{entry.title} is not here whole. Fetch it with: {pull}")
        known = {
            each.path
            for other in self.catalogue.entries
            if other.repo == entry.repo
            for each in other.files
        }
        for stranger in strangers(self.folder(entry), known):
            raise ModelDamaged(
                f"{stranger} lies among the files of {entry.title} and no pin speaks of it, so "
                "nothing there is loaded. Move it away."
            )
        checked, wrong = [], []
        for file in files:
            place = file_place(self.root, entry, file.path)
            pin = pin_of(entry, file, held)
            found = self._hashes.of(place)
            if pin is None or found != pin.sha256:
                wrong.append(file.path)
            else:
                checked.append(Checked(place, found, pin.size))
        if wrong:
            raise ModelDamaged(
                f"Not what was pinned, in {self.folder(entry)}: {', '.join(wrong)}. Fetch them "
                f"anew with: {pull}"
            )
        return tuple(checked)
