"""What a messenger does to a picture, tried on a copy before the picture leaves."""

from __future__ import annotations

import cv2
import numpy as np

from outputs.watermark_code import Array, the_code
from outputs.watermark_grain import Pixels, folded, grain_of, middle_of, resized

CLEAR = 5.0  # clarity below which nothing was read
LONGEST = 512  # pixels
JPEG = (cv2.IMWRITE_JPEG_QUALITY, 50)
WEBP = (cv2.IMWRITE_WEBP_QUALITY, 60)
SMALL = 512  # pixels: what is not longer is as large as messengers show it, and meets WebP so
WHOLE, MIDDLE = 1, 3  # wrong bits of 64 that are forgiven in all of it, and in its inner quarter
WHOLE_IN_WEBP = 3


def survives(pixels: Pixels, wanted: Array) -> bool:
    """Tell whether both words still read after every treatment, and from the middle alone.

    Args:
        pixels: (H, W, 3) uint8 sRGB.
        wanted: (64,) the bits as -1 and 1.
    """
    longest = max(pixels.shape[:2])
    scale = min(1.0, LONGEST / longest)
    width, height = (max(1, round(pixels.shape[side] * scale)) for side in (1, 0))
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    grain = _received(small, ".jpg", JPEG)
    if not (_reads(grain, wanted, WHOLE) and _reads(middle_of(grain)[0], wanted, MIDDLE)):
        return False
    return longest > SMALL or _reads(_received(small, ".webp", WEBP), wanted, WHOLE_IN_WEBP)


def _received(pixels: Pixels, kind: str, how: tuple[int, int]) -> Array:
    """Return the grain of a picture that was sent."""
    _, data = cv2.imencode(kind, cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), how)
    received = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return grain_of(resized(np.ascontiguousarray(received[..., ::-1]), 1.0))


def _reads(grain: Array, wanted: Array, forgiven: int) -> bool:
    heard = the_code().listen(folded(grain))
    return heard.clarity >= CLEAR and int(np.count_nonzero(heard.bits * wanted <= 0)) <= forgiven
