"""The steps of a rectified flow: straight lines from noise to a picture."""

from __future__ import annotations

from dataclasses import dataclass
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


def packed(grid: torch.Tensor) -> torch.Tensor:
    """Return (n, channels, tokens, tokens) as the transformer reads it, (n, tokens, channels)."""
    return grid.flatten(2).transpose(1, 2)


@dataclass(frozen=True, slots=True)
class Kept:
    """What stays of the start where only a part is imagined, as packed tokens."""

    start: torch.Tensor  # (1, tokens, channels), without noise
    noise: torch.Tensor  # (n, tokens, channels)
    mask: torch.Tensor  # (1, tokens, 1) in [0, 1], 1 = imagined

    def around(self, latents: torch.Tensor, level: float) -> torch.Tensor:
        """Return latents of a noise level with the start, as noisy, laid around them."""
        start, noise, mask = (
            each.to(latents.device, latents.dtype) for each in (self.start, self.noise, self.mask)
        )
        return mask * latents + (1 - mask) * (level * noise + (1 - level) * start)


class Watch:
    """Tells each step, with the clean picture that the step points to."""

    def __init__(
        self, on_step: OnStep, order: Order, latents: torch.Tensor, kept: Kept | None = None
    ) -> None:
        """Take what the first step begins from, and what is laid around each."""
        self._on_step = on_step
        self._steps = order.num_inference_steps
        self._kept = kept
        self.latents = latents

    def __call__(self, pipeline: Any, index: int, _: Any, told: dict[str, Any]) -> dict[str, Any]:
        """Follow the line of the last step to where no noise is left.

        Raises:
            PictureRefused: the numbers are not finite.
        """
        latents = told["latents"]
        if not bool(latents.isfinite().all()):
            raise broken()
        before, now = (float(each) for each in pipeline.scheduler.sigmas[index : index + 2])
        began = self.latents.to(latents.device, latents.dtype)
        clean = latents + (began - latents) * (now / (now - before))
        if self._kept is not None:
            latents, clean = self._kept.around(latents, now), self._kept.around(clean, 0.0)
        self.latents = latents
        self._on_step(index + 1, self._steps, clean)
        return {"latents": latents}
