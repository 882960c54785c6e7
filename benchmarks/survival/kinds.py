"""Pictures of every kind that is released, or will be: the shipped style, and flat art made of it.

The kinds that no style draws yet are made of the toon, so that they are known to carry the marks
before a style draws them. Nothing but baked subjects is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outputs.sizes import shrink
from outputs.types import Render
from studio.face.meter import FaceMeter
from studio.styles.alignment import Anatomy, anatomy
from studio.styles.framing import flattened
from studio.styles.painted.styles import toon
from studio.styles.portrait import prepare_portrait
from studio.subjects.cast import CastMember

NATIVE = 1024  # pixels, the side at which is drawn
PIXEL_COLOURS = 16
FLAT_COLOURS = 6
GRIDS = ((512, 128), (0, 64))  # least side, and cells along it, of pixel art
DARK = (18, 20, 28)
WHITE = (255, 255, 255)
SOLID = 0.5  # alpha from which a cut-out of few colours is solid

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One subject's drawing and what the kinds need to know of it."""

    subject: str
    pixels: Pixels  # (NATIVE, NATIVE, 3) sRGB
    person: NDArray[np.float32]  # (NATIVE, NATIVE) alpha in [0, 1]
    places: Anatomy


def draw(meter: FaceMeter, member: CastMember) -> Drawn:
    """Draw a baked subject in the shipped style."""
    still = member.frame(member.clips["still"][0]).image
    portrait = prepare_portrait(still, meter.faces(still)[0], meter.person(still), size=NATIVE)
    pixels = flattened(toon.draw(portrait, {}, np.random.default_rng(7)))
    return Drawn(member.id, pixels, portrait.person, anatomy(portrait))


def render(drawn: Drawn, kind: str, side: int) -> Render:
    """Return a drawing as one kind of art at one size.

    Args:
        drawn: The subject's drawing.
        kind: A key of `KINDS`.
        side: Pixels, at most NATIVE.
    """
    whole = Render(
        pixels=KINDS[kind](drawn),
        face_box=drawn.places.face_box,
        keep_clear=drawn.places.keep_clear,
        lower_face=drawn.places.lower_face,
        style=toon.STYLE.name,
        family=toon.STYLE.family,
        digital_source_type=toon.STYLE.digital_source_type,
    )
    small = shrink(whole, side)
    if kind != "pixel art":
        return small
    cells = next(cells for least, cells in GRIDS if side >= least)
    return Render(
        pixels=_in_cells(small.pixels, cells),
        face_box=small.face_box,
        keep_clear=small.keep_clear,
        lower_face=small.lower_face,
        style=small.style,
        family=small.family,
        digital_source_type=small.digital_source_type,
    )


def _as_drawn(drawn: Drawn) -> Pixels:
    return drawn.pixels


def _sticker(drawn: Drawn) -> Pixels:
    """The person alone, nothing around it."""
    alpha = np.rint(drawn.person * 255).astype(np.uint8)
    cut = np.dstack([drawn.pixels, alpha])
    cut[alpha == 0] = 0
    return cut


def _flat(drawn: Drawn) -> Pixels:
    """Few flat colours on pure white."""
    calm = np.asarray(cv2.medianBlur(drawn.pixels, 9), np.uint8)
    solid = drawn.person > SOLID
    flat = np.full_like(calm, 255)
    inside = calm[solid]
    image = Image.fromarray(inside[None]).quantize(
        FLAT_COLOURS, Image.Quantize.MEDIANCUT, kmeans=4, dither=Image.Dither.NONE
    )
    flat[solid] = np.asarray(image.convert("RGB"))[0]
    return np.asarray(flat, np.uint8)


def _on(ground: tuple[int, int, int]) -> Callable[[Drawn], Pixels]:
    def laid(drawn: Drawn) -> Pixels:
        alpha = drawn.person[..., None]
        below = np.array(ground, np.float32)
        return np.rint(drawn.pixels * alpha + below * (1 - alpha)).astype(np.uint8)

    return laid


def _in_cells(pixels: Pixels, cells: int) -> Pixels:
    """Return pixel art: few colours, each cell of one."""
    side = pixels.shape[0]
    small = cv2.resize(pixels, (cells, cells), interpolation=cv2.INTER_AREA)
    few = Image.fromarray(np.asarray(small, np.uint8)).quantize(
        PIXEL_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    coloured = np.asarray(few.convert("RGB"))
    large = cv2.resize(coloured, (side, side), interpolation=cv2.INTER_NEAREST)
    return np.asarray(large, np.uint8)


KINDS: Mapping[str, Callable[[Drawn], Pixels]] = {
    "toon": _as_drawn,
    "sticker with alpha": _sticker,
    "pixel art": _as_drawn,
    "flat, 6 colours": _flat,
    "dark ground": _on(DARK),
    "white ground": _on(WHITE),
}
