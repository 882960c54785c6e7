"""What this machine has to draw with: measured when asked, never assumed.

Memory is counted in GB of 10^9 bytes. torch is imported inside: the first measurement of a process
takes as long as that does.
"""

from __future__ import annotations

import os
import platform
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import psutil

GB = 1e9  # bytes
NVIDIA = "0x10de"  # PCI's number for the vendor
DISPLAY = "0x03"  # PCI's class of display controllers begins so
FIRST_BFLOAT16 = (8, 0)  # CUDA's compute capability that multiplies bfloat16 natively: Ampere


@dataclass(frozen=True, slots=True)
class Hardware:
    """One device, and the machine around it."""

    device: str  # torch's name: "cuda:0", "mps", "cpu"
    name: str  # "NVIDIA GeForce RTX 3090", "AMD EPYC 7B13, 8 cores"
    total_gb: float  # of the device's memory; of the machine's, where the device is the processor
    free_gb: float  # of it, now
    ram_gb: float  # of the machine, or of the container that it runs in
    ram_free_gb: float
    has_bfloat16: bool  # multiplies it natively
    note: str = ""  # one sentence where something is in the way, such as a missing driver

    @property
    def is_processor(self) -> bool:
        """Whether there is no graphics card to draw on."""
        return self.device == "cpu"

    def in_words(self) -> str:
        """Return one plain sentence for the Models page."""
        if self.is_processor:
            what = f"{self.name}, {self.ram_gb:.0f} GB of memory"
        else:
            what = f"{self.name} with {self.total_gb:.0f} GB, {self.ram_gb:.0f} GB beside it"
        return f"{what}, {self.free_gb:.1f} GB free"


def measure(root: Path = Path("/")) -> Hardware:
    """Measure the best device: the CUDA card with most free memory, Apple's, or the processor.

    Args:
        root: where /proc and /sys are looked for.
    """
    import torch  # takes seconds

    ram_gb, ram_free_gb = _memory(root)
    with warnings.catch_warnings(record=True) as told:  # torch says so when a driver is too old
        warnings.simplefilter("always")
        cards, said = _cards()
    if cards:
        free, total, index = max(cards)
        capability = torch.cuda.get_device_capability(index)
        return Hardware(
            device=f"cuda:{index}",
            name=torch.cuda.get_device_name(index),
            total_gb=total / GB,
            free_gb=free / GB,
            ram_gb=ram_gb,
            ram_free_gb=ram_free_gb,
            has_bfloat16=capability >= FIRST_BFLOAT16 or torch.version.hip is not None,
        )
    if torch.backends.mps.is_available():
        limit = torch.mps.recommended_max_memory() / GB
        free_gb = max(0.0, min(ram_free_gb, limit - torch.mps.driver_allocated_memory() / GB))
        name = f"{platform.processor() or 'Apple'} graphics"
        return Hardware("mps", name, limit, free_gb, ram_gb, ram_free_gb, has_bfloat16=False)
    return Hardware(
        device="cpu",
        name=_processor(root),
        total_gb=ram_gb,
        free_gb=ram_free_gb,
        ram_gb=ram_gb,
        ram_free_gb=ram_free_gb,
        has_bfloat16=_processor_has_bfloat16(root),
        note=_why_no_card(root, torch.version.cuda, [*said, *(str(one.message) for one in told)]),
    )


def teraflops(device: str, dtype: str) -> float:
    """Measure how fast a device multiplies matrices, in 10^12 operations a second.

    Args:
        device: torch's name.
        dtype: torch's name: "float32", "float16", "bfloat16".
    """
    import torch  # takes seconds

    side = 768 if device == "cpu" else 4096
    matrix = torch.ones((side, side), dtype=getattr(torch, dtype), device=device)
    best = float("inf")
    for _ in range(6):  # the first one warms up, and others may be busy
        began = time.perf_counter()
        float((matrix @ matrix)[0, 0])  # waits until it is there
        best = min(best, time.perf_counter() - began)
    return 2 * side**3 / best / 1e12


def _cards() -> tuple[list[tuple[int, int, int]], list[str]]:
    """Return free and total bytes and the number of every CUDA card that answers, and errors."""
    import torch

    cards, errors = [], []
    for index in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        try:
            cards.append((*torch.cuda.mem_get_info(index), index))
        except RuntimeError as error:  # so full that it cannot even be asked, or broken
            errors.append(str(error))
    return cards, errors


def _memory(root: Path) -> tuple[float, float]:
    """Return total and free memory of the machine, or of the container where that is less, GB."""
    machine = psutil.virtual_memory()
    total, free = float(machine.total), float(machine.available)
    group = root / "sys/fs/cgroup"
    limit = _text(group / "memory.max")
    if limit.isdigit():
        held = float(_text(group / "memory.current") or 0)
        # Files that were read lie there too, and give way when memory is wanted.
        cached = re.search(r"^inactive_file (\d+)$", _text(group / "memory.stat"), re.MULTILINE)
        held -= float(cached[1]) if cached else 0.0
        total, free = min(total, float(limit)), min(free, float(limit) - held)
    return total / GB, max(free, 0.0) / GB


def _processor(root: Path) -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _text(root / "proc/cpuinfo"), re.MULTILINE)
    name = found[1].strip() if found else platform.processor() or platform.machine()
    cores = os.cpu_count() or 1
    return f"{name}, {cores} core{'s' if cores > 1 else ''}"


def _processor_has_bfloat16(root: Path) -> bool:
    """Tell whether the processor multiplies bfloat16 itself; where it does not, it is slower."""
    flags = set(_text(root / "proc/cpuinfo").split())
    return bool(flags & {"avx512_bf16", "amx_bf16", "bf16"})


def _why_no_card(root: Path, cuda: str | None, told: list[str]) -> str:
    """Return a sentence where there is a card that torch cannot use, or nothing."""
    if not _has_nvidia(root):
        return ""
    if cuda is None:
        return (
            "This machine has an NVIDIA card, but this torch was built for the processor only: "
            "install torch's build for CUDA (https://pytorch.org/get-started/locally)."
        )
    said = f" torch says: {told[0].splitlines()[0].rstrip('.')}." if told else ""
    return (
        f"This machine has an NVIDIA card, but its driver does not answer.{said} "
        f"Install or update NVIDIA's driver for CUDA {cuda}, then start the studio again."
    )


def _has_nvidia(root: Path) -> bool:
    cards = (root / "sys/bus/pci/devices").glob("*")
    return any(
        _text(card / "vendor") == NVIDIA and _text(card / "class").startswith(DISPLAY)
        for card in cards
    )


def _text(path: Path) -> str:
    """Return what a small file of the system says, or nothing."""
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
