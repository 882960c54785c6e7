"""The steps of a rectified flow: straight lines from noise to a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from studio.styles.diffusion.kinds.drawing import broken
from studio.styles.diffusion.types import OnStep, Order

if TYPE_CHECKING:
    import torch

_LEAST_STRENGTH = 0.02  # without any noise there is nothing to take away


def sigmas(order: Order) -> list[float]:
    """Return the noise before each step, before the shift by resolution."""
    first = max(min(order.strength, 1.0), _LEAST_STRENGTH)
    steps = order.num_inference_steps
    return [float(each) for each in np.linspace(first, first / steps, steps)]


def first_sigma(scheduler: Any, order: Order, *, tokens: int) -> float:
    """Return the noise that the drawing begins with, after the shift by resolution.

    Args:
        scheduler: of the pipeline; the pipeline sets it anew.
        order: how strong, in how many steps.
        tokens: of one picture; the more, the more noise it takes to hide it.
    """
    from diffusers.pipelines.flux2.pipeline_flux2_klein import compute_empirical_mu

    shift = compute_empirical_mu(image_seq_len=tokens, num_steps=order.num_inference_steps)
    scheduler.set_timesteps(sigmas=sigmas(order), mu=shift)
    return float(scheduler.sigmas[0])


class Watch:
    """Tells each step, with the clean picture that the step points to."""

    def __init__(self, on_step: OnStep, order: Order, latents: torch.Tensor | None) -> None:
        """Take what the first step begins from; None if the pipeline does not tell it."""
        self._on_step = on_step
        self._steps = order.num_inference_steps
        self.latents = latents

    def __call__(self, pipeline: Any, index: int, _: Any, told: dict[str, Any]) -> dict[str, Any]:
        """Follow the line of the last step to where no noise is left.

        Raises:
            PictureRefused: the numbers are not finite.
        """
        latents = told["latents"]
        if not bool(latents.isfinite().all()):
            raise broken()
        clean = latents
        if self.latents is not None:
            before, now = (float(each) for each in pipeline.scheduler.sigmas[index : index + 2])
            start = self.latents.to(latents.device, latents.dtype)
            clean = latents + (start - latents) * (now / (now - before))
        self.latents = latents
        self._on_step(index + 1, self._steps, clean)
        return {}
