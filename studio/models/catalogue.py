"""The catalogue: which weights the studio knows, read from `catalogue.toml`.

Nothing is looked up anywhere else. A revision, a size or a SHA-256 that is not written there is
pinned at the first pull, in the lock file beside the weights.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from studio.models.errors import ModelError, ModelRefused
from studio.models.licences import Refused, require_licence
from studio.models.reading import read_entries, read_refused, read_sets
from studio.models.types import Entry, Kind, ModelSet, Role

OWN = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Entries, the sets that kinds draw with, and what is refused by name."""

    entries: tuple[Entry, ...]
    sets: Mapping[Kind, ModelSet]
    refused: tuple[Refused, ...] = ()

    def find(self, name: str, accepted: Iterable[str] = ()) -> Entry:
        """Return the entry of that name, or of that repository where only one entry has it.

        Args:
            name: of an entry, or a repository or its address on the hub.
            accepted: names of licences that the operator accepted in the settings.

        Raises:
            ModelRefused: the name is one of weights that are not fetched; says why, and what
                does go where their licence was accepted.
            ModelError: no entry has the name; says which come nearest.
        """
        wanted = _plain(name)
        for entry in self.entries:
            if wanted == entry.name:
                return entry
        same = [entry for entry in self.entries if wanted == entry.repo.lower()]
        if len(same) == 1:
            return same[0]
        if same:
            names = ", ".join(entry.name for entry in same)
            raise ModelError(f"{name} holds several sets of weights. Take one of: {names}.")
        self._refuse(name, accepted)
        raise ModelError(f"The catalogue has no {_short(name)!r}. {self._nearest(wanted)}")

    def of(self, kind: Kind) -> ModelSet:
        """Return the entries that `kind` draws with, one for each role.

        Raises:
            ModelError: the catalogue has none for it.
        """
        found = self.sets.get(kind)
        if found is None:
            raise ModelError(f"The catalogue has no weights for {kind.value}.")
        return found

    def choices(self, kind: Kind, role: Role) -> tuple[Entry, ...]:
        """Return every entry that could play `role` for `kind`, the standing one first."""
        standing = self.of(kind)
        first = [entry for entry in (*standing.needs, *standing.helps) if entry.role is role]
        others = [
            entry
            for entry in self.entries
            if entry.role is role and kind in entry.kinds and entry not in first
        ]
        return (*first, *others)

    def _refuse(self, name: str, accepted: Iterable[str]) -> None:
        known = [item for item in self.refused if item.is_named_in(name)]
        if not known:
            return
        told = (
            f"{known[0].title}: {known[0].reason} The studio does not fetch them "
            f"(licence: {known[0].licence}, {known[0].url})."
        )
        try:
            require_licence(name, accepted, known)
        except ModelRefused:
            raise ModelRefused(told) from None
        raise ModelRefused(
            f"{told} Their licence is accepted here: fetch a checkpoint or a LoRA yourself, then "
            "run: python app.py models add FILE"
        )

    def _nearest(self, wanted: str) -> str:
        names = [entry.name for entry in self.entries]
        near = difflib.get_close_matches(wanted[:200], names, n=3, cutoff=0.4)
        return f"Did you mean {' or '.join(near)}?" if near else f"It has: {', '.join(names)}."


@cache
def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read a catalogue; the studio's own if no path is given.

    Raises:
        ModelError: the file is not there, or not a catalogue; says what is wrong with it.
    """
    source = path or OWN
    try:
        table = tomllib.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{source} cannot be read as a catalogue: {error}") from error
    try:
        entries = read_entries(table)
        return Catalogue(entries, read_sets(table, entries), read_refused(table))
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{source} is not a catalogue: {error}") from error


def _plain(name: str) -> str:
    plain = name.strip().lower()
    for prefix in ("https://", "http://", "huggingface.co/", "hf.co/"):
        plain = plain.removeprefix(prefix)
    return plain.removesuffix("/")


def _short(name: str) -> str:
    return name if len(name) <= 80 else f"{name[:80]}…"
