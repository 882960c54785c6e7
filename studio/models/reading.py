"""From the tables of `catalogue.toml` to entries; every mistake in it is told by its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from studio.models.errors import ModelRefused
from studio.models.licences import Refused
from studio.models.places import require_safe_path
from studio.models.types import (
    Entry,
    Kind,
    Licence,
    ModelFile,
    ModelSet,
    Role,
    Sample,
    Tier,
)

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_REPO = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_REVISION = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")

Table = Mapping[str, Any]  # what tomllib gives


def read_entries(table: Table) -> tuple[Entry, ...]:
    """Return the entries of `[[entries]]`, under the licences of `[licences]`.

    Raises:
        KeyError, TypeError, ValueError: something in it is missing or wrong.
    """
    licences = {name: _licence(name, row) for name, row in table["licences"].items()}
    entries = tuple(_entry(row, licences) for row in table["entries"])
    names = [entry.name for entry in entries]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"entries named twice: {', '.join(sorted(twice))}")
    return entries


def read_sets(table: Table, entries: Sequence[Entry]) -> dict[Kind, ModelSet]:
    """Return, from `[kinds]`, what each kind draws with: one entry for each role."""
    named = {entry.name: entry for entry in entries}
    sets = {}
    for name, row in table["kinds"].items():
        kind = Kind(name)
        needs, helps = (_picked(kind, row.get(field, ()), named) for field in ("needs", "helps"))
        roles = [entry.role for entry in (*needs, *helps)]
        if len(set(roles)) < len(roles):
            raise ValueError(f"{name} has two entries for one role")
        sets[kind] = ModelSet(kind, needs, helps)
    return sets


def read_refused(table: Table) -> tuple[Refused, ...]:
    """Return `[[refused]]`: weights that are refused by their names."""
    return tuple(
        Refused(
            title=_text(row, "title"),
            patterns=tuple(map(str, row["patterns"])),
            licence=_text(row, "licence"),
            url=_text(row, "url"),
            reason=_text(row, "reason"),
        )
        for row in table.get("refused", ())
    )


def _picked(kind: Kind, names: Sequence[str], named: Mapping[str, Entry]) -> tuple[Entry, ...]:
    entries = tuple(named[name] for name in names)
    for entry in entries:
        if kind not in entry.kinds:
            raise ValueError(f"{entry.name} is not for {kind.value}")
    return entries


def _entry(row: Table, licences: Mapping[str, Licence]) -> Entry:
    name = _matching(_NAME, row["name"], "a name of small letters, digits and dashes")
    try:
        return Entry(
            name=name,
            title=_text(row, "title"),
            repo=_matching(_REPO, row["repo"], "owner/name"),
            revision=_maybe(_REVISION, row.get("revision"), "a revision of 40 hex digits"),
            files=_files(row["files"]),
            licence=licences[row["licence"]],
            kinds=tuple(Kind(kind) for kind in row["kinds"]),
            role=Role(row["role"]),
            tier=Tier(_gigabytes(row, "cpu_gb"), _gigabytes(row, "gpu_gb")),
            steps=row.get("steps"),
            defaults={key: float(value) for key, value in row.get("defaults", {}).items()},
            sample=Sample(**row["sample"]) if "sample" in row else None,
        )
    except (KeyError, TypeError, ValueError, ModelRefused) as error:
        raise ValueError(f"{name}: {error}") from error


def _files(rows: Sequence[str | Table]) -> tuple[ModelFile, ...]:
    files = tuple(map(_file, rows))
    if len({file.path for file in files}) < max(1, len(files)):
        raise ValueError("it has no files, or one of them twice")
    return files


def _file(row: str | Table) -> ModelFile:
    table: Table = {"path": row} if isinstance(row, str) else row
    path = str(require_safe_path(_text(table, "path")))
    size = table.get("size")
    if size is not None and not (type(size) is int and size > 0):
        raise ValueError(f"{path}: a size is a number of bytes")
    digest = _maybe(_SHA256, table.get("sha256"), "a SHA-256 of 64 small hex digits")
    if unknown := set(table) - {"path", "size", "sha256"}:
        raise ValueError(f"{path}: no such field: {', '.join(sorted(unknown))}")
    return ModelFile(path, size, digest)


def _licence(name: str, row: Table) -> Licence:
    if type(row["commercial"]) is not bool:
        raise ValueError(f"{name}: commercial is true or false")
    return Licence(name, _text(row, "url"), row["commercial"], str(row.get("note", "")))


def _gigabytes(row: Table, field: str) -> float | None:
    value = row.get(field)
    if value is None:
        return None
    if not float(value) > 0:
        raise ValueError(f"{field} is a number of GB")
    return float(value)


def _text(row: Table, field: str) -> str:
    value = row[field]
    if not (isinstance(value, str) and value.strip()):
        raise ValueError(f"{field} is empty")
    return value


def _matching(expression: re.Pattern[str], value: object, wanted: str) -> str:
    if not (isinstance(value, str) and expression.fullmatch(value)):
        raise ValueError(f"{value!r} is not {wanted}")
    return value


def _maybe(expression: re.Pattern[str], value: object, wanted: str) -> str | None:
    return None if value is None else _matching(expression, value, wanted)
