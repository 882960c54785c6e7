"""Anime cel: two clean tones, deep bright eyes, glossy hair, a painted sky.

Cel shading after Lake et al. 2000 (Stylized rendering techniques for scalable real-time 3D
animation): one cut through a smooth light; gloss as a band around the crown, broken by strands.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.cel.eyes import paint_cel_eyes
from studio.styles.painted.cel.hair import paint_cel_hair
from studio.styles.painted.cel.skin import paint_cel_skin
from studio.styles.painted.cel.sky import SKIES, Sky, paint_sky
from studio.styles.painted.clothes import paint_clothes
from studio.styles.painted.colour import to_rgb
from studio.styles.painted.face_lines import draw_ears, draw_jaw, draw_nose, paint_neck_shade
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.hair import paint_beard, paint_cast_shadow
from studio.styles.painted.ink import Ink
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.outline import draw_outline
from studio.styles.painted.palette import PALETTES
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="anime_cel",
    title="Anime cel",
    family=Family.PAINTED,
    summary="A frame from an animated film: clean light, deep eyes, glossy hair, a painted sky.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("eye_size", "Eye size", 1.0, 1.25, 0.01, 1.12),
        Range("shade", "Depth of shade", 0.5, 1.5, 0.1, 1.0),
        Range("gloss", "Gloss of hair", 0.0, 1.0, 0.1, 0.8),
        Range("line_weight", "Line weight", 0.5, 1.6, 0.1, 1.0),
        Choice("sky", "Sky", {key: sky.label for key, sky in SKIES.items()}, "day"),
    ),
)

CONTOUR = 0.72  # of the toon's contour: a cel's line is thin
LINE = np.array([0.40, 0.27, 0.30], np.float32)  # what a cel's coloured line leaves of the light
LIPS = 0.5  # how much of the lips' own colour shows: line and light say the rest
RIM = 5.0  # units: the sky's light along hair and shoulders
RIM_STRENGTH = 0.4
CALM = 4.0  # units that the silhouette is smoothed by: a cel is cut with a steady hand


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Draw a portrait as an animation cel over a painted sky.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Varies the strands' pen and makes the clouds.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    weight = float(chosen["line_weight"])
    sky = SKIES[str(chosen["sky"])]
    pen = rng.spawn(1)[0]
    seed = int(rng.integers(2**32))
    study = make_study(portrait)
    study = replace(study, person=study.blur(study.person, CALM))
    yield
    canvas = Canvas.blank(study.size, study.size, np.zeros(3, np.float32))
    skin = paint_cel_skin(canvas, study, float(chosen["shade"]))
    yield
    paint_neck_shade(canvas, study, skin)
    paint_cast_shadow(canvas, study, skin)
    paint_beard(canvas, study, 2, pen)
    yield
    points = _paint_features(canvas, study, skin, weight, float(chosen["eye_size"]))
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)
    paint_clothes(canvas, study, PALETTES["natural"])
    yield
    paint_cel_hair(canvas, study, float(chosen["gloss"]), 0.9, pen)
    yield
    _light_rim(canvas, study, sky, skin.side)
    contour = Ink(study.size, study.unit, weight)
    draw_outline(study, contour, CONTOUR * weight, skin.side)
    contour.lay(canvas, study.darkest, LINE)
    yield
    return Picture(
        figure=canvas.cut_out(crisp(study.person, 0.5, study.size)),
        backdrop=lambda width, height: paint_sky(width, height, sky, seed),
        landmarks=points,
    )


def _paint_features(
    canvas: Canvas, study: Study, skin: SkinPaint, weight: float, eyes: float
) -> NDArray[np.float32]:
    """Draw what a face is known by; return the landmarks as drawn."""
    ink = Ink(study.size, study.unit, 0.85 * weight)
    draw_jaw(study, ink)
    draw_nose(study, ink, skin.side)
    draw_ears(study, ink)
    bare = canvas.planes.copy()
    paint_mouth(canvas, study, ink)
    canvas.planes[:] = bare + np.float32(LIPS) * (canvas.planes - bare)
    points = paint_cel_eyes(canvas, study, skin, ink, eyes)
    paint_brows(canvas, study, skin)
    ink.lay(canvas, study.darkest, LINE)
    return points


def _light_rim(canvas: Canvas, study: Study, sky: Sky, side: float) -> None:
    """The sky's light on the edge that faces it: hair and clothes, never the face."""
    shape = study.person
    step = RIM * study.scale
    matrix = np.array([[1, 0, -side * step], [0, 1, 0.8 * step]], np.float32)
    sides = (study.field, study.field)
    moved = as_field(cv2.warpAffine(shape, matrix, sides, borderMode=cv2.BORDER_REPLICATE))
    edge: Mask = crisp(shape, 0.5, study.size) * (1 - crisp(moved, 0.5, study.size))
    over = crisp(study.blur(as_field(np.maximum(study.hair, study.clothes)), 4), 0.6, study.size)
    canvas.cover(RIM_STRENGTH * edge * over, to_rgb(np.array(sky.light)))
