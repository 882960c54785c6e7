"""From a picture to the pixels that leave: the figure in its frame, with or without background."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.alignment import Anatomy
from studio.styles.types import Controls, Drawing, Picture, finished


@dataclass(frozen=True, slots=True)
class Framed:
    """A picture in its frame, with the face where it lies there."""

    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB, or (H, W, 4) with straight alpha
    anatomy: Anatomy


def frame_picture(picture: Picture, anatomy: Anatomy, controls: Controls) -> Framed:
    """Put a picture into the frame that the shared controls name.

    Args:
        picture: As a style drew it.
        anatomy: Of the figure, in its pixels.
        controls: Accepted by the style.
    """
    if controls["cutout"] == "yes":
        return Framed(picture.figure, anatomy)
    return Framed(composed(picture), anatomy)


def composed(picture: Picture) -> NDArray[np.uint8]:
    """Return the figure over its backdrop, (S, S, 3) uint8 sRGB."""
    height, width = picture.figure.shape[:2]
    return over(picture.figure, picture.backdrop(width, height))


def over(figure: NDArray[np.uint8], ground: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay (H, W, 4) straight alpha over an opaque (H, W, 3)."""
    alpha = cv2.merge([figure[..., 3]] * 3)
    kept = cv2.multiply(figure[..., :3], alpha, scale=1 / 255, dtype=cv2.CV_32F)
    rest = cv2.multiply(ground, 255 - alpha, scale=1 / 255, dtype=cv2.CV_32F)
    return np.asarray(cv2.convertScaleAbs(cv2.add(kept, rest)), np.uint8)


def flattened(drawing: Drawing) -> NDArray[np.uint8]:
    """Let a drawing run to its end and return it over its backdrop, (S, S, 3) uint8 sRGB."""
    return composed(finished(drawing))
