"""What can be drawn here: which kinds have their weights, which plans fit, how long it takes."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from studio.models.errors import ModelError, ModelMissing
from studio.models.places import size_of
from studio.models.types import Entry, Kind, ModelFiles, Role
from studio.styles.diffusion.compiling import compiled
from studio.styles.diffusion.errors import NotAvailable
from studio.styles.diffusion.hardware import Hardware
from studio.styles.diffusion.plans import plans
from studio.styles.diffusion.refusals import (
    damaged,
    no_models,
    no_sdnq,
    own_gone,
    pull_command,
    ran_out,
    said_of,
    unknown_kind,
)
from studio.styles.diffusion.sizes import EXPECTED, Sizes, weigh
from studio.styles.diffusion.states import TITLES, KindState
from studio.styles.diffusion.timing import Pace, Timings
from studio.styles.diffusion.types import KindModule, Plan
from studio.styles.diffusion.warm import WarmPipelines

if TYPE_CHECKING:
    from studio.models.shelf import Shelf

BEST = (Kind.KLEIN, Kind.SDXL, Kind.SD15)  # by how well they keep a face and draw a look
PATIENCE = 120.0  # seconds: within, the best comes first; beyond, the quickest


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a kind runs here, if its weights are or were here."""

    plans: tuple[Plan, ...]
    pace: Pace


@dataclass(slots=True)
class Outlook:
    """Answers before anything is drawn, and remembers what ran out of memory."""

    shelf: Shelf
    kinds: Mapping[Kind, KindModule]
    measure: Callable[[], Hardware]
    timings: Timings
    warm: WarmPipelines
    failed: dict[Plan, None] = field(default_factory=dict)  # plans that are given up
    drawn: Counter[Plan] = field(default_factory=Counter)  # pictures since the start
    damaged: set[Kind] = field(default_factory=set)  # whose files failed a check, until they pass
    happened: dict[Kind, str] = field(default_factory=dict)  # the last thing that went wrong

    def hardware(self) -> Hardware:
        """Measure, counting the memory of warm pipelines as free: they give way."""
        hardware, held = self.measure(), self.warm.held_gb
        ram_held = held if hardware.is_processor else 0.0
        return replace(
            hardware,
            free_gb=hardware.free_gb + held,
            ram_free_gb=hardware.ram_free_gb + ram_held,
        )

    def roles(self, kind: Kind) -> tuple[Role, ...]:
        """Return the roles that a kind draws with here."""
        module = self.kinds[kind]
        return (*module.NEEDS, *(role for role in module.HELPS if self.shelf.has(kind, role)))

    def ready(self) -> tuple[Kind, ...]:
        """Return the kinds that can draw now, best first; looks at the device only if any can."""
        here = [kind for kind in BEST if kind in self.kinds and not self._lacks(kind)]
        here = [kind for kind in here if not self._own_gone(kind)]
        if not here:
            return ()
        hardware = self.hardware()
        fits: dict[Kind, _Fit] = {}
        for kind in here:
            try:
                fits[kind] = self._fit(kind, hardware)
            except NotAvailable:
                continue
        return tuple(
            sorted(fits, key=lambda kind: (kind in self.damaged, _rank(kind, fits[kind].pace)))
        )

    def require(self, kind: Kind | None) -> Kind:
        """Return the kind that draws.

        Args:
            kind: that has to; None: the best that can.

        Raises:
            NotAvailable: it cannot; it says what would be needed, with the very command.
        """
        if kind is None:
            ready = self.ready()
            if ready:
                return ready[0]
            kind = self._easiest()
        if kind not in self.kinds:
            raise unknown_kind(kind)
        try:
            missing = self.shelf.missing(kind)
        except ModelError as error:
            raise damaged(kind, error) from error
        if missing:
            raise no_models(kind, missing, self._download(missing))
        if gone := self._own_gone(kind):
            raise own_gone(kind, gone)
        self._fit(kind, self.hardware())
        return kind

    def refused(self, kind: Kind, error: ModelError) -> NotAvailable:
        """Return what is told of an error of the files, and remember it."""
        if isinstance(error, ModelMissing):
            if self._lacks(kind):
                return no_models(kind, (), None)
            if gone := self._own_gone(kind):
                return own_gone(kind, gone)
        self.happened[kind] = said_of(kind, error)
        self.damaged.add(kind)
        return damaged(kind, error)

    def passed(self, kind: Kind) -> None:
        """Forget what was wrong with the files of a kind: they were checked and loaded."""
        if kind in self.damaged:
            self.damaged.remove(kind)
            self.happened.pop(kind, None)

    def choose(self, files: ModelFiles) -> Plan:
        """Return the plan that a picture is drawn with now: of the warm pipeline, or the best.

        Raises:
            NotAvailable: none fits, or all that do ran out of memory.
        """
        warm = self.warm.plan_of(files.kind, files.fingerprint)
        if warm is not None:
            faster = compiled(warm, self.hardware(), self.drawn[warm])
            return warm if faster is None or faster in self.failed else faster
        return self._plans(files.kind, self.hardware(), weigh(files))[0]

    def states(self) -> tuple[KindState, ...]:
        """Return how each kind stands, for the Models page."""
        hardware = self.hardware()
        return tuple(self._state(kind, hardware) for kind in Kind if kind in self.kinds)

    def _state(self, kind: Kind, hardware: Hardware) -> KindState:
        fit, note = None, ""
        missing: tuple[Entry, ...] = ()
        try:
            missing = self.shelf.missing(kind)
            if not missing and (gone := self._own_gone(kind)):
                raise own_gone(kind, gone)
            fit = self._fit(kind, hardware)
        except (NotAvailable, ModelError) as error:
            note = error.what if isinstance(error, NotAvailable) else said_of(kind, error)
        return KindState(
            kind=kind,
            title=TITLES[kind],
            is_ready=fit is not None and not missing and kind not in self.damaged,
            plan=fit.plans[0] if fit else None,
            plans=fit.plans if fit else (),
            seconds=fit.pace.seconds() if fit else None,
            is_measured=fit is not None and fit.pace.is_measured,
            missing=missing,
            download_gb=self._download(missing),
            command=pull_command(kind) if missing else "",
            note=note or self.happened.get(kind, ""),
            is_warm=self.warm.plan_of(kind) is not None,
        )

    def _fit(self, kind: Kind, hardware: Hardware) -> _Fit:
        """Return the plans of a kind, before its files are read.

        Raises:
            NotAvailable: there is none.
        """
        sizes = self._sizes(kind)
        fitting = self._plans(kind, hardware, sizes)
        warm = self.warm.plan_of(kind)
        if warm is not None:  # it is what the next picture is drawn with
            fitting = tuple(dict.fromkeys((warm, *fitting)))
        return _Fit(fitting, self.timings.expected(fitting[0], hardware, sizes))

    def _plans(self, kind: Kind, hardware: Hardware, sizes: Sizes) -> tuple[Plan, ...]:
        if sizes.is_quantised and importlib.util.find_spec("sdnq") is None:
            raise no_sdnq(kind)
        left = tuple(plan for plan in plans(kind, hardware, sizes) if plan not in self.failed)
        if not left:
            raise ran_out(kind, [plan for plan in self.failed if plan.kind is kind])
        return left

    def _sizes(self, kind: Kind) -> Sizes:
        """Return what the weights take: by their headers where they are here."""
        if self._lacks(kind):
            return EXPECTED[kind]
        roles = self.roles(kind)
        entries = {role: self.shelf.entry_for(kind, role) for role in roles}
        here = {role: entry for role, entry in entries.items() if entry is not None}
        return weigh(
            ModelFiles(
                kind=kind,
                folders={role: self.shelf.folder(entry) for role, entry in here.items()},
                weights={
                    role: tuple(file.path for file in self.shelf.wanted(kind, entry))
                    for role, entry in here.items()
                },
                single_file=item.path if (item := self.shelf.collection.chosen(kind)[0]) else None,
            )
        )

    def _own_gone(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of the creator's own files that are to draw and are not as they were."""
        try:
            single_file, loras = self.shelf.collection.chosen(kind)
        except ModelError:
            return ()  # told where the files are checked
        own = [item for item in (single_file, *loras) if item is not None]
        return tuple(item.name for item in own if size_of(item.path) != item.size)

    def _lacks(self, kind: Kind) -> bool:
        """Tell whether weights of a kind are missing, or cannot be told."""
        try:
            return bool(self.shelf.missing(kind))
        except ModelError:
            return True

    def _easiest(self) -> Kind:
        """Return the kind to speak of when none can draw."""
        if not self.kinds:
            raise unknown_kind(Kind.SD15)
        here = [kind for kind in BEST if kind in self.kinds and not self._lacks(kind)]
        if here:
            return here[-1]
        fits = {}
        hardware = self.hardware()
        for kind in self.kinds:
            try:
                fits[kind] = self._fit(kind, hardware)
            except NotAvailable:
                continue
        if not fits:
            return next(kind for kind in reversed(BEST) if kind in self.kinds)
        return min(fits, key=lambda kind: _rank(kind, fits[kind].pace))

    def _download(self, missing: Sequence[Entry]) -> float | None:
        """Return how much there is to fetch, GB; None: only the hub knows."""
        sizes = [file.size for entry in missing for file in self.shelf.to_pull(entry)]
        known = [size for size in sizes if size is not None]
        return sum(known) / 1e9 if len(known) == len(sizes) else None


def _rank(kind: Kind, pace: Pace) -> tuple[bool, float]:
    """Return what kinds are sorted by: the best within one's patience, else the quickest."""
    seconds = pace.seconds()
    return seconds > PATIENCE, seconds if seconds > PATIENCE else BEST.index(kind)
