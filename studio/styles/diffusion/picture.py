"""From imagined pixels to a picture: a figure that can be cut out, and what lies behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.diffusion.matte import figure_alpha
from studio.styles.fields import as_field
from studio.styles.framing import composed
from studio.styles.rim import without_wall
from studio.styles.types import Backdrop, Picture

if TYPE_CHECKING:
    from studio.styles.fields import Mask
    from studio.styles.portrait import Portrait

Pixels = NDArray[np.uint8]
FILL = 0.04  # of the side: how far a plate's colours reach into where the figure stood
SOLID = 0.02  # alpha below which a pixel shows the background alone
RIM = 0.004  # of the side: so close to the figure the background still has its colours
SOFT = 0.045  # of the shorter side: blur of a background that is wider or higher than the picture
ABOVE = 0.12  # of what is cut off above and below: how much of it above


def whole_picture(pixels: Pixels, portrait: Portrait) -> Picture:
    """Return a picture that was imagined as a whole.

    Args:
        pixels: (size, size, 3) uint8 sRGB.
        portrait: that it was imagined from; the figure gets its size and its landmarks.
    """
    image = _sized(pixels, portrait.size)
    alpha = figure_alpha(image, portrait.person)
    figure = np.dstack([without_wall(image, alpha), _as_byte(alpha)])
    return Picture(
        figure=figure,
        backdrop=backdrop_of(plate_of(pixels, alpha)),
        landmarks=as_field(portrait.landmarks[:, :2]),
    )


def with_face(pixels: Pixels, painted: Picture, mask: Mask) -> Picture:
    """Return a painted picture with an imagined face.

    Args:
        pixels: (size, size, 3) uint8 sRGB.
        painted: that the imagining began with.
        mask: (size, size), 1 where the imagined pixels count.
    """
    side = painted.figure.shape[0]
    share = cv2.resize(mask, (side, side), interpolation=cv2.INTER_LINEAR)[..., None]
    mixed = _sized(pixels, side) * share + painted.figure[..., :3] * (1 - share)
    figure = np.dstack([mixed.round().clip(0, 255), painted.figure[..., 3]]).astype(np.uint8)
    return Picture(figure, painted.backdrop, painted.landmarks, painted.anatomy)


def with_background(pixels: Pixels, painted: Picture) -> Picture:
    """Return a painted figure before an imagined background, (size, size, 3) uint8 sRGB."""
    plate = plate_of(pixels, as_field(painted.figure[..., 3] / 255))
    return Picture(painted.figure, backdrop_of(plate), painted.landmarks, painted.anatomy)


def seen(picture: Picture, size: int) -> Pixels:
    """Return all that can be seen of a picture, (size, size, 3) uint8 sRGB."""
    return _sized(composed(picture), size)


def plate_of(image: Pixels, alpha: Mask) -> Pixels:
    """Return a picture without its figure: the colours around go on where it stood.

    Args:
        image: (size, size, 3) uint8 sRGB.
        alpha: of the figure, of any size.
    """
    side = image.shape[0]
    figure = cv2.resize(alpha, (side, side), interpolation=cv2.INTER_AREA)
    reach = cv2.distanceTransform((figure < SOLID).astype(np.uint8), cv2.DIST_L2, 5)
    free = as_field(reach > RIM * side)
    plate = _spread(as_field(image), free)
    kept = as_field(cv2.GaussianBlur(free, (0, 0), max(FILL * side / 8, 1.0)) * free)[..., None]
    return np.asarray((image * kept + plate * (1 - kept)).round().clip(0, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class _Plate:
    """A square picture of a background."""

    pixels: Pixels

    def __call__(self, width: int, height: int) -> Pixels:
        side = max(width, height)
        if width == height:
            return _sized(self.pixels, side)
        # Enlarged until it covers, and out of focus: where the figure stood is no shape then.
        above, left = round(ABOVE * (side - height)), (side - width) // 2
        covering = _sized(self.pixels, side)[above : above + height, left : left + width]
        sigma = SOFT * min(width, height)
        return np.asarray(cv2.GaussianBlur(covering, (0, 0), sigma), np.uint8)


def backdrop_of(plate: Pixels) -> Backdrop:
    """Return a background for any size; a square shows it as it was drawn."""
    return _Plate(plate)


def _spread(image: NDArray[np.float32], known: Mask) -> NDArray[np.float32]:
    """Carry known colours into the unknown, the nearest first (a pyramid of weighted means)."""
    levels = [(image * known[..., None], known)]
    while levels[-1][1].shape[0] > 2:
        colour, weight = levels[-1]
        half = max(colour.shape[0] // 2, 2)
        size = (half, half)
        levels.append(
            (
                as_field(cv2.resize(colour, size, interpolation=cv2.INTER_AREA)),
                as_field(cv2.resize(weight, size, interpolation=cv2.INTER_AREA)),
            )
        )
    colour, weight = levels.pop()
    whole = max(float(weight.sum()), 1e-6)
    filled = np.broadcast_to(colour.sum(axis=(0, 1)) / whole, colour.shape)
    for colour, weight in reversed(levels):
        size = (colour.shape[1], colour.shape[0])
        below = cv2.resize(as_field(filled), size, interpolation=cv2.INTER_LINEAR)
        filled = colour + below * (1 - weight[..., None])
    return as_field(filled)


def _sized(pixels: Pixels, size: int) -> Pixels:
    """Return a square picture at another size."""
    if pixels.shape[0] == size:
        return pixels
    across = cv2.INTER_AREA if pixels.shape[0] > size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, (size, size), interpolation=across), np.uint8)


def _as_byte(alpha: Mask) -> Pixels:
    return np.asarray((255 * alpha).round().clip(0, 255), np.uint8)
