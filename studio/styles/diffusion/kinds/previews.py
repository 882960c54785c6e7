"""What latents look like by now, quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from studio.models.types import Kind
from studio.styles.diffusion.types import Loaded

if TYPE_CHECKING:
    import torch

TINY_VAE = "tiny_vae"  # in `Loaded.parts`
MOST = 32  # latent pixels per side: 256 pixels of a preview
# Latents to RGB in [-1, 1], one row per channel. SD 1.5: fitted by Kevin Turner (discuss.
# huggingface.co, "Decoding latents to RGB without upscaling", 2022). SDXL: Timothy Alexis Vass
# (huggingface.co/blog/TimothyAlexisVass/explaining-the-sdxl-latent-space, 2023), whose numbers are
# for [0, 255].
LINEAR: dict[Kind, tuple[tuple[tuple[float, float, float], ...], tuple[float, float, float]]] = {
    Kind.SD15: (
        (
            (0.298, 0.207, 0.208),
            (0.187, 0.286, 0.173),
            (-0.158, 0.189, 0.264),
            (-0.184, -0.271, -0.473),
        ),
        (0.0, 0.0, 0.0),
    ),
    Kind.SDXL: (
        (
            (60 / 127.5, 60 / 127.5, 60 / 127.5),
            (-60 / 127.5, -5 / 127.5, 10 / 127.5),
            (25 / 127.5, 15 / 127.5, -5 / 127.5),
            (-70 / 127.5, -50 / 127.5, -35 / 127.5),
        ),
        (150 / 127.5 - 1, 140 / 127.5 - 1, 130 / 127.5 - 1),
    ),
}


def preview(loaded: Loaded, latents: torch.Tensor) -> NDArray[np.uint8]:
    """Return the first picture of a batch, (h, w, 3) uint8 sRGB, at most 256 pixels per side.

    With the tiny autoencoder where it is here, else by a linear map of the latents' channels.

    Args:
        loaded: whose latents they are.
        latents: (n, 4, h, w), as the pipeline's callback gets them.
    """
    import torch

    with torch.inference_mode():
        first = latents[:1].detach()
        side = min(MOST, *first.shape[-2:])
        # Averaged, not picked: what is left of the noise goes with it.
        small = torch.nn.functional.interpolate(first.float(), (side, side), mode="area")
        tiny = loaded.parts.get(TINY_VAE)
        rgb = _linear(loaded.kind, small) if tiny is None else _decoded(tiny, small)
        return _bytes(rgb)


def _decoded(tiny: Any, latents: torch.Tensor) -> torch.Tensor:
    where = latents.to(device=tiny.device, dtype=tiny.dtype)
    decoded: torch.Tensor = tiny.decode(where, return_dict=False)[0][0].permute(1, 2, 0)
    return decoded


def _linear(kind: Kind, latents: torch.Tensor) -> torch.Tensor:
    factors, offset = LINEAR[kind]
    weights = latents.new_tensor(factors)
    return latents[0].permute(1, 2, 0) @ weights + latents.new_tensor(offset)


def _bytes(rgb: torch.Tensor) -> NDArray[np.uint8]:
    """Return (h, w, 3) in [-1, 1] as bytes; what is not finite is black."""
    shades = (rgb.float().nan_to_num(-1.0, 1.0, -1.0).clamp(-1, 1) + 1) * 127.5
    bytes_: NDArray[np.uint8] = shades.round().cpu().numpy().astype(np.uint8)
    return bytes_
