"""Anisotropic Kuwahara filter: patches of paint that keep edges and run along them.

Around each pixel lie sectors of an ellipse that is stretched along the local direction; those
whose colours vary least decide (Papari, Petkov and Campisi 2007; Kyprianidis, Kang and Döllner
2009). A sector is weighted here by a Gaussian moved to its middle, so that its mean and variance
are those of one blurred picture seen from elsewhere: eight look-ups instead of hundreds.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.filters import Flow

SECTORS = 8
MIDDLE = 0.62  # of the radius: where a sector's middle lies
SPREAD = 0.36  # of the radius: a sector's Gaussian
STRETCH = 1.0  # by how much an ellipse is longer than a disc where lines run in one direction
SHARPNESS = 4.0  # exponent on a sector's variance: the higher, the harder the choice
NOISE = 4.0  # squared grey levels below which patches count as equally calm


def kuwahara(image: NDArray[np.float32], flow: Flow, radius: float) -> NDArray[np.float32]:
    """Return an image as patches of even colour.

    Args:
        image: (H, W, 3) float32, 0 to 255.
        flow: Of the same height and width.
        radius: Of a patch, pixels.

    Returns:
        (H, W, 3) float32.
    """
    spread = SPREAD * radius
    mean = as_field(cv2.GaussianBlur(image, (0, 0), spread))
    square = as_field(cv2.GaussianBlur(image * image, (0, 0), spread))
    variance = np.maximum((square - mean * mean).sum(axis=-1), 0)
    seen = np.dstack([mean, variance])
    height, width = image.shape[:2]
    columns, rows = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    along, aside = _axes(flow, MIDDLE * radius)
    total = np.zeros_like(image)
    weights = np.zeros((height, width, 1), np.float32)
    for sector in range(SECTORS):
        angle = 2 * np.pi * (sector + 0.5) / SECTORS
        forth, side = np.float32(np.cos(angle)) * along, np.float32(np.sin(angle)) * aside
        x = columns + forth * flow.across - side * flow.down
        y = rows + forth * flow.down + side * flow.across
        there = cv2.remap(seen, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        share = as_field((NOISE / (NOISE + there[..., 3:])) ** SHARPNESS + 1e-12)
        total += share * there[..., :3]
        weights += share
    return total / weights


def _axes(flow: Flow, reach: float) -> tuple[Mask, Mask]:
    """Half the ellipse's length along the flow and across, pixels."""
    stretch = 1 + np.float32(STRETCH) * flow.strength
    return as_field(reach * stretch), as_field(reach / stretch)
