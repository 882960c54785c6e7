"""LoRAs: the one that makes a few steps enough, and those of the creator's own collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.models.errors import ModelDamaged
from studio.models.inspection import inspect
from studio.models.types import Kind, ModelFiles, Role

NAME = "look"  # of the LoRA that is being added


def add_loras(pipeline: Any, files: ModelFiles) -> None:
    """Work every LoRA into the weights of a pipeline: afterwards they cost nothing.

    Args:
        pipeline: of diffusers, on the processor, before anything wraps its modules.
        files: of its kind.

    Raises:
        ModelDamaged: one was made for another base, or nothing in it fits.
    """
    for path in files.loras:  # what the catalogue names was made for this base
        _require_base(path, files.kind)
    quick = (files.folders[Role.FAST] / name for name in files.weights.get(Role.FAST, ()))
    for path in (*quick, *files.loras):
        _add(pipeline, path)


def _add(pipeline: Any, path: Path) -> None:
    pipeline.load_lora_weights(
        str(path.parent),
        weight_name=path.name,
        adapter_name=NAME,
        local_files_only=True,
        use_safetensors=True,
    )
    if not any(NAME in names for names in pipeline.get_list_adapters().values()):
        raise ModelDamaged(f"{path.name} holds no LoRA that fits this base.")
    pipeline.fuse_lora(adapter_names=[NAME], safe_fusing=True)  # refuses what is not finite
    pipeline.unload_lora_weights()


def _require_base(path: Path, kind: Kind) -> None:
    """Refuse a LoRA that was made for another base; some of their layers would fit by chance."""
    inspected = inspect(path)
    if inspected.base is not None and inspected.base is not kind:
        raise ModelDamaged(
            f"{path.name} was made for {inspected.family}, and cannot draw with {kind.value}. "
            "Take it away, or choose the other engine."
        )
