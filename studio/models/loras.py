"""For which base a LoRA was made, in kohya's, diffusers' and ComfyUI's namings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio.models.headers import Tensor

# Ends of the tensor that takes a layer's input: what stands before it names the layer.
_DOWN = re.compile(r"[._]lora(?:_A(?:\.[\w-]+)?|[._]down|_linear_layer\.down)\.weight$")
_LYCORIS = ("hada_w", "lokr_w", "oft_")
_HEARS = {768: "SD 1.5", 1024: "SD 2", 1280: "the SDXL refiner", 2048: "SDXL"}
_FLUX2_WIDTHS = {4096: "FLUX.2 klein 9B", 6144: "FLUX.2 dev"}
_KLEIN_BLOCKS = {"double": 5, "single": 20}  # of klein 4B; FLUX.1 has 19 and 38


def lora_family(tensors: Mapping[str, Tensor]) -> str:
    """Return the family of the base, as `inspection` names it; empty where none is told."""
    if any(mark in name for name in tensors for mark in _LYCORIS):
        return "a LyCORIS network, which is no plain LoRA"
    widths = _widths(tensors)
    names = " ".join(widths)
    if re.search(r"double_blocks_|single_blocks_|single_transformer_blocks_", names):
        return _flux(widths)
    if re.search(r"(?<!attentions_\d_)(?<!_\d_\d_)\btransformer_transformer_blocks_", names):
        return _flux(widths)
    if re.search(r"joint_blocks|joint_transformer_blocks", names):
        return "Stable Diffusion 3"
    if re.search(r"(down|up|input|output)_blocks_\d|mid(dle)?_block_|text_model_encoder", names):
        return _stable_diffusion(widths, names)
    return ""


def _widths(tensors: Mapping[str, Tensor]) -> dict[str, int]:
    """Return by layer, named with underscores alone, how wide its inputs are."""
    widths = {}
    for name, tensor in tensors.items():
        ends = _DOWN.search(name)
        if ends and len(tensor.shape) > 1:
            widths[re.sub(r"[.]", "_", name[: ends.start()])] = tensor.shape[1]
    return widths


def _stable_diffusion(widths: Mapping[str, int], names: str) -> str:
    for name, width in widths.items():
        if re.search(r"attn2_(processor_)?to_[kv]$", name) and width in _HEARS:
            return _HEARS[width]
    is_xl = re.search(
        r"(attentions_\d|blocks_\d+_1|middle_block_1|mid_block_attentions_0)_transformer_blocks_"
        r"[1-9]|\blora_te[12]_|text_encoder_2_|add_embedding|label_emb",
        names,
    )
    return "SDXL" if is_xl else "SD 1.5"


def _flux(widths: Mapping[str, int]) -> str:
    most = {"double": 0, "single": 0}
    for name, width in widths.items():
        if re.search(r"(img_attn_qkv|attn_to_q|attn_to_qkv_mlp_proj)$", name) and (
            width in _FLUX2_WIDTHS
        ):
            return _FLUX2_WIDTHS[width]
        block = re.search(r"(single|double)?_?(?:transformer_)?blocks_(\d+)_", name)
        if block:
            part = "single" if block[1] == "single" else "double"
            most[part] = max(most[part], int(block[2]) + 1)
    names = " ".join(widths)
    if re.search(r"_stream_modulation|to_qkv_mlp_proj|ff_(context_)?linear_(in|out)", names):
        return "FLUX.2 klein 4B"
    is_first = re.search(
        r"(img|txt)_mod_lin|norm1?(_context)?_linear|proj_mlp|ff_net_0|_te1_", names
    )
    if is_first or any(most[part] > blocks for part, blocks in _KLEIN_BLOCKS.items()):
        return "FLUX.1"
    return "FLUX.2 klein 4B"
