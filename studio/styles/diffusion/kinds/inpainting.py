"""Drawing a part of a picture: the same modules in the pipeline for parts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.styles.diffusion.kinds.steps import keep_all_steps
from studio.styles.diffusion.types import Loaded

INPAINTING = "inpainting"  # in `Loaded.parts`


def inpainting(loaded: Loaded, made: type[Any], **settings: Any) -> Any:
    """Return the pipeline for parts; made once, of the modules that are in memory already.

    Args:
        loaded: holds the pipeline for whole pictures.
        made: its class.
        settings: that are no modules.
    """
    if INPAINTING not in loaded.parts:
        pipeline = made(**loaded.pipeline.components, **settings)
        pipeline.set_progress_bar_config(disable=True)
        keep_all_steps(pipeline)
        loaded.parts[INPAINTING] = pipeline
    return loaded.parts[INPAINTING]


def as_mask(mask: NDArray[np.float32]) -> Image.Image:
    """Return where to draw: (H, W) in [0, 1] as grey, for a pipeline that draws above a half."""
    return Image.fromarray(np.round(np.clip(mask, 0, 1) * 255).astype(np.uint8))
