"""Shapes that a figure is cut to: a disc, a closed bust, a sticker's white rim."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field

ROUNDNESS = 2.6  # exponent of the bust's curve: 2 is an ellipse, more is squarer
OPEN_DEPTH = 1.16  # depth of a curve whose lowest part lies below the picture, times the usual
SEEN = 8  # alpha from which a border counts as touched
FINE = 4  # bits of a pixel to which a curve is drawn (OpenCV's fixed point)
RIM = 0.021  # width of the rim, fraction of the side

Alpha = NDArray[np.uint8]  # (H, W)
Pixels = NDArray[np.uint8]  # (H, W, 4) sRGB, straight alpha


def disc(size: int) -> Alpha:
    """Return the largest disc in a square, smooth at its edge."""
    mask = np.zeros((size, size), np.uint8)
    centre = round((size - 1) / 2 * 2**FINE)
    radius = round((size / 2 - 0.5) * 2**FINE)
    cv2.circle(mask, (centre, centre), radius, (255,), -1, cv2.LINE_AA, FINE)
    return mask


def touches_sides(figure: Pixels) -> bool:
    """Tell whether a figure is cut off by the left or the right border."""
    return bool((figure[:, [0, -1], 3] >= SEEN).any())


def closed_bust(size: int, *, margin: float, is_open_below: bool) -> Alpha:
    """Return where a bust may be seen: its shoulders end in a curve.

    Args:
        size: side of the square, pixels.
        margin: kept free at every border, fraction of the side.
        is_open_below: only the shoulders are rounded, and the picture's border ends bust and hair;
            otherwise the curve closes all around.
    """
    half = 0.5 - margin
    turn = np.linspace(0, np.pi, 181)
    wave = np.column_stack([np.cos(turn), np.sin(turn)])
    curve = half * np.sign(wave) * np.abs(wave) ** (2 / ROUNDNESS)
    if is_open_below:
        outline = np.vstack([[half, -0.5], curve * (1, OPEN_DEPTH), [-half, -0.5]])
    else:
        outline = np.vstack([curve, -curve])
    points = np.round(((outline + 0.5) * size - 0.5) * 2**FINE).astype(np.int32)
    mask = np.zeros((size, size), np.uint8)
    cv2.fillPoly(mask, [points], (255,), cv2.LINE_AA, FINE)
    return mask


def veiled(figure: Pixels, mask: Alpha) -> Pixels:
    """Return the figure where a mask lets it be seen."""
    alpha = cv2.multiply(figure[..., 3], mask, scale=1 / 255)
    return np.dstack([figure[..., :3], alpha]).astype(np.uint8)


def resized(figure: Pixels, size: int) -> Pixels:
    """Return the figure at another size; colours of what is not seen do not bleed into the rest."""
    if figure.shape[0] == size:
        return figure
    alpha = as_field(figure[..., 3:]) / 255
    share = np.dstack([as_field(figure[..., :3]) * alpha, alpha * 255])
    small = as_field(cv2.resize(share, (size, size), interpolation=cv2.INTER_AREA))
    small[..., :3] *= 255 / np.maximum(small[..., 3:], 1)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def white_rim(figure: Pixels) -> Pixels:
    """Lay a figure on a white shape that is a little larger and smoother than itself.

    Gaps that are narrower than the rim, between strands of hair for instance, are closed.
    """
    size = figure.shape[0]
    rim, pad = RIM * size, round(3 * RIM * size) + 2
    solid = cv2.copyMakeBorder(figure[..., 3], pad, pad, pad, pad, cv2.BORDER_CONSTANT, value=0)
    grown = _distance_to(solid >= 128) <= 2 * rim
    depth = _distance_to(~grown)[pad:-pad, pad:-pad]
    shape = np.clip(depth - rim + 0.5, 0, 1)
    alpha = as_field(figure[..., 3]) / 255
    seen = np.maximum(shape, alpha)
    over = as_field(figure[..., :3]) * alpha[..., None] + 255 * (seen - alpha)[..., None]
    colour = over / np.maximum(seen, 1e-3)[..., None]
    return np.dstack([np.clip(np.rint(colour), 0, 255), np.rint(255 * seen)]).astype(np.uint8)


def _distance_to(shape: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return every pixel's distance to a shape, pixels."""
    free = np.where(shape, 0, 1).astype(np.uint8)
    return as_field(cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
