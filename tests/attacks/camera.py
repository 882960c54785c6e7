"""A simulated web camera: noise, exposure and white balance that drift, JPEG, uneven times."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.attacks.light import Picture, gained

_MARGIN = 64  # pixels by which the noise is larger than a picture
_STILL_QUALITY = 92


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which conditions a capture is made."""

    fps: float = 15.0
    quality: int = 80  # of the frames' JPEG
    noise: float = 3.0  # grey levels, one standard deviation
    strength: float = 0.12  # of a white screen at the face, as a share of the room's light
    exposure_drift: float = 0.0  # share of the gain, as a slow wave
    white_balance_drift: float = 0.0  # share by which red rises and blue falls, as a slow wave
    jitter: float = 0.02  # seconds by which a frame may be late
    pace: str = "standard"


class Camera:
    """Encodes pictures of one capture as its page would send them."""

    def __init__(self, conditions: Conditions, rng: np.random.Generator) -> None:
        self._conditions = conditions
        self._rng = rng
        self._noise: dict[tuple[int, int], NDArray[np.int16]] = {}
        self._phases = rng.uniform(0, 2 * np.pi, 2)
        self._periods = rng.uniform(6.0, 14.0, 2)  # seconds

    def times(self, limit: float) -> list[float]:
        """Return when frames are taken, in seconds: never two closer than half a period."""
        conditions = self._conditions
        period = 1 / conditions.fps
        late = self._rng.uniform(0, min(conditions.jitter, period / 2), int(limit / period))
        return [float(number * period + extra) for number, extra in enumerate(late)]

    def frame(self, image: Picture, at: float) -> bytes:
        """Return the JPEG of an (H, W, 3) picture taken at a moment, in seconds."""
        return encode(self._seen(image, at), self._conditions.quality)

    def still(self, image: Picture, at: float) -> bytes:
        """Return the JPEG of a full-resolution picture."""
        return encode(self._seen(image, at), _STILL_QUALITY)

    def _seen(self, image: Picture, at: float) -> Picture:
        conditions = self._conditions
        if conditions.exposure_drift or conditions.white_balance_drift:
            waves = np.sin(2 * np.pi * at / self._periods + self._phases)
            gain = 1 + conditions.exposure_drift * waves[0]
            shift = conditions.white_balance_drift * waves[1]
            image = gained(image, np.array([gain * (1 + shift), gain, gain * (1 - shift)]))
        height, width = image.shape[:2]
        pool = self._pool(height, width)
        # Two cuts of one pool: no camera makes the same noise twice, and neither may this one.
        rows = self._rng.integers(0, _MARGIN, (2, 2))
        one, other = (pool[r : r + height, c : c + width] for r, c in rows)
        return np.asarray(cv2.add(image, cv2.add(one, other), dtype=cv2.CV_8U), np.uint8)

    def _pool(self, height: int, width: int) -> NDArray[np.int16]:
        if (height, width) not in self._noise:
            shape = (height + _MARGIN, width + _MARGIN, 3)
            noise = self._rng.normal(0, self._conditions.noise / np.sqrt(2), shape)
            self._noise[height, width] = noise.round().astype(np.int16)
        return self._noise[height, width]


def encode(image: Picture, quality: int) -> bytes:
    """Return a JPEG (4:2:0, as browsers write it) of an (H, W, 3) sRGB picture."""
    bgr = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(data.tobytes())
