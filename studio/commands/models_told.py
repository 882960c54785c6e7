"""Entries and files of the creator's own, as lines and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.models.collection import Item
    from studio.models.pull import Pulled
    from studio.models.shelf import Shelf
    from studio.models.types import Entry, Kind

GB = 1e9


def entry_json(shelf: Shelf, entry: Entry) -> dict[str, object]:
    """Return an entry of the catalogue and what of it is here."""
    return {
        "name": entry.name,
        "title": entry.title,
        "state": shelf.state(entry).value,
        "in_use": is_used(shelf, entry),
        "repo": entry.repo,
        "role": entry.role.value,
        "kinds": [kind.value for kind in entry.kinds],
        "bytes": size_of(shelf, entry),
        "licence": entry.licence.name,
        "licence_url": entry.licence.url,
        "commercial": entry.licence.commercial,
        "licence_note": entry.licence.note,
        "cpu_gb": entry.tier.cpu_gb,
        "gpu_gb": entry.tier.gpu_gb,
        "revision": entry.revision,
        "files": [asdict(file) for file in entry.files],
        "steps": entry.steps,
        "defaults": dict(entry.defaults),
        "sample": asdict(entry.sample) if entry.sample else None,
        "folder": str(shelf.folder(entry)),
    }


def item_json(item: Item) -> dict[str, object]:
    """Return a file of the creator's own."""
    return {
        "name": item.name,
        "path": str(item.path),
        "kind": item.kind.value,
        "is_lora": item.is_lora,
        "sha256": item.sha256,
        "bytes": item.size,
        "in_use": item.in_use,
        "is_here": item.path.is_file(),
    }


def entry_line(shelf: Shelf, entry: Entry) -> str:
    """Return one line of the list."""
    count = size_of(shelf, entry)
    size = f"{count / GB:.2f} GB" if count is not None else "? GB"
    uses = f"{entry.role.value} of {', '.join(entry.kinds)}"
    trade = "" if entry.licence.commercial else ", not for commercial use"
    mark = "*" if is_used(shelf, entry) else " "
    state = shelf.state(entry).value
    return f"{state:<8}{mark}{entry.name:<20} {size:>8}  {uses:<24} {entry.licence.name}{trade}"


def item_line(item: Item) -> str:
    """Return one line of the list."""
    state = "here" if item.path.is_file() else "missing"
    what = "LoRA" if item.is_lora else "checkpoint"
    mark, size = "*" if item.in_use else " ", f"{item.size / GB:.2f} GB"
    return f"{state:<8}{mark}{item.name:<20} {size:>8}  your own {what} for {item.kind.value}"


def kind_line(kind: Kind, missing: Sequence[Entry]) -> str:
    """Return what of a kind is not here."""
    if not missing:
        return f"{kind}: all that it needs is here"
    names = ", ".join(entry.name for entry in missing)
    return f"{kind}: misses {names}; python app.py models pull {kind}"


def pulled_json(shelf: Shelf, pulled: Pulled) -> dict[str, object]:
    """Return what a pull did for one entry."""
    return {
        "name": pulled.entry.name,
        "revision": pulled.revision,
        "files": pulled.files,
        "bytes": pulled.bytes,
        "folder": str(shelf.folder(pulled.entry)),
    }


def size_of(shelf: Shelf, entry: Entry) -> int | None:
    """Return the bytes of an entry; None where the hub is still to tell one of them."""
    pins = [(file.size, shelf.pin(entry, file)) for file in entry.files]
    sizes = [size if size is not None else pin.size if pin else None for size, pin in pins]
    known = [size for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None


def is_used(shelf: Shelf, entry: Entry) -> bool:
    """Tell whether a kind takes this entry for its role."""
    return any(shelf.entry_for(kind, entry.role) == entry for kind in entry.kinds)


def sample_line(entry: Entry) -> str:
    """Return the command that draws an entry's sample, of somebody who is nobody."""
    if entry.sample is None:
        raise ValueError(f"{entry.name} draws nothing by itself")
    drawn = entry.sample
    return (
        f"Try it: python app.py demo --style {drawn.style} --subject {drawn.subject} "
        f"--seed {drawn.seed} --set engine={entry.kinds[0].value} --out avatar.png"
    )
