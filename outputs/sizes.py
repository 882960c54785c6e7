"""Makes renders smaller, their face geometry with them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from outputs.types import Rect, Render


def shrink(render: Render, side: int) -> Render:
    """Return the render with its longest side at most `side` pixels, geometry included."""
    height, width = render.pixels.shape[:2]
    if max(height, width) <= side:
        return render
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = _resize(render.pixels, size)
    sx, sy = size[0] / width, size[1] / height

    def scaled(rect: Rect) -> Rect:
        return (rect[0] * sx, rect[1] * sy, rect[2] * sx, rect[3] * sy)

    return replace(
        render,
        pixels=pixels,
        face_box=scaled(render.face_box),
        keep_clear=tuple(scaled(rect) for rect in render.keep_clear),
        lower_face=scaled(render.lower_face),
    )


def _resize(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Average areas, weighted by alpha where there is one."""
    if pixels.shape[2] == 3:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    share = pixels.astype(np.float32)
    share[..., :3] *= share[..., 3:] / np.float32(255)
    small = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA), np.float32)
    small[..., :3] *= np.float32(255) / np.maximum(small[..., 3:], 1)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)
