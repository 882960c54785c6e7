"""Paper cut: every tone a sheet of coloured paper, cut with scissors, throwing a soft shadow.

Tone by layers as in Meng, Zhao and Zhu 2010 (Artistic paper-cut of human portraits), with more
than two sheets: regions are cut by themselves, and their shadows show which lies above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, eroded, without_islands
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.clothes import lit_tone
from studio.styles.painted.colour import middle, to_rgb, toned
from studio.styles.painted.flow import beard_flow, hair_flow, smooth_along
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.hair import BARE, MIN_HAIR, is_cropped, paint_beard
from studio.styles.painted.paper.head import beard_shape, cut_features, cut_head, stack_painting
from studio.styles.painted.paper.scenes import PAPERS, SCENES, paint_scene
from studio.styles.painted.paper.sheets import Sheets, shadow_of, textured
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="paper_cut",
    title="Paper cut",
    family=Family.PAINTED,
    summary="You in layers of coloured paper, each throwing its own soft shadow.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Choice("papers", "Papers", {key: label for key, (label, _) in PAPERS.items()}, "lagoon"),
        Choice("scene", "Scene", SCENES, "rings"),
        Range("depth", "Depth of shadows", 0.4, 1.4, 0.1, 1.0),
        Range("hair_layers", "Layers of hair", 1, 4, 1, 3),
    ),
)

HAIR_CUTS = (0.30, 0.62, 0.86)  # quantiles where the hair's sheets part
HAIR_STEP = 0.17  # share of the hair's lightness between sheets
HAIR_LIMITS = (4.5, 9.0)  # L units
VIVID = 1.15  # chroma of hair and cloth: paper looks duller than what it stands for
LOCK = 7.5  # units: a lock of hair is cut no finer
LEAST = 0.0012  # of the picture: nobody cuts a smaller piece
SMOOTH = 6.0  # units: scissors make no smaller turns
BACKING = 14.0  # units that a paper goes on below its neighbours
CALM = 4.0  # units that the silhouette is smoothed by
SHADOW = np.array([22, 20, 34], np.float32)  # sRGB of the shadow behind the figure
OUTER, OUTER_HEIGHT = 0.38, 2.4  # its strength and reach: always less than half opaque
COLLAR = 15.0  # units: width of the strip along a garment's edge


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Cut a portrait out of paper.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Makes the paper's grain and the scene.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    depth, layers = float(chosen["depth"]), int(float(chosen["hair_layers"]))
    scene, papers = str(chosen["scene"]), str(chosen["papers"])
    pen = rng.spawn(1)[0]
    seed = int(rng.integers(2**32))
    study = make_study(portrait)
    yield
    canvas = _backed(study)
    sheets = Sheets(canvas, study.unit, depth)
    skin = cut_head(sheets, study)
    yield
    _cut_beard(sheets, study, pen)
    cut_features(sheets, study, skin)
    glasses = study.regions.glasses
    if glasses is not None:
        stack_painting(sheets, lambda paint: paint_glasses(paint, study, glasses), 0.9)
    yield
    _cut_clothes(sheets, study)
    yield
    _cut_hair(sheets, study, layers)
    yield
    figure = _lifted(canvas, study, depth)
    figure[..., :3] = textured(figure[..., :3], seed)
    yield
    return Picture(
        figure=figure,
        backdrop=lambda width, height: paint_scene((width, height), scene, papers, depth, seed),
        landmarks=study.points,
    )


def _backed(study: Study) -> Canvas:
    """What shows where two sheets do not meet: more of the same papers, never a hole."""
    canvas = Canvas.blank(study.size, study.size, to_rgb(toned(study.skin_tone, -12)))
    parts = (study.skin, study.hair, study.clothes)
    skin, hair, cloth = (study.blur_within(part, study.person, BACKING) for part in parts)
    canvas.cover(crisp(cloth - skin, 0, study.size), to_rgb(toned(study.clothes_tone, -12)))
    over = as_field(hair - np.maximum(skin, cloth))
    canvas.cover(crisp(over, 0, study.size), to_rgb(toned(study.hair_tone, -3)))
    return canvas


def _lifted(canvas: Canvas, study: Study, depth: float) -> NDArray[np.uint8]:
    """(S, S, 4) the figure, with the shadow that it throws on whatever lies behind it."""
    alpha = crisp(study.blur(study.person, CALM), 0.5, study.size)
    shadow = as_field(OUTER * depth * (1 - alpha) * shadow_of(alpha, OUTER_HEIGHT * study.unit))
    canvas.cover((alpha < 0.5).astype(np.float32), SHADOW)
    return canvas.cut_out(as_field(alpha + shadow))


def _cut_beard(sheets: Sheets, study: Study, rng: np.random.Generator) -> None:
    field = beard_shape(study)
    if float((field > 0.5).mean()) < MIN_HAIR / 2:
        paint_beard(sheets.canvas, study, 2, rng)  # stubble: a tint of the paper
        return
    light = smooth_along(study, beard_flow(study), field)
    _stack(sheets, study, field, as_field(light), 2)


def _cut_clothes(sheets: Sheets, study: Study) -> None:
    """The garment, and a strip along its neckline."""
    if float((study.clothes * study.person > 0.5).mean()) < 0.002:
        return
    tone = toned(lit_tone(study), 0, VIVID)
    field = study.blur_within(study.clothes, study.person, SMOOTH)
    sheets.lay(crisp(field, 0.5, study.size), to_rgb(toned(tone, -5)), 1.6)
    inner = study.blur(as_field(eroded(field > 0.5, max(1, round(COLLAR * study.scale)))), 4)
    sheets.lay(crisp(inner, 0.5, study.size), to_rgb(tone), 0.6)


def _cut_hair(sheets: Sheets, study: Study, layers: int) -> None:
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_HAIR:
        return
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return
    light = smooth_along(study, hair_flow(study), inside)
    if is_cropped(study, inside, light):
        layers = 1
    _stack(
        sheets, study, study.blur_within(study.hair, study.person, SMOOTH), as_field(light), layers
    )


def _stack(sheets: Sheets, study: Study, field: Mask, light: Mask, layers: int) -> None:
    """Sheets of hair from its shade to its gleam, cut along the strands."""
    core = eroded(field > 0.8, 2)
    core = core if core.sum() >= 200 else field > 0.5
    even = light - 0.8 * study.blur_within(light, field, 60)
    even = study.blur(as_field((even - even[core].mean()) / (even[core].std() + 0.2)), LOCK)
    own = toned(middle(study.lab, as_field(core)), 0, VIVID)
    step = float(np.clip(HAIR_STEP * own[0], *HAIR_LIMITS))
    shape = crisp(field, 0.5, study.size)
    sheets.lay(shape, to_rgb(toned(own, -0.7 * step * (layers > 1))), 1.5)
    for k in range(layers - 1):
        cut = float(np.quantile(even[core], HAIR_CUTS[k]))
        lock = without_islands(even, cut, LEAST * study.field**2)
        alpha = shape * crisp(study.blur(lock, 3), cut, study.size)
        sheets.lay(alpha, to_rgb(toned(own, (k + 0.15) * step)), 0.6)
