"""What this machine can imagine with, as the Models page and the styles' cards show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class MachineView:
    """The device that draws. Sizes in GB (10^9 bytes)."""

    device: str  # torch's name: "cuda:0", "mps", "cpu"
    name: str  # "NVIDIA GeForce RTX 4090", "2 cores"
    memory_gb: float
    free_gb: float
    note: str  # one sentence where something is in the way, such as a missing driver; or empty


@dataclass(frozen=True, slots=True)
class KindView:
    """One way of imagining: whether it can draw here, how, and what it lacks."""

    kind: str
    title: str
    is_ready: bool
    plan: str  # in words; empty where no plan fits
    seconds: float | None  # for one picture
    is_measured: bool  # False: the seconds are an estimate
    missing: Sequence[str]  # titles of what is to be fetched
    download_gb: float | None  # of all that is missing; None: not known before the first pull
    command: str  # what fetches it
    note: str  # one sentence: why it is not ready, or what happened last; or empty


@dataclass(frozen=True, slots=True)
class EntryView:
    """One set of weights of the catalogue."""

    name: str
    title: str
    repo: str
    kinds: Sequence[str]
    role: str
    licence: str
    licence_url: str
    licence_note: str
    is_commercial: bool
    size_gb: float | None
    cpu_gb: float | None
    gpu_gb: float | None
    state: str  # here, partly, missing, unreadable
    revision: str | None


@dataclass(frozen=True, slots=True)
class ModelsView:
    """Everything that the Models page shows."""

    machine: MachineView
    kinds: Sequence[KindView]
    entries: Sequence[EntryView]


class ModelsService(Protocol):
    """Tells what can be imagined here. Nothing of it is about a person: no token."""

    def overview(self) -> ModelsView:
        """Return the machine, the kinds and the catalogue; looks at the disk."""
        ...

    def can_imagine(self) -> bool:
        """Tell whether any kind can draw here now; cheap."""
        ...

    def seconds(self) -> Mapping[str, float]:
        """Return the expected seconds for one picture, by kind, of the kinds that are ready."""
        ...
