"""As many denoising steps as asked for, whatever the strength.

diffusers' image-to-image pipelines spread their steps over the whole way and drop the first ones:
of four steps at strength 0.6 two are left, and of LCM's four at 0.2 none. Here the steps are spread
over what the strength leaves of the way.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch


def keep_all_steps(pipeline: Any) -> None:
    """Let a pipeline of diffusers take its timesteps from here."""
    pipeline.get_timesteps = partial(_timesteps, pipeline.scheduler)


def spread(strength: float, steps: int, train_timesteps: int) -> NDArray[np.int64]:
    """Return timesteps from where the strength begins down to the last one, evenly.

    At strength 1 this is the "trailing" spacing of Lin et al. 2023 (Common Diffusion Noise
    Schedules and Sample Steps are Flawed), which SDXL-Lightning was distilled for.
    """
    begin = max(strength * train_timesteps, steps)
    return np.round(np.arange(steps, 0, -1) * begin / steps).astype(np.int64) - 1


def _timesteps(
    scheduler: Any,
    num_inference_steps: int,
    strength: float,
    device: torch.device,
    denoising_start: None = None,  # noqa: ARG001 - diffusers names it for SDXL; it is not used
) -> tuple[torch.Tensor, int]:
    """Stand for `get_timesteps`: return the timesteps that are run, and how many."""
    from diffusers import LCMScheduler

    if isinstance(scheduler, LCMScheduler):
        # It takes steps out of those that it was distilled with: there have to be enough.
        fewest = num_inference_steps / scheduler.config.original_inference_steps
        begin = max(strength, fewest + 1e-6)
        scheduler.set_timesteps(num_inference_steps, device=device, strength=begin)
    else:
        among = scheduler.config.num_train_timesteps
        timesteps = spread(strength, num_inference_steps, among).tolist()
        scheduler.set_timesteps(timesteps=timesteps, device=device)
    scheduler.set_begin_index(0)
    return scheduler.timesteps, num_inference_steps
