"""Where the figure is in an imagined picture: close to where it was in the photo, not just there.

The model redraws hair and shoulders by a few per cent of the side. The photo's own alpha says what
is the figure for certain and what is not; between the two the picture's own colours decide
(GrabCut: Rother, Kolmogorov and Blake 2004). On painted portraits that were moved by up to 5 %
before other backgrounds the alpha's mean error was 2.7 %, the photo's own left 5.2 %, and the
segmentation that is made for photographs 3.8 %.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from studio.styles.alignment import refine_matte
from studio.styles.fields import as_field, enlarged, reduced

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.styles.fields import Mask

WORK = 256  # pixels: the band is a few dozen of them wide
INSIDE, OUTSIDE = 12, 14  # pixels of the working size from the photo's outline to what is certain
ROUNDS = 3
SEED = 1  # of GrabCut's first guess at the colours
LIKE = 0.7  # intersection over union with the photo's alpha, below which that is kept


def figure_alpha(image: NDArray[np.uint8], carried: Mask) -> Mask:
    """Return the alpha of the figure in a picture that was imagined from a photo.

    Args:
        image: (S, S, 3) uint8 sRGB.
        carried: (S, S) alpha in [0, 1] of the person in the photo.

    Returns:
        (S, S) float32 in [0, 1]; `carried` where the picture does not show the figure there.
    """
    before = reduced(carried, WORK)
    known = _known(before)
    if len(np.unique(known)) < len((cv2.GC_BGD, cv2.GC_FGD, cv2.GC_PR_BGD, cv2.GC_PR_FGD)):
        return carried  # the person fills the picture, or is not in it
    small = cv2.resize(image, (WORK, WORK), interpolation=cv2.INTER_AREA)
    cv2.setRNGSeed(SEED)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, known, (0, 0, 1, 1), *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    shape = np.isin(known, (cv2.GC_FGD, cv2.GC_PR_FGD))
    both, either = shape & (before > 0.5), shape | (before > 0.5)
    if both.sum() < LIKE * either.sum():
        return carried
    coarse = as_field(cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 1.0))
    return refine_matte(image, enlarged(coarse, image.shape[0]).clip(0, 1))


def _known(alpha: Mask) -> NDArray[np.uint8]:
    """Return what is certain, (WORK, WORK) in GrabCut's numbers."""
    figure = (alpha > 0.5).astype(np.uint8)
    inside = cv2.erode(figure, _disc(INSIDE), borderType=cv2.BORDER_REPLICATE) > 0
    outside = cv2.dilate((alpha > 0.1).astype(np.uint8), _disc(OUTSIDE)) == 0
    likely = np.where(figure > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    known = np.where(inside, cv2.GC_FGD, np.where(outside, cv2.GC_BGD, likely))
    return np.asarray(known, np.uint8)


def _disc(radius: int) -> NDArray[np.uint8]:
    side = 2 * radius + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
