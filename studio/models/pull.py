"""Fetch weights: planned whole, gone on with after a cut, hashed before they get their names.

Per file: ask the hub what it is, compare with its pin, take what is missing of it, hash the whole,
rename, and pin what was not pinned before. Nothing that came is looked into, run or unpacked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from studio.models.disk import begun_size, held, require_space
from studio.models.errors import ModelDamaged
from studio.models.hub import Hub, Remote
from studio.models.licences import require_licence
from studio.models.lock import Pin, pin_file, pin_revision, read_lock
from studio.models.patience import Patient, Watch
from studio.models.places import file_place, part_of
from studio.models.shelf import Shelf
from studio.models.transfer import Part, is_blob
from studio.models.types import Entry, ModelFile


@dataclass(frozen=True, slots=True)
class Wish:
    """Files of one entry that shall be here."""

    entry: Entry
    files: tuple[ModelFile, ...]
    is_needed: bool = True  # False: a kind draws without it too


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did for one entry."""

    entry: Entry
    revision: str | None  # 40 hex digits; None: all was here, put there by hand
    files: int  # that were fetched
    bytes: int  # of them


@dataclass(frozen=True, slots=True)
class _Task:
    """One file that has to be fetched."""

    entry: Entry
    remote: Remote
    place: Path
    sha256: str | None  # what it is known to be; None: believed this once


def pull(
    shelf: Shelf,
    wishes: Sequence[Wish],
    hub: Hub,
    watch: Watch,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[Pulled, ...]:
    """Fetch what is missing or damaged of some entries.

    Args:
        shelf: where they shall lie.
        wishes: what is wanted; the licences of all are looked at before anything is asked for.
        hub: where they come from.
        watch: told how it goes.
        sleep: waits between two tries.

    Returns:
        One result per wish.

    Raises:
        ModelRefused: a licence was not accepted, or the hub wants a sign-in.
        ModelMissing: the hub has no such file.
        ModelDamaged: the hub has another file than the pinned one; nothing of it is kept.
        PullFailed: the network or the disk failed; the next pull goes on from there.
    """
    for wish in wishes:
        require_licence(wish.entry, shelf.accepted)
    root = shelf.root
    with held(root, watch):
        ask = Patient(hub, watch, sleep)
        plans = _plans(shelf, wishes, ask, watch)
        tasks = [task for plan in plans for task in plan]
        begun = sum(begun_size(part_of(task.place)) for task in tasks)
        require_space(root, sum(task.remote.size for task in tasks) - begun)
        pulled = []
        for wish, plan in zip(wishes, plans, strict=True):
            for task in plan:
                _fetch(shelf, task, ask, watch)
            pins = read_lock(root).get(wish.entry.repo)
            revision = pins.revision if pins else wish.entry.revision
            size = sum(task.remote.size for task in plan)
            pulled.append(Pulled(wish.entry, revision, len(plan), size))
        return tuple(pulled)


def _plans(shelf: Shelf, wishes: Sequence[Wish], ask: Patient, watch: Watch) -> list[list[_Task]]:
    """Return what has to be fetched for each wish; what several share, for the first of them."""
    plans: list[list[_Task]] = []
    planned: set[Path] = set()
    for wish in wishes:
        plan = [task for task in _plan(shelf, wish, ask, watch) if task.place not in planned]
        planned |= {task.place for task in plan}
        plans.append(plan)
    return plans


def _plan(shelf: Shelf, wish: Wish, ask: Patient, watch: Watch) -> Iterator[_Task]:
    """Yield what has to be fetched of one entry; pins its revision, and files that are here."""
    entry, root = wish.entry, shelf.root
    pins = read_lock(root).get(entry.repo)
    revision = entry.revision or (pins.revision if pins else None)
    for file in wish.files:
        place, pin = file_place(root, entry, file.path), shelf.pin(entry, file)
        if pin is not None and place.is_file() and _found(shelf, place, pin.size, watch) == pin:
            continue
        remote = ask.look(entry.repo, file.path, revision)
        if revision is None or pins is None or pins.revision != revision:
            _take_revision(root, entry, remote.revision)
            revision, pins = remote.revision, read_lock(root)[entry.repo]
        expected = _agreed(entry, file, pin, remote)
        if place.is_file() and place.stat().st_size == remote.size:
            found = _found(shelf, place, remote.size, watch)
            is_known = found.sha256 == expected if expected else is_blob(place, remote.blob)
            if is_known:  # put there by hand, or before its pin was written
                pin_file(root, entry.repo, file.path, found)
                continue
        yield _Task(entry, remote, place, expected)


def _found(shelf: Shelf, place: Path, size: int, watch: Watch) -> Pin:
    if place.stat().st_size != size:  # another file: not worth reading
        return Pin("", place.stat().st_size)
    watch.begins(f"checking {place.name}", size, 0)
    pin = Pin(shelf.hash_of(place, reaches=watch.reaches), size)
    watch.ends()
    return pin


def _take_revision(root: Path, entry: Entry, revision: str) -> None:
    """Pin the commit; what came so far of files of another commit is dropped."""
    pins = read_lock(root).get(entry.repo)
    if pins is None or pins.revision != revision:
        for file in entry.files:
            part_of(file_place(root, entry, file.path)).unlink(missing_ok=True)
    pin_revision(root, entry.repo, revision)


def _agreed(entry: Entry, file: ModelFile, pin: Pin | None, remote: Remote) -> str | None:
    """Return the SHA-256 that a file has to have.

    Raises:
        ModelDamaged: the hub's file is known to be another one, before a byte of it came.
    """
    expected = file.sha256 or (pin.sha256 if pin else None)
    size = file.size if file.size is not None else pin.size if pin else None
    is_other = expected and remote.sha256 not in {None, expected}
    if is_other or size not in {None, remote.size}:
        by_us = file.sha256 is not None or file.size is not None
        raise ModelDamaged(
            f"The hub's {file.path} of {entry.repo} is not the file that was pinned: it has "
            f"{remote.size} bytes (SHA-256 {remote.sha256 or 'not told'}), not {size or 'so many'} "
            f"({expected or 'not told'}). Nothing was fetched. {_way_on(entry, by_us=by_us)}"
        )
    return expected or remote.sha256


def _way_on(entry: Entry, *, by_us: bool) -> str:
    if by_us:
        return "The studio's own catalogue pins it: a newer studio may know a newer file."
    return f"If you know why it changed: python app.py models remove {entry.name} --forget"


def _fetch(shelf: Shelf, task: _Task, ask: Patient, watch: Watch) -> None:
    """Fetch one file; a part of an earlier pull that turns out wrong is begun anew, once."""
    remote = task.remote
    task.place.parent.mkdir(parents=True, exist_ok=True)
    with Part(part_of(task.place), remote) as part:
        was_begun = part.size > 0
        watch.begins(f"{remote.repo}/{remote.path}", remote.size, part.size)
        try:
            ask.take(remote, part)
            if not part.is_right(task.sha256) and was_begun:
                part.restart()
                ask.take(remote, part)
            _require_right(task, part)
        except ModelDamaged:
            part.drop()
            raise
        part.place(task.place)
    pin_file(shelf.root, task.entry.repo, remote.path, Pin(part.sha256, part.size))
    watch.ends()


def _require_right(task: _Task, part: Part) -> None:
    if not part.is_right(task.sha256):
        raise ModelDamaged(
            f"{task.remote.path} of {task.remote.repo} came with the hash {part.sha256}, not "
            f"{task.sha256 or task.remote.blob}. Nothing of it is kept. Try again, or take another "
            "mirror: this one, or something between you and it, changes files."
        )
