"""Pipelines that are kept in memory between drawings, the least recently used evicted first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.models.types import Kind
from studio.styles.diffusion.memory import give_back
from studio.styles.diffusion.types import Loaded, Plan


@dataclass(frozen=True, slots=True)
class Warm:
    """One pipeline in memory."""

    fingerprint: str  # of the files that it was loaded from
    loaded: Loaded
    held_gb: float  # by how much free memory shrank while it was loaded


class WarmPipelines:
    """Every pipeline in memory, from the one that was used longest ago to the newest."""

    def __init__(self) -> None:
        self._warm: list[Warm] = []

    def __len__(self) -> int:
        return len(self._warm)

    @property
    def held_gb(self) -> float:
        """What evicting all of them would free, as far as it was measured."""
        return sum(one.held_gb for one in self._warm)

    def holds_others(self, plan: Plan) -> bool:
        """Tell whether a pipeline of another plan is in memory."""
        return any(one.loaded.plan != plan for one in self._warm)

    def plan_of(self, kind: Kind, fingerprint: str | None = None) -> Plan | None:
        """Return the plan of a kind's pipeline, of these very files where a fingerprint is told."""
        for one in reversed(self._warm):
            if one.loaded.kind is kind and fingerprint in (None, one.fingerprint):
                return one.loaded.plan
        return None

    def take(self, fingerprint: str, plan: Plan) -> Loaded | None:
        """Return a pipeline and count it as used now; None: it is not in memory."""
        for one in self._warm:
            if one.fingerprint == fingerprint and one.loaded.plan == plan:
                self._warm.remove(one)
                self._warm.append(one)
                return one.loaded
        return None

    def keep(self, warm: Warm) -> None:
        """Keep a pipeline that was just loaded."""
        self._warm.append(warm)

    def evict(self, is_enough: Callable[[], bool] = lambda: False) -> int:
        """Evict the least recently used until there is enough memory, or none is left.

        Returns:
            How many were evicted.
        """
        count = 0
        while self._warm and not is_enough():
            _take_apart(self._warm.pop(0).loaded)
            count += 1
        return count


def _take_apart(loaded: Loaded) -> None:
    """Let go of a pipeline's modules: hooks of offloading refer to them otherwise."""
    for pipeline in (loaded.pipeline, *loaded.parts.values()):
        remove = getattr(pipeline, "remove_all_hooks", None)
        if remove is not None:
            remove()
    device = loaded.plan.device
    loaded.pipeline = None
    loaded.parts.clear()
    give_back(device)
