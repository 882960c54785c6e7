"""What both Stable Diffusions are tested with."""

import torch

from studio.styles.diffusion.kinds import sd15, sdxl
from tests.tiny.orders import nobody_watches

KINDS = {"sd15": sd15, "sdxl": sdxl}


def files_of(kind, shelf):
    """The verified tiny files of a kind's module."""
    torch.set_num_threads(1)  # tiny layers take longer when they are shared out
    return shelf.files(kind.KIND, (*kind.NEEDS, *kind.HELPS))


def drawn(kind, loaded, order, watch=nobody_watches):
    """The first picture of an order."""
    return kind.imagine(loaded, order, watch)[0]


def apart(one, other):
    """Mean difference of two pictures, in shades."""
    return abs(one.astype(float) - other).mean()


def last_latents(kind, loaded, order):
    """The latents after the last step: finer than the picture that is made of them."""
    seen = []
    kind.imagine(loaded, order, lambda _done, _of, latents: seen.append(latents.clone()))
    return seen[-1]
