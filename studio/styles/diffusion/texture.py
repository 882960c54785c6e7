"""How a picture of a face is made, in a few numbers: what tells a drawing from a photograph.

Photographs of skin fall off evenly from coarse to fine, their detail is heavy-tailed at every
scale and lies in lightness, not in colour (Ruderman, "The statistics of natural images", 1994;
Mittal, Moorthy and Bovik, "No-Reference Image Quality Assessment in the Spatial Domain", 2012).
Drawings have flat areas, few colours, lines, strokes in one direction and edges without a lens.
Nothing here looks at who is in the picture, or at the tone of the skin.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from studio.face.types import Face

SIDE = 256  # pixels: the face is looked at this large, whatever the picture's size
# Side of the window over the face's longer side: brows to chin. A wider one would count the lines
# of drawn hair for a photographed face.
ROOM = 0.8
USUAL = 0.42  # side of the window over the picture's, in its middle, where no face was found
BLURS = (0.7, 1.4, 2.8, 5.6, 11.2)  # pixels, standard deviation: octaves
LEAST = 8  # pixels, half of the side of the smallest square that is looked at
LINE = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7))
CLEARLY = 12.0  # L*: a stroke of light that one sees
FINE = 7  # pixels: a line thinner than half of it vanishes in a median of this side
FLAT = 4.0  # grey levels within three pixels

Values = NDArray[np.float32]


def face_window(pixels: NDArray[np.uint8], face: Face | None) -> NDArray[np.uint8]:
    """Return the face, or the middle where none was found, as (SIDE, SIDE, 3) uint8 sRGB.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        face: found in them.
    """
    height, width = pixels.shape[:2]
    if face is None:
        middle, side = (width / 2, height / 2), USUAL * min(height, width)
    else:
        box = face.box
        middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        side = ROOM * max(box.width, box.height)
    across = int(np.clip(side, 1, min(height, width)))
    left = int(np.clip(middle[0] - across / 2, 0, width - across))
    top = int(np.clip(middle[1] - across / 2, 0, height - across))
    return _sized(pixels[top : top + across, left : left + across])


def inner_window(pixels: NDArray[np.uint8], mask: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """Return the largest square inside the largest disc that fits into a mask, as `face_window`.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        mask: (h, w) in [0, 1], over the same picture; 1 = inside.

    Returns:
        (SIDE, SIDE, 3) uint8 sRGB; None where nothing fits.
    """
    height, width = pixels.shape[:2]
    inside = np.pad(cv2.resize(mask, (width, height)) > 0.5, 1)
    radius = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    half = int(radius.max() / np.sqrt(2))
    if half < LEAST:
        return None
    down, along = np.unravel_index(int(radius.argmax()), radius.shape)
    return _sized(pixels[down - half : down + half, along - half : along + half])


def without_fine_lines(window: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a window without what is thinner than three of its pixels: hatching, grain."""
    return np.asarray(cv2.medianBlur(window, FINE), np.uint8)


def measure_texture(window: NDArray[np.uint8]) -> Mapping[str, float]:
    """Measure how a face is made.

    Args:
        window: (SIDE, SIDE, 3) uint8 sRGB, mostly face.

    Returns:
        Numbers by name; `stylisation.json` says which of them count, and how much.
    """
    grey = as_field(cv2.cvtColor(window, cv2.COLOR_RGB2GRAY))
    lab = cv2.cvtColor(as_field(window / np.float32(255)), cv2.COLOR_RGB2LAB)
    light, colour = as_field(lab[..., 0]), as_field(lab[..., 1:])
    blurred = [light, *(_blur(light, sigma) for sigma in BLURS)]
    bands = [finer - coarser for finer, coarser in pairwise(blurred)]
    found = {f"energy_{number}": _log_power(band) for number, band in enumerate(bands)}
    found |= {f"peaked_{number}": _peaked(band) for number, band in enumerate(bands[:4])}
    found["flat"] = float((cv2.dilate(grey, _ONES) - cv2.erode(grey, _ONES) <= FLAT).mean())
    found["colours"] = _colours(window)
    found["colour_detail"] = _log_power(colour - _blur(colour, BLURS[1]))
    found["direction"] = _direction(blurred[1])
    found |= _edges(blurred[1], blurred[3])
    found["bright_lines"] = _share(cv2.morphologyEx(light, cv2.MORPH_TOPHAT, LINE) > CLEARLY)
    found["contrast"] = _normalised_contrast(grey)
    return found


_ONES = np.ones((3, 3), np.uint8)


def _sized(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    how = cv2.INTER_AREA if cut.shape[0] >= SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cut, (SIDE, SIDE), interpolation=how), np.uint8)


def _blur(values: Values, sigma: float) -> Values:
    return as_field(cv2.GaussianBlur(values, (0, 0), sigma))


def _log_power(values: Values) -> float:
    return float(np.log((values * values).mean() + 1e-3))


def _share(where: NDArray[np.bool_]) -> float:
    return float(np.log(where.mean() + 1e-3))


def _peaked(band: Values) -> float:
    """Log of E|x|^2 over E[x^2]: -0.45 of a Gaussian, less the heavier the tails."""
    return float(np.log((np.abs(band).mean() ** 2 + 1e-6) / ((band * band).mean() + 1e-6)))


def _colours(window: NDArray[np.uint8]) -> float:
    """Return the entropy in bits of the colours, told apart in steps of four."""
    steps = (window // 4).astype(np.int64)
    numbers = (steps[..., 0] * 64 + steps[..., 1]) * 64 + steps[..., 2]
    _, counts = np.unique(numbers, return_counts=True)
    shares = counts / numbers.size
    return float(-(shares * np.log2(shares)).sum())


def _slopes(light: Values) -> tuple[Values, Values]:
    along, down = (cv2.Sobel(light, cv2.CV_32F, *axis) / 8 for axis in ((1, 0), (0, 1)))
    return as_field(along), as_field(down)


def _direction(light: Values) -> float:
    """Return how much of the detail runs in one direction: 0 none, 1 all (structure tensor)."""
    along, down = _slopes(light)
    one, two, both = (_blur(v, 3.0) for v in (along * along, down * down, along * down))
    return float((np.sqrt((one - two) ** 2 + 4 * both**2) / (one + two + 0.05)).mean())


def _edges(fine: Values, coarse: Values) -> dict[str, float]:
    """Return how far edges rise above the rest, and how sharp the strongest are."""
    steep, broad = (np.hypot(*_slopes(each)) for each in (fine, coarse))
    strongest = broad >= np.quantile(broad, 0.95)
    top, usual = np.quantile(steep, (0.99, 0.5))
    return {
        "edges": float(np.log((top + 0.05) / (usual + 0.05))),
        "sharp": float(np.log((steep[strongest].mean() + 0.05) / (broad[strongest].mean() + 0.05))),
    }


def _normalised_contrast(grey: Values) -> float:
    """Return the power of the mean-subtracted, contrast-normalised picture (Mittal et al.)."""
    mean = as_field(cv2.GaussianBlur(grey, (7, 7), 7 / 6))
    power = as_field(cv2.GaussianBlur(grey * grey, (7, 7), 7 / 6)) - mean * mean
    return float((((grey - mean) / (np.sqrt(np.maximum(power, 0)) + 1)) ** 2).mean())
