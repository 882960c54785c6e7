"""What people do to photographs without drawing anything, and what comes near to drawing."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

LINED = -4.0  # grey levels below what lies around it: a dark line
Picture = NDArray[np.uint8]  # (H, W, 3) sRGB
Filter = Callable[[Picture, np.random.Generator], Picture]


def _jpeg(image: Picture, _: np.random.Generator, *, quality: int) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer).convert("RGB"))


def _blur(image: Picture, _: np.random.Generator, *, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def _noise(image: Picture, rng: np.random.Generator, *, level: float) -> Picture:
    return _bytes(image + rng.normal(0, level, image.shape))


def _gains(image: Picture, _: np.random.Generator, *, red: float, blue: float) -> Picture:
    return _bytes(image * np.array([red, 1.0, blue]))


def _gamma(image: Picture, _: np.random.Generator, *, power: float) -> Picture:
    return _bytes(255 * (image / 255.0) ** power)


def _hue(image: Picture, _: np.random.Generator, *, turn: int, saturation: float = 1.0) -> Picture:
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(np.int32)
    hsv[..., 0] = (hsv[..., 0] + turn) % 180
    hsv[..., 1] = np.clip(hsv[..., 1] * saturation, 0, 255)
    return np.asarray(cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB), np.uint8)


def _grey(image: Picture, _: np.random.Generator) -> Picture:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _inverted(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(255 - image, np.uint8)


def _small(image: Picture, _: np.random.Generator, *, side: int) -> Picture:
    size = image.shape[1], image.shape[0]
    less = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(less, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _sharpened(image: Picture, _: np.random.Generator, *, amount: float) -> Picture:
    soft = cv2.GaussianBlur(image, (0, 0), 2)
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), np.uint8)


def _vignette(image: Picture, _: np.random.Generator) -> Picture:
    down, across = (np.linspace(-1, 1, count) ** 2 for count in image.shape[:2])
    return _bytes(image * (1 - (down[:, None] + across[None]) / 4)[..., None])


def _bilateral(image: Picture, _: np.random.Generator, *, times: int) -> Picture:
    for _time in range(times):
        image = np.asarray(cv2.bilateralFilter(image, 9, 40, 7), np.uint8)
    return image


def _median(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.medianBlur(image, 9), np.uint8)


def _edges_kept(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.edgePreservingFilter(image, flags=1, sigma_s=60, sigma_r=0.4), np.uint8)


def _detail(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.detailEnhance(image, sigma_s=10, sigma_r=0.15), np.uint8)


def _mean_shift(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.pyrMeanShiftFiltering(image, 8, 16), np.uint8)


def _posterised(image: Picture, _: np.random.Generator, *, levels: int) -> Picture:
    step = 256 // levels
    return np.asarray(image // step * step + step // 2, np.uint8)


def _hatched(image: Picture, rng: np.random.Generator, *, share: float) -> Picture:
    """Darken a third of it by parallel lines, as a model does that was asked for hatching."""
    period, angle = rng.uniform(4, 9), rng.uniform(0, np.pi)
    down, along = np.indices(image.shape[:2])
    lines = (down * np.cos(angle) + along * np.sin(angle)) % period < period / 3
    return _bytes(image * (1 - share * lines[..., None]))


def _lined(image: Picture, _: np.random.Generator) -> Picture:
    """Draw the photograph's own dark lines over it, as a ControlNet at low strength does."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    finer, coarser = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (1.4, 2.8))
    return np.asarray(np.where((finer - coarser < LINED)[..., None], 10, image), np.uint8)


def _stylised(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.stylization(image, sigma_s=60, sigma_r=0.45), np.uint8)


def _oil(image: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.xphoto.oilPainting(image, 4, 1), np.uint8)


def _pencil(image: Picture, _: np.random.Generator) -> Picture:
    drawn = cv2.pencilSketch(image, sigma_s=60, sigma_r=0.07, shade_factor=0.05)[1]
    return np.asarray(drawn, np.uint8)


def _cartoon(image: Picture, rng: np.random.Generator) -> Picture:
    grey = cv2.medianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), 5)
    lines = cv2.adaptiveThreshold(
        grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, blockSize=9, C=5
    )
    smooth = _bilateral(image, rng, times=5)
    return np.asarray(cv2.bitwise_and(smooth, smooth, mask=lines), np.uint8)


def _one_after_another(
    image: Picture, rng: np.random.Generator, *, filters: tuple[Filter, ...]
) -> Picture:
    for each in filters:
        image = each(image, rng)
    return image


def _bytes(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


# These stay photographs, whatever was done to them: the model is fitted on them as well.
PHOTOGRAPHIC: Mapping[str, Filter] = MappingProxyType(
    {
        "JPEG 20": partial(_jpeg, quality=20),
        "JPEG 60": partial(_jpeg, quality=60),
        "blur, 1 pixel": partial(_blur, sigma=1.0),
        "blur, 2.5 pixels": partial(_blur, sigma=2.5),
        "blur, 6 pixels": partial(_blur, sigma=6.0),
        "noise 8": partial(_noise, level=8.0),
        "noise 20": partial(_noise, level=20.0),
        "warm": partial(_gains, red=1.2, blue=0.6),
        "cool": partial(_gains, red=0.75, blue=1.25),
        "dark": partial(_gamma, power=1.8),
        "bright": partial(_gamma, power=0.6),
        "hue turned": partial(_hue, turn=60),
        "saturated": partial(_hue, turn=0, saturation=1.8),
        "grey": _grey,
        "inverted": _inverted,
        "from 128 pixels": partial(_small, side=128),
        "from 256 pixels": partial(_small, side=256),
        "sharpened hard": partial(_sharpened, amount=1.2),
        "vignette": _vignette,
        "bilateral": partial(_bilateral, times=1),
        "bilateral, 4 times": partial(_bilateral, times=4),
        "median, 9 pixels": _median,
        "edge-preserving": _edges_kept,
        "detail enhanced": _detail,
        "mean shift": _mean_shift,
        "16 levels a channel": partial(_posterised, levels=16),
        "8 levels a channel": partial(_posterised, levels=8),
        "black lines over it": _lined,
    }
)
_SEVERAL: Mapping[str, tuple[Filter, ...]] = {
    "blurred, then grain": (partial(_blur, sigma=1.5), partial(_noise, level=6.0)),
    "bilateral 3 times, then sharpened": (
        partial(_bilateral, times=3),
        partial(_sharpened, amount=0.8),
    ),
    "edge-preserving, then saturated": (
        _edges_kept,
        partial(_hue, turn=0, saturation=1.8),
    ),
    "median, 16 levels, warm": (
        _median,
        partial(_posterised, levels=16),
        partial(_gains, red=1.2, blue=0.6),
    ),
    "from 200 pixels, sharpened, JPEG 30": (
        partial(_small, side=200),
        partial(_sharpened, amount=1.0),
        partial(_jpeg, quality=30),
    ),
}
# Of these the model never sees any: several at once, as somebody would who wants to get through,
# and hatching that one begins to see as such.
COMBINED: Mapping[str, Filter] = MappingProxyType(
    {
        **{name: partial(_one_after_another, filters=each) for name, each in _SEVERAL.items()},
        "hatched, 10 % darker": partial(_hatched, share=0.1),
        "hatched, 20 % darker": partial(_hatched, share=0.2),
    }
)
# Where a photograph ends and a drawing begins: in neither class, told beside them.
BETWEEN: Mapping[str, Filter] = MappingProxyType(
    {
        "OpenCV stylization": _stylised,
        "OpenCV oil painting": _oil,
        "OpenCV pencil sketch": _pencil,
        "bilateral 5 times with black lines": _cartoon,
    }
)
