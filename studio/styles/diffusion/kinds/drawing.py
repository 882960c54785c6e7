"""Between an order and a pipeline's call: seeds, images, steps, and pictures made of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.types import OnStep, Order

if TYPE_CHECKING:
    import torch


def generators(seeds: Sequence[int]) -> list[torch.Generator]:
    """Return one source of noise per picture, on the processor: the same on every device."""
    import torch

    return [torch.Generator("cpu").manual_seed(seed) for seed in seeds]


def as_image(pixels: NDArray[np.uint8]) -> Image.Image:
    """Return (H, W, 3) uint8 as the image that pipelines take."""
    return Image.fromarray(np.ascontiguousarray(pixels))


def watched(order: Order, on_step: OnStep) -> Callable[..., dict[str, Any]]:
    """Return a callback for a pipeline that stops at numbers which are not finite.

    Raises:
        PictureRefused: inside the pipeline's call.
    """

    def after_step(_: Any, index: int, __: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        latents = tensors["latents"]
        if not bool(latents.isfinite().all()):
            raise broken()
        on_step(index + 1, order.num_inference_steps, latents)
        return tensors

    return after_step


def pictures(images: NDArray[np.floating[Any]], order: Order) -> list[NDArray[np.uint8]]:
    """Return what a pipeline drew as bytes; outside of the order's mask the start is kept.

    Args:
        images: (n, size, size, 3) in [0, 1].
        order: that it was drawn by.

    Raises:
        PictureRefused: there are numbers that are not finite.
    """
    if not np.isfinite(images).all():
        raise broken()
    shades = np.clip(images, 0, 1).astype(np.float32) * 255
    if order.mask is not None:
        there = order.mask[..., None]
        shades = order.start * (1 - there) + shades * there
    return list(np.round(shades).astype(np.uint8))


def broken() -> PictureRefused:
    """Return the refusal of a picture that holds no numbers."""
    return PictureRefused(
        "broken",
        "The picture came out broken and was thrown away.",
        why="The model's numbers ran over, which happens on some machines and with some weights.",
        next_step="Try again with another look. If it stays so, choose another engine.",
    )
