"""Models that exist nowhere: what a machine with some, or with none, would tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from studio.service.models import EntryView, KindView, MachineView, ModelsView

MACHINE = MachineView("cpu", "2 cores", 16.8, 9.4, "")
SD15 = KindView(
    kind="sd15",
    title="Stable Diffusion 1.5",
    is_ready=False,
    plan="",
    seconds=None,
    is_measured=False,
    missing=("Dreaming base", "Line control"),
    download_gb=5.24,
    command="python app.py models pull sd15",
    note="",
)
KLEIN = replace(
    SD15,
    kind="klein",
    title="FLUX.2 klein",
    missing=("Klein base",),
    download_gb=None,
    command="python app.py models pull klein",
    note="This machine has no graphics card with 8 GB; it would take hours.",
)
BASE = EntryView(
    name="dream",
    title="Dreaming base",
    repo="nobody/dream",
    kinds=("sd15",),
    role="base",
    licence="CreativeML Open RAIL-M",
    licence_url="https://example.org/licence",
    licence_note="Forbids harm; allows commercial use.",
    is_commercial=True,
    size_gb=4.27,
    cpu_gb=6.0,
    gpu_gb=4.0,
    state="missing",
    revision=None,
)
TINY = replace(
    BASE,
    name="tiny",
    title="Tiny decoder",
    role="tiny_vae",
    licence="For research only",
    licence_url="javascript:alert(1)",
    is_commercial=False,
    size_gb=0.0098,
    cpu_gb=None,
    gpu_gb=None,
    state="here",
    revision="0123456789abcdef" * 2 + "01234567",
)
LOST = replace(BASE, name="lost", title="Lost base", state="unreadable")


@dataclass
class FakeModels:
    """Stands in for `studio.service.models.ModelsService`; nothing is ready at first."""

    known: Mapping[str, float] = field(default_factory=dict)  # seconds, of the kinds that are ready
    broken: Exception | None = None

    def overview(self) -> ModelsView:
        if self.broken is not None:
            raise self.broken
        return ModelsView(MACHINE, [self._kind(kind) for kind in (SD15, KLEIN)], [BASE, TINY, LOST])

    def _kind(self, kind: KindView) -> KindView:
        if kind.kind not in self.known:
            return kind
        return replace(
            kind,
            is_ready=True,
            plan="512 px on cpu, float32, tiny autoencoder",
            seconds=self.known[kind.kind],
            is_measured=True,
            missing=(),
            download_gb=None,
            note="",
        )

    def can_imagine(self) -> bool:
        return bool(self.known)

    def seconds(self) -> Mapping[str, float]:
        return self.known
