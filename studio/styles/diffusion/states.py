"""What each kind can do on this machine, in the words of the Models page."""

from __future__ import annotations

from dataclasses import dataclass

from studio.models.types import Entry, Kind
from studio.styles.diffusion.types import Plan

TITLES = {
    Kind.SD15: "Stable Diffusion 1.5",
    Kind.SDXL: "Stable Diffusion XL",
    Kind.KLEIN: "FLUX.2 klein",
}


@dataclass(frozen=True, slots=True)
class KindState:
    """One way of imagining: whether it can draw here, how, and what it lacks."""

    kind: Kind
    title: str
    is_ready: bool
    plan: Plan | None  # that a picture begins with, even before its weights are here; None: no fit
    plans: tuple[Plan, ...]  # all that fit, best first
    seconds: float | None  # for one picture, the weights being in memory; None: no plan
    is_measured: bool  # False: the seconds are an estimate
    missing: tuple[Entry, ...]  # of what it needs
    download_gb: float | None  # of all that is missing; None: told by the hub at the first pull
    command: str  # what fetches it; empty where nothing is missing
    note: str  # why it is not ready, or what happened last; or empty
    is_warm: bool = False  # its weights are in memory now
