"""One call of a kind's module as a generator of how far it is, the same on every run."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.styles.diffusion.stepping import in_steps
from studio.styles.diffusion.watching import Watch, Whole
from studio.styles.types import Glimpse

if TYPE_CHECKING:
    import torch

    from studio.styles.diffusion.types import KindModule, Loaded, Order


def draw(
    module: KindModule, loaded: Loaded, order: Order, watch: Watch, whole: Whole
) -> Generator[Glimpse, None, list[NDArray[np.uint8]]]:
    """Draw one order, pausing after each denoising step.

    Closing the generator ends the drawing at its step; the pipeline can be used again.

    Returns:
        One picture per seed, (size, size, 3) uint8 sRGB.

    Raises:
        PictureRefused: the numbers are not finite.
    """

    def work(report: Callable[[Glimpse], None]) -> list[NDArray[np.uint8]]:
        def on_step(done: int, steps: int, latents: torch.Tensor) -> None:
            report(watch.glimpse(done, steps, latents, whole))
            watch.resume()

        with steady():
            try:
                return module.imagine(loaded, order, on_step)
            except BaseException:  # stopped midway: what lies on the device goes back, too
                _put_back(loaded)
                raise

    return (yield from in_steps(work))


@contextmanager
def steady() -> Iterator[None]:
    """Compute the same bytes from the same numbers, on one device, and keep no gradients.

    cuDNN picks its algorithms by racing them otherwise. (cuBLAS keeps to one order of adding only
    with CUBLAS_WORKSPACE_CONFIG in the environment, which is read when CUDA starts.) TF32 is left
    to convolutions, where it is as repeatable as full numbers: SDXL's autoencoder needs 32 bit for
    their range, not for their last digits.
    """
    import torch

    with (
        torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=True
        ),
        torch.no_grad(),
    ):
        yield


def _put_back(loaded: Loaded) -> None:
    for pipeline in (loaded.pipeline, *loaded.parts.values()):
        free = getattr(pipeline, "maybe_free_model_hooks", None)
        if free is not None:
            free()
