"""The sitter as a painter from life sees them: colours without the old wall, and what matters."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, enlarged, ramp, reduced
from studio.styles.painted.canvas import polygons, spline
from studio.styles.painted.colour import middle, to_lab, to_rgb
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait

WORK = 512  # pixels: colours are filtered at this size, whatever the picture's
SURE = 0.92  # alpha from which a pixel shows the person alone
CLEAR = (0.22, 0.82)  # alpha drawn as nothing, and as solid: haze between strands is dropped
SKIN_SIDE = 256  # pixels that are enough to compare mean colours
MOST_GAIN = 1.5  # by which a channel may be corrected
CORRECTIONS = 3


@dataclass(frozen=True, slots=True)
class Sitter:
    """What painters from life share; fields are of the working side."""

    study: Study
    rgb: NDArray[np.float32]  # (W, W, 3) 0 to 255; beyond the person their own colours go on
    alpha: Mask  # (S, S) of the person at the picture's size, closed where the photograph ends
    skin: Mask  # (W, W)
    hair: Mask
    clothes: Mask
    features: Mask  # (W, W) 1 on eyes, brows, nostrils, mouth and the rims of glasses
    eyes: Mask  # (W, W) 1 on the eyes alone
    unit: float  # working pixels per unit of the study

    @property
    def side(self) -> int:
        """Working side, pixels."""
        return int(self.rgb.shape[0])

    @property
    def size(self) -> int:
        """Side of the picture, pixels."""
        return self.study.size

    @property
    def light(self) -> Mask:
        """(W, W) lightness, 0 to 100."""
        return as_field(cv2.cvtColor(self.rgb / 255, cv2.COLOR_RGB2Lab)[..., 0])


def seat(portrait: Portrait) -> Sitter:
    """Measure a portrait for painting from life."""
    study = make_study(portrait)
    side = min(WORK, portrait.size)
    unit = study.unit * side / study.size
    image = reduced(portrait.image, side)
    alpha = _alpha(portrait, study)
    inner = np.maximum(reduced(portrait.person, side), reduced(alpha, side) * _core(study, side))
    skin, hair, clothes = (sized(part, side) for part in (study.skin, study.hair, study.clothes))
    points = study.points * (side / study.size)
    eyes, features = _features(points, unit, side)
    features = as_field(np.maximum(features, blurred(sized(study.frames, side), 2 * unit)))
    return Sitter(
        study=study,
        rgb=_carried_on(image, inner),
        alpha=alpha,
        skin=skin,
        hair=hair,
        clothes=clothes,
        features=features,
        eyes=eyes,
        unit=unit,
    )


def sized(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Bring a field to another side, without aliasing when it shrinks."""
    if values.shape[0] > side:
        return reduced(values, side)
    return enlarged(values, side)


def contour(sitter: Sitter, width: float) -> Mask:
    """Return a soft line of `width` units just inside the outline, but for hair: (W, W) to 1.

    It is heavier on the right and below, away from a draughtsman's usual light.
    """
    inside = sized(sitter.alpha, sitter.side)
    soft = blurred(inside, width * sitter.unit)
    across, down = (cv2.Sobel(soft, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1)))
    steep = cv2.magnitude(across, down) + np.float32(1e-4)
    away = 0.75 - 0.25 * (across + down) / (np.float32(1.414) * steep)
    line = ramp(4 * soft * (1 - soft) * inside, 0.15, 0.9) * away
    return as_field(line * (1 - 0.8 * sitter.hair) * ramp(steep * width * sitter.unit, 0.02, 0.2))


def keep_skin(sitter: Sitter, painted: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a painting whose skin has the sitter's own mean colour: nobody is lightened.

    Args:
        sitter: Their own colours.
        painted: (S, S, 3) float32 sRGB, 0 to 255.
    """
    step = max(1, painted.shape[0] // SKIN_SIDE)
    # Single pixels, not their means: strokes count as they are seen.
    drawn = painted[step // 2 :: step, step // 2 :: step]
    side = drawn.shape[0]
    bare = sized(sitter.study.bare, side)
    if float(bare.sum()) < 50:
        return painted
    own = to_rgb(middle(to_lab(sized(sitter.rgb, side)), bare))
    where = blurred(sitter.skin * (1 - sitter.eyes), 3 * sitter.unit)
    there = sized(where, side)[..., None]
    gain = np.ones(3, np.float32)
    for _ in range(CORRECTIONS):
        kept = np.clip(drawn * (1 + there * (gain - 1)), 0, 255)
        now = to_rgb(middle(to_lab(kept), bare))
        gain = as_field(np.clip(gain * own / np.maximum(now, 1), 1 / MOST_GAIN, MOST_GAIN))
    factor = 1 + sized(where, painted.shape[0])[..., None] * (gain - 1)
    return as_field(np.clip(painted * factor, 0, 255))


def _alpha(portrait: Portrait, study: Study) -> Mask:
    """The photograph's own alpha, strands and all, within the study's closed shape."""
    near = enlarged(ramp(study.blur(study.person, 6), 0.12, 0.42), study.size)
    seen = np.maximum(
        ramp(portrait.person, *CLEAR), enlarged(_core(study, study.field), study.size)
    )
    return as_field(np.clip(seen * near, 0, 1))


def _core(study: Study, side: int) -> Mask:
    """(side, side) 1 well inside the person: the matte may have holes there, the person has not."""
    solid = np.maximum(study.blur(study.person, 16), study.face)
    return sized(ramp(solid, 0.9, 0.98), side)


def _carried_on(image: NDArray[np.float32], alpha: Mask) -> NDArray[np.float32]:
    """Replace the old wall by the person's nearest colours (push and pull, Gortler 1996)."""
    weight = as_field(cv2.erode(ramp(alpha, SURE, 1.0), np.ones((3, 3), np.uint8)))
    levels = [(image * weight[..., None], weight)]
    while levels[-1][1].shape[0] > 4:
        half = levels[-1][1].shape[0] // 2
        levels.append((reduced(levels[-1][0], half), reduced(levels[-1][1], half)))
    total, known = levels[-1]
    filled = total / (known[..., None] + np.float32(1e-4))
    for total, known in reversed(levels[:-1]):
        below = as_field(cv2.resize(filled, known.shape[::-1], interpolation=cv2.INTER_LINEAR))
        sure = np.minimum(known, 1)[..., None]
        filled = total + (1 - sure) * below
    return as_field(np.clip(filled, 0, 255))


def _features(points: NDArray[np.float32], unit: float, side: int) -> tuple[Mask, Mask]:
    eyes = [_ring(points, eye.upper, eye.lower) for eye in mesh.EYES]
    others = [_ring(points, eye.brow_top, eye.brow_bottom) for eye in mesh.EYES]
    others.append(_ring(points, mesh.LIPS_UPPER_OUT, mesh.LIPS_LOWER_OUT))
    others.append(_ring(points, mesh.NOSE_BASE, (48, 64, 2, 294, 278)))
    sheets = []
    for shapes, room in ((eyes, 16), ([*eyes, *others], 10)):
        kernel = cv2.getStructuringElement(
            cv2.MORPH_ELLIPSE, (max(3, round(2 * room * unit) | 1),) * 2
        )
        grown = as_field(cv2.dilate(polygons(side, shapes), kernel))
        sheets.append(blurred(grown, 5 * unit))
    return sheets[0], sheets[1]


def _ring(
    points: NDArray[np.float32], top: tuple[int, ...], bottom: tuple[int, ...]
) -> NDArray[np.float64]:
    return np.vstack([spline(points[list(top)], 3), spline(points[list(bottom)], 3)[::-1]])
