"""What the names after `models ...` stand for: entries, or all that a kind draws with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studio.models.pull import Wish
from studio.models.shelf import EntryState, Shelf
from studio.models.types import Entry, Kind


def wishes(shelf: Shelf, names: Sequence[str]) -> tuple[Wish, ...]:
    """Return what names stand for, each entry once; of a kind, all that it draws with."""
    found: dict[str, Wish] = {}
    for name in names:
        kind = kind_of(name)
        for entry in named(shelf, [name]):
            files = shelf.wanted(kind, entry) if kind else entry.files
            needed = (
                {each.role for each in shelf.catalogue.of(kind).needs} if kind else {entry.role}
            )
            wish = Wish(entry, files, is_needed=entry.role in needed)
            if entry.name not in found or wish.is_needed:
                found[entry.name] = wish
    return tuple(found.values())


def named(shelf: Shelf, names: Iterable[str]) -> tuple[Entry, ...]:
    """Return the entries that names stand for, each once.

    Raises:
        ModelError: the catalogue has no such entry, or refuses it.
    """
    found: dict[str, Entry] = {}
    for name in names:
        kind = kind_of(name)
        if kind is None:
            entry = shelf.catalogue.find(name, shelf.accepted)
            found[entry.name] = entry
            continue
        models = shelf.catalogue.of(kind)
        for role in dict.fromkeys(each.role for each in (*models.needs, *models.helps)):
            chosen = shelf.entry_for(kind, role)
            if chosen is not None:
                found[chosen.name] = chosen
    return tuple(found.values())


def here(shelf: Shelf) -> tuple[Entry, ...]:
    """Return the entries that lie here whole."""
    entries = shelf.catalogue.entries
    return tuple(entry for entry in entries if shelf.state(entry) is EntryState.HERE)


def kind_of(name: str) -> Kind | None:
    """Return the kind of that name; None for any other name."""
    return Kind(name) if name in set(Kind) else None
