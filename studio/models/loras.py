"""For which base a LoRA was made, in kohya's, diffusers' and ComfyUI's namings."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studio.models.headers import Tensor

# Ends of the tensor that takes a layer's input: what stands before it names the layer.
_DOWN = re.compile(r"[._]lora(?:_A(?:\.[\w-]+)?|[._]down|_linear_layer\.down)\.weight$")
_LYCORIS = ("hada_w", "lokr_w", "oft_")
_HEARS = {768: "SD 1.5", 1024: "SD 2", 1280: "the SDXL refiner", 2048: "SDXL"}
_FLUX_WIDTHS = {3072: "", 4096: "FLUX.2 klein 9B", 6144: "FLUX.2 dev"}  # FLUX.1 has 3,072, too
_KLEIN_BLOCKS = {"double": 5, "single": 20}  # of klein 4B; FLUX.1 has 19 and 38
_LEAST = 512  # a width below is no published model's, and tells nothing

_FLUX_NAMES = re.compile(
    r"(^| )(\w+_)?(double|single)_blocks_|(^| )transformer_\w*transformer_blocks_"
)
_SD3_NAMES = re.compile(r"joint_(transformer_)?blocks_")
_SD_NAMES = re.compile(r"(down|up|input|output)_blocks_\d|mid(dle)?_block_|text_model_encoder")
_XL_NAMES = re.compile(
    r"(attentions_\d|blocks_\d+_1|middle_block_1)_transformer_blocks_[1-9]"
    r"|(^| )lora_te[12]_|text_encoder_2_|add_embedding|label_emb"
)
_HEARING = re.compile(r"attn2_(processor_)?to_[kv]$")
_WIDE = re.compile(r"(img_attn_qkv|attn_to_[qkv]|attn_to_qkv_mlp_proj)$")
_FLUX2_NAMES = re.compile(r"_stream_modulation|to_qkv_mlp_proj|ff_(context_)?linear_(in|out)")
_FLUX1_NAMES = re.compile(r"(img|txt)_mod_lin|norm1?(_context)?_linear|proj_mlp|ff_net_0|_te1_")
_BLOCK = re.compile(r"(single|double)?_?(?:transformer_)?blocks_(\d{1,4})_")


def lora_family(tensors: Mapping[str, Tensor]) -> str:
    """Return the family of the base, as `inspection` names it; empty where none is told."""
    if any(mark in name for name in tensors for mark in _LYCORIS):
        return "a LyCORIS network, which is no plain LoRA"
    widths = _widths(tensors)
    names = " ".join(widths)
    if _SD3_NAMES.search(names):
        return "Stable Diffusion 3"
    if _FLUX_NAMES.search(names):
        return _flux(widths, names)
    return _stable_diffusion(widths, names) if _SD_NAMES.search(names) else ""


def _widths(tensors: Mapping[str, Tensor]) -> dict[str, int]:
    """Return by layer, named with underscores alone, how wide its inputs are."""
    widths = {}
    for name, tensor in tensors.items():
        ends = _DOWN.search(name)
        if ends and len(tensor.shape) > 1:
            widths[name[: ends.start()].replace(".", "_")] = tensor.shape[1]
    return widths


def _stable_diffusion(widths: Mapping[str, int], names: str) -> str:
    for name, width in widths.items():
        if _HEARING.search(name) and width >= _LEAST:
            return _HEARS.get(width, "")
    return "SDXL" if _XL_NAMES.search(names) else "SD 1.5"


def _flux(widths: Mapping[str, int], names: str) -> str:
    blocks = dict.fromkeys(_KLEIN_BLOCKS, 0)
    for name, width in widths.items():
        if _WIDE.search(name) and width >= _LEAST and _FLUX_WIDTHS.get(width) != "":
            return _FLUX_WIDTHS.get(width, "")
        block = _BLOCK.search(name)
        if block:
            part = block[1] or "double"
            blocks[part] = max(blocks[part], int(block[2]) + 1)
    if _FLUX2_NAMES.search(names):
        return "FLUX.2 klein 4B"
    is_long = any(blocks[part] > most for part, most in _KLEIN_BLOCKS.items())
    return "FLUX.1" if is_long or _FLUX1_NAMES.search(names) else "FLUX.2 klein 4B"
