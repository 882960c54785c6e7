"""Hair of the head: how long, in what shape, how its strands run, and its colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.styles import mesh
from studio.styles.alignment import Aligned
from studio.styles.attributes.colours import Lab, apart
from studio.styles.attributes.extent import Extent, measure_extent
from studio.styles.attributes.strands import Strands, measure_strands
from studio.styles.attributes.types import NEUTRAL, Fringe, HairLength, HairShape, HairTexture
from studio.styles.fields import filled
from studio.styles.parsing.features import WORK, Features
from studio.styles.regions import Regions

# The mesh's upper edge over each brow, from the outer end to the nose, as `brow_top` runs.
FOREHEAD_EDGES = ((54, 103, 67, 109, 10), (284, 332, 297, 338, 10))
# Lengths are shares of the face's width, areas of its square; below = from the eyes downwards.
SCALP_FROM = -0.2  # below: hair of the head that nothing shades lies above
LEAST = 0.05  # area of hair under which there is none
GLEAMING = (28.0, 45.0)  # usual lightness of dark hair and of light hair
LIT = ((0.3, 0.5), (0.7, 0.9))  # quantiles, from and to, among which either shows its colour
LIKE_SKIN = 9.5  # CIELAB distance from the skin within which "hair" is scalp
HEMMED = 0.3  # across: a head with hair beside the temples is not bald but shaven
SHADOW = 11.0  # the same within which it is a shadow of hair
THIN_SHADOW = 26.0  # the same for hair that lies as close as CLOSE says
DARK = 45.0  # lightness: grey hair is lighter than any shadow of hair
HUED = 12.0  # distance in a and b: and has nothing left of the skin's hue
CLOSE = (0.45, 0.585, 0.28)  # height above the face, width beside it, area: of shaven hair
LOOSE = 0.06  # area beside an ear from which hair falls over it
SOME_LOOSE = 0.035  # the same for hair that ends below the lobes
FALLS = 0.12  # area at the neck, both sides, of hair that falls on the shoulders
TAIL = 0.0195  # area at the neck, one side, of a tail behind the neck
LOBE = -0.27  # below the chin: where short hair ends at the latest
BOB = -0.12  # below the chin, on both sides
TRIMMED = 0.02  # area beside an ear of hair that falls without covering it
SHOULDERS = 0.2  # below the chin
WIDE = 0.64  # across: hair that stands off at the sides
TALL = 0.60  # height above the face
CURLS = (0.395, 0.47, 0.58)  # coherence of the strands up to which: coily, curly, wavy
CROPPED = 0.52  # order of the locks from which what looks curly is a crop's glitter
FOREHEAD = (0.35, 1.0)  # from the brows to the mesh's edge: where hair is a fringe
FORELOCK = (0.3, 0.5)  # share of a side of the forehead that is covered: a side, all of it


@dataclass(frozen=True, slots=True)
class Hair:
    """Hair of the head as measured; `colour` is None where nothing but skin shows."""

    length: HairLength
    shape: HairShape
    texture: HairTexture
    fringe: Fringe
    colour: Lab | None  # (3,) as photographed


def measure_hair(portrait: Aligned, regions: Regions, skin: Lab) -> Hair:
    """Measure the hair of the head.

    Args:
        portrait: head and shoulders, upright.
        regions: of that portrait.
        skin: (3,) CIELAB of the cheeks as photographed.
    """
    f = regions.features
    top = (regions.hair > 0.8) & (f.down < SCALP_FROM)
    extent = measure_extent(regions, top, skin)
    if extent.area < LEAST or top.sum() < LEAST * f.face_width**2 / 2:
        return Hair(HairLength.BALD, NEUTRAL.hair_shape, NEUTRAL.hair_texture, Fringe.NONE, None)
    seen = f.lab[top]
    colour = np.asarray(np.median(seen, axis=0), np.float32)
    bare = _bare(extent, colour, _forehead(regions, skin))
    if bare is not None:
        return Hair(bare, NEUTRAL.hair_shape, NEUTRAL.hair_texture, Fringe.NONE, None)
    length, tied = _length(extent)
    return Hair(
        length=length,
        shape=HairShape.TIED if tied else _shape(extent),
        texture=_texture(measure_strands(portrait, regions), extent),
        fringe=_fringe(f, colour, skin),
        colour=hair_tone(seen),
    )


def _bare(extent: Extent, colour: Lab, skin: Lab) -> HairLength | None:
    """Tell a bald or a shaven head by how little its "hair" differs from the forehead's skin."""
    unlike = apart(colour, skin)
    if unlike < LIKE_SKIN and extent.width < HEMMED:
        return HairLength.BALD
    sizes = (extent.height, extent.width, extent.area)
    close = all(size < most for size, most in zip(sizes, CLOSE, strict=True))
    skin_shows = colour[0] < DARK or apart(colour[1:], skin[1:]) < HUED
    if unlike < SHADOW or (close and unlike < THIN_SHADOW and skin_shows):
        return HairLength.SHAVED
    return None


def _forehead(regions: Regions, skin: Lab) -> Lab:
    """The forehead's colour, which is lit as the scalp is; the cheeks' where hair covers it."""
    f = regions.features
    bare = (f.inside > 0.05) & (f.down < SCALP_FROM) & (np.abs(f.across) < 0.2)
    bare &= (regions.hair < 0.2) & (regions.brows < 0.2)
    if bare.sum() < 0.02 * f.face_width**2:
        return skin
    return np.asarray(np.median(f.lab[bare], axis=0), np.float32)


def hair_tone(seen: Lab) -> Lab:
    """Return the one colour, (3,), that hair is drawn with.

    Light hair shows its colour where it is lit; on dark hair the lightest parts are gleam, which
    has the colour of the light.

    Args:
        seen: (N, 3) CIELAB of hair, N >= 1.
    """
    usual = float(np.median(seen[:, 0]))
    bounds = [np.interp(usual, GLEAMING, share) for share in (LIT[0], LIT[1])]
    low, high = np.quantile(seen[:, 0], bounds)
    kept = seen[(seen[:, 0] >= low) & (seen[:, 0] <= high)]
    return np.asarray(np.median(kept, axis=0), np.float32)


def _length(extent: Extent) -> tuple[HairLength, bool]:
    """How long hair is, and whether it is tied behind the head."""
    covered = max(extent.ears) >= LOOSE
    if max(sum(extent.low), sum(extent.rooted)) >= FALLS and covered:
        return HairLength.LONG, False
    if max(extent.low) >= TAIL and not covered:
        long = max(extent.reach) >= SHOULDERS
        return (HairLength.LONG if long else HairLength.MEDIUM), True
    if min(extent.reach) >= BOB and max(extent.ears) >= TRIMMED:
        return HairLength.MEDIUM, False
    if any(
        lowest >= LOBE and ear >= SOME_LOOSE
        for lowest, ear in zip(extent.reach, extent.ears, strict=True)
    ):
        return HairLength.MEDIUM, False
    return HairLength.SHORT, False


def _shape(extent: Extent) -> HairShape:
    if extent.width >= WIDE:
        return HairShape.FULL
    return HairShape.TALL if extent.height >= TALL else HairShape.FLAT


def _texture(strands: Strands | None, extent: Extent) -> HairTexture:
    if strands is None:
        # Blurred beyond single strands; but what stands off all round is no straight hair.
        stands = extent.width >= WIDE and max(extent.ears) < LOOSE
        return HairTexture.CURLY if stands else NEUTRAL.hair_texture
    if strands.coherence < CURLS[1] and strands.order >= CROPPED:
        return HairTexture.STRAIGHT if _shape(extent) is HairShape.FLAT else HairTexture.WAVY
    kinds = (HairTexture.COILY, HairTexture.CURLY, HairTexture.WAVY)
    for kind, most in zip(kinds, CURLS, strict=True):
        if strands.coherence < most:
            return kind
    return HairTexture.STRAIGHT


def _fringe(f: Features, colour: Lab, skin: Lab) -> Fringe:
    """How much of the forehead, from the brows most of the way to the mesh's edge, hair covers."""
    hairy = np.linalg.norm(f.lab - colour, axis=2) < np.linalg.norm(f.lab - skin, axis=2)
    shares = []
    for eye, edge in zip(mesh.EYES, FOREHEAD_EDGES, strict=True):
        brow, top = f.points[list(eye.brow_top)], f.points[list(edge)]
        low, high = ((1 - part) * brow + part * top for part in FOREHEAD)
        zone = filled(WORK, np.vstack([low, high[::-1]]))
        shares.append(float(hairy[zone].mean()) if zone.any() else 0.0)
    if min(shares) >= FORELOCK[1]:
        return Fringe.FULL
    return Fringe.SIDE if max(shares) >= FORELOCK[0] else Fringe.NONE
