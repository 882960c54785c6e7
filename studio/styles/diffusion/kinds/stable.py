"""What both Stable Diffusions share: where their modules come from, and how an order is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.models.errors import ModelDamaged
from studio.models.types import ModelFiles, Role
from studio.styles.diffusion.kinds.applying import apply_plan, store, torch_dtype
from studio.styles.diffusion.kinds.drawing import as_image, generators, pictures, watched
from studio.styles.diffusion.kinds.loading import load_module
from studio.styles.diffusion.kinds.looks import add_loras
from studio.styles.diffusion.kinds.previews import TINY_VAE
from studio.styles.diffusion.kinds.single_file import SingleFile
from studio.styles.diffusion.kinds.steps import keep_all_steps
from studio.styles.diffusion.types import Loaded, Offload, OnStep, Order, Plan

if TYPE_CHECKING:
    import torch

NEEDS = (Role.BASE, Role.CONTROLNET, Role.ADAPTER, Role.FAST, Role.SAFETY)
HELPS = (Role.TINY_VAE,)
LATENT_SIDE = 8  # pixels of a picture per pixel of its latents
EYE = "image_encoder"  # folder of the adapter's image encoder


def load_base(
    files: ModelFiles, plan: Plan, text_encoders: Mapping[str, type[Any]]
) -> dict[str, Any]:
    """Load the denoiser, the text encoders with their tokenizers, and the autoencoder.

    Args:
        files: verified.
        plan: whose numbers to compute with, and whether with the tiny autoencoder.
        text_encoders: class of each, by the name of its folder.

    Raises:
        ModelDamaged: one is not whole.
    """
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTokenizer

    base, dtype = files.folders[Role.BASE], torch_dtype(plan)
    weights = files.weights[Role.BASE]
    single = SingleFile(files.single_file, base, dtype) if files.single_file else None

    def part(made: type[Any], inside: str) -> Any:
        if single and not inside.startswith("text_encoder"):
            return single.module(made, inside)
        if single:
            return single.text_encoder(made, inside)
        return load_module(made, base, weights, inside=inside, dtype=dtype)

    modules = {"unet": part(UNet2DConditionModel, "unet")}
    if modules["unet"].config.in_channels != 4:
        raise ModelDamaged("The denoiser was made for inpainting or editing, not for drawing.")
    for name, made in text_encoders.items():
        modules[name] = part(made, name)
        modules[name.replace("text_encoder", "tokenizer")] = CLIPTokenizer.from_pretrained(
            base / name.replace("text_encoder", "tokenizer"), local_files_only=True
        )
    tiny = _tiny_vae(files, dtype) if plan.tiny_vae else None
    modules["vae"] = tiny or part(AutoencoderKL, "vae")
    return modules


def require_hearing(unet: Any, controlnet: Any, width: int, *, sizes: bool) -> None:
    """Refuse modules that were not made for each other.

    Args:
        unet: denoises.
        controlnet: steers it.
        width: of what the text encoders say, all together.
        sizes: whether the denoiser is told sizes and crops beside the words, as SDXL's is.

    Raises:
        ModelDamaged: they are of different families.
    """
    heard = (unet.config.cross_attention_dim, controlnet.config.cross_attention_dim)
    is_told = unet.config.addition_embed_type == "text_time"
    if heard != (width, width) or is_told is not sizes:
        raise ModelDamaged(
            f"The parts are not of one family: the text encoders say {width} numbers a word, "
            f"the denoiser hears {heard[0]}, the ControlNet {heard[1]}."
        )


def _load_eye(files: ModelFiles, plan: Plan) -> dict[str, Any]:
    """Load the adapter's image encoder and what prepares pictures for it."""
    from transformers import CLIPImageProcessorPil, CLIPVisionModelWithProjection

    encoder = load_module(
        CLIPVisionModelWithProjection,
        files.folders[Role.ADAPTER],
        files.weights[Role.ADAPTER],
        inside=_eye(files),
        dtype=torch_dtype(plan),
    )
    side = encoder.config.image_size
    extractor = CLIPImageProcessorPil(
        size={"shortest_edge": side}, crop_size={"height": side, "width": side}
    )
    return {"image_encoder": encoder, "feature_extractor": extractor}


def finish(pipeline: Any, files: ModelFiles, plan: Plan) -> Loaded:
    """Add LoRAs and the adapter with its eye to a pipeline, and bring it to where it will work.

    Raises:
        ModelDamaged: a LoRA or the adapter was made for something else.
    """
    add_loras(pipeline, files)
    place = _adapter(files)
    pipeline.load_ip_adapter(
        str(place.parent),
        subfolder="",
        weight_name=place.name,
        image_encoder_folder=None,
        local_files_only=True,
    )
    store(pipeline.unet, plan)
    pipeline.register_modules(**_load_eye(files, plan))  # not before: it is big, too
    keep_all_steps(pipeline)
    apply_plan(pipeline, plan, big=("unet", "controlnet"))
    loaded = Loaded(files.kind, plan, pipeline)
    if Role.TINY_VAE in files.folders:  # never offloaded: it looks on while others work
        loaded.parts[TINY_VAE] = _tiny_vae(files, torch_dtype(plan)).to(plan.device)
    return loaded


def draw(
    pipeline: Any, loaded: Loaded, order: Order, on_step: OnStep, **own: Any
) -> list[NDArray[np.uint8]]:
    """Let a pipeline draw an order.

    Args:
        pipeline: for whole pictures or for parts.
        loaded: that it was made of.
        order: with a size that is a multiple of eight.
        on_step: as in `KindModule.imagine`.
        own: arguments of this pipeline beside those that all of them take.

    Raises:
        PictureRefused: the numbers are not finite.
    """
    if order.size % LATENT_SIDE:
        raise ValueError(f"{order.size} pixels are not a multiple of {LATENT_SIDE}")
    pipeline.set_ip_adapter_scale(order.adapter_scale)
    try:
        images = pipeline(
            prompt=order.prompt,
            negative_prompt=order.negative_prompt,
            image=as_image(order.start),
            height=order.size,
            width=order.size,
            strength=order.strength,
            num_inference_steps=order.num_inference_steps,
            guidance_scale=order.guidance_scale,
            num_images_per_prompt=len(order.seeds),
            generator=generators(order.seeds),
            ip_adapter_image=[[_face(face) for face in order.faces]],
            controlnet_conditioning_scale=float(order.control_scale),
            output_type="np",
            callback_on_step_end=watched(order, on_step),
            **own,
        ).images
    finally:
        if loaded.plan.offload is Offload.MODEL:  # a pipeline that was stopped leaves it to us
            loaded.pipeline.maybe_free_model_hooks()
    return pictures(images, order)


def _face(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return a face as a square: the eye crops what is not."""
    image = as_image(pixels)
    side = max(image.size)
    return image if image.size == (side, side) else image.resize((side, side))


def _tiny_vae(files: ModelFiles, dtype: torch.dtype) -> Any:
    from diffusers import AutoencoderTiny

    folder, weights = files.folders[Role.TINY_VAE], files.weights[Role.TINY_VAE]
    return load_module(AutoencoderTiny, folder, weights, inside="", dtype=dtype)


def load_controlnet(files: ModelFiles, plan: Plan, made: type[Any]) -> Any:
    """Load what steers the denoiser by lines, stored as the plan wants it."""
    folder, weights = files.folders[Role.CONTROLNET], files.weights[Role.CONTROLNET]
    controlnet = load_module(made, folder, weights, inside="", dtype=torch_dtype(plan))
    store(controlnet, plan)
    return controlnet


def _eye(files: ModelFiles) -> str:
    for name in files.weights[Role.ADAPTER]:
        if PurePosixPath(name).parent.name == EYE:
            return str(PurePosixPath(name).parent)
    raise ModelDamaged("The adapter has no image encoder.")


def _adapter(files: ModelFiles) -> Path:
    for name in files.weights[Role.ADAPTER]:
        path = files.folders[Role.ADAPTER] / name
        if path.parent.name != EYE:
            return path
    raise ModelDamaged("The adapter has no weights of its own.")
