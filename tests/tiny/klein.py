"""A FLUX.2 klein of a few hundred kilobytes: the real classes and files, seeded random numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderKLFlux2,
    AutoencoderTiny,
    FlowMatchEulerDiscreteScheduler,
    Flux2Transformer2DModel,
)
from diffusers.utils import logging
from safetensors.torch import save_file
from transformers import Qwen2TokenizerFast, Qwen3Config, Qwen3ForCausalLM
from transformers.utils.logging import disable_progress_bar

from tests.tiny.parts import byte_symbols, seeded, write_json

SEED = 4
LATENT_CHANNELS = 4
TEXT_LAYERS = 30  # more than the pipeline reads: the 9th, 18th and 27th
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>")
TRANSFORMER: dict[str, Any] = {
    "patch_size": 1,
    "in_channels": LATENT_CHANNELS * 4,
    "num_layers": 1,
    "num_single_layers": 2,
    "attention_head_dim": 16,
    "num_attention_heads": 2,
    "joint_attention_dim": 48,
    "axes_dims_rope": (4, 4, 4, 4),
    "guidance_embeds": False,
}


def build(folder: Path) -> Path:
    """Write the repository of the base into `folder`, named as the hub names its files."""
    logging.set_verbosity_error()
    disable_progress_bar()
    with seeded(SEED):
        transformer = Flux2Transformer2DModel(**TRANSFORMER)
        transformer.to(dtype=torch.bfloat16).save_pretrained(folder / "transformer")
        write_text_encoder(folder / "text_encoder")
        write_autoencoder(folder / "vae")
    FlowMatchEulerDiscreteScheduler(
        shift=3.0, use_dynamic_shifting=True, time_shift_type="exponential"
    ).save_pretrained(folder / "scheduler")
    write_tokenizer(folder / "tokenizer")
    index = {
        "_class_name": "Flux2KleinPipeline",
        "_diffusers_version": "0.37.0.dev0",
        "is_distilled": True,
        "scheduler": ["diffusers", "FlowMatchEulerDiscreteScheduler"],
        "text_encoder": ["transformers", "Qwen3ForCausalLM"],
        "tokenizer": ["transformers", "Qwen2TokenizerFast"],
        "transformer": ["diffusers", "Flux2Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLFlux2"],
    }
    write_json(folder / "model_index.json", index)
    return folder


def build_tiny_vae(folder: Path) -> Path:
    """Write the tiny autoencoder into `folder`: one file, without a config, like the real one."""
    width = 8
    with seeded(SEED):
        weights = AutoencoderTiny(
            latent_channels=LATENT_CHANNELS,
            encoder_block_out_channels=(width,) * 4,
            decoder_block_out_channels=(width,) * 4,
        ).state_dict()
        middle = [f"decoder.layers.{place}" for place in (2, 3, 4)]
        middle += [f"encoder.layers.{place}" for place in (11, 12, 13)]
        for block in middle:
            weights[f"{block}.pool.0.weight"] = torch.randn(width * 4, width, 1, 1) / 4
            weights[f"{block}.pool.1.weight"] = torch.ones(width * 4)
            weights[f"{block}.pool.1.bias"] = torch.zeros(width * 4)
            weights[f"{block}.pool.3.weight"] = torch.randn(width, width * 4, 1, 1) / 4
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "taef2.safetensors")
    return folder


def write_autoencoder(folder: Path) -> None:
    model = AutoencoderKLFlux2(
        block_out_channels=(8, 8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
        latent_channels=LATENT_CHANNELS,
        sample_size=1024,
    )
    model.bn.running_mean.normal_(0, 0.1)
    model.bn.running_var.uniform_(0.5, 1.5)
    model.to(dtype=torch.bfloat16).save_pretrained(folder)


def write_text_encoder(folder: Path) -> None:
    """A language model in two files, as the big one is."""
    config = Qwen3Config(
        vocab_size=256 + len(SPECIAL),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=TEXT_LAYERS,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
    )
    model = Qwen3ForCausalLM(config).to(dtype=torch.bfloat16)
    size = sum(part.numel() * part.element_size() for part in model.parameters())
    model.save_pretrained(folder, max_shard_size=size * 6 // 10)


def write_tokenizer(folder: Path) -> None:
    """A vocabulary of bytes without merges, and without a template: it would not be fetched."""
    words = {word: number for number, word in enumerate((*byte_symbols(), *SPECIAL))}
    tokenizer = Qwen2TokenizerFast(vocab=words, merges=[], pad_token=SPECIAL[0])
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL[1:])})
    tokenizer.save_pretrained(folder)
    write_json(folder / "vocab.json", words)
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    write_json(folder / "added_tokens.json", {word: words[word] for word in SPECIAL})
    named = {"eos_token": "<|im_end|>", "pad_token": SPECIAL[0]}
    write_json(folder / "special_tokens_map.json", named)
