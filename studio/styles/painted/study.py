"""The study that precedes a drawing: shapes, tones and light of one portrait."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.alignment import FACE_WIDTH
from studio.styles.fields import (
    Mask,
    as_field,
    blurred,
    enlarged,
    eroded,
    ramp,
    reduced,
    without_islands,
)
from studio.styles.painted.canvas import polygons, spline
from studio.styles.painted.colour import Lab, middle
from studio.styles.portrait import Portrait
from studio.styles.regions import Regions

BUST_MARGIN = 0.012  # share of the side kept off the photograph's end
BUST_CURVE = 0.30  # share of the side that a closed bust's lower edge rises towards its ends
SPECK = 0.0012  # of the picture: a smaller hole or patch of the figure is closed or dropped
INK_DEPTH = 0.8  # of the person's deepest shadow


@dataclass(frozen=True, slots=True)
class Study:
    """Everything the painters share. Fields are half the picture's size: shapes are smooth."""

    size: int  # side of the picture, pixels
    unit: float  # 1 px of a 1024 px picture whose face has the usual size
    points: NDArray[np.float32]  # (478, 2) picture pixels
    depth: NDArray[np.float32]  # (478,) picture pixels, < 0 nearer
    lab: Lab  # (F, F, 3) the portrait
    person: Mask  # (F, F) fields: the shape is where they exceed 0.5
    skin: Mask
    hair: Mask
    clothes: Mask
    face: Mask  # (F, F) 1 inside the face's outline
    bare: Mask  # (F, F) 1 on skin that no feature, hair or beard covers
    frames: Mask  # (F, F) 1 on the rims of glasses and close to them
    skin_tone: Lab  # (3,) mean of the bare face
    hair_tone: Lab  # (3,) of the hair, or of the skin where there is none
    clothes_tone: Lab
    darkest: NDArray[np.float32]  # (3,) sRGB of the person's own deepest shadow
    regions: Regions

    @property
    def field(self) -> int:
        """Side of the fields, pixels."""
        return int(self.person.shape[0])

    @property
    def scale(self) -> float:
        """Field pixels per unit."""
        return self.unit * self.field / self.size

    def blur(self, values: Mask, sigma: float) -> Mask:
        """Blur a field by `sigma` units."""
        return blurred(values, sigma * self.scale)

    def blur_within(self, values: Mask, mask: Mask, sigma: float) -> Mask:
        """Blur a field by `sigma` units as if nothing lay outside of `mask`."""
        weight = self.blur(mask, sigma) + np.float32(1e-4)
        return self.blur(values * mask, sigma) / weight


def make_study(portrait: Portrait) -> Study:
    """Measure a portrait for drawing."""
    regions = portrait.regions
    size, side = portrait.size, portrait.size // 2
    image = reduced(portrait.image, side)
    lab = as_field(cv2.cvtColor(image / 255, cv2.COLOR_RGB2Lab))
    unit = portrait.face_width / (FACE_WIDTH * 1024)
    scale = unit * side / size
    half = as_field(portrait.landmarks[:, :2] * (side / size))
    person, skin, hair, clothes = _shapes(portrait, regions, image.astype(np.uint8), scale)
    face = polygons(side, [spline(half[list(mesh.OVAL)], 4, closed=True)])
    bare = face * (skin > 0.8) * (1 - _features(half, side, scale))
    bare = as_field(bare * (1 - enlarged(regions.beard.mask, side)))
    frames = _frames(regions, side, scale)
    bare *= 1 - frames
    core = eroded(bare > 0.5, 2)
    skin_tone = middle(lab, as_field(core) if core.sum() > 50 else face)
    return Study(
        size=size,
        unit=unit,
        points=portrait.landmarks[:, :2],
        depth=portrait.landmarks[:, 2],
        lab=lab,
        person=person,
        skin=skin,
        hair=hair,
        clothes=clothes,
        face=face,
        bare=bare,
        frames=frames,
        skin_tone=skin_tone,
        hair_tone=_tone_of(lab, hair * person, skin_tone),
        clothes_tone=_tone_of(lab, clothes * person, skin_tone),
        darkest=_darkest(image, person),
        regions=regions,
    )


def _shapes(
    portrait: Portrait, regions: Regions, image: NDArray[np.uint8], scale: float
) -> tuple[Mask, Mask, Mask, Mask]:
    """The person's outline, and the shares of skin, hair and clothes within it."""
    side = image.shape[0]
    parts = (regions.skin, regions.hair, regions.clothes)
    grown = [_grown(part, image, scale) for part in parts]
    total = sum(grown) + np.float32(1e-3)
    kept = enlarged(as_field(sum(parts)), side)
    alpha = reduced(portrait.person, side) * ramp(kept, 0, 0.62) * _closed(portrait.covered, side)
    skin, hair, clothes = (blurred(ramp(part / total, 0, 1), 4 * scale) for part in grown)
    # Hair keeps its tufts; shoulders and necks are drawn with a calmer line.
    fine, calm = (blurred(as_field(alpha), sigma * scale) for sigma in (5, 11))
    person = as_field(calm + ramp(hair, 0.1, 0.6) * (fine - calm))
    person = without_islands(person, 0.5, SPECK * side**2)
    return person, skin, hair, clothes


def _closed(covered: NDArray[np.bool_], side: int) -> Mask:
    """Where the bust may be drawn: it ends in a curve before the photograph does."""
    if covered.all():
        return np.ones((side, side), np.float32)
    known = np.asarray(reduced(as_field(covered), side) > 0.99)
    known[[0, -1]] |= known[[1, -2]]  # the portrait's own border is no end of the photograph
    far = cv2.distanceTransform(known.astype(np.uint8), cv2.DIST_L2, 5)
    depth = as_field(as_field(far) / side)
    field = ramp(blurred(depth, 0.02 * side), 0.5 * BUST_MARGIN, 1.5 * BUST_MARGIN)
    middle = known[:, side // 4 : -side // 4]
    last = side - int(np.argmax(middle[::-1].all(axis=1)))
    if last >= side - 1:
        return field
    across = np.linspace(-1, 1, side)[None, :]
    floor = last / side - BUST_MARGIN - BUST_CURVE * (0.25 * across**2 + across**6)
    rows = np.linspace(0, 1, side)[:, None]
    return as_field(np.minimum(field, ramp((floor - rows) * 40 + 0.5, 0, 1)))


def _darkest(image: NDArray[np.float32], person: Mask) -> NDArray[np.float32]:
    """The person's own deepest shadow, (3,) sRGB: ink goes no darker."""
    pixels = image[person > 0.9]
    if len(pixels) == 0:
        return np.full(3, 10, np.float32)
    sums = pixels.sum(axis=1)
    return as_field(INK_DEPTH * pixels[sums <= np.quantile(sums, 0.01)].mean(axis=0))


def _tone_of(lab: Lab, share: Mask, otherwise: Lab) -> Lab:
    solid = (share > 0.7).astype(np.float32)
    return middle(lab, solid) if solid.sum() > 100 else otherwise


def _grown(mask: Mask, image: NDArray[np.uint8], scale: float) -> Mask:
    """Bring a parsed mask to the fields' size, pulled onto the picture's own edges."""
    large = enlarged(mask, image.shape[0])
    radius = max(2, round(16 * scale))
    return ramp(cv2.ximgproc.guidedFilter(image, large, radius, 30.0), 0, 1)


def _frames(regions: Regions, side: int, scale: float) -> Mask:
    """The rims of glasses, with some room around."""
    sheet = np.zeros((side, side), np.float32)
    if regions.glasses is None:
        return sheet
    pen = max(2, round(regions.glasses.thickness * side + 6 * scale))
    loops = [np.round(lens * side).astype(np.int32) for lens in regions.glasses.lenses]
    cv2.polylines(sheet, loops, isClosed=True, color=(1.0,), thickness=pen)
    return sheet


def _features(points: NDArray[np.float32], side: int, scale: float) -> Mask:
    """Eyes, brows, lips and nostrils, with some room around."""
    shapes = [points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]]
    for eye in mesh.EYES:
        shapes.append(points[[*eye.upper, *eye.lower[::-1]]])
        shapes.append(points[[*eye.brow_top, *eye.brow_bottom[::-1]]])
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (max(3, int(12 * scale) | 1),) * 2)
    mask = as_field(cv2.dilate(polygons(side, shapes), kernel))
    for index in (98, 97, 326, 327):
        centre = (int(points[index, 0]), int(points[index, 1]))
        cv2.circle(mask, centre, max(2, int(9 * scale)), (1.0,), -1)
    return mask
