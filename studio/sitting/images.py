"""Pictures from people and cameras: decoded with limits, in one orientation and colour space."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from consent.errors import QualityRefused

pillow_heif.register_heif_opener()

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000  # a 61-megapixel camera passes, a decompression bomb does not
MAX_FRAME_PIXELS = 1920 * 1080  # the page sends 640 x 480, fifteen times a second
MAX_STILL_PIXELS = 4096 * 3072  # the most that web cameras give
# A phone's MPO is read by the JPEG plug-in; Pillow knows no opener of that name before then.
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF")
STILL_ONLY = ("GIF", "WEBP", "PNG", "AVIF")  # formats whose second frame means animation

WHY = "Only a clear picture of you can be matched to you."


def decode_photo(data: bytes) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 sRGB, upright, for a photograph in any common format.

    CMYK, 16-bit, palette and grey pictures are converted; an embedded colour profile is applied;
    transparent pixels are laid on white.

    Raises:
        QualityRefused: not an image, truncated, too large, or animated.
    """
    if len(data) > MAX_BYTES:
        raise _refusal("file_too_large", "This file is larger than 20 MB.", "Choose a smaller one.")
    with _refusing(_not_an_image), warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    with picture, _refusing(_truncated):
        return _upright_srgb(picture)


def decode_frame(data: bytes, *, most: int = MAX_FRAME_PIXELS) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 sRGB for one JPEG from the capture page.

    Args:
        data: the JPEG.
        most: pixels. An even picture of 64 million fits into 250 kB and takes seconds to decode.

    Raises:
        QualityRefused: not a whole JPEG, or larger than the page sends.
    """
    with (
        _refusing(_not_an_image),
        Image.open(io.BytesIO(data), formats=("JPEG",)) as picture,
    ):
        if picture.width * picture.height > most:
            raise _too_many_pixels(most)
        return np.asarray(picture.convert("RGB"))


def encode_still(image: NDArray[np.uint8]) -> bytes:
    """Return a JPEG (quality 95, no metadata) of an (H, W, 3) uint8 sRGB image."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


@contextmanager
def _refusing(refusal: Callable[[], QualityRefused]) -> Iterator[None]:
    """Turn whatever a codec raises for a broken file into a refusal."""
    try:
        yield
    except QualityRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # Fuzzed files make Pillow's plug-ins raise a dozen types, RuntimeError and IndexError too.
        raise refusal() from error


def _upright_srgb(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    if picture.format in STILL_ONLY and getattr(picture, "n_frames", 1) > 1:
        raise _animated()
    picture.load()
    return np.asarray(_eight_bit_rgb(_to_srgb(ImageOps.exif_transpose(picture))))


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError):
        return picture  # a broken or foreign profile is left out, as browsers do
    return picture if converted is None else converted


def _eight_bit_rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith(("I", "F")):
        depth = np.asarray(picture, dtype=np.float64)
        top = 65535.0 if depth.max() > 255 else 255.0
        picture = Image.fromarray((np.clip(depth / top, 0, 1) * 255).astype(np.uint8))
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(paper, layer)
    return picture.convert("RGB")


def _refusal(code: str, what: str, next_step: str) -> QualityRefused:
    return QualityRefused(code, what, why=WHY, next_step=next_step)


def _truncated() -> QualityRefused:
    return _refusal(
        "truncated",
        "This picture is damaged or only part of it arrived.",
        "Send the original again.",
    )


def _animated() -> QualityRefused:
    return _refusal(
        "animated",
        "This picture moves, and a selfie is one moment.",
        "Choose a still picture, or a video.",
    )


def _not_an_image() -> QualityRefused:
    return _refusal(
        "not_an_image",
        "This file is not a picture that the studio can read.",
        "Choose a JPEG, PNG, HEIC, AVIF or WebP photograph, or an MP4, MOV or WebM video.",
    )


def _too_many_pixels(most: int = MAX_PIXELS) -> QualityRefused:
    return _refusal(
        "too_many_pixels",
        f"This picture has more than {round(most / 1e6)} million pixels.",
        "Choose a smaller version of it.",
    )
