"""Stable Diffusion XL, image to image, with ControlNet Union, the subject's face, and Lightning.

For cards of 8 GB. SDXL: Podell et al. 2023; SDXL-Lightning: Lin et al. 2024.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.kinds import stable
from studio.styles.diffusion.kinds.applying import torch_dtype
from studio.styles.diffusion.kinds.drawing import as_image
from studio.styles.diffusion.kinds.inpainting import as_mask, inpainting
from studio.styles.diffusion.kinds.loading import quiet, reading
from studio.styles.diffusion.kinds.previews import preview
from studio.styles.diffusion.types import Loaded, OnStep, Order, Plan

if TYPE_CHECKING:
    import torch

KIND = Kind.SDXL
NEEDS = stable.NEEDS
HELPS = stable.HELPS
LINES = 3  # of ControlNet Union's control types: canny, line art, anime line art, straight lines


def load(files: ModelFiles, plan: Plan) -> Loaded:
    """Load the pipeline from local files.

    Raises:
        ModelDamaged: a file does not hold what this kind is made of.
    """
    from diffusers import (
        ControlNetUnionModel,
        StableDiffusionXLControlNetUnionImg2ImgPipeline,
    )
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    encoders = {"text_encoder": CLIPTextModel, "text_encoder_2": CLIPTextModelWithProjection}
    quiet()
    with reading("Stable Diffusion XL"):
        controlnet = stable.load_controlnet(files, plan, ControlNetUnionModel)
        modules = stable.load_base(files, plan, encoders)
        width = sum(modules[name].config.hidden_size for name in encoders)
        stable.require_hearing(modules["unet"], controlnet, width, sizes=True)
        pipeline = StableDiffusionXLControlNetUnionImg2ImgPipeline(
            **modules,
            controlnet=controlnet,
            scheduler=_scheduler(files),
            add_watermarker=False,  # the studio marks every picture itself
        )
        _decode_in_full(pipeline)
        return stable.finish(pipeline, files, plan)


def _decode_in_full(pipeline: Any) -> None:
    """Let the autoencoder, which runs over in half numbers, decode in full ones.

    The pipelines do so themselves by a method that warns of being deprecated.
    """
    import torch

    pipeline.upcast_vae = partial(pipeline.vae.to, dtype=torch.float32)


def _scheduler(files: ModelFiles) -> Any:
    from diffusers import EulerDiscreteScheduler

    config = EulerDiscreteScheduler.load_config(
        files.folders[Role.BASE], subfolder="scheduler", local_files_only=True
    )
    # Lightning was distilled with trailing steps.
    scheduler = EulerDiscreteScheduler.from_config(config, timestep_spacing="trailing")
    # It makes an array of them at every call, which numpy 2 warns of where they are a tensor.
    scheduler.alphas_cumprod = scheduler.alphas_cumprod.numpy()
    return scheduler


def imagine(loaded: Loaded, order: Order, on_step: OnStep) -> list[NDArray[np.uint8]]:
    """Return one picture per seed, (size, size, 3) uint8 sRGB.

    Raises:
        PictureRefused: the numbers are not finite.
    """
    from diffusers import StableDiffusionXLControlNetUnionInpaintPipeline

    steered: dict[str, Any] = {"control_image": [as_image(order.lines)], "control_mode": [LINES]}
    if order.mask is None:
        return stable.draw(loaded.pipeline, loaded, order, on_step, **steered)
    pipeline = inpainting(
        loaded, StableDiffusionXLControlNetUnionInpaintPipeline, add_watermarker=False
    )
    _decode_in_full(pipeline)
    steered["mask_image"] = as_mask(order.mask)
    try:
        return stable.draw(pipeline, loaded, order, on_step, **steered)
    finally:  # this pipeline leaves the autoencoder in full numbers
        pipeline.vae.to(dtype=torch_dtype(loaded.plan))


def glimpse(loaded: Loaded, latents: torch.Tensor) -> NDArray[np.uint8]:
    """Return what the first picture looks like by now, (h, w, 3) uint8 sRGB."""
    return preview(loaded, latents)
