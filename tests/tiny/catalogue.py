"""A catalogue of tiny weights, and a models folder that holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from studio.models.catalogue import Catalogue
from studio.models.shelf import Shelf
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

LICENCE = Licence("CC0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/", commercial=True)
REVISION = "0" * 40


@dataclass(frozen=True)
class TinySet:
    """One set of weights, as an entry of the tiny catalogue."""

    name: str
    role: Role
    helps: bool = False  # drawn with when it is here

    @property
    def folder(self) -> str:
        """Where a models folder holds the repository "tiny/NAME"."""
        return f"tiny--{self.name}"


SAFETY = TinySet("safety-checker", Role.SAFETY)


# Of each kind, the weights that `build` writes for it.
SETS: dict[Kind, tuple[TinySet, ...]] = {
    Kind.SD15: (
        TinySet("sd15", Role.BASE),
        TinySet("sd15-lineart", Role.CONTROLNET),
        TinySet("sd15-plus-face", Role.ADAPTER),
        TinySet("sd15-lcm", Role.FAST),
        SAFETY,
        TinySet("taesd", Role.TINY_VAE, helps=True),
    ),
    Kind.SDXL: (
        TinySet("sdxl", Role.BASE),
        TinySet("sdxl-union", Role.CONTROLNET),
        TinySet("sdxl-plus-face", Role.ADAPTER),
        TinySet("sdxl-lightning", Role.FAST),
        SAFETY,
        TinySet("taesdxl", Role.TINY_VAE, helps=True),
    ),
    Kind.KLEIN: (
        TinySet("klein", Role.BASE),
        SAFETY,
        TinySet("taef2", Role.TINY_VAE, helps=True),
    ),
}


def folder_of(root: Path, kind: Kind, role: Role) -> Path:
    """Where `tiny_shelf` writes a kind's weights for a role."""
    return root / next(each.folder for each in SETS[kind] if each.role is role)


def tiny_catalogue(root: Path) -> Catalogue:
    """Return a catalogue of what was built below `root`, every file pinned by its hash."""
    built = [kind for kind in Kind if all((root / each.folder).is_dir() for each in SETS[kind])]
    uses: dict[TinySet, list[Kind]] = {}
    for kind in built:
        for each in SETS[kind]:
            uses.setdefault(each, []).append(kind)
    entries = {each: _entry(root, each, tuple(kinds)) for each, kinds in uses.items()}
    sets = {
        kind: ModelSet(
            kind,
            needs=tuple(entries[each] for each in SETS[kind] if not each.helps),
            helps=tuple(entries[each] for each in SETS[kind] if each.helps),
        )
        for kind in built
    }
    return Catalogue(tuple(entries.values()), sets)


def tiny_shelf(root: Path, kinds: Sequence[Kind] = tuple(Kind)) -> Shelf:
    """Write the weights of `kinds` below `root`, and return the shelf that they stand on."""
    writers = {Kind.SD15: _write_sd15, Kind.SDXL: _write_sdxl, Kind.KLEIN: _write_klein}
    for kind in kinds:
        writers[kind](root)
    safety = import_module("tests.tiny.safety")  # late, like all that imports diffusers
    safety.build(root / SAFETY.folder)
    return Shelf(root, tiny_catalogue(root), frozenset())


def _write_sd15(root: Path) -> None:
    import_module("tests.tiny.sd15").build(root)


def _write_sdxl(root: Path) -> None:
    import_module("tests.tiny.sdxl").build(root)


def _write_klein(root: Path) -> None:
    klein = import_module("tests.tiny.klein")
    klein.build(folder_of(root, Kind.KLEIN, Role.BASE))
    klein.build_tiny_vae(folder_of(root, Kind.KLEIN, Role.TINY_VAE))


def _entry(root: Path, each: TinySet, kinds: tuple[Kind, ...]) -> Entry:
    folder = root / each.folder
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return Entry(
        name=each.name,
        title=f"Tiny {each.name}",
        repo=f"tiny/{each.name}",
        revision=REVISION,
        files=tuple(
            ModelFile(
                path.relative_to(folder).as_posix(),
                size=path.stat().st_size,
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for path in found
        ),
        licence=LICENCE,
        kinds=kinds,
        role=each.role,
        tier=Tier(cpu_gb=0.1, gpu_gb=0.1),
        sample=Sample("clay", "s01", 1) if each.role is Role.BASE else None,
    )
