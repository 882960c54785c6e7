"""Pixels to the bytes of each format with their XMP packet, and safely back again."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from outputs.animations import gif_packet, write_gif, write_webp_clip
from outputs.errors import MarkMissing, TooLarge, TooManyParts
from outputs.parts import require_few_parts
from outputs.stills import write_avif, write_jpeg, write_png, write_webp
from outputs.video import is_video, mp4_packet, read_video, write_mp4

# What is opened. Pillow knows more, among it what is left to programs of the system.
FORMATS = ("PNG", "WEBP", "JPEG", "AVIF", "GIF")
MOST_EXIF = 64 * 1024  # bytes: what one segment of a JPEG holds; its tags may all repeat them
# What decoders raise over bytes that are no sound picture, as trying has shown.
# Decoders raise what their authors did not think of: all that says something of the bytes.
DAMAGED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
ANIMATED = ("PNG", "WEBP", "AVIF", "GIF")  # where further pictures are further frames

Pixels = NDArray[np.uint8]
Shown = Iterator[tuple[Pixels, float]]  # frames, at least one, and the seconds of each


class MediaType(StrEnum):
    """Formats in which a picture or a clip leaves."""

    PNG = "image/png"
    WEBP = "image/webp"
    JPEG = "image/jpeg"
    AVIF = "image/avif"
    GIF = "image/gif"
    MP4 = "video/mp4"


STILLS = (MediaType.PNG, MediaType.WEBP, MediaType.JPEG, MediaType.AVIF)
MOVING = (MediaType.WEBP, MediaType.GIF, MediaType.MP4)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is decoded of a file."""

    pixels: int  # of all frames together; none is decoded that alone has more
    frames: int = 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that was opened."""

    pixels: Pixels  # (H, W, 3) sRGB or (H, W, 4) sRGB + straight alpha
    xmp: bytes  # empty when there is none
    texts: dict[str, str]  # PNG text entries


@dataclass(frozen=True, slots=True)
class DecodedClip:
    """A picture, an animation or a video that was opened."""

    frames: tuple[Pixels, ...]  # at least one; each as in Decoded
    durations: tuple[float, ...]  # seconds that each is shown; 0 for a still
    xmp: bytes
    texts: dict[str, str]
    is_whole: bool  # False where the limits cut it short

    def number_at(self, seconds: float) -> int:
        """Return which frame is shown at a time: encoders join frames that look alike."""
        ends = np.cumsum(self.durations)
        return min(int(np.searchsorted(ends, seconds, "right")), len(ends) - 1)

    def at(self, seconds: float) -> Pixels:
        """Return the frame that is shown at a time."""
        return self.frames[self.number_at(seconds)]


def encode(pixels: Pixels, media_type: MediaType, *, xmp: bytes, parameters: str = "") -> bytes:
    """Encode one picture with its packet.

    Args:
        pixels: (H, W, 3 or 4) uint8 sRGB, straight alpha. JPEG and MP4 lay it over white, GIF
            makes one bit of it.
        media_type: PNG is lossless, the others are lossy.
        xmp: The packet.
        parameters: Text that creators expect under "parameters" in a PNG; others have no such
            place.

    Raises:
        MarkMissing: the format cannot hold the picture.
    """
    with _refusing(media_type):
        match media_type:
            case MediaType.PNG:
                return write_png(pixels, xmp, parameters)
            case MediaType.WEBP:
                return write_webp(pixels, xmp)
            case MediaType.JPEG:
                return write_jpeg(pixels, xmp)
            case MediaType.AVIF:
                return write_avif(pixels, xmp)
            case MediaType.GIF | MediaType.MP4:
                return encode_clip((pixels,), media_type, seconds=1.0, xmp=xmp)


def encode_clip(
    frames: Sequence[Pixels], media_type: MediaType, *, seconds: float, xmp: bytes
) -> bytes:
    """Encode an animation with its packet.

    Args:
        frames: Of one shape, as for `encode`.
        media_type: One of MOVING.
        seconds: How long each frame is shown.
        xmp: The packet.

    Raises:
        MarkMissing: the format does not move, or cannot hold the frames.
    """
    with _refusing(media_type):
        match media_type:
            case MediaType.WEBP:
                return write_webp_clip(frames, seconds, xmp)
            case MediaType.GIF:
                return write_gif(frames, seconds, xmp)
            case MediaType.MP4:
                return write_mp4(frames, seconds, xmp)
            case _:
                raise MarkMissing("picture", f"{media_type.name} holds no animation")


def decode(data: bytes, *, max_pixels: int) -> Decoded:
    """Open a picture, or the first frame of an animation or a video, within limits.

    Args:
        data: The file's bytes.
        max_pixels: A larger picture is not decoded.

    Raises:
        MarkMissing: not a picture, or truncated.
        TooLarge: more pixels than that, or than memory holds.
    """
    with _opened(data, max_pixels) as (shown, xmp, texts):
        return Decoded(next(shown)[0], xmp, texts)


def decode_clip(data: bytes, limits: Limits) -> DecodedClip:
    """Open a picture, an animation or a video, as many frames of it as the limits allow.

    Raises:
        MarkMissing: not a picture, or truncated.
        TooLarge: a frame has more pixels than the limits allow, or than memory holds.
    """
    frames: list[Pixels] = []
    durations: list[float] = []
    room = limits.pixels
    with _opened(data, limits.pixels) as (shown, xmp, texts):
        for pixels, seconds in shown:
            room -= pixels.shape[0] * pixels.shape[1]
            if len(frames) == limits.frames or room < 0:
                return DecodedClip(tuple(frames), tuple(durations), xmp, texts, is_whole=False)
            frames.append(pixels)
            durations.append(seconds)
    return DecodedClip(tuple(frames), tuple(durations), xmp, texts, is_whole=True)


@contextmanager
def _opened(data: bytes, max_pixels: int) -> Iterator[tuple[Shown, bytes, dict[str, str]]]:
    """Yield a file's frames, its packet and its texts; turn what a decoder raises into ours."""
    require_few_parts(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about size and damaged metadata; both are checked
            if is_video(data):
                yield read_video(data, max_pixels=max_pixels), mp4_packet(data), {}
                return
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                packet = image.info.get("xmp") or gif_packet(data)
                xmp = packet.encode() if isinstance(packet, str) else bytes(packet)
                texts = {str(k): v for k, v in image.info.items() if isinstance(v, str)}
                yield _pictures(image, max_pixels), xmp, texts
    except (Image.DecompressionBombError, MemoryError, OverflowError) as error:
        raise TooLarge("picture", "it is too large to be decoded") from error
    except DAMAGED as error:
        raise MarkMissing("picture", "the bytes cannot be decoded") from error


def _pictures(image: Image.Image, max_pixels: int) -> Shown:
    """Yield each frame and the seconds that it is shown."""
    number = 0
    while True:
        if image.width * image.height > max_pixels:
            raise TooLarge("picture", f"{image.width} x {image.height} is too large")
        moves = image.format in ANIMATED and getattr(image, "is_animated", False)
        if not moves:
            # In place, and converted only if need be: each copy of a large picture counts.
            _turn_upright(image)
        image.load()  # only now does an animation know how long the frame is shown
        yield _eight_bits(image), float(image.info.get("duration", 0)) / 1000 if moves else 0.0
        number += 1
        try:
            if not moves:
                return
            image.seek(number)
        except EOFError:
            return


def _turn_upright(image: Image.Image) -> None:
    """Turn a picture as its EXIF data says.

    Raises:
        TooManyParts: that data is so large that its tags could fill the memory.
    """
    image.load()  # a PNG may bring its EXIF data last
    texts = ("Raw profile type exif", "Raw profile type APP1")
    size = max(len(image.info.get(name) or b"") for name in ("exif", *texts))
    if size > MOST_EXIF:
        raise TooManyParts("picture", f"it has {size} bytes of EXIF data")
    ImageOps.exif_transpose(image, in_place=True)


def _eight_bits(image: Image.Image) -> Pixels:
    """Return (H, W, 3 or 4) sRGB; Pillow's own conversion makes white of what has 16 bits."""
    if image.mode.startswith("I;16"):
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return np.asarray(image if image.mode == mode else image.convert(mode))


@contextmanager
def _refusing(media_type: MediaType) -> Iterator[None]:
    """Turn what an encoder raises into a MarkMissing."""
    try:
        yield
    except (OSError, ValueError, struct.error, av.FFmpegError) as error:
        raise MarkMissing("picture", f"it could not be encoded as {media_type.name}") from error
