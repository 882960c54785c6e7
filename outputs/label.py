"""Burns the visible label into a render: one copy in the corner, one on the chin.

The copy on the chin is there because a crop that keeps the whole face keeps it: a label in the
corner survives in 0.9 % of such crops (`benchmarks/label_crops.py` measures this geometry).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from outputs.badge import CHIN_HEIGHTS, LOW_SHORT_SIDE, OPACITY, Design, Kind, art, margin
from outputs.errors import ReleaseRefused
from outputs.looks import LOOKS, Tone, family_of, inks
from outputs.luma import luma_of
from outputs.types import Rect, Render

SMALLEST = 96  # pixels: in anything less the badge reaches down to the eyes
DARK_GROUND = 84.0  # mean luma, 0 to 255: below, a dark pill would be lost
WHY = "Every picture that leaves must say at first sight that it was generated."


@dataclass(frozen=True, slots=True)
class Placement:
    """One copy of the label and where it was burned."""

    design: Design
    left: int  # pixels
    top: int  # pixels

    @property
    def rect(self) -> Rect:
        """Left, top, right, bottom in output pixels."""
        height, width = art(self.design).pill.shape
        return (self.left, self.top, self.left + width, self.top + height)


def burn_label(
    render: Render, *, synthetic: bool, locale: str = "en"
) -> tuple[NDArray[np.uint8], tuple[Placement, ...]]:
    """Return labelled pixels and where the copies are.

    Args:
        render: What was drawn, with its face geometry.
        synthetic: Whether the subject is nobody: a third line says so where it can be read.
        locale: Language of the words, a key of `outputs.label_words.WORDS`.

    Returns:
        A new array of the render's shape, zero where alpha is 0, and the placements.

    Raises:
        ReleaseRefused: the geometry is missing or the label has no legal place.
    """
    placements = place_label(render, synthetic=synthetic, locale=locale)
    return burn_at(render.pixels, placements), placements


def burn_at(pixels: NDArray[np.uint8], placements: tuple[Placement, ...]) -> NDArray[np.uint8]:
    """Return a copy of the pixels with the label at the given places, zero where alpha was 0."""
    pixels = pixels.copy()
    if pixels.shape[2] == 4:
        pixels[pixels[..., 3] == 0] = 0
    for placement in placements:
        left, top, right, bottom = (int(value) for value in placement.rect)
        part = pixels[top:bottom, left:right]
        part[...] = compose(part, placement.design)
    return pixels


def place_label(
    render: Render, *, synthetic: bool, locale: str = "en", tone: Tone | None = None
) -> tuple[Placement, ...]:
    """Return the legal places of the label's copies.

    Args:
        render: As in `burn_label`.
        synthetic: As in `burn_label`.
        locale: As in `burn_label`.
        tone: Of all copies; None chooses it by the ground under the corner.

    Raises:
        ReleaseRefused: as `burn_label`.
    """
    check_geometry(render)
    height, width = render.pixels.shape[:2]
    side = min(height, width)
    kind = Kind.SMALL if side < LOW_SHORT_SIDE else Kind.CORNER
    family = family_of(render.family)
    design = Design(kind, side, synthetic and kind is Kind.CORNER, locale, family=family)
    corner = Placement(design, width - margin(side) - art(design).pill.shape[1], margin(side))
    if corner.left < 0 or any(overlap(corner.rect, clear) for clear in render.keep_clear):
        raise ReleaseRefused(
            "label_over_face",
            "The label in the corner would cover the eyes, the nose or the mouth.",
            why=WHY,
            next_step="Draw the head lower or smaller.",
        )
    if kind is Kind.SMALL:
        return _in_tone((corner,), render, tone)
    chin = _on_chin(render, Design(Kind.CHIN, side, synthetic=False, locale=locale, family=family))
    first = _in_disc(corner, chin, render) if render.is_round else corner
    return _in_tone((first, chin), render, tone)


def fits_chin(render: Render, box: Rect) -> bool:
    """Tell whether a copy lies below the lip, inside the face, clear of what must stay clear."""
    face, free = render.face_box, render.lower_face
    across = face[0] <= box[0] and box[2] <= face[2]
    down = max(face[1], free[1]) <= box[1] and box[3] <= min(face[3], free[3])
    return across and down and not any(overlap(box, clear) for clear in render.keep_clear)


def compose(part: NDArray[np.uint8], design: Design) -> NDArray[np.uint8]:
    """Lay one copy over the pixels below it (Porter and Duff's over, straight alpha).

    Args:
        part: (H, W, 3 or 4) uint8 sRGB, of the drawing's size.
        design: The copy.

    Returns:
        (H, W, 3 or 4) uint8 sRGB.
    """
    ground, ink = (np.asarray(colour, np.float32) for colour in inks(design.family, design.tone))
    drawing, rim = art(design), LOOKS[design.family].rim_opacity
    inked = np.maximum(drawing.text, rim * drawing.rim) * drawing.pill
    plain = OPACITY * drawing.pill * (1 - inked)
    below = part[..., :3].astype(np.float32)
    base = np.ones_like(plain) if part.shape[2] == 3 else part[..., 3].astype(np.float32) / 255
    rest = base * (1 - plain - inked)
    alpha = plain + inked + rest
    colour = ink * inked[..., None] + ground * plain[..., None] + below * rest[..., None]
    result = np.empty_like(part)
    safe = np.maximum(alpha, 1e-6)[..., None]
    result[..., :3] = np.clip(np.rint(colour / safe), 0, 255)
    if part.shape[2] == 4:
        result[..., 3] = np.clip(np.rint(255 * alpha), 0, 255)
    return result


def check_geometry(render: Render) -> None:
    """Refuse a render whose pixels or face geometry are missing or make no sense.

    Raises:
        ReleaseRefused: code `geometry_missing` or `picture_too_small`.
    """
    pixels = render.pixels
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] not in (3, 4):
        raise _geometry("The drawing is not an 8-bit picture with three or four channels.")
    height, width = pixels.shape[:2]
    if min(height, width) < SMALLEST:
        raise ReleaseRefused(
            "picture_too_small",
            f"The drawing is {width} x {height} pixels, too small to carry a readable label.",
            why=WHY,
            next_step=f"Draw it with at least {SMALLEST} pixels on its short side.",
        )
    if not render.keep_clear:
        raise _geometry("The drawing does not say where eyes, nose and mouth are.")
    for rect in (render.face_box, render.lower_face, *render.keep_clear):
        if not _is_inside(rect, width, height):
            raise _geometry("The drawing does not say where its face is.")


def overlap(one: Rect, other: Rect) -> bool:
    """Tell whether two rectangles share area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _in_tone(
    copies: tuple[Placement, ...], render: Render, tone: Tone | None
) -> tuple[Placement, ...]:
    """Give all copies one tone: that which stands out under the first, if none is named."""
    tone = tone or _tone_on(render.pixels, copies[0].rect)
    return tuple(replace(copy, design=replace(copy.design, tone=tone)) for copy in copies)


def _tone_on(pixels: NDArray[np.uint8], rect: Rect) -> Tone:
    """Return the tone that stands out: a light pill on a dark ground, else a dark one.

    Where alpha lets a page shine through, the page counts as white.
    """
    left, top, right, bottom = (int(value) for value in rect)
    luma = luma_of(pixels[top:bottom, left:right])
    return Tone.LIGHT if float(luma.mean()) < DARK_GROUND else Tone.DARK


def _in_disc(corner: Placement, chin: Placement, render: Render) -> Placement:
    """Return the place inside the disc for a copy whose corner is cut off with it.

    That is the bottom; under a chin that leaves no room, the top; and where the eyes lie too high
    for that, the corner: it is read there as well, until the disc is cut out once more.
    """
    side = corner.design.short_side
    height, width = art(corner.design).pill.shape
    radius, gap = side / 2 - margin(side) / 2, margin(side) // 2
    reach = math.sqrt(radius**2 - (width / 2) ** 2)  # of its lower corners, below the middle
    left, bottom = round((side - width) / 2), math.floor(side / 2 + reach)
    low = replace(corner, left=left, top=bottom - height)
    if low.top >= chin.rect[3] + gap:
        return low
    high = replace(corner, left=left, top=math.ceil(side / 2 - reach))
    if any(overlap(high.rect, clear) for clear in (*render.keep_clear, chin.rect)):
        return corner
    return high


def _on_chin(render: Render, design: Design) -> Placement:
    """The roomiest copy that fits."""
    face, free = render.face_box, render.lower_face
    upper, lower = max(face[1], free[1]), min(face[3], free[3])
    centre = (max(face[0], free[0]) + min(face[2], free[2])) / 2
    for fraction in CHIN_HEIGHTS:
        fitted = replace(design, height=int(fraction * design.short_side))
        height, width = art(fitted).pill.shape
        # As low as the chin allows: the mouth keeps the more room, and the label frames the face.
        top = max(math.ceil(upper), math.floor(lower) - height)
        placement = Placement(fitted, round(centre - width / 2), top)
        if fits_chin(render, placement.rect):
            return placement
    raise ReleaseRefused(
        "no_place_for_label",
        "There is no room for the label between the lower lip and the chin.",
        why="Every crop that keeps the face must keep a label, and none may cover the features.",
        next_step="Use another picture: closer, from the front, with the whole chin in view.",
    )


def _is_inside(rect: Rect, width: int, height: int) -> bool:
    left, top, right, bottom = rect
    return 0 <= left < right <= width and 0 <= top < bottom <= height


def _geometry(what: str) -> ReleaseRefused:
    return ReleaseRefused(
        "geometry_missing",
        what,
        why="The label may not cover the features, so it must know where they are.",
        next_step="Draw it again from a portrait with a measured face.",
    )
