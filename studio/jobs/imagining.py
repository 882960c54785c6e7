"""What this machine can imagine with (implements `studio.service.models.ModelsService`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.jobs.stylists import all_stylists
from studio.models.errors import ModelError
from studio.service.models import EntryView, KindView, MachineView, ModelsView
from studio.styles.diffusion.guard import Guard

if TYPE_CHECKING:
    from studio.jobs.stylists import Stylist
    from studio.models.shelf import Shelf
    from studio.models.types import Entry
    from studio.styles.diffusion.engine import Imagination
    from studio.styles.diffusion.guard import Faces
    from studio.styles.diffusion.states import KindState

GB = 1e9  # bytes
UNREADABLE = "unreadable"  # beside the shelf's own states


@dataclass(frozen=True, slots=True)
class Models:
    """The engine and the shelf, in words and numbers."""

    imagination: Imagination
    shelf: Shelf

    def stylists(self, faces: Faces) -> Mapping[str, Stylist]:
        """Return a stylist for every style; those of the Imagined family draw with this engine.

        Args:
            faces: finds faces in what was imagined.
        """
        return all_stylists(self.imagination, Guard.of(self.shelf, faces))

    def overview(self) -> ModelsView:
        """Return the machine, the kinds and the catalogue; looks at the disk."""
        machine = self.imagination.machine()
        return ModelsView(
            machine=MachineView(
                device=machine.device,
                name=machine.name,
                memory_gb=machine.total_gb,
                free_gb=machine.free_gb,
                note=machine.note,
            ),
            kinds=[_kind(state) for state in self.imagination.states()],
            entries=[self._entry(entry) for entry in self.shelf.catalogue.entries],
        )

    def can_imagine(self) -> bool:
        """Tell whether any kind can draw here now."""
        return bool(self.imagination.ready())

    def seconds(self) -> Mapping[str, float]:
        """Return the expected seconds for one picture, of the kinds that are ready, best first."""
        ready = self.imagination.ready()
        states = {state.kind: state for state in self.imagination.states()} if ready else {}
        expected = {kind.value: states[kind].seconds for kind in ready}
        return {kind: seconds for kind, seconds in expected.items() if seconds is not None}

    def _entry(self, entry: Entry) -> EntryView:
        return EntryView(
            name=entry.name,
            title=entry.title,
            repo=entry.repo,
            kinds=[kind.value for kind in entry.kinds],
            role=entry.role.value,
            licence=entry.licence.name,
            licence_url=entry.licence.url,
            licence_note=entry.licence.note,
            is_commercial=entry.licence.commercial,
            size_gb=_gigabytes(file.size for file in entry.files),
            cpu_gb=entry.tier.cpu_gb,
            gpu_gb=entry.tier.gpu_gb,
            state=self._state(entry),
            revision=entry.revision,
        )

    def _state(self, entry: Entry) -> str:
        """Return how much of an entry is here; the kinds' notes say what is wrong with the pins."""
        try:
            return self.shelf.state(entry).value
        except ModelError:
            return UNREADABLE


def _kind(state: KindState) -> KindView:
    return KindView(
        kind=state.kind.value,
        title=state.title,
        is_ready=state.is_ready,
        plan=state.plan.in_words() if state.plan else "",
        seconds=state.seconds,
        is_measured=state.is_measured,
        missing=[entry.title for entry in state.missing],
        download_gb=state.download_gb,
        command=state.command,
        note=state.note,
    )


def _gigabytes(sizes: Iterable[int | None]) -> float | None:
    """Return the sum in GB; None when one of them is not known yet."""
    total = 0
    for size in sizes:
        if size is None:
            return None
        total += size
    return total / GB
