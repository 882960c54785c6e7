"""Autoencoders that keep a picture as a mosaic, so that what tiny pipelines draw is a picture.

Random ones draw one colour. These are the real classes and layers with weights set by hand: red,
green and blue are averaged over eight by eight pixels, carried through in three channels and laid
out again. Beside each colour runs its negative, and beside all of them two constants that outweigh
them: so group norms, which measure a picture's own mean and spread, find the same in every one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch

COLOURS = 3
STRONG = 20.0  # of the constants, beside colours in [-1, 1]
STRAIGHT = 6.0  # where SiLU is next to a straight line
LATENT = 2.0  # of a scaled latent per colour in [-1, 1]: about one on average, as schedules expect


@torch.no_grad()
def keep_mosaic(vae: Any) -> Any:
    """Let an AutoencoderKL of eight channels and one group per norm keep a picture."""
    silence(module for name, module in vae.named_modules() if name.endswith(("conv2", "to_out.0")))
    latent = LATENT / vae.config.scaling_factor
    _spread(vae.encoder.conv_in, 1.0)
    for block in vae.encoder.down_blocks:
        for downsampler in block.downsamplers or ():
            _average(downsampler.conv, slice(0, 2))
    _level(vae.encoder.conv_norm_out)
    _gather(vae.encoder.conv_out, latent)
    vae.encoder.conv_out.bias[vae.config.latent_channels :] = -30.0  # logarithm of the variance
    _pass_on(vae.quant_conv)
    _pass_on(vae.post_quant_conv)
    _spread(vae.decoder.conv_in, 1 / latent)
    for block in vae.decoder.up_blocks:
        for upsampler in block.upsamplers or ():
            _pass_on(upsampler.conv)
    _level(vae.decoder.conv_norm_out)
    _gather(vae.decoder.conv_out, 1.0)
    return vae


@torch.no_grad()
def keep_tiny_mosaic(vae: Any) -> Any:
    """Let an AutoencoderTiny keep a picture: its colours are in [0, 1], where ReLU is straight."""
    silence(block.conv[-1] for block in vae.modules() if hasattr(block, "fuse"))
    first, *halving, last = [each for each in vae.encoder.layers if hasattr(each, "stride")]
    _clear(first, last)
    for each in halving:
        _average(each, slice(1, 3))
    for colour in range(COLOURS):
        first.weight[colour, colour, 1, 1] = 1.0
        last.weight[colour, colour, 1, 1] = 2 * LATENT
        last.bias[colour] = -LATENT
    first, *doubling = [each for each in vae.decoder.layers if hasattr(each, "stride")]
    _clear(first)
    for colour in range(COLOURS):
        first.weight[colour, colour, 1, 1] = 1 / (2 * LATENT)
        first.bias[colour] = 0.5
    for each in doubling:
        _pass_on(each)
    return vae


def silence(modules: Iterable[Any]) -> None:
    """Let branches say nothing, so that what goes past them is all that is left."""
    for module in modules:
        module.weight.zero_()
        module.bias.zero_()


def _clear(*convs: Any) -> None:
    for conv in convs:
        conv.weight.zero_()
        if conv.bias is not None:
            conv.bias.zero_()


def _spread(conv: Any, scale: float) -> None:
    """From colours to colours, their negatives and the constants."""
    _clear(conv)
    for colour in range(COLOURS):
        conv.weight[colour, colour, 1, 1] = scale
        conv.weight[colour + COLOURS, colour, 1, 1] = -scale
    conv.bias[-2:] = torch.tensor([STRONG, -STRONG])


def _average(conv: Any, taps: slice) -> None:
    """Halve the side: each pixel is the mean of four."""
    _clear(conv)
    for channel in range(conv.weight.shape[0]):
        conv.weight[channel, channel, taps, taps] = 0.25


def _pass_on(conv: Any) -> None:
    _clear(conv)
    middle = conv.weight.shape[-1] // 2
    for channel in range(min(conv.weight.shape[:2])):
        conv.weight[channel, channel, middle, middle] = 1.0


def _level(norm: Any) -> None:
    """Undo the norm, whose spread is that of the constants, and lift what comes out."""
    norm.weight.fill_(STRONG * (2 / norm.num_channels) ** 0.5)
    norm.bias.fill_(STRAIGHT)


def _gather(conv: Any, scale: float) -> None:
    """From lifted colours to colours."""
    _clear(conv)
    for colour in range(COLOURS):
        conv.weight[colour, colour, 1, 1] = scale
        conv.bias[colour] = -scale * STRAIGHT
