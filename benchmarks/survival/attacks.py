"""What happens to pictures: each attack turns a released picture into the file that somebody gets.

Sources of the messengers' settings: WhatsApp's sticker specification (512 x 512 WebP under 100 kB)
and what the apps were seen to write (photographs at 1600 and 1280 pixels, JPEG quality about 80);
they change, so they stand for a class of treatment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import cos, radians, sin

import cv2
import numpy as np

from benchmarks.survival import codecs
from benchmarks.survival.geometry import SAME, Pixels, Place, moved, resized, turned
from outputs.encode import STILLS, MediaType
from outputs.types import Rect

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Original:
    """A released picture."""

    pixels: Pixels  # (H, W, 3 or 4) sRGB, straight alpha
    files: Mapping[str, bytes]  # as released, by media type
    face_box: Rect


@dataclass(frozen=True, slots=True)
class Shot:
    """What somebody gets."""

    data: bytes
    place: Place  # where the released picture's points went


@dataclass(frozen=True, slots=True)
class Attack:
    """One thing that happens to a picture."""

    name: str
    apply: Callable[[Original, Rng], Shot]
    times: int = 1  # how often it is tried, each time drawn anew
    keeps_half: bool = True  # False: a crop under 50 % of the side
    is_on_pixels: bool = True  # False: a file is looked at as it was released


def _as_released(original: Original, rng: Rng, *, media_type: MediaType) -> Shot:
    del rng
    return Shot(original.files[media_type], SAME)


def _encoded(
    original: Original, rng: Rng, *, write: Callable[[Pixels], bytes], longest: int = 1 << 16
) -> Shot:
    """Shrink to a longest side, then write."""
    del rng
    height, width = original.pixels.shape[:2]
    scale = min(1.0, longest / max(height, width))
    pixels, place = resized(original.pixels, (round(width * scale), round(height * scale)))
    return Shot(write(pixels), place)


def _fitted(original: Original, rng: Rng, *, side: int, quality: int) -> Shot:
    """A sticker or avatar of exactly so many pixels, enlarged if need be."""
    del rng
    pixels, place = resized(original.pixels, (side, side))
    return Shot(codecs.webp(pixels, quality), place)


def _resized(original: Original, rng: Rng, *, share: float) -> Shot:
    del rng
    height, width = original.pixels.shape[:2]
    pixels, place = resized(original.pixels, (round(width * share), round(height * share)))
    return Shot(codecs.png(pixels), place)


def _crop(original: Original, rng: Rng, *, share: float) -> Shot:
    """A window that keeps the whole face: of that share of the side, or more if the face needs it.

    A share of 0 is the face with up to a tenth of it around.
    """
    height, width = original.pixels.shape[:2]
    left, top, right, bottom = original.face_box
    room = rng.uniform(0, 0.1) if share == 0 else 0.0
    wide = max(share * width, (right - left) * (1 + room))
    high = max(share * height, (bottom - top) * (1 + room))
    w, h = min(width, int(np.ceil(wide)) + 1), min(height, int(np.ceil(high)) + 1)
    x = int(rng.uniform(max(0, right - w), min(left, width - w)))
    y = int(rng.uniform(max(0, bottom - h), min(top, height - h)))
    return Shot(
        codecs.png(np.ascontiguousarray(original.pixels[y : y + h, x : x + w])), moved(-x, -y)
    )


def _turned(original: Original, rng: Rng, *, degrees: float, corners: int | None) -> Shot:
    """Turn about the middle; corners are filled with a grey level, or (None) cut away."""
    del rng
    height, width = original.pixels.shape[:2]
    place = turned(degrees, (width / 2, height / 2))
    grey = corners or 0
    fill = (grey, grey, grey, 255)[: original.pixels.shape[2]]
    flags = cv2.INTER_CUBIC
    pixels = cv2.warpAffine(
        original.pixels, place[:2], (width, height), flags=flags, borderValue=fill
    )
    if corners is None:
        angle = radians(abs(degrees))
        share = 1 / (cos(angle) + sin(angle))
        x, y = (int(np.ceil(length * (1 - share) / 2)) for length in (width, height))
        pixels, place = pixels[y : height - y, x : width - x], moved(-x, -y) @ place
    return Shot(codecs.png(np.ascontiguousarray(pixels)), place)


def _screenshot(original: Original, rng: Rng, *, zoom: float, ground: int, bar: int) -> Shot:
    """A page that shows the picture at a zoom, with a frame and a bar of text above."""
    height, width = original.pixels.shape[:2]
    pixels, place = resized(original.pixels, (round(width * zoom), round(height * zoom)))
    high, wide = pixels.shape[:2]
    left, top = (int(rng.uniform(0.06, 0.14) * wide) for _ in range(2))
    page = np.full((high + 2 * top, wide + 2 * left, 3), ground, np.uint8)
    page[: top // 2] = bar
    cv2.putText(
        page, "avatars", (left, max(8, top // 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (128,) * 3, 1
    )
    cv2.rectangle(page, (left - 2, top - 2), (left + wide + 1, top + high + 1), (160,) * 3, 1)
    alpha = pixels[..., 3:].astype(np.float32) / 255 if pixels.shape[2] == 4 else np.float32(1)
    part = page[top : top + high, left : left + wide]
    part[...] = np.rint(pixels[..., :3] * alpha + part * (1 - alpha)).astype(np.uint8)
    return Shot(codecs.png(page), moved(left, top) @ place)


def _levels(original: Original, rng: Rng, *, gain: float, middle: float = 0.0) -> Shot:
    """Multiply the distance from a middle: brightness about 0, contrast about 128."""
    del rng
    return _coloured(original, (original.pixels[..., :3] - np.float32(middle)) * gain + middle)


def _noise(original: Original, rng: Rng, *, sigma: float) -> Shot:
    colour = original.pixels[..., :3]
    return _coloured(original, colour + rng.normal(0, sigma, colour.shape))


def _coloured(original: Original, colour: np.ndarray) -> Shot:
    pixels = original.pixels.copy()
    pixels[..., :3] = np.clip(np.rint(colour), 0, 255).astype(np.uint8)
    return Shot(codecs.png(pixels), SAME)


def _video(original: Original, rng: Rng, *, crf: int) -> Shot:
    del rng
    return Shot(codecs.png(codecs.through_h264(original.pixels, crf)), SAME)


def _written(
    write: Callable[..., bytes], longest: int = 1 << 16, **how: int
) -> Callable[[Original, Rng], Shot]:
    return partial(_encoded, write=partial(write, **how), longest=longest)


ATTACKS: Sequence[Attack] = (
    *(
        Attack(
            f"as released, {each.name}",
            partial(_as_released, media_type=each),
            is_on_pixels=False,
        )
        for each in STILLS
    ),
    Attack("JPEG 90", _written(codecs.jpeg, quality=90)),
    Attack("JPEG 75", _written(codecs.jpeg, quality=75)),
    Attack("JPEG 50", _written(codecs.jpeg, quality=50)),
    Attack("WebP 60", _written(codecs.webp, quality=60)),
    Attack("AVIF 50", _written(codecs.avif, quality=50)),
    Attack("resized to 50 %", partial(_resized, share=0.5)),
    Attack("resized to 25 %", partial(_resized, share=0.25)),
    Attack("crop to 85 % of the side", partial(_crop, share=0.85), times=2),
    Attack("crop to 70 % of the side", partial(_crop, share=0.7), times=2),
    Attack("crop to 50 % of the side", partial(_crop, share=0.5), times=2),
    Attack("crop to the face", partial(_crop, share=0.0), times=2, keeps_half=False),
    Attack("turned by 5 degrees, white corners", partial(_turned, degrees=5, corners=255)),
    Attack("turned by -5 degrees, black corners", partial(_turned, degrees=-5, corners=0)),
    Attack("turned by 5 degrees and cut", partial(_turned, degrees=5, corners=None)),
    Attack("turned by -5 degrees and cut", partial(_turned, degrees=-5, corners=None)),
    Attack("screenshot at 83 %, light page", partial(_screenshot, zoom=0.83, ground=255, bar=235)),
    Attack("screenshot at 125 %, dark page", partial(_screenshot, zoom=1.25, ground=43, bar=25)),
    Attack("25 % brighter", partial(_levels, gain=1.25)),
    Attack("25 % darker", partial(_levels, gain=0.75)),
    Attack("25 % more contrast", partial(_levels, gain=1.25, middle=128)),
    Attack("25 % less contrast", partial(_levels, gain=0.75, middle=128)),
    Attack("noise, sigma 5", partial(_noise, sigma=5)),
    Attack("noise, sigma 10", partial(_noise, sigma=10)),
    Attack("WhatsApp photograph", _written(codecs.jpeg, 1600, quality=80)),
    Attack("WhatsApp sticker", partial(_fitted, side=512, quality=75)),
    Attack("Telegram photograph", _written(codecs.jpeg, 1280, quality=82)),
    Attack("Telegram sticker", partial(_fitted, side=512, quality=85)),
    Attack("Discord avatar, WebP 128", partial(_fitted, side=128, quality=80)),
    Attack("Discord avatar, PNG 128", _written(codecs.png, 128)),
    Attack("X avatar, JPEG 400", _written(codecs.jpeg, 400, quality=85)),
    Attack("H.264, CRF 23", partial(_video, crf=23)),
    Attack("H.264, CRF 30", partial(_video, crf=30)),
)
