"""`models`: what the Imagined family draws with."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from outputs.report import printable
from studio.commands.models_named import here, kind_of, named
from studio.commands.models_pull import pull_models
from studio.commands.models_told import entry_json, entry_line, item_json, item_line, kind_line
from studio.commands.progress import ProgressLine, size_words
from studio.models.catalogue import load_catalogue
from studio.models.choices import choose
from studio.models.disk import held
from studio.models.errors import ModelDamaged, ModelError, ModelMissing, ModelRefused
from studio.models.lock import forget
from studio.models.shelf import Shelf

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from studio.models.catalogue import Catalogue
    from studio.settings import Settings

    Action = Callable[[Shelf, argparse.Namespace], int]

DONE, FAILED, STOPPED = 0, 1, 130  # exit statuses


def run_models(
    settings: Settings, options: argparse.Namespace, *, catalogue: Catalogue | None = None
) -> int:
    """Run one action and return the exit status."""
    actions: Mapping[str | None, Action] = {
        "pull": partial(pull_models, settings=settings),
        "verify": _verify,
        "remove": _remove,
        "where": _where,
        "add": _add,
        "use": _use,
    }
    accepted = frozenset(settings.accepted_licences)
    try:
        shelf = Shelf(settings.models_folder(), catalogue or load_catalogue(), accepted)
        return actions.get(options.action, _list)(shelf, options)
    except ModelError as error:
        print(printable(str(error)), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\nStopped. What came is kept: the same command goes on.", file=sys.stderr)
        return STOPPED


def _list(shelf: Shelf, options: argparse.Namespace) -> int:
    entries, own = shelf.catalogue.entries, shelf.collection.items
    missing = {kind: shelf.missing(kind) for kind in shelf.catalogue.sets}
    if options.json:
        found = {
            "folder": str(shelf.root),
            "entries": [entry_json(shelf, entry) for entry in entries],
            "own": [item_json(item) for item in own],
            "missing": {kind.value: [e.name for e in names] for kind, names in missing.items()},
        }
        print(json.dumps(found, indent=2))
        return DONE
    for line in (*(entry_line(shelf, each) for each in entries), *map(item_line, own)):
        print(printable(line))
    print("\n* what a kind draws with; another: python app.py models use NAME")
    for kind, names in missing.items():
        print(kind_line(kind, names))
    return DONE


def _verify(shelf: Shelf, options: argparse.Namespace) -> int:
    own = {item.name: item for item in shelf.collection.items}
    names = [name for name in options.names if name not in own]
    items = [own[name] for name in options.names if name in own]
    if not options.names:
        items = list(own.values())
    entries = here(shelf) if not options.names else named(shelf, names)
    checks: dict[str, Callable[[], object]] = {
        **{entry.name: partial(shelf.verify, entry) for entry in entries},
        **{item.name: partial(shelf.verify_own, item) for item in items},
    }
    found = {name: _why_not(check) for name, check in checks.items()}
    is_whole = not any(found.values())
    if options.json:
        rows = [{"name": name, "is_whole": not why, "reason": why} for name, why in found.items()]
        print(json.dumps({"is_whole": is_whole, "entries": rows}, indent=2))
        return DONE if is_whole else FAILED
    for name, why in found.items():
        print(f"{name}: {why or 'every file is what was pinned'}")
    if not found:
        print("Nothing is here yet.")
    return DONE if is_whole else FAILED


def _why_not(check: Callable[[], object]) -> str:
    try:
        check()
    except (ModelMissing, ModelDamaged, ModelRefused) as error:
        return printable(str(error))
    return ""


def _remove(shelf: Shelf, options: argparse.Namespace) -> int:
    own = {item.name for item in shelf.collection.items}
    freed: dict[str, int] = {}
    for name in own & set(options.names):
        shelf.collection.remove(name)
        freed[name] = 0
    with held(shelf.root, ProgressLine(time.monotonic, quiet=options.json)):
        for name in options.names:
            for entry in () if name in own else named(shelf, [name]):
                if kind_of(name) and len(entry.kinds) > 1:
                    continue  # another kind draws with it
                freed[entry.name] = shelf.remove(entry)
                if options.forget:
                    forget(shelf.root, entry.repo, frozenset(file.path for file in entry.files))
    if options.json:
        print(json.dumps({"freed": freed}, indent=2))
        return DONE
    for name, count in freed.items():
        told = "forgotten, its file stays" if name in own else f"{size_words(count)} are free again"
        print(f"{name}: {told}")
    return DONE


def _where(shelf: Shelf, options: argparse.Namespace) -> int:
    folders: Mapping[str, Path] = {"": shelf.root}
    own = {item.name: item.path for item in shelf.collection.items}
    if options.name in own:
        folders = {options.name: own[options.name]}
    elif options.name:
        folders = {entry.name: shelf.folder(entry) for entry in named(shelf, [options.name])}
    if options.json:
        print(json.dumps({name: str(path) for name, path in folders.items()}, indent=2))
        return DONE
    for path in dict.fromkeys(folders.values()):
        print(path)
    return DONE


def _add(shelf: Shelf, options: argparse.Namespace) -> int:
    def skipped(file: Path, reason: str) -> None:
        print(printable(f"Not taken: {file.name}: {reason}"), file=sys.stderr)

    items = shelf.collection.add(options.path, accepted=shelf.accepted, skipped=skipped)
    if options.json:
        print(json.dumps({"added": [item_json(item) for item in items]}, indent=2))
        return DONE
    for item in items:
        what = "a LoRA" if item.is_lora else "a checkpoint"
        print(f"{item.name}: {what} for {item.kind.value}. python app.py models use {item.name}")
    return DONE


def _use(shelf: Shelf, options: argparse.Namespace) -> int:
    is_on = not options.is_off
    if options.name in {item.name for item in shelf.collection.items}:
        name = shelf.collection.use(options.name, on=is_on).name
    else:
        entry = shelf.catalogue.find(options.name, shelf.accepted)
        name = entry.name
        for kind in entry.kinds:
            if is_on or shelf.entry_for(kind, entry.role) == entry:
                choose(shelf.root, kind, entry.role, name if is_on else None)
    if options.json:
        print(json.dumps({"name": name, "in_use": is_on}, indent=2))
        return DONE
    print(f"{name} is drawn with {'from now on' if is_on else 'no longer'}.")
    return DONE
