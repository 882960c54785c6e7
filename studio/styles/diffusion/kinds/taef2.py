"""The tiny autoencoder of FLUX.2 (TAEF2, Ollin Boer Bohan, MIT): its decoder.

It is diffusers' tiny autoencoder with a branch in the blocks before the first enlargement that
hears the whole picture through a group norm; diffusers has no config for that branch.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.styles.diffusion.kinds.loading import require_whole

if TYPE_CHECKING:
    import torch

FILE = "taef2.safetensors"
_MIDDLE = (2, 3, 4)  # among the decoder's layers
_GROUPS = 4


def load_taef2(folder: Path, dtype: torch.dtype) -> Any:
    """Load the decoder: normalised latents, (n, 32, h, w), to pictures of 8 h by 8 w in [-1, 1].

    Raises:
        ModelDamaged: a weight is missing or of another shape.
        SafetensorError: the file is cut short.
    """
    from diffusers import AutoencoderTiny
    from safetensors.torch import load_file

    weights = load_file(folder / FILE)
    first = weights["decoder.layers.0.weight"]
    channels, width = first.shape[1], first.shape[0]
    model = AutoencoderTiny(latent_channels=channels, decoder_block_out_channels=(width,) * 4)
    del model.encoder
    layers = model.decoder.layers
    for place in _MIDDLE:
        layers[place] = _with_pool(layers[place], width)
    mine = {name: each for name, each in weights.items() if name.startswith("decoder.")}
    told = model.load_state_dict(mine, strict=False)
    info = {"missing_keys": told.missing_keys, "mismatched_keys": told.unexpected_keys}
    require_whole(model, info, FILE)
    return model.to(dtype).eval()


def _with_pool(block: Any, width: int) -> Any:
    """Return a block that first adds what its branch says, with the names of the file."""
    from torch import nn

    class Pooling(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.skip, self.fuse = block.conv, block.skip, block.fuse
            self.pool = nn.Sequential(
                nn.Conv2d(width, width * _GROUPS, 1, bias=False),
                nn.GroupNorm(_GROUPS, width * _GROUPS),
                nn.ReLU(),
                nn.Conv2d(width * _GROUPS, width, 1, bias=False),
            )

        def forward(self, x: torch.Tensor) -> Any:
            y = x + self.pool(x)
            return self.fuse(self.conv(y) + self.skip(y))

    return Pooling()
