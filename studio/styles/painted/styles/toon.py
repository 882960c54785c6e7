"""Toon: a cel-shaded comic portrait with confident ink."""

from __future__ import annotations

import numpy as np

from studio.styles.painted.background import BACKGROUNDS, paint_background
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.clothes import paint_clothes
from studio.styles.painted.eyes import paint_eyes
from studio.styles.painted.face_lines import (
    draw_ears,
    draw_jaw,
    draw_nose,
    paint_neck_shade,
    paint_nose_shade,
)
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.hair import paint_beard, paint_cast_shadow, paint_hair
from studio.styles.painted.ink import Ink
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.outline import draw_outline
from studio.styles.painted.palette import PALETTES, background_tones
from studio.styles.painted.skin import SkinPaint, paint_skin
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="toon",
    title="Toon",
    family=Family.PAINTED,
    summary="A clean comic portrait: flat tones, confident ink and your own colours.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("line_weight", "Line weight", 0.5, 1.6, 0.1, 1.0),
        Range("shading_levels", "Shading levels", 2, 4, 1, 3),
        Choice("palette", "Palette", {k: p.label for k, p in PALETTES.items()}, "natural"),
        Choice("background", "Background", BACKGROUNDS, "circle"),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Draw a portrait as a comic: shapes first, features, then ink, each over the last.

    Args:
        portrait: The aligned portrait; its size is the drawing's (1024, or 512 for a preview).
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Varies the strands' pen and picks the background's pair of tones.

    Yields:
        Nothing, after each pass: what was drawn until then is nobody's to see.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    weight, levels = float(chosen["line_weight"]), int(float(chosen["shading_levels"]))
    palette = PALETTES[str(chosen["palette"])]
    # Each its own: how many strands a size draws must not change the background behind them.
    scenery, pen = rng.spawn(2)
    study = make_study(portrait)
    yield
    canvas = Canvas.blank(study.size, study.size, np.zeros(3, np.float32))
    ink = Ink(study.size, study.unit, weight)
    skin = paint_skin(canvas, study, levels)
    yield
    paint_neck_shade(canvas, study, skin)
    paint_nose_shade(canvas, study, skin)
    paint_cast_shadow(canvas, study, skin)
    paint_beard(canvas, study, levels, pen)
    yield
    _paint_features(canvas, study, skin, ink)
    yield
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)
    paint_clothes(canvas, study, palette)
    yield
    paint_hair(canvas, study, levels, pen)
    yield
    contour = Ink(study.size, study.unit, weight)
    draw_outline(study, contour, weight, skin.side)
    contour.lay(canvas, study.darkest)
    yield
    tones = background_tones(palette, study.hair_tone, study.skin_tone, scenery)
    name = str(chosen["background"])
    return Picture(
        figure=canvas.cut_out(crisp(study.person, 0.5, study.size)),
        backdrop=lambda width, height: paint_background(width, height, name, tones).finished(),
        landmarks=study.points,
    )


def _paint_features(canvas: Canvas, study: Study, skin: SkinPaint, ink: Ink) -> None:
    """Draw what a face is known by, and lay its ink."""
    draw_jaw(study, ink)
    draw_nose(study, ink, skin.side)
    draw_ears(study, ink)
    paint_mouth(canvas, study, ink)
    paint_eyes(canvas, study, skin, ink)
    paint_brows(canvas, study, skin)
    ink.lay(canvas, study.darkest)
