"""A safety checker of a few kilobytes: the real class and files, seeded random numbers."""

from __future__ import annotations

from pathlib import Path

import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from diffusers.utils import logging
from transformers import CLIPConfig, CLIPImageProcessorPil
from transformers.utils.logging import disable_progress_bar

from tests.tiny.parts import seeded

SEED = 3
SIDE = 32  # pixels that its image encoder takes


def build(folder: Path, *, unsafe: bool = False) -> Path:
    """Write the checker and its image processor into `folder`, and return it.

    Args:
        folder: of the repository.
        unsafe: every picture is flagged; else none is.
    """
    logging.set_verbosity_error()
    disable_progress_bar()
    sides = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    sides |= {"num_attention_heads": 2, "projection_dim": 8}
    config = CLIPConfig(
        vision_config={**sides, "image_size": SIDE, "patch_size": 8},
        text_config={**sides, "vocab_size": 9, "bos_token_id": 0, "eos_token_id": 1},
        projection_dim=8,
    )
    with seeded(SEED), torch.no_grad():
        checker = StableDiffusionSafetyChecker(config)
        checker.concept_embeds.normal_()
        checker.special_care_embeds.normal_()
        # A concept is seen where the cosine exceeds its weight: always, or never.
        limit = -2.0 if unsafe else 2.0
        checker.concept_embeds_weights.fill_(limit)
        checker.special_care_embeds_weights.fill_(limit)
    checker.half().save_pretrained(folder / "safety_checker", variant="fp16")
    CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    ).save_pretrained(folder / "feature_extractor")
    return folder
