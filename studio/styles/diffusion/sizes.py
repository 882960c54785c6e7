"""How much memory the weights of each kind take: read from their headers, or what is expected.

GB of 10^9 bytes, at two bytes a number; weights that were quantised before count as they lie.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from studio.models.types import Kind, ModelFiles, Role

MOST_GB = 1000.0  # of one file that is believed
LONGEST_HEADER = 64_000_000  # bytes; SDXL's is 200 KB
# What a header that holds something else can raise, nested or counting beyond all bounds.
UNREADABLE = (
    OSError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RecursionError,
    OverflowError,
)
QUANTISED = frozenset({"I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"})  # as they lie


@dataclass(frozen=True, slots=True)
class Sizes:
    """Weights of one kind, GB at two bytes a number."""

    denoiser: float  # UNet or transformer, with what an adapter puts into it
    control: float  # the ControlNet, which works at every step, too
    text: float  # all text encoders
    eyes: float  # the image encoder of the adapter
    autoencoder: float
    has_tiny_vae: bool = True
    is_quantised: bool = False  # by SDNQ, before it was fetched

    @property
    def total(self) -> float:
        """All of it."""
        return self.denoiser + self.control + self.text + self.eyes + self.autoencoder


# Parameters as their makers publish them, in 10^9: SD 1.5: UNet 0.86, ControlNet 0.36, CLIP-L 0.12,
# ViT-H 0.63. SDXL: UNet 2.57, ControlNet Union 1.25, CLIP-L and bigG 0.82. FLUX.2 klein:
# transformer 3.9, Qwen3 4.0.
EXPECTED = {
    Kind.SD15: Sizes(denoiser=1.82, control=0.72, text=0.25, eyes=1.26, autoencoder=0.17),
    Kind.SDXL: Sizes(denoiser=5.98, control=2.5, text=1.64, eyes=1.26, autoencoder=0.17),
    Kind.KLEIN: Sizes(denoiser=7.75, control=0.0, text=8.04, eyes=0.0, autoencoder=0.17),
}


def weigh(files: ModelFiles) -> Sizes:
    """Read how much the files at hand take, from their headers.

    What no header tells counts as expected; whether a file is whole is the shelf's matter.
    """
    expected = EXPECTED[files.kind]
    found: defaultdict[str, float] = defaultdict(float)
    for role, places in files.weights.items():
        for place in places:
            found[_part(role, place)] += _gigabytes(files.folders[role] / place)
    if files.single_file is not None:  # it stands for all three
        for part in ("denoiser", "text", "autoencoder"):
            found.pop(part, None)

    def size(part: str, role: Role) -> float:
        return (found[part] or getattr(expected, part)) if role in files.folders else 0.0

    return Sizes(
        denoiser=size("denoiser", Role.BASE) + found["adapter"],
        control=size("control", Role.CONTROLNET),
        text=size("text", Role.BASE),
        eyes=size("eyes", Role.ADAPTER),
        autoencoder=size("autoencoder", Role.BASE),
        has_tiny_vae=Role.TINY_VAE in files.folders,
        is_quantised=_is_quantised(files),
    )


def _part(role: Role, place: str) -> str:
    """Return which of the sizes a file counts to; "else" is small, or not in the pipeline."""
    folder = place.rpartition("/")[0]
    if role is Role.BASE:
        for name, part in (("text_encoder", "text"), ("vae", "autoencoder")):
            if name in folder:
                return part
        return "denoiser" if "unet" in folder or "transformer" in folder else "else"
    if role is Role.ADAPTER:
        return "eyes" if "image_encoder" in folder else "adapter"
    return "control" if role is Role.CONTROLNET else "else"


def _gigabytes(path: Path) -> float:
    """Return the memory that a file's tensors take at two bytes a number, GB; 0 if unreadable."""
    try:
        told = path.stat()
        return _read_gigabytes(path, told.st_size, told.st_mtime_ns)
    except OSError:
        return 0.0


@lru_cache(maxsize=256)
def _read_gigabytes(path: Path, size: int, changed: int) -> float:  # noqa: ARG001 - of the cache
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, LONGEST_HEADER)))
        header.pop("__metadata__", None)
        gigabytes = sum(_bytes(tensor) for tensor in header.values()) / 1e9
    except UNREADABLE:
        return 0.0
    return gigabytes if 0 <= gigabytes < MOST_GB else 0.0


def _bytes(tensor: Mapping[str, Any]) -> float:
    if tensor["dtype"] in QUANTISED:
        begin, end = tensor["data_offsets"]
        return float(end - begin)
    return float(2 * prod(tensor["shape"]))


def _is_quantised(files: ModelFiles) -> bool:
    """Tell whether the denoiser's config says that SDNQ made it small."""
    folder = files.folders.get(Role.BASE)
    if folder is None or files.single_file is not None:
        return False
    try:
        config = json.loads((folder / "transformer" / "config.json").read_text(encoding="utf-8"))
        return bool(config["quantization_config"]["quant_method"] == "sdnq")
    except UNREADABLE:
        return False
