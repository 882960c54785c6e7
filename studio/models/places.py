"""Where the files of an entry lie, and which files are taken at all.

A repository's files lie in one folder of the models folder, named as in the repository, so that
entries that share a file share it here too.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from studio.models.errors import ModelRefused
from studio.models.types import Entry

# Data that is read and never run: weights without pickles, configurations, vocabularies, and
# SentencePiece's tables, which are read by a parser of their own.
SUFFIXES = (".safetensors", ".json", ".txt", ".model")
PART = ".part"  # ends the name of a file that has not come whole
LONGEST = 240  # characters of a path inside a repository
# What a library that is given a folder may look for in it, by name.
LOADABLE = (*SUFFIXES, ".bin", ".ckpt", ".pt", ".pth", ".py", ".msgpack", ".h5", ".onnx", ".jinja")


@lru_cache(maxsize=1024)
def repo_folder(root: Path, repo: str) -> Path:
    """Return the folder of a repository's files.

    Raises:
        ModelRefused: the name is not of the form owner/name.
    """
    owner, slash, name = repo.partition("/")
    if not slash or not _is_plain(owner) or not _is_plain(name):
        raise ModelRefused(f"{repo!r} is no repository: its name is of the form owner/name.")
    return root / f"{owner}--{name}"


def file_place(root: Path, entry: Entry, path: str) -> Path:
    """Return where one file of an entry lies.

    Raises:
        ModelRefused: the path leaves the repository's folder, or is no file that is taken.
    """
    return _place(root, entry.repo, path)


@lru_cache(maxsize=4096)  # asked before every picture, for every file
def _place(root: Path, repo: str, path: str) -> Path:
    return repo_folder(root, repo) / require_safe_path(path)


def require_safe_path(path: str) -> PurePosixPath:
    """Return a file's path inside its repository.

    Raises:
        ModelRefused: it leads elsewhere, or ends in what may hold a program.
    """
    parts = path.split("/")
    if len(path) > LONGEST or not all(_is_plain(part) for part in parts):
        raise ModelRefused(f"{path[:LONGEST]!r} is no path inside a repository.")
    if not path.endswith(SUFFIXES):
        raise ModelRefused(
            f"{path} is not taken: only {', '.join(SUFFIXES)} are. Pickled weights (.bin, .ckpt, "
            ".pt, .pth) and scripts can run a program when they are read."
        )
    return PurePosixPath(path)


def part_of(place: Path) -> Path:
    """Return where what came so far of a file lies."""
    return place.with_name(place.name + PART)


def strangers(folder: Path, known: Collection[str]) -> Iterator[Path]:
    """Yield what a library could load from a repository's folder and nobody named.

    Weights may lie on another disk, behind a linked folder: those in which named files lie are
    looked into like any other. Another linked folder is yielded itself, wherever it leads.
    """
    root = os.fspath(folder)
    named = {parent.as_posix() for path in known for parent in PurePosixPath(path).parents}
    for place, folders, names in os.walk(root, followlinks=True):  # faster than pathlib
        linked = [name for name in sorted(folders) if os.path.islink(os.path.join(place, name))]  # noqa: PTH114, PTH118
        for name in linked:
            path = os.path.join(place, name)  # noqa: PTH118
            if _inside(root, path) not in named:
                folders.remove(name)
                yield Path(path)
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)  # noqa: PTH118
            if name.lower().endswith(LOADABLE) and _inside(root, path) not in known:
                yield Path(path)


def size_of(path: Path) -> int | None:
    """Return the bytes of a file; None where none is, or none that may be looked at."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size if S_ISREG(stat.st_mode) else None


def remove_empty(folder: Path) -> None:
    """Delete folders that hold nothing any more, this one included; links to folders stay."""
    inside = sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True)
    for each in (*inside, folder):
        if each.is_dir() and not each.is_symlink() and not any(each.iterdir()):
            each.rmdir()


def _inside(root: str, path: str) -> str:
    return path[len(root) + 1 :].replace(os.sep, "/")


def _is_plain(part: str) -> bool:
    """Tell whether one part of a path names a thing inside its folder on every platform."""
    is_odd = set(part) & set('/\\:*?"<>|\0') or any(ord(letter) < 32 for letter in part)
    return bool(part) and not is_odd and part.strip(" .") != "" and not part.endswith((" ", "."))
