"""Pictures from people and cameras: decoded with limits, in one orientation and colour space."""

from __future__ import annotations

import io
import warnings

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from consent.errors import QualityRefused

pillow_heif.register_heif_opener()

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 64_000_000  # a 61-megapixel camera passes, a decompression bomb does not
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "BMP", "GIF", "MPO")
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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _not_an_image() from error
    with picture:
        return _upright_srgb(picture)


def decode_frame(data: bytes) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 sRGB for one JPEG from the capture page.

    Raises:
        QualityRefused: not a whole JPEG, or larger than any camera still.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _too_many_pixels()
            return np.asarray(picture.convert("RGB"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _not_an_image() from error


def encode_still(image: NDArray[np.uint8]) -> bytes:
    """Return a JPEG (quality 95, no metadata) of an (H, W, 3) uint8 sRGB image."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=95, subsampling=0)
    return buffer.getvalue()


def _upright_srgb(picture: Image.Image) -> NDArray[np.uint8]:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    if picture.format in STILL_ONLY and getattr(picture, "n_frames", 1) > 1:
        raise _refusal(
            "animated", "This picture moves, and a selfie is one moment.", "Choose a still picture."
        )
    try:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
        flat = _eight_bit_rgb(_to_srgb(upright))
    except (OSError, ValueError, SyntaxError, ImageCms.PyCMSError, EOFError) as error:
        raise _refusal(
            "truncated",
            "This picture is damaged or only part of it arrived.",
            "Send the original again.",
        ) from error
    return np.asarray(flat)


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    converted = ImageCms.profileToProfile(
        picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
    )
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


def _not_an_image() -> QualityRefused:
    return _refusal(
        "not_an_image",
        "This file is not a picture that the studio can read.",
        "Choose a JPEG, PNG, HEIC, AVIF or WebP photograph.",
    )


def _too_many_pixels() -> QualityRefused:
    return _refusal(
        "too_many_pixels",
        "This picture has more than 64 million pixels.",
        "Choose a smaller version of it.",
    )
