"""Fetch weights: planned whole, gone on with after a cut, hashed before they get their names.

Per file: ask the hub what it is, compare with its pin, take what is missing of it, hash the whole,
rename, and pin what was not pinned before. Nothing that came is looked into, run or unpacked.
"""

from __future__ import annotations

import errno
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import filelock

from studio.models.errors import ModelDamaged, PullFailed
from studio.models.hub import CutOff, Hub, Remote
from studio.models.licences import require_licence
from studio.models.lock import Pin, pin_file, pin_revision, read_lock
from studio.models.places import file_place, part_of
from studio.models.shelf import Shelf
from studio.models.transfer import Part, is_blob
from studio.models.types import Entry, ModelFile

GB = 1e9
SPARE = 500_000_000  # bytes of the disk that are left free
TRIES = 6  # in vain, one after the other, before a pull gives up; what came is kept
LONGEST_WAIT = 30.0  # s between two tries
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Watch(Protocol):
    """Is told how a pull goes."""

    def waits(self, reason: str) -> None:
        """It waits: for another pull, or before another try."""

    def begins(self, name: str, size: int, done: int) -> None:
        """A file of `size` bytes begins, `done` of which are here."""

    def reaches(self, done: int) -> None:
        """So many bytes of the file are here."""

    def ends(self) -> None:
        """The file is whole and in its place."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Files of one entry that shall be here."""

    entry: Entry
    files: tuple[ModelFile, ...]


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
    with _on_disk(root):
        root.mkdir(parents=True, exist_ok=True)
        with _alone(root, watch):
            ask = _Patient(hub, watch, sleep)
            plans = [list(_plan(shelf, wish, ask, watch)) for wish in wishes]
            _require_space(root, [task for plan in plans for task in plan])
            pulled = []
            for wish, plan in zip(wishes, plans, strict=True):
                for task in plan:
                    _fetch(shelf, task, ask, watch)
                held = read_lock(root).get(wish.entry.repo)
                revision = held.revision if held else wish.entry.revision
                size = sum(task.remote.size for task in plan)
                pulled.append(Pulled(wish.entry, revision, len(plan), size))
            return tuple(pulled)


def _plan(shelf: Shelf, wish: Wish, ask: _Patient, watch: Watch) -> Iterator[_Task]:
    """Yield what has to be fetched of one entry; pins its revision, and files that are here."""
    entry, root = wish.entry, shelf.root
    held = read_lock(root).get(entry.repo)
    revision = entry.revision or (held.revision if held else None)
    for file in wish.files:
        place, pin = file_place(root, entry, file.path), shelf.pin(entry, file)
        if pin is not None and place.is_file() and _found(shelf, place, pin.size, watch) == pin:
            continue
        remote = ask.look(entry.repo, file.path, revision)
        if revision is None or held is None or held.revision != revision:
            _take_revision(root, entry, remote.revision)
            revision, held = remote.revision, read_lock(root)[entry.repo]
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
    held = read_lock(root).get(entry.repo)
    if held is None or held.revision != revision:
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
        raise ModelDamaged(
            f"The hub's {file.path} of {entry.repo} is not the file that was pinned: it has "
            f"{remote.size} bytes and the hash {remote.sha256 or 'unknown'}, not {size} and "
            f"{expected}. Nothing was fetched. If you know why it changed: "
            f"python app.py models remove {entry.name} --forget"
        )
    return expected or remote.sha256


def _require_space(root: Path, tasks: Sequence[_Task]) -> None:
    """Raise PullFailed when the disk cannot take what is to come."""
    parts = [(task, part_of(task.place)) for task in tasks]
    begun = sum(part.stat().st_size for _, part in parts if part.is_file())
    needed = sum(task.remote.size for task in tasks) - begun
    free = shutil.disk_usage(root).free
    if needed > 0 and needed + SPARE > free:
        raise PullFailed(
            f"{needed / GB:.2f} GB are to come, and the disk of {root} has {free / GB:.2f} GB "
            f"free, of which {SPARE / GB:.1f} GB stay so. Make room, or set SELFSAME_MODELS to a "
            "folder on another disk. Nothing was fetched."
        )


def _fetch(shelf: Shelf, task: _Task, ask: _Patient, watch: Watch) -> None:
    """Fetch one file; a part of an earlier pull that turns out wrong is begun anew, once."""
    remote = task.remote
    task.place.parent.mkdir(parents=True, exist_ok=True)
    with Part(part_of(task.place), remote) as part:
        was_begun = part.size > 0
        watch.begins(f"{remote.repo}/{remote.path}", remote.size, part.size)
        ask.take(remote, part)
        if not part.is_right(task.sha256) and was_begun:
            part.restart()
            ask.take(remote, part)
        if not part.is_right(task.sha256):
            found = part.sha256
            part.drop()
            raise ModelDamaged(
                f"{remote.path} of {remote.repo} came with the hash {found}, not "
                f"{task.sha256 or remote.blob}. Nothing of it is kept. Try again, or take another "
                "mirror: this one, or something between you and it, changes files."
            )
        part.place(task.place)
        pin_file(shelf.root, task.entry.repo, remote.path, Pin(part.sha256, part.size))
    watch.ends()


class _Patient:
    """Asks the hub again, after a while, when the connection broke."""

    def __init__(self, hub: Hub, watch: Watch, sleep: Callable[[float], None]) -> None:
        self._hub, self._watch, self._sleep = hub, watch, sleep
        self._in_vain = 0

    def look(self, repo: str, path: str, revision: str | None) -> Remote:
        while True:
            try:
                remote = self._hub.look(repo, path, revision)
            except CutOff as error:
                self._wait(error)
            else:
                self._in_vain = 0
                return remote

    def take(self, remote: Remote, part: Part) -> None:
        """Append to a part until it is whole."""
        while part.size < remote.size:
            try:
                with self._hub.read(remote, part.size) as (start, pieces):
                    if start != part.size:
                        part.restart()
                    for piece in pieces:
                        part.append(piece)
                        self._watch.reaches(part.size)
                        self._in_vain = 0
                if part.size < remote.size:
                    raise CutOff(f"{remote.path} ended after {part.size} bytes.")  # noqa: TRY301 - as if the connection broke
            except CutOff as error:
                part.flush()
                self._wait(error)

    def _wait(self, error: CutOff) -> None:
        self._in_vain += 1
        if self._in_vain >= TRIES:
            raise PullFailed(
                f"{error} Tried {TRIES} times. What came is kept: the same command goes on from "
                "there."
            ) from error
        seconds = min(LONGEST_WAIT, 2.0 ** (self._in_vain - 1))
        self._watch.waits(f"{error} Trying again in {seconds:.0f} s.")
        self._sleep(seconds)


@contextmanager
def _alone(root: Path, watch: Watch) -> Iterator[None]:
    lock = filelock.FileLock(root / ".pull.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        watch.waits("Another pull is running; this one begins when it is done.")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _on_disk(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise PullFailed(
                f"The disk of {root} is full. What came is kept: make room, and the same command "
                "goes on from there."
            ) from error
        raise PullFailed(
            f"{error.filename or root} cannot be written: {error.strerror}."
        ) from error
