"""The creator's own weights: checkpoints and LoRAs of A1111's and ComfyUI's folders.

They stay where they lie. Each is pinned by its SHA-256 when it is added, and the studio draws with
it once it is put to use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from studio.models.catalogue import load_catalogue
from studio.models.errors import ModelDamaged, ModelError, ModelMissing, ModelRefused
from studio.models.folders import find_weights
from studio.models.hashes import hash_file
from studio.models.inspection import Inspected, inspect
from studio.models.origins import require_origin
from studio.models.types import Kind

NAME = "collection.json"
PATIENCE = 60.0  # s that a command waits for another to write the list


@dataclass(frozen=True, slots=True)
class Item:
    """One file of the creator's own."""

    name: str  # what `models use` takes
    path: Path
    kind: Kind
    is_lora: bool
    sha256: str
    size: int  # bytes
    in_use: bool = False


class Collection:
    """What was added, kept in one file of the models folder."""

    def __init__(self, root: Path) -> None:
        """Take the models folder as it is; nothing is read yet."""
        self._path = root / NAME

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that was added, in that order.

        Raises:
            ModelDamaged: the list is there and cannot be read.
        """
        try:
            rows = json.loads(self._path.read_bytes())
            return tuple(
                Item(**{**row, "path": Path(row["path"]), "kind": Kind(row["kind"])})
                for row in rows
            )
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise ModelDamaged(
                f"{self._path} is no list of weights ({error}). Delete it and add them again with: "
                "python app.py models add PATH"
            ) from error

    def chosen(self, kind: Kind) -> tuple[Item | None, tuple[Item, ...]]:
        """Return the checkpoint that `kind` draws with instead of its base, and its LoRAs."""
        used = [item for item in self.items if item.kind is kind and item.in_use]
        single = next((item for item in used if not item.is_lora), None)
        return single, tuple(item for item in used if item.is_lora)

    def add(
        self,
        path: Path,
        *,
        accepted: Iterable[str] = (),
        skipped: Callable[[Path, str], None] | None = None,
    ) -> tuple[Item, ...]:
        """Pin one file, or every file of a folder that the studio can draw with.

        Args:
            path: a .safetensors file, or an A1111 or ComfyUI folder.
            accepted: names of licences that the operator accepted in the settings.
            skipped: told of each file of a folder that is not taken, and why.

        Raises:
            ModelMissing: nothing is there, or no weights are.
            ModelRefused: its format, its base or its licence is none that is taken.
            ModelDamaged: it is cut short.
        """
        place = path.expanduser().absolute()
        accepted = frozenset(accepted)
        if not place.is_dir():
            return self._keep([_look(place, accepted)])
        found = []
        for file in find_weights(place):
            try:
                found.append(_look(file, accepted))
            except ModelError as error:
                if skipped is not None:
                    skipped(file, str(error))
        if not found:
            raise ModelMissing(
                f"{place} holds no checkpoint and no LoRA that the studio can draw with."
            )
        return self._keep(found)

    def use(self, name: str, *, on: bool = True) -> Item:
        """Draw with an item from now on, or no longer; one checkpoint of a kind at a time.

        Raises:
            ModelError: nothing of that name was added.
        """
        with self._lock():
            items = self.items
            item = _named(items, name)
            self._write([_used(each, item, on=on) for each in items])
        return replace(item, in_use=on)

    def remove(self, name: str) -> Item:
        """Forget an item; the file stays where it lies.

        Raises:
            ModelError: nothing of that name was added.
        """
        with self._lock():
            items = self.items
            item = _named(items, name)
            self._write([each for each in items if each.name != item.name])
        return item

    def _keep(self, found: Sequence[Item]) -> tuple[Item, ...]:
        kept = []
        catalogued = {entry.name for entry in load_catalogue().entries}  # a command takes either
        with self._lock():
            items = {item.path: item for item in self.items}
            for new in found:
                old = items.get(new.path)
                taken = {item.name for item in items.values()} | set(Kind) | catalogued
                name = old.name if old else _unused(new.name, taken)
                is_used = old is not None and old.in_use and old.kind is new.kind
                items[new.path] = replace(new, name=name, in_use=is_used)
                kept.append(items[new.path])
            self._write(list(items.values()))
        return tuple(kept)

    def _write(self, items: Sequence[Item]) -> None:
        rows = [{**asdict(item), "path": str(item.path)} for item in items]
        part = self._path.with_suffix(".part")
        part.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
        part.replace(self._path)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other commands from writing, and put the disk's errors into words."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self._path.with_suffix(".lock"), timeout=PATIENCE):
                yield
        except Timeout as error:
            raise ModelError("Another command is writing the list. Try again.") from error
        except OSError as error:
            raise ModelError(f"{self._path} cannot be written: {error.strerror}.") from error


def _look(path: Path, accepted: frozenset[str]) -> Item:
    require_origin(path, (), accepted)  # also of what cannot be read
    inspected = inspect(path)
    require_origin(path, inspected.said, accepted)
    kind = _require_usable(path, inspected)
    return Item(
        name=re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "weights",
        path=path,
        kind=kind,
        is_lora=inspected.is_lora,
        sha256=hash_file(path),
        size=path.stat().st_size,
    )


def _require_usable(path: Path, inspected: Inspected) -> Kind:
    what = "a LoRA" if inspected.is_lora else "a checkpoint"
    if inspected.base is None:
        family = inspected.family or "nothing that the studio knows"
        told = f"is for {family}" if inspected.is_lora else f"holds {family}"
        raise ModelRefused(
            f"{path.name} {told}. The studio draws with SD 1.5 and SDXL checkpoints, and with "
            "plain LoRAs for SD 1.5, SDXL and FLUX.2 klein 4B."
        )
    if inspected.is_lora:
        return inspected.base
    if inspected.base is Kind.KLEIN:
        raise ModelRefused(
            f"{path.name} holds FLUX.2's denoiser alone. Fetch all of it with: "
            "python app.py models pull klein"
        )
    if not inspected.is_whole:
        raise ModelRefused(
            f"{path.name} holds only a part of {inspected.family}: {what} needs its text encoder "
            "and its autoencoder in the same file."
        )
    return inspected.base


def _named(items: Iterable[Item], name: str) -> Item:
    items = tuple(items)
    for item in items:
        if name in {item.name, str(item.path)}:
            return item
    names = ", ".join(item.name for item in items) or "none yet"
    raise ModelError(f"Nothing of your own is called {name[:80]!r}. There is: {names}.")


def _used(each: Item, item: Item, *, on: bool) -> Item:
    if each.name == item.name:
        return replace(each, in_use=on)
    is_rival = each.kind is item.kind and not each.is_lora and not item.is_lora
    return replace(each, in_use=False) if on and is_rival else each


def _unused(name: str, taken: set[str]) -> str:
    number = 2
    unused = name
    while unused in taken:
        unused = f"{name}-{number}"
        number += 1
    return unused
