"""A tiny base in one file, with the names that A1111's and ComfyUI's checkpoints have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from studio.models.types import Kind

RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
UNET = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}
VAE = {
    r"mid_block\.resnets\.0": "mid.block_1",
    r"mid_block\.resnets\.1": "mid.block_2",
    r"mid_block\.attentions\.0": "mid.attn_1",
    r"down_blocks\.(\d)\.resnets\.(\d)": r"down.\1.block.\2",
    r"down_blocks\.(\d)\.downsamplers\.0": r"down.\1.downsample",
    "conv_norm_out": "norm_out",
    "conv_shortcut": "nin_shortcut",
    "group_norm": "norm",
    r"to_([qkv])\.": r"\1.",
    r"to_out\.0": "proj_out",
}
OPEN_CLIP = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}

Tensors = dict[str, torch.Tensor]


def write_single_file(kind: Kind, base: Path, path: Path) -> Path:
    """Write the modules of a tiny repository as one checkpoint."""
    found = {part: load_file(next((base / part).glob("*.safetensors"))) for part in _parts(kind)}
    tensors: Tensors = {}
    for name, tensor in found["unet"].items():
        tensors["model.diffusion_model." + _unet_name(name, found["unet"])] = tensor
    for name, tensor in found["vae"].items():
        as_conv = tensor[:, :, None, None] if _is_projection(name, tensor) else tensor
        tensors["first_stage_model." + _vae_name(name)] = as_conv
    place = "cond_stage_model" if kind is Kind.SD15 else "conditioner.embedders.0"
    for name, tensor in found["text_encoder"].items():
        tensors[f"{place}.transformer.text_model.{name.removeprefix('text_model.')}"] = tensor
    if kind is Kind.SDXL:
        for name, tensor in _open_clip(found["text_encoder_2"]):
            tensors[f"conditioner.embedders.1.model.{name}"] = tensor
    save_file({name: each.contiguous() for name, each in tensors.items()}, path)
    return path


def _parts(kind: Kind) -> tuple[str, ...]:
    second = ("text_encoder_2",) if kind is Kind.SDXL else ()
    return ("unet", "vae", "text_encoder", *second)


def _unet_name(name: str, beside: Tensors) -> str:
    for ours, theirs in UNET.items():
        if name.startswith(ours + "."):
            return name.replace(ours, theirs, 1)
    if found := re.match(r"mid_block\.(resnets|attentions)\.(\d)\.(.*)", name):
        what, index, rest = found[1], int(found[2]), found[3]
        return f"middle_block.{1 if what == 'attentions' else 2 * index}.{_inner(what, rest)}"
    block, what, index, rest = re.match(  # type: ignore[union-attr]  # all others are of this form
        r"(?:down|up)_blocks\.(\d)\.(\w+)\.(\d)\.(.*)", name
    ).groups()
    place = 2 * int(block) + int(index)
    if name.startswith("down"):
        if what == "downsamplers":
            return f"input_blocks.{2 * int(block) + 2}.0.{rest.replace('conv', 'op')}"
        return f"input_blocks.{place + 1}.{int(what == 'attentions')}.{_inner(what, rest)}"
    if what == "upsamplers":
        has_attention = any(each.startswith(f"up_blocks.{block}.attentions") for each in beside)
        return f"output_blocks.{2 * int(block) + 1}.{1 + has_attention}.{rest}"
    return f"output_blocks.{place}.{int(what == 'attentions')}.{_inner(what, rest)}"


def _inner(what: str, rest: str) -> str:
    head, dot, tail = rest.partition(".")
    return RESNET[head] + dot + tail if what == "resnets" else rest


def _vae_name(name: str) -> str:
    name = re.sub(
        r"up_blocks\.(\d)\.(resnets\.|upsamplers\.0)",
        lambda found: f"up.{3 - int(found[1])}." + ("block." if "res" in found[2] else "upsample"),
        name,
    )
    for ours, theirs in VAE.items():
        name = re.sub(ours, theirs, name)
    return name


def _is_projection(name: str, tensor: torch.Tensor) -> bool:
    return "attentions" in name and tensor.ndim == 2


def _open_clip(encoder: Tensors) -> Iterator[tuple[str, torch.Tensor]]:
    encoder = {name.removeprefix("text_model."): each for name, each in encoder.items()}
    yield "positional_embedding", encoder["embeddings.position_embedding.weight"]
    yield "token_embedding.weight", encoder["embeddings.token_embedding.weight"]
    yield "text_projection", encoder["text_projection.weight"].T
    for name, tensor in encoder.items():
        if name.startswith("final_layer_norm"):
            yield name.replace("final_layer_norm", "ln_final"), tensor
        found = re.match(r"encoder\.layers\.(\d+)\.(.*)\.(weight|bias)$", name)
        if found and found[2] in OPEN_CLIP:
            yield f"transformer.resblocks.{found[1]}.{OPEN_CLIP[found[2]]}.{found[3]}", tensor
        if found and found[2] == "self_attn.q_proj":
            all_three = [encoder[name.replace("q_proj", f"{each}_proj")] for each in "qkv"]
            place = f"transformer.resblocks.{found[1]}.attn.in_proj_{found[3]}"
            yield place, torch.cat(all_three)
