"""Everything that Stable Diffusion 1.5 is drawn with, a few hundred KB of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from diffusers import ControlNetModel, UNet2DConditionModel
from transformers import CLIPTextModel

from studio.models.types import Kind, Role
from tests.tiny import parts
from tests.tiny.catalogue import SETS

PLUS_FACE = "models/ip-adapter-plus-face_sd15.safetensors"
LORA = "pytorch_lora_weights.safetensors"


def denoiser() -> Any:
    return UNet2DConditionModel(
        sample_size=8,
        block_out_channels=(16, 32),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=parts.WIDTH,
        attention_head_dim=4,
        norm_num_groups=8,
    )


def _base(root: Path) -> None:
    parts.save(denoiser(), root / "unet", variant="fp16")
    parts.save(parts.autoencoder(), root / "vae", variant="fp16")
    parts.save(CLIPTextModel(parts.clip_text_config()), root / "text_encoder", variant="fp16")
    parts.write_clip_tokenizer(root / "tokenizer")
    parts.write_json(
        root / "scheduler" / "scheduler_config.json",
        {
            "_class_name": "PNDMScheduler",
            **parts.SCHEDULE,
            "set_alpha_to_one": False,
            "skip_prk_steps": True,
            "steps_offset": 1,
            "clip_sample": False,
        },
    )
    parts.write_json(
        root / "model_index.json",
        {
            "_class_name": "StableDiffusionPipeline",
            "_diffusers_version": "0.42.0",
            "feature_extractor": [None, None],
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "PNDMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
    )


def build(root: Path) -> Path:
    """Write one folder per set of weights below `root`, named as a models folder has it."""
    folders = {each.role: root / each.folder for each in SETS[Kind.SD15]}
    with parts.seeded(15):
        _base(folders[Role.BASE])
        unet = denoiser()
        controlnet = ControlNetModel.from_unet(
            unet, conditioning_embedding_out_channels=(4, 8, 8, 16), load_weights_from_unet=True
        )
        parts.wake(controlnet.controlnet_down_blocks, controlnet.controlnet_mid_block)
        parts.wake(controlnet.controlnet_cond_embedding.conv_out)
        parts.save(controlnet, folders[Role.CONTROLNET], variant="fp16")
        parts.save(parts.image_encoder(), folders[Role.ADAPTER] / "models" / "image_encoder")
        parts.save(parts.tiny_autoencoder(), folders[Role.TINY_VAE])
    parts.write_weights(folders[Role.ADAPTER] / PLUS_FACE, parts.plus_face_weights(unet, seed=16))
    parts.write_weights(folders[Role.FAST] / LORA, parts.kohya_lora_weights(unet, seed=17))
    return root
