"""Other people's invisible watermarks behind one face: 32 bits into a picture and out again.

`invisible-watermark` 0.2.0 (dwtDct, dwtDctSvd, RivaGAN) and `blind-watermark` 0.4.4, each with its
defaults. The first imports torch for RivaGAN alone, so its modules are loaded one by one and
RivaGAN's two networks are run as its own code runs them, without torch. RivaGAN takes square
frames of no fixed size; ours are 384 px, enlarged, which is what the design measured.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from unittest.mock import patch

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from outputs.watermark import Watermarker

BITS = 32
RIVAGAN_SIDE = 384  # pixels
RIVAGAN_LEVELS = 127.5  # of 255 for each unit of a frame
RIVAGAN_THRESHOLD = 0.52  # its own

Pixels = NDArray[np.uint8]  # (H, W, 3) sRGB


class TooSmall(Exception):
    """A peer refuses a picture of so few pixels."""


class Peer(Protocol):
    """One watermark."""

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """Return the pixels with 32 bits in them."""
        ...

    def read(self, pixels: Pixels) -> int:
        """Return the 32 bits that are read, whatever is there.

        Raises:
            TooSmall: it refuses the picture.
        """
        ...


class Ours:
    """The studio's own."""

    def __init__(self) -> None:
        self._watermarker = Watermarker()

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """See Peer."""
        return self._watermarker.embed(pixels, word)

    def read(self, pixels: Pixels) -> int:
        """Read the id where the tag is found; it is not sought itself."""
        return self._watermarker.read(pixels).id


class Wavelets:
    """dwtDct or dwtDctSvd of invisible-watermark."""

    LEAST = 256 * 256  # pixels: its own limit

    def __init__(self, module: ModuleType, name: str) -> None:
        self._make: Any = getattr(module, name)

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """See Peer."""
        self._check(pixels)
        marked = self._make(list(bits_of(word)), BITS).encode(_bgr(pixels))
        return _bgr(np.asarray(marked, np.uint8))

    def read(self, pixels: Pixels) -> int:
        """See Peer."""
        self._check(pixels)
        return word_of(self._make([], BITS).decode(_bgr(pixels)))

    def _check(self, pixels: Pixels) -> None:
        if pixels.shape[0] * pixels.shape[1] < self.LEAST:
            raise TooSmall


class Blind:
    """blind-watermark."""

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """See Peer."""
        mark = _blind()
        mark.read_img(img=_bgr(pixels))
        mark.read_wm(bits_of(word).astype(bool), mode="bit")
        marked = np.rint(mark.embed())
        return _bgr(np.asarray(marked, np.uint8))

    def read(self, pixels: Pixels) -> int:
        """See Peer."""
        try:
            bits = _blind().extract(embed_img=_bgr(pixels), wm_shape=BITS, mode="bit")
        except AssertionError as error:
            raise TooSmall from error
        return word_of(np.nan_to_num(bits) > RIVAGAN_THRESHOLD)


class RivaGan:
    """RivaGAN's networks of invisible-watermark."""

    def __init__(self, folder: Path) -> None:
        self._writer, self._reader = (
            onnxruntime.InferenceSession(str(folder / name), providers=["CPUExecutionProvider"])
            for name in ("rivagan_encoder.onnx", "rivagan_decoder.onnx")
        )

    def embed(self, pixels: Pixels, word: int) -> Pixels:
        """Write at 384 px and enlarge what was added."""
        frame = _frame(pixels)
        data = bits_of(word)[None].astype(np.float32)
        marked = self._writer.run(None, {"frame": frame, "data": data})[0]
        added = np.ascontiguousarray((np.clip(marked, -1, 1) - frame)[0, :, 0].transpose(1, 2, 0))
        size = (pixels.shape[1], pixels.shape[0])
        large = cv2.resize(added * RIVAGAN_LEVELS, size, interpolation=cv2.INTER_CUBIC)
        return np.asarray(np.clip(np.rint(pixels + large), 0, 255), np.uint8)

    def read(self, pixels: Pixels) -> int:
        """See Peer."""
        return word_of(self._reader.run(None, {"frame": _frame(pixels)})[0][0] > RIVAGAN_THRESHOLD)


def open_peers() -> Mapping[str, Peer]:
    """Return the peers that are installed."""
    peers: dict[str, Peer] = {}
    spec = find_spec("imwatermark")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent
        peers["dwtDct"] = Wavelets(_module(folder / "maxDct.py"), "EmbedMaxDct")
        peers["dwtDctSvd"] = Wavelets(_module(folder / "dwtDctSvd.py"), "EmbedDwtDctSvd")
        peers["RivaGAN"] = RivaGan(folder)
    if find_spec("blind_watermark") is not None:
        peers["blind-watermark"] = Blind()
    return peers


def bits_of(word: int) -> NDArray[np.int64]:
    """Return a word's bits as (32,), the highest first."""
    return np.array([word >> (BITS - 1 - i) & 1 for i in range(BITS)])


def word_of(bits: NDArray[Any]) -> int:
    """Return the word of (32,) bits."""
    return sum(1 << (BITS - 1 - i) for i, bit in enumerate(np.ravel(bits)) if bit)


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"peer_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(str(path))
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _blind() -> Any:  # noqa: ANN401 - the package has no types
    """Return one that does not print its greeting."""
    # On import it also decides how the whole program starts processes, which is not its to decide.
    with contextlib.redirect_stdout(io.StringIO()), patch("multiprocessing.set_start_method"):
        return import_module("blind_watermark").WaterMark(password_wm=1, password_img=1)


def _frame(pixels: Pixels) -> NDArray[np.float32]:
    """Return (1, 3, 1, 384, 384) in [-1, 1], RGB."""
    how = cv2.INTER_AREA if pixels.shape[0] > RIVAGAN_SIDE else cv2.INTER_CUBIC
    small = cv2.resize(pixels, (RIVAGAN_SIDE, RIVAGAN_SIDE), interpolation=how)
    scaled = small.astype(np.float32) / np.float32(RIVAGAN_LEVELS) - 1
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None, :, None])


def _bgr(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[..., ::-1])
