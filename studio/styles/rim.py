"""The rim of the cut-out: hair told from the wall behind it, and the wall's colour taken out.

Between loose strands a segmentation's alpha includes the wall. There, each pixel is taken as a mix
of the hair's colour and the wall's, both known nearby, and its alpha is its place between them.
The colours of the rim are then those of the person alone, by blurred estimates of both sides
(Forte, "Approximate fast foreground colour estimation", ICIP 2021). Closed-form matting (Levin et
al. 2008) was farther from the rendered subjects' true masks, and took 0.7 s at 512 pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, linear, ramp, reduced
from studio.styles.regions import Regions

SIDE = 512  # pixels, at most: colours nearby change slowly, only alphas are as fine as the picture
DEPTH = 0.05  # of the side: how deep behind the outline loose strands let the wall through
NEAR = 0.02  # of the side: how far colours of hair and wall are carried
CONTRAST = (30.0, 75.0)  # distance of hair from wall in sRGB: from too little to enough
SURE_WALL = 0.03  # alpha below which there is nothing but the wall
PLACES = (0.05, 0.65)  # place between wall and hair: up to where all wall, from where all hair
HANGING = (-0.15, 0.05)  # face widths below the eyes: hair that hangs may let the wall through
GAP = 0.012  # of the side: how wide a patch of wall deep in the hair must be
WALL_LIKE, WALL_SMOOTH = 22.0, 7.0  # sRGB: how far from wall nearby, and from its own mean
SURE_HAIR = 0.6  # share of hair in the parsed mask
SURE_PERSON = 0.99  # alpha
HALF, OUTLINE = 0.5, 0.3  # alpha
LITTLE = np.float32(1e-4)  # share of a window below which what it holds tells nothing
WIDE, NARROW = 0.05, 0.005  # of the side: the two blurs of the colours' estimate
CARRIED = 0.05  # of the side: how far the person's colours go on outside, for filters to find


def refine_hair(image: NDArray[np.uint8], alpha: Mask, regions: Regions) -> Mask:
    """Let the wall show between strands of hair.

    Args:
        image: (N, N, 3) uint8 sRGB.
        alpha: (N, N) float32 of the person in [0, 1].
        regions: What the portrait shows, as parsed with that alpha.

    Returns:
        (N, N) float32 in [0, 1]; where hair and wall look alike it is the given one.
    """
    size, side = image.shape[0], min(image.shape[0] // 2, SIDE)
    small, coarse = reduced(image, side), reduced(alpha, side)
    strands = linear(regions.hair, side)
    hanging = linear(ramp(regions.features.down, *HANGING), side)
    inside = as_field(cv2.distanceTransform((coarse > OUTLINE).astype(np.uint8), cv2.DIST_L2, 5))
    depth = as_field(inside / (DEPTH * side))
    own = ramp(strands, SURE_HAIR, 1) * ramp(depth, 0.5, 1.2)
    wall = as_field(coarse < SURE_WALL)
    if not own.any() or not wall.any():
        return alpha
    back = _carried(small, wall, NEAR * side)
    own *= ramp(np.abs(small - back).max(axis=2), WALL_LIKE, 2 * WALL_LIKE) + np.float32(1e-3)
    fore = _carried(small, own, NEAR * side)
    apart = fore - back
    squares = np.square(apart).sum(axis=2)
    scale = as_field(apart / (squares[..., None] + 1))
    offset = as_field((back * scale).sum(axis=2))
    strength = ramp(np.sqrt(squares), *CONTRAST)
    strength *= ramp(blurred(strands, NEAR * side), 0.1, 0.4)
    strength *= np.maximum(
        ramp(-depth, -0.5, -0.2),
        hanging * ramp(-depth, -3.0, -2.0) * _gaps(small, back),
    )
    place = -linear(offset, size)
    for k in range(3):
        place += image[..., k] * linear(scale[..., k], size)
    told = np.minimum(ramp(place, *PLACES), ramp(alpha, 0.02, 0.25))
    return as_field(np.clip(alpha + linear(strength, size) * (told - alpha), 0, 1))


def _gaps(image: NDArray[np.float32], back: NDArray[np.float32]) -> Mask:
    """Where the wall shows in patches: lights on hair are as bright as it is, but rough."""
    size = max(3, int(GAP * image.shape[0]) | 1)
    patch = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    wall = np.abs(image - back).max(axis=2) < WALL_LIKE
    smooth = np.abs(image - cv2.blur(image, (5, 5))).max(axis=2) < WALL_SMOOTH
    wide = cv2.morphologyEx((wall & smooth).astype(np.uint8), cv2.MORPH_OPEN, patch)
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3 * size, 3 * size))
    return blurred(as_field(cv2.dilate(wide, around)), 0.25 * size)


def without_wall(image: NDArray[np.uint8], alpha: Mask) -> NDArray[np.uint8]:
    """Take the wall's colour out of the rim, and carry the person's own a little outside.

    Args:
        image: (N, N, 3) uint8 sRGB.
        alpha: (N, N) float32 in [0, 1].

    Returns:
        (N, N, 3) uint8: unchanged inside the person and far outside.
    """
    size, side = image.shape[0], min(image.shape[0] // 2, SIDE)
    if not (alpha > SURE_PERSON).any():
        return image
    small, share = reduced(image, side), reduced(alpha, side)
    fore, back = _averaged(small, small, share, WIDE * side)
    fore = _explained(small, fore, back, share[..., None])
    fore, back = _averaged(fore, back, share, NARROW * side)
    outside = (share < HALF).astype(np.uint8)
    far = as_field(as_field(cv2.distanceTransform(outside, cv2.DIST_L2, 5)) / (CARRIED * side))
    near = linear(ramp(-far, -2, -1), size)
    band = (near > 0) & (alpha < 1)
    near, share = near[band], alpha[band]
    cleaned = image.copy()
    for k in range(3):  # one after the other: a poster's planes are 64 MB each
        plane = as_field(image[..., k][band])
        own, other = (linear(part[..., k], size)[band] for part in (fore, back))
        told = _explained(plane, own, other, share)
        cleaned[..., k][band] = np.round(plane + near * (told - plane))
    return cleaned


def _explained(
    image: NDArray[np.float32],
    fore: NDArray[np.float32],
    back: NDArray[np.float32],
    alpha: Mask,
) -> NDArray[np.float32]:
    """The person's colours nearby, and what of each pixel's own they leave unexplained.

    A rim's alpha is a guess: what is left over is the wall's as likely as the person's.
    """
    left = image - alpha * fore - (1 - alpha) * back
    return as_field(np.clip(fore + _sure(alpha) * left, 0, 255))


def _carried(image: NDArray[np.float32], weight: Mask, sigma: float) -> NDArray[np.float32]:
    """Colours of the weighted pixels, carried into their surroundings, the nearest first."""
    mean = np.einsum("yxk,yx->k", image, weight) / weight.sum()
    total = np.full_like(weight, LITTLE)
    colours = np.empty_like(image)
    colours[:] = LITTLE * mean
    for reach, trust in ((sigma, np.float32(1)), (4 * sigma, np.float32(0.01))):
        total += trust * np.maximum(blurred(weight, reach), 0)
        for k in range(3):
            plane = blurred(as_field(image[..., k] * weight), reach)
            colours[..., k] += trust * np.maximum(plane, 0)
    return as_field(colours / total[..., None])


def _averaged(
    fore: NDArray[np.float32],
    back: NDArray[np.float32],
    alpha: Mask,
    radius: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean colours of person and wall nearby; where neither is near, those given."""
    window = (max(3, int(2 * radius) | 1),) * 2
    means = []
    for colours, weight in ((fore, _sure(alpha)), (back, _sure(1 - alpha))):
        total = cv2.blur(as_field(weight), window)[..., None]
        mean = cv2.blur(colours * weight[..., None], window)
        means.append(as_field((mean + LITTLE * colours) / (total + LITTLE)))
    return means[0], means[1]


def _sure(share: Mask) -> Mask:
    """How much a share of a pixel tells about what it is a share of: mixed ones tell little."""
    square = share * share
    return as_field(square * square)
