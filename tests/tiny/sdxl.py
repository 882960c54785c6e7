"""Everything that Stable Diffusion XL is drawn with, a few hundred KB of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers import ControlNetUnionModel, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from studio.models.types import Kind, Role
from tests.tiny import parts
from tests.tiny.catalogue import SETS

PLUS_FACE = "sdxl_models/ip-adapter-plus-face_sdxl_vit-h.safetensors"
LORA = "sdxl_lightning_4step_lora.safetensors"
SECOND = 48  # width of the second text encoder: readers of checkpoints tell them apart by it
HEARD = parts.WIDTH + SECOND  # both side by side

SHARED: dict[str, Any] = {  # of the denoiser and of what steers it
    "block_out_channels": (16, 32),
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "transformer_layers_per_block": (1, 1),
    "attention_head_dim": (2, 4),
    "cross_attention_dim": HEARD,
    "norm_num_groups": 8,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 6 * 8 + parts.WIDTH,
}


def denoiser() -> Any:
    return UNet2DConditionModel(
        sample_size=8, up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), **SHARED
    )


def _base(root: Path) -> None:
    parts.save(denoiser(), root / "unet", variant="fp16")
    parts.save(parts.autoencoder(scaling_factor=0.13025), root / "vae", variant="fp16")
    parts.save(CLIPTextModel(parts.clip_text_config()), root / "text_encoder", variant="fp16")
    second = CLIPTextModelWithProjection(
        parts.clip_text_config(hidden_size=SECOND, hidden_act="gelu")
    )
    parts.save(second, root / "text_encoder_2", variant="fp16")
    parts.write_clip_tokenizer(root / "tokenizer")
    parts.write_clip_tokenizer(root / "tokenizer_2", pad="!")
    parts.write_json(
        root / "scheduler" / "scheduler_config.json",
        {
            "_class_name": "EulerDiscreteScheduler",
            **parts.SCHEDULE,
            "interpolation_type": "linear",
            "prediction_type": "epsilon",
            "steps_offset": 1,
            "timestep_spacing": "leading",
            "use_karras_sigmas": False,
        },
    )
    parts.write_json(
        root / "model_index.json",
        {
            "_class_name": "StableDiffusionXLPipeline",
            "_diffusers_version": "0.42.0",
            "force_zeros_for_empty_prompt": True,
            "scheduler": ["diffusers", "EulerDiscreteScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "tokenizer_2": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
    )


def build(root: Path) -> Path:
    """Write one folder per set of weights below `root`, named as a models folder has it."""
    folders = {each.role: root / each.folder for each in SETS[Kind.SDXL]}
    with parts.seeded(20):
        _base(folders[Role.BASE])
        unet = denoiser()
        controlnet = ControlNetUnionModel(
            conditioning_embedding_out_channels=(4, 8, 8, 16),
            num_trans_channel=16,
            num_trans_head=4,
            num_proj_channel=16,
            **SHARED,
        )
        parts.wake(controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block)
        parts.wake(controlnet.controlnet_cond_embedding.conv_out, controlnet.spatial_ch_projs)
        parts.save(controlnet, folders[Role.CONTROLNET])
        parts.save(parts.image_encoder(), folders[Role.ADAPTER] / "models" / "image_encoder")
        parts.save(parts.tiny_autoencoder(), folders[Role.TINY_VAE])
    adapter = parts.plus_face_weights(unet, seed=21, heard=HEARD)
    parts.write_weights(folders[Role.ADAPTER] / PLUS_FACE, adapter)
    parts.write_weights(folders[Role.FAST] / LORA, parts.diffusers_lora_weights(unet, seed=22))
    return root
