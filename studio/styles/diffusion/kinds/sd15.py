"""Stable Diffusion 1.5, image to image, with line art, the subject's face, and LCM's few steps.

For processors and cards of 4 GB. ControlNet: Zhang et al. 2023; IP-Adapter plus-face: Ye et al.
2023; latent consistency LoRA: Luo et al. 2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.kinds import stable
from studio.styles.diffusion.kinds.drawing import as_image
from studio.styles.diffusion.kinds.inpainting import as_mask, inpainting
from studio.styles.diffusion.kinds.loading import quiet, reading
from studio.styles.diffusion.kinds.previews import preview
from studio.styles.diffusion.types import Loaded, OnStep, Order, Plan

if TYPE_CHECKING:
    import torch

KIND = Kind.SD15
NEEDS = stable.NEEDS
HELPS = stable.HELPS
# The studio's own guard looks at every picture of every kind.
UNGUARDED: dict[str, Any] = {"safety_checker": None, "requires_safety_checker": False}


def load(files: ModelFiles, plan: Plan) -> Loaded:
    """Load the pipeline from local files.

    Raises:
        ModelDamaged: a file does not hold what this kind is made of.
    """
    from diffusers import ControlNetModel, LCMScheduler, StableDiffusionControlNetImg2ImgPipeline
    from transformers import CLIPTextModel

    quiet()
    with reading("Stable Diffusion 1.5"):
        controlnet = stable.load_controlnet(files, plan, ControlNetModel)
        modules = stable.load_base(files, plan, {"text_encoder": CLIPTextModel})
        width = modules["text_encoder"].config.hidden_size
        stable.require_hearing(modules["unet"], controlnet, width, sizes=False)
        pipeline = StableDiffusionControlNetImg2ImgPipeline(
            **modules,
            **UNGUARDED,
            feature_extractor=None,  # comes with the adapter's eye
            controlnet=controlnet,
            scheduler=LCMScheduler.from_config(
                LCMScheduler.load_config(
                    files.folders[Role.BASE], subfolder="scheduler", local_files_only=True
                )
            ),
        )
        return stable.finish(pipeline, files, plan)


def imagine(loaded: Loaded, order: Order, on_step: OnStep) -> list[NDArray[np.uint8]]:
    """Return one picture per seed, (size, size, 3) uint8 sRGB.

    Raises:
        PictureRefused: the numbers are not finite.
    """
    from diffusers import StableDiffusionControlNetInpaintPipeline

    lines = as_image(order.lines)
    if order.mask is None:
        return stable.draw(loaded.pipeline, loaded, order, on_step, control_image=lines)
    pipeline = inpainting(
        loaded, StableDiffusionControlNetInpaintPipeline, requires_safety_checker=False
    )
    mask = as_mask(order.mask)
    return stable.draw(pipeline, loaded, order, on_step, control_image=lines, mask_image=mask)


def glimpse(loaded: Loaded, latents: torch.Tensor) -> NDArray[np.uint8]:
    """Return what the first picture looks like by now, (h, w, 3) uint8 sRGB."""
    return preview(loaded, latents)
