"""The smallest modules that real pipelines are made of: real configs, seeded random weights.

Everything is written as the big repositories write it, so that the code under test reads tiny
files exactly as it reads gigabytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, AutoencoderTiny
from diffusers.utils import logging
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPVisionConfig, CLIPVisionModelWithProjection
from transformers.utils.logging import disable_progress_bar

from tests.tiny.mosaic import keep_mosaic, keep_tiny_mosaic

# So little noise that a denoiser of random weights leaves of a picture what it shows.
SCHEDULE: dict[str, Any] = {
    "beta_start": 0.000003,
    "beta_end": 0.00003,
    "beta_schedule": "scaled_linear",
    "num_train_timesteps": 1000,
}
SPECIAL = ("<|startoftext|>", "<|endoftext|>")
WIDTH = 32  # of the text encoders and of what the cross attention hears
TOKENS = 4  # of the IP-Adapter
LATENT_SIDE = 8  # pixels of a picture per pixel of its latents


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw the same random weights each time, and leave everybody else's dice alone."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def byte_symbols() -> list[str]:
    """The 256 symbols that byte-level vocabularies spell bytes with."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [256 + index for index in range(256 - len(plain))]
    return [chr(code) for code in (*plain, *rest)]


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")


def save(module: Any, folder: Path, *, variant: str | None = None) -> None:
    """Write a module as `save_pretrained` does, in half precision; some name their files so."""
    logging.set_verbosity_error()
    disable_progress_bar()
    module.half().save_pretrained(folder, safe_serialization=True, variant=variant)


def write_clip_tokenizer(folder: Path, *, pad: str = SPECIAL[1]) -> None:
    """A vocabulary of bytes without merges: every word is spelt."""
    symbols = byte_symbols()
    words = [*symbols, *(symbol + "</w>" for symbol in symbols), *SPECIAL]
    write_json(folder / "vocab.json", {word: index for index, word in enumerate(words)})
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    named = {"bos_token": SPECIAL[0], "eos_token": SPECIAL[1], "unk_token": SPECIAL[1]}
    write_json(folder / "special_tokens_map.json", {**named, "pad_token": pad})
    settings = {"model_max_length": 77, "tokenizer_class": "CLIPTokenizer"}
    write_json(folder / "tokenizer_config.json", {**named, "pad_token": pad, **settings})


def clip_text_config(*, hidden_size: int = WIDTH, **more: Any) -> Any:
    return CLIPTextConfig(
        hidden_size=hidden_size,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=514,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
        projection_dim=WIDTH,
        **more,
    )


def image_encoder() -> Any:
    """CLIP's eye, that the IP-Adapter looks through."""
    config = CLIPVisionConfig(
        hidden_size=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        image_size=32,
        patch_size=8,
        projection_dim=WIDTH,
    )
    return CLIPVisionModelWithProjection(config)


def autoencoder(**more: Any) -> Any:
    """One that keeps a picture as a mosaic."""
    vae = AutoencoderKL(
        block_out_channels=(8, 8, 8, 8),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        layers_per_block=1,
        norm_num_groups=1,
        latent_channels=4,
        sample_size=64,
        **more,
    )
    return keep_mosaic(vae)


def tiny_autoencoder() -> Any:
    """The same, tiny."""
    vae = AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4,
        decoder_block_out_channels=(8,) * 4,
        num_encoder_blocks=(1,) * 4,
        num_decoder_blocks=(1,) * 4,
    )
    return keep_tiny_mosaic(vae)


def wake(*modules: Any) -> None:
    """Fill what is zero until it is trained, so that it has a say."""
    for module in modules:
        for weight in module.parameters():
            weight.data.normal_(std=0.2)


def plus_face_weights(unet: Any, seed: int, *, heard: int = WIDTH) -> dict[str, torch.Tensor]:
    """An IP-Adapter plus, in the names of its maker's files: a resampler and two keys per layer."""
    dice = torch.Generator().manual_seed(seed)
    inner, width = 64, 16

    def drawn(*shape: int) -> torch.Tensor:
        return (torch.randn(*shape, generator=dice) * 0.2).to(torch.float16)

    shapes: dict[str, tuple[int, ...]] = {
        "latents": (1, TOKENS, width),
        "proj_in.weight": (width, WIDTH),
        "proj_in.bias": (width,),
        "proj_out.weight": (heard, width),
        "proj_out.bias": (heard,),
        "norm_out.weight": (heard,),
        "norm_out.bias": (heard,),
    }
    for layer in range(4):
        shapes |= {
            f"layers.{layer}.0.norm1.weight": (width,),
            f"layers.{layer}.0.norm1.bias": (width,),
            f"layers.{layer}.0.norm2.weight": (width,),
            f"layers.{layer}.0.norm2.bias": (width,),
            f"layers.{layer}.0.to_q.weight": (inner, width),
            f"layers.{layer}.0.to_kv.weight": (2 * inner, width),
            f"layers.{layer}.0.to_out.weight": (width, inner),
            f"layers.{layer}.1.0.weight": (width,),
            f"layers.{layer}.1.0.bias": (width,),
            f"layers.{layer}.1.1.weight": (4 * width, width),
            f"layers.{layer}.1.3.weight": (width, 4 * width),
        }
    weights = {f"image_proj.{name}": drawn(*shape) for name, shape in shapes.items()}
    crossing = [name for name in unet.attn_processors if name.endswith("attn2.processor")]
    for index, name in enumerate(crossing):
        query = unet.get_submodule(name.removesuffix(".processor")).to_q.weight.shape[0]
        for key in ("to_k_ip", "to_v_ip"):
            weights[f"ip_adapter.{2 * index + 1}.{key}.weight"] = drawn(query, heard)
    return weights


def kohya_lora_weights(unet: Any, seed: int, *, rank: int = 2) -> dict[str, torch.Tensor]:
    """A LoRA on the attention of a denoiser, in the names that training scripts write."""
    dice = torch.Generator().manual_seed(seed)
    weights: dict[str, torch.Tensor] = {}
    for name, module in unet.named_modules():
        if not name.endswith(("to_q", "to_k", "to_v")):
            continue
        key = "lora_unet_" + name.replace(".", "_")
        up, down = module.weight.shape
        weights[f"{key}.lora_down.weight"] = torch.randn(rank, down, generator=dice) * 0.1
        weights[f"{key}.lora_up.weight"] = torch.randn(up, rank, generator=dice) * 0.1
        weights[f"{key}.alpha"] = torch.tensor(float(rank))
    return weights


def diffusers_lora_weights(unet: Any, seed: int, *, rank: int = 2) -> dict[str, torch.Tensor]:
    """The same in the names that diffusers writes."""
    dice = torch.Generator().manual_seed(seed)
    weights: dict[str, torch.Tensor] = {}
    for name, module in unet.named_modules():
        if name.endswith(("to_q", "to_k", "to_v")):
            up, down = module.weight.shape
            weights[f"unet.{name}.lora_A.weight"] = torch.randn(rank, down, generator=dice) * 0.1
            weights[f"unet.{name}.lora_B.weight"] = torch.randn(up, rank, generator=dice) * 0.1
    return weights


def write_weights(path: Path, weights: dict[str, torch.Tensor]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, path, metadata={"format": "pt"})
