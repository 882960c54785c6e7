"""LoRAs: the one that makes a few steps enough, and those of the creator's own collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.models.errors import ModelDamaged
from studio.models.inspection import inspect
from studio.models.types import Kind, ModelFiles, Role


def add_loras(pipeline: Any, files: ModelFiles) -> None:
    """Work every LoRA into the weights of a pipeline: afterwards they cost nothing.

    Args:
        pipeline: of diffusers, on the processor, before anything wraps its modules.
        files: of its kind.

    Raises:
        ModelDamaged: one was made for another base, or nothing in it fits.
    """
    found = [files.folders[Role.FAST] / name for name in files.weights.get(Role.FAST, ())]
    names = [f"look_{index}" for index in range(len(found) + len(files.loras))]
    for path in files.loras:  # what the catalogue names was made for this base
        _require_base(path, files.kind)
    for name, path in zip(names, (*found, *files.loras), strict=True):
        pipeline.load_lora_weights(
            str(path.parent),
            weight_name=path.name,
            adapter_name=name,
            local_files_only=True,
            use_safetensors=True,
        )
        loaded = {each for names in pipeline.get_list_adapters().values() for each in names}
        if name not in loaded:
            raise ModelDamaged(f"{path.name} holds no LoRA that fits this base.")
    if names:
        pipeline.fuse_lora(adapter_names=names, safe_fusing=True)  # refuses what is not finite
        pipeline.unload_lora_weights()


def _require_base(path: Path, kind: Kind) -> None:
    """Refuse a LoRA that was made for another base; some of their layers would fit by chance."""
    inspected = inspect(path)
    if inspected.base is not None and inspected.base is not kind:
        raise ModelDamaged(
            f"{path.name} was made for {inspected.family}, and cannot draw with {kind.value}. "
            "Take it away, or choose the other engine."
        )
