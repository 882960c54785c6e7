"""Safetensors files made of a header alone: the tensors are holes of the right length."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

BITS = {"F16": 16, "F32": 32, "BF16": 16, "U8": 8, "F8_E4M3": 8, "F4": 4}


def header(
    shapes: Mapping[str, tuple[int, ...]], dtype: str = "F16", said: Mapping[str, str] | None = None
) -> tuple[dict[str, object], int]:
    """Return the table of tensors that lie one behind the other, and their bytes."""
    table: dict[str, object] = {"__metadata__": dict(said)} if said else {}
    at = 0
    for name, shape in shapes.items():
        end = at + math.prod(shape) * BITS[dtype] // 8
        table[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, end]}
        at = end
    return table, at


def write(path: Path, table: object, room: int) -> Path:
    """Write a file with this header and `room` bytes of tensors, as a hole."""
    return write_text(path, json.dumps(table).encode(), room)


def write_text(path: Path, text: bytes, room: int = 0, length: int | None = None) -> Path:
    """Write a file with this text for a header; `length` is what it claims to be long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write((len(text) if length is None else length).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + room)
    return path


def weights(
    path: Path,
    shapes: Mapping[str, tuple[int, ...]],
    dtype: str = "F16",
    said: Mapping[str, str] | None = None,
) -> Path:
    """Write a file that holds tensors of these shapes."""
    return write(path, *header(shapes, dtype, said))


UNET = "model.diffusion_model."
KEYS = "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
SD15 = {
    f"{UNET}input_blocks.0.0.weight": (320, 4, 3, 3),
    f"{UNET}{KEYS}": (320, 768),
    "cond_stage_model.transformer.text_model.final_layer_norm.weight": (768,),
    "first_stage_model.encoder.conv_in.weight": (128, 3, 3, 3),
}
SDXL = {
    f"{UNET}input_blocks.0.0.weight": (320, 4, 3, 3),
    f"{UNET}label_emb.0.0.weight": (1280, 2816),
    f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (640, 2048),
    "conditioner.embedders.1.model.positional_embedding": (77, 1280),
    "first_stage_model.encoder.conv_in.weight": (128, 3, 3, 3),
}
FLUX2 = {
    "single_stream_modulation.lin.weight": (9, 3),
    "double_blocks.0.img_attn.qkv.weight": (9, 3),
    "txt_in.weight": (3, 7680),
}
LORA_SD15 = {
    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight": (
        4,
        768,
    ),
    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_up.weight": (320, 4),
    "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.alpha": (),
}
LORA_SDXL = {
    "lora_unet_down_blocks_1_attentions_0_transformer_blocks_1_attn2_to_k.lora_down.weight": (
        4,
        2048,
    ),
    "lora_unet_down_blocks_1_attentions_0_transformer_blocks_1_attn2_to_k.lora_up.weight": (640, 4),
}
LORA_KLEIN = {
    "transformer.single_transformer_blocks.19.attn.to_qkv_mlp_proj.lora_A.weight": (4, 3072),
    "transformer.single_transformer_blocks.19.attn.to_qkv_mlp_proj.lora_B.weight": (27648, 4),
}
