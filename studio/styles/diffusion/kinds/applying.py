"""What a plan asks of a pipeline: where it lies, in which numbers, and how it saves memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from studio.styles.diffusion.types import Dtype, Offload, Plan, Storage

if TYPE_CHECKING:
    import torch

# Of modules that are no diffusers models: what stays in full numbers beside norms, since it is
# read as it lies, or small errors in it are heard everywhere.
KEPT = ("embed", "norm", "lm_head")


def torch_dtype(plan: Plan) -> torch.dtype:
    """Return the numbers that a plan computes with."""
    import torch

    return {
        Dtype.FLOAT32: torch.float32,
        Dtype.FLOAT16: torch.float16,
        Dtype.BFLOAT16: torch.bfloat16,
    }[plan.dtype]


def apply_plan(pipeline: Any, plan: Plan, *, big: Sequence[str]) -> None:
    """Bring a loaded pipeline to where and how a plan wants it; call it last.

    Args:
        pipeline: of diffusers, on the processor, in the plan's dtype.
        plan: to follow.
        big: its components that most of the weights are in; the first denoises.
    """
    pipeline.set_progress_bar_config(disable=True)
    for name in big:
        store(getattr(pipeline, name), plan)
    if plan.slicing:
        _slice_autoencoder(pipeline.vae, plan)
    if plan.attention == "sliced":
        for name in big:
            _slice_attention(getattr(pipeline, name))
    _place(pipeline, plan)
    if plan.compiled:
        getattr(pipeline, big[0]).compile()


def store(module: Any, plan: Plan) -> None:
    """Keep a big module's weights as a plan wants them; one that is kept so stays as it is.

    Called as soon as a module is complete, so that no two of them lie in memory in full.
    """
    import torch
    from diffusers import ModelMixin
    from diffusers.hooks import apply_layerwise_casting

    kept, computed = torch.float8_e4m3fn, torch_dtype(plan)
    is_kept = any(each.dtype is kept for each in module.parameters())
    if plan.storage is not Storage.EIGHT_BIT or is_kept:
        return
    if isinstance(module, ModelMixin):  # it knows what of it has to stay as it is
        module.enable_layerwise_casting(
            storage_dtype=kept,
            compute_dtype=computed,
            skip_modules_classes=(torch.nn.MultiheadAttention,),  # see _leaves_reachable
        )
    else:
        apply_layerwise_casting(module, kept, computed, skip_modules_pattern=KEPT)


def _slice_autoencoder(vae: Any, plan: Plan) -> None:
    """Let an autoencoder take one picture at a time, and a quarter of it."""
    vae.enable_slicing()
    if plan.tiny_vae:  # it takes little memory whole, and its tiles come out as float32
        return
    # By default pictures are taken apart only where they are bigger than those of the training.
    vae.tile_sample_min_size = plan.size // 2
    vae.tile_latent_min_size = plan.size // 2 // 2 ** (len(vae.config.block_out_channels) - 1)
    vae.enable_tiling()


def _slice_attention(module: Any) -> None:
    """Let self-attention, which grows with the fourth power of the side, go head by head.

    `enable_attention_slicing` would throw away the adapter that listens in cross-attention.
    """
    from diffusers.models.attention_processor import SlicedAttnProcessor

    if not hasattr(module, "attn_processors"):
        return
    module.set_attn_processor(
        {
            name: SlicedAttnProcessor(1) if name.endswith("attn1.processor") else processor
            for name, processor in module.attn_processors.items()
        }
    )


def _place(pipeline: Any, plan: Plan) -> None:
    import torch

    device = torch.device(plan.device)
    match plan.offload:
        case Offload.NONE:
            pipeline.to(device)
        case Offload.MODEL:
            pipeline.enable_model_cpu_offload(device=device)
        case Offload.GROUP:
            for component in pipeline.components.values():
                if isinstance(component, torch.nn.Module):
                    _offload_in_groups(component, device)


def _offload_in_groups(module: torch.nn.Module, device: torch.device) -> None:
    """Let layers come to the device one at a time.

    Not ahead of time (`use_stream`): what is fetched ahead is what came next the last time, and
    pictures and parts of pictures are drawn by the same layers in different orders.
    """
    import torch
    from diffusers.hooks import apply_group_offloading

    in_leaves = _leaves_reachable(module)
    apply_group_offloading(
        module,
        onload_device=device,
        offload_device=torch.device("cpu"),
        offload_type="leaf_level" if in_leaves else "block_level",
        num_blocks_per_group=None if in_leaves else 1,
    )


def _leaves_reachable(module: torch.nn.Module) -> bool:
    """Tell whether each leaf is called: torch's attention reads one of its own without a call."""
    import torch

    return not any(isinstance(each, torch.nn.MultiheadAttention) for each in module.modules())
