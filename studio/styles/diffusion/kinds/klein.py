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
from studio.styles.diffusion.kinds.klein_steps import Watch, first_sigma, sigmas
from studio.styles.diffusion.kinds.loading import quiet, reading
from studio.styles.diffusion.kinds.taef2 import load_taef2
from studio.styles.diffusion.types import Loaded, OnStep, Order, Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

KIND = Kind.KLEIN
NEEDS = (Role.BASE,)
HELPS = (Role.TINY_VAE,)

_BIG = ("transformer", "text_encoder")  # of one size: both are stored small, both are offloaded
_TOKEN = 16  # pixels, side of what one token stands for
_MOST_FACES = 3  # in every step, each costs as many tokens as it is large
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
        if order.mask is None:
            drawn = _imagine_whole(loaded, order, on_step)
        else:
            drawn = _imagine_part(loaded, order, order.mask, on_step)
        return pictures(drawn, order)


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


def _imagine_whole(loaded: Loaded, order: Order, on_step: OnStep) -> NDArray[np.float32]:
    pipeline = loaded.pipeline
    keeps_start = order.strength < 1.0
    shown = [as_image(order.start)] if keeps_start else []
    shown += [_reference(face, order.size // 2) for face in _faces(order)]
    latents = _noise(pipeline, order)
    if keeps_start:
        level = first_sigma(pipeline.scheduler, order, tokens=(order.size // _TOKEN) ** 2)
        latents = level * latents + (1 - level) * _encoded(loaded, order.start)
    watch = Watch(on_step, order, latents.flatten(2).transpose(1, 2))
    made = pipeline(
        image=shown or None,
        latents=latents,
        height=order.size,
        width=order.size,
        **_common(loaded, order, watch),
    )
    return _finished(loaded, made.images, watch)


def _imagine_part(
    loaded: Loaded, order: Order, mask: NDArray[np.float32], on_step: OnStep
) -> NDArray[np.float32]:
    from diffusers import Flux2KleinInpaintPipeline

    if "inpainting" not in loaded.parts:
        loaded.parts["inpainting"] = Flux2KleinInpaintPipeline(
            **loaded.pipeline.components, is_distilled=loaded.pipeline.config.is_distilled
        )
        loaded.parts["inpainting"].set_progress_bar_config(disable=True)
    faces = _faces(order)
    if len(faces) == len(order.seeds):
        faces = faces[:1]  # as many as pictures would be taken for one each
    watch = Watch(on_step, order, None)
    made = loaded.parts["inpainting"](
        image=as_image(order.start),
        mask_image=as_image(np.where(mask > 0, 255, 0).astype(np.uint8)),
        image_reference=[_square(face, order.size // 2) for face in faces] or None,
        strength=1.0,  # of the sigmas, which begin at the order's
        generator=generators(order.seeds),
        **_common(loaded, order, watch),
    )
    loaded.pipeline.maybe_free_model_hooks()  # the second pipeline knows nothing of the hooks
    return _finished(loaded, made.images, watch)


def _common(loaded: Loaded, order: Order, watch: Watch) -> dict[str, Any]:
    is_distilled = loaded.pipeline.config.is_distilled
    return {
        "prompt": order.prompt,
        "num_inference_steps": order.num_inference_steps,
        "sigmas": sigmas(order),
        "guidance_scale": 1.0 if is_distilled else order.guidance_scale,
        "num_images_per_prompt": len(order.seeds),
        "output_type": "latent" if loaded.plan.tiny_vae else "np",
        "callback_on_step_end": watch,
    }


def _finished(loaded: Loaded, images: Any, watch: Watch) -> NDArray[np.float32]:
    """Return what was drawn, (n, size, size, 3) in [0, 1], decoded by whom the plan names."""
    if loaded.plan.tiny_vae and watch.latents is not None:
        images = _decoded(loaded, _unpacked(watch.latents.float())).cpu().numpy()
    return np.asarray(images, np.float32)


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


def _faces(order: Order) -> Sequence[NDArray[np.uint8]]:
    return order.faces[:_MOST_FACES] if order.adapter_scale > 0 else ()


def _reference(pixels: NDArray[np.uint8], side: int) -> Image.Image:
    """Return a picture at most `side` wide and high, as it is cut."""
    image = Image.fromarray(pixels)
    scale = min(1.0, side / max(image.size))
    width, height = (max(_LEAST_REFERENCE, round(scale * each)) for each in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _square(pixels: NDArray[np.uint8], side: int) -> Image.Image:
    """Return a picture `side` wide and high: references of a part are of one size."""
    size = (max(_LEAST_REFERENCE, side),) * 2
    return Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS)
