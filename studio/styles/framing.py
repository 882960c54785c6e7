"""From a picture to the pixels that leave: the figure in its frame, with or without background."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.alignment import Anatomy, Rect
from studio.styles.cutting import RIM, closed_bust, disc, resized, touches_sides, veiled, white_rim
from studio.styles.types import Controls, Drawing, Picture, SlowDrawing, finished

USUAL = 1024  # pixels, side of a final drawing
# Frames that need a larger drawing: 17 and 35 cm at 300 dots per inch.
LARGER: Mapping[str, int] = {"print": 2048, "poster": 4096}
BANNER = (1500, 500)  # width and height, pixels: what X and others ask for
SMALL_FIGURE = 512  # pixels: half of a final drawing, so that a true grid of pixels stays one
STICKER = 512  # pixels: what Telegram and Signal ask for


@dataclass(frozen=True, slots=True)
class Framed:
    """A picture in its frame, with the face where it lies there."""

    pixels: NDArray[np.uint8]  # (H, W, 3) sRGB, or (H, W, 4) with straight alpha
    anatomy: Anatomy
    is_round: bool = False  # a square of which only the largest disc is seen


def drawing_size(controls: Controls) -> int:
    """Return the side in pixels at which a final picture is drawn for its frame."""
    return LARGER.get(str(controls["frame"]), USUAL)


def frame_picture(picture: Picture, anatomy: Anatomy, controls: Controls) -> Framed:
    """Put a picture into the frame that the shared controls name.

    A square, a print and a poster are as large as the figure; a banner has 1500 x 500 pixels and a
    sticker 512. A circle and a sticker are transparent around, whatever their background.

    Args:
        picture: As a style drew it.
        anatomy: Of the figure, in its pixels.
        controls: Accepted by the style.
    """
    bare = controls["cutout"] == "yes"
    match controls["frame"]:
        case "circle":
            return Framed(_in_circle(picture, bare=bare), anatomy, is_round=True)
        case "banner":
            return _in_banner(picture, anatomy, bare=bare)
        case "sticker":
            return _as_sticker(picture, anatomy)
        case _:
            return Framed(picture.figure if bare else composed(picture), anatomy)


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


def flattened(drawing: Drawing | SlowDrawing) -> NDArray[np.uint8]:
    """Let a drawing run to its end and return it over its backdrop, (S, S, 3) uint8 sRGB."""
    return composed(finished(drawing))


def _in_circle(picture: Picture, *, bare: bool) -> NDArray[np.uint8]:
    """Return what the largest disc keeps, transparent around it."""
    kept = disc(picture.figure.shape[0])
    if bare:
        return veiled(picture.figure, kept)
    return np.dstack([composed(picture), kept])


def _in_banner(picture: Picture, anatomy: Anatomy, *, bare: bool) -> Framed:
    """Return the figure in the middle of a banner; its shoulders are closed, not cut off."""
    width, height = BANNER
    figure, size = picture.figure, picture.figure.shape[0]
    if touches_sides(figure):
        figure = veiled(figure, closed_bust(size, margin=0.0, is_open_below=True))
    left = (width - SMALL_FIGURE) // 2
    sheet = np.zeros((height, width, 4), np.uint8)
    sheet[:, left : left + SMALL_FIGURE] = resized(figure, SMALL_FIGURE)[:height]
    pixels = sheet if bare else over(sheet, picture.backdrop(width, height))
    return Framed(pixels, moved(anatomy, SMALL_FIGURE / size, left, BANNER))


def _as_sticker(picture: Picture, anatomy: Anatomy) -> Framed:
    """Return the figure as a closed bust with a white rim, transparent around it."""
    size = picture.figure.shape[0]
    bust = veiled(picture.figure, closed_bust(size, margin=1.5 * RIM, is_open_below=False))
    pixels = resized(white_rim(bust), STICKER)
    return Framed(pixels, moved(anatomy, STICKER / size, 0, (STICKER, STICKER)))


def moved(anatomy: Anatomy, scale: float, across: int, size: tuple[int, int]) -> Anatomy:
    """Return where the face lies once the figure was scaled and moved to the right."""
    width, height = size

    def place(rect: Rect) -> Rect:
        left, top, right, bottom = rect
        return (
            max(0, math.floor(left * scale) + across),
            max(0, math.floor(top * scale)),
            min(width, math.ceil(right * scale) + across),
            min(height, math.ceil(bottom * scale)),
        )

    return Anatomy(
        face_box=place(anatomy.face_box),
        keep_clear=tuple(place(rect) for rect in anatomy.keep_clear),
        lower_face=place(anatomy.lower_face),
    )
