"""FLUX.2 klein 4B: four steps, and the person's own pictures as references.

It follows a sentence about pictures that it is shown, so it needs neither control image nor
adapter: `lines`, `control_scale` and, as it is distilled, `guidance_scale` and the negative prompt
of an order are not heard. Where the strength is below 1 the start is shown as the first picture,
and the drawing begins from it under noise (SDEdit, Meng et al. 2022, for rectified flow).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.kinds.applying import apply_plan, torch_dtype
from studio.styles.diffusion.kinds.drawing import as_image, generators, pictures
from studio.styles.diffusion.kinds.klein_loading import load_decoder, load_pipeline
from studio.styles.diffusion.kinds.klein_steps import Kept, Watch, first_sigma, packed, sigmas
from studio.styles.diffusion.kinds.loading import quiet, reading
from studio.styles.diffusion.kinds.taef2 import load_taef2
from studio.styles.diffusion.types import Loaded, OnStep, Order, Plan

if TYPE_CHECKING:
    import torch

KIND = Kind.KLEIN
NEEDS = (Role.BASE,)
HELPS = (Role.TINY_VAE,)

_BIG = ("transformer", "text_encoder")  # of one size: both are stored small, both are offloaded
_TOKEN = 16  # pixels, side of what one token stands for
_MOST_SHOWN = 4  # pictures; in every step, each costs as many tokens as it is large
_LEAST_REFERENCE = 64  # pixels, what the pipeline asks for
_GLIMPSE = 24  # tokens, side of a preview at most


def load(files: ModelFiles, plan: Plan) -> Loaded:
    """Load the pipeline and a decoder for previews.

    Raises:
        ModelDamaged: a file does not hold what klein is made of.
        ModelMissing: the weights are quantised, and the package that reads them is not installed.
    """
    quiet()
    dtype, tiny = torch_dtype(plan), files.folders.get(Role.TINY_VAE)
    with reading("FLUX.2 klein"):
        pipeline = load_pipeline(files, plan, dtype)
        decoder = load_taef2(tiny, dtype) if tiny else load_decoder(files, dtype)
    apply_plan(pipeline, plan, big=_BIG)
    return Loaded(KIND, plan, pipeline, {"decoder": decoder.to(plan.device)})


def imagine(loaded: Loaded, order: Order, on_step: OnStep) -> list[NDArray[np.uint8]]:
    """Return one picture per seed, (size, size, 3) uint8 sRGB.

    `on_step` is given what the picture would be if nothing changed any more, as packed tokens.

    Raises:
        PictureRefused: the numbers are not finite.
    """
    import torch

    if order.size % _TOKEN:
        raise ValueError(f"{order.size} pixels are not a multiple of {_TOKEN}")
    with torch.no_grad():
        return pictures(_imagined(loaded, order, on_step), order)


def glimpse(loaded: Loaded, latents: torch.Tensor) -> NDArray[np.uint8]:
    """Return what the first picture looks like by now, at most 384 pixels wide, uint8 sRGB."""
    import torch
    from torch.nn.functional import interpolate

    with torch.no_grad():
        grid = _unpacked(latents[:1].to(loaded.plan.device, torch.float32))
        small = interpolate(grid, size=min(grid.shape[-1], _GLIMPSE), mode="area")
        shades = _decoded(loaded, small)[0].nan_to_num(0).cpu() * 255
    shown: NDArray[np.uint8] = shades.round().to(torch.uint8).numpy()
    return shown


def _imagined(loaded: Loaded, order: Order, on_step: OnStep) -> NDArray[np.float32]:
    """Return what was drawn, (n, size, size, 3) in [0, 1], decoded by whom the plan names."""
    pipeline = loaded.pipeline
    noise, level, kept = _noise(pipeline, order), 1.0, None
    latents = noise
    if order.strength < 1.0 or order.mask is not None:
        start = _encoded(loaded, order.start)
        level = first_sigma(pipeline.scheduler, order, tokens=(order.size // _TOKEN) ** 2)
        latents = level * noise + (1 - level) * start
        if order.mask is not None:
            kept = Kept(packed(start), packed(noise), packed(_of_tokens(order.mask)))
    watch = Watch(on_step, order, packed(latents), kept)
    made = pipeline(
        image=_shown(order) or None,
        latents=latents,
        prompt=order.prompt,
        height=order.size,
        width=order.size,
        num_inference_steps=order.num_inference_steps,
        sigmas=sigmas(order),
        guidance_scale=1.0 if pipeline.config.is_distilled else order.guidance_scale,
        num_images_per_prompt=len(order.seeds),
        output_type="latent" if loaded.plan.tiny_vae else "np",
        callback_on_step_end=watch,
    ).images
    if loaded.plan.tiny_vae:
        made = _decoded(loaded, _unpacked(watch.latents.float())).cpu().numpy()
    return np.asarray(made, np.float32)


def _shown(order: Order) -> list[Image.Image]:
    """Return the pictures that the drawing refers to, four at most, each of another selfie.

    Where the person does not count nothing is shown: what is shown is drawn, into a background too.
    """
    if order.adapter_scale <= 0:
        return []
    faces = order.faces
    first = []
    if order.mask is not None:  # the start is painted
        first = [as_image(order.start)]
    elif order.strength < 1.0:  # the start is the first selfie
        first, faces = [as_image(order.start)], faces[1:]
    of_faces = [_reference(face, order.size // 2) for face in faces]
    return (first + of_faces)[:_MOST_SHOWN]


def _decoded(loaded: Loaded, tokens: torch.Tensor) -> torch.Tensor:
    """Return pictures, (n, h, w, 3) in [0, 1], of tokens, (n, channels, h / 16, w / 16)."""
    from torch.nn.functional import pixel_shuffle

    decoder = loaded.parts["decoder"]
    if hasattr(decoder, "bn"):  # the tiny one has learnt what is normalised
        mean, deviation = _spread(decoder, tokens.device)
        tokens = tokens * deviation + mean
    values = pixel_shuffle(tokens, 2).to(decoder.device, decoder.dtype)
    decoded: torch.Tensor = decoder.decode(values).sample.float().permute(0, 2, 3, 1)
    return (decoded / 2 + 0.5).clamp(0, 1)


def _unpacked(latents: torch.Tensor) -> torch.Tensor:
    side = round(latents.shape[1] ** 0.5)
    return latents.transpose(1, 2).reshape(latents.shape[0], -1, side, side)


def _noise(pipeline: Any, order: Order) -> torch.Tensor:
    """Return noise from each seed, drawn on the processor: alike on every device."""
    import torch

    side, channels = order.size // _TOKEN, pipeline.transformer.config.in_channels
    each = [torch.randn((channels, side, side), generator=dice) for dice in generators(order.seeds)]
    return torch.stack(each)


def _of_tokens(mask: NDArray[np.float32]) -> torch.Tensor:
    """Return which tokens have to do with a mask, (1, 1, tokens, tokens) in [0, 1]."""
    import torch
    from torch.nn.functional import avg_pool2d

    return avg_pool2d(torch.from_numpy(np.float32(mask > 0))[None, None], _TOKEN)


def _encoded(loaded: Loaded, pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Return a picture as the transformer knows pictures, (1, channels, tokens, tokens)."""
    from torch.nn.functional import pixel_unshuffle

    vae = loaded.pipeline.vae
    ready = loaded.pipeline.image_processor.preprocess(Image.fromarray(pixels))
    values = vae.encode(ready.to(loaded.plan.device, vae.dtype)).latent_dist.mode().float().cpu()
    mean, deviation = _spread(vae, values.device)
    return (pixel_unshuffle(values, 2) - mean) / deviation


def _spread(vae: Any, device: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """Return mean and standard deviation of an autoencoder's values, per channel of a token."""
    mean = vae.bn.running_mean.view(1, -1, 1, 1).to(device).float()
    variance = vae.bn.running_var.view(1, -1, 1, 1).to(device).float()
    return mean, (variance + vae.config.batch_norm_eps).sqrt()


def _reference(pixels: NDArray[np.uint8], side: int) -> Image.Image:
    """Return a picture at most `side` wide and high, as it is cut."""
    image = Image.fromarray(pixels)
    scale = min(1.0, side / max(image.size))
    width, height = (max(_LEAST_REFERENCE, round(scale * each)) for each in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
