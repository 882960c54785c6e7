"""The control image: a portrait's lines, white on black, as line-art ControlNets were taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import as_field, blurred, enlarged, ramp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.styles.fields import Mask
    from studio.styles.portrait import Portrait

FINE = 2  # drawn this much larger, then reduced: smooth lines
SUB = 4  # bits of a pixel to which a line is drawn (OpenCV's fixed point)
PEN = 0.0038  # of the side: width of a feature's line
STRAND = 0.003  # of the side: what counts as one strand of hair or fold of cloth
FAINT, CLEAR = 0.035, 0.11  # change of log lightness at which a strand begins and is full
SHORTEST = 0.028  # of the side: shorter lines in hair and cloth are texture, no lines
BROW = 170  # grey level of a brow: softer than a line
HAIRLINE = 0.8  # how bright strands and folds are beside features
MARGIN = 0.05  # of the side: outlines go on beyond the picture, so that its border gets none
ENDS = 0.016  # of the side: no line so close to where the photograph ends


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Black paper for white lines."""

    pixels: NDArray[np.uint8]
    scale: float  # from portrait pixels to its own

    def stroke(
        self, points: NDArray[np.floating], weight: float = 1.0, *, is_closed: bool = False
    ) -> None:
        """Draw a line through (N, 2) portrait pixels; `weight` 1 is a feature's."""
        width = max(1, round(PEN * weight * self.pixels.shape[0]))
        fixed = np.rint(points * self.scale * 2**SUB).astype(np.int32)
        tone = (round(255 * min(1.0, 0.55 + 0.45 * weight)),)
        cv2.polylines(self.pixels, [fixed], is_closed, tone, width, cv2.LINE_AA, SUB)

    def fill(self, points: NDArray[np.floating]) -> None:
        """Draw what is dark rather than edged, brows: (N, 2) portrait pixels."""
        fixed = np.rint(points * self.scale * 2**SUB).astype(np.int32)
        cv2.fillPoly(self.pixels, [fixed], (BROW,), cv2.LINE_AA, SUB)


def lines_of(portrait: Portrait, size: int) -> NDArray[np.uint8]:
    """Draw the lines that a portrait is known by.

    Features come from the landmarks, outlines from the regions; strands of hair and folds of cloth
    from the photograph, relative to their own tone: dark hair has as many as fair hair. Skin gets
    no lines of its own.

    Args:
        portrait: of any size.
        size: of the result.

    Returns:
        (size, size, 3) uint8, white lines on black.
    """
    side = FINE * size
    sheet = _Sheet(np.zeros((side, side), np.uint8), side / portrait.size)
    _draw_outlines(sheet, portrait)
    sheet.pixels[_ends(portrait, side)] = 0
    _draw_features(sheet, portrait.landmarks[:, :2])
    drawn = cv2.resize(sheet.pixels, (size, size), interpolation=cv2.INTER_AREA)
    strands = np.rint(255 * HAIRLINE * _strands(portrait, size))
    strands[_ends(portrait, size)] = 0
    return np.dstack([np.maximum(drawn, strands.astype(np.uint8))] * 3)


def _draw_features(sheet: _Sheet, points: NDArray[np.float32]) -> None:
    for eye in mesh.EYES:
        sheet.stroke(_smooth(points, eye.upper), 1.3)
        sheet.stroke(_smooth(points, eye.lower), 0.7)
        sheet.stroke(_smooth(points, eye.crease), 0.5)
        sheet.fill(np.vstack([points[list(eye.brow_top)], points[list(eye.brow_bottom[::-1])]]))
        _draw_iris(sheet, points, eye)
    sheet.stroke(_smooth(points, mesh.NOSE[2:-1]), 0.4)
    sheet.stroke(_smooth(points, mesh.NOSE_BASE), 1.0)
    for row in (mesh.LIPS_UPPER_OUT, mesh.LIPS_LOWER_OUT):
        sheet.stroke(_smooth(points, row), 0.8)
    for row in (mesh.LIPS_UPPER_IN, mesh.LIPS_LOWER_IN):
        sheet.stroke(_smooth(points, row), 1.0)
    sheet.stroke(_smooth(points, mesh.JAW), 1.0)


def _draw_iris(sheet: _Sheet, points: NDArray[np.float32], eye: mesh.EyeMesh) -> None:
    """Draw what the lids leave open of the iris."""
    middle, ring = points[eye.iris], points[list(eye.iris_ring)]
    radius = float(np.linalg.norm(ring - middle, axis=1).mean())
    turn = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    circle = middle + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    opening = points[[*eye.upper, *eye.lower[::-1]]].astype(np.float32)
    seen = [
        cv2.pointPolygonTest(opening, (float(x), float(y)), measureDist=False) >= 0
        for x, y in circle
    ]
    for k, (one, other) in enumerate(zip(seen, [*seen[1:], seen[0]], strict=True)):
        if one and other:
            sheet.stroke(circle[[k, (k + 1) % len(circle)]], 0.8)


def _draw_outlines(sheet: _Sheet, portrait: Portrait) -> None:
    """Draw where hair, skin, clothes and glasses end."""
    regions = portrait.regions
    unit = portrait.size / regions.skin.shape[0]
    for mask, weight in (
        (regions.person, 1.2),
        (regions.hair, 1.0),
        (regions.clothes, 1.0),
        (regions.frames, 0.8),
    ):
        for outline in _contours(mask):
            sheet.stroke(outline * unit, weight, is_closed=True)


def _contours(mask: Mask) -> Sequence[NDArray[np.float32]]:
    """Return the outlines of a soft mask, (N, 2) of its own pixels, without crumbs."""
    large = 4
    side = mask.shape[0] * large
    margin = round(MARGIN * side)
    grown = cv2.copyMakeBorder(enlarged(mask, side), *(margin,) * 4, cv2.BORDER_REPLICATE)
    shape = cv2.GaussianBlur(as_field(grown), (0, 0), large) > 0.5
    found, _ = cv2.findContours(shape.astype(np.uint8), cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [
        as_field((each[:, 0] - margin) / large)
        for each in found
        if cv2.arcLength(each, closed=True) >= MARGIN * side
    ]


def _ends(portrait: Portrait, side: int) -> NDArray[np.bool_]:
    """Return where the photograph ends, and a little around it: that is no outline of anything."""
    covered = cv2.resize(
        portrait.covered.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST
    )
    reach = cv2.distanceTransform(covered, cv2.DIST_L2, 5)
    return np.asarray(reach < ENDS * side) & bool((covered == 0).any())


def _strands(portrait: Portrait, size: int) -> Mask:
    """Return how clearly a dark line runs in hair or cloth, (size, size) in [0, 1]."""
    image = cv2.resize(portrait.image, (size, size), interpolation=cv2.INTER_AREA)
    tone = as_field(np.log(as_field(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)) + 12))
    sigma = STRAND * size
    line = blurred(tone, 2.2 * sigma) - blurred(tone, 0.7 * sigma)
    regions = portrait.regions
    inside = as_field(np.clip(regions.hair + regions.clothes + regions.beard.mask, 0, 1))
    drawn = as_field(ramp(line, FAINT, CLEAR) * enlarged(inside, size).clip(0, 1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats((drawn > 0.3).astype(np.uint8))
    spans = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    long = spans >= SHORTEST * size
    long[0] = False
    return as_field(drawn * long[labels]) if count > 1 else as_field(np.zeros_like(drawn))


def _smooth(points: NDArray[np.float32], row: Sequence[int]) -> NDArray[np.float64]:
    """Return a curve through a row of landmarks (Catmull and Rom, 1974), (N, 2)."""
    through = points[list(row)].astype(np.float64)
    padded = np.vstack([2 * through[0] - through[1], through, 2 * through[-1] - through[-2]])
    t = np.linspace(0, 1, 6, endpoint=False)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * t
            + (2 * a - 5 * b + 4 * c - d) * t**2
            + (3 * b - a - 3 * c + d) * t**3
        )
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack([*pieces, through[-1:]])
