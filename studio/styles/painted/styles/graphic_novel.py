"""Graphic novel: brush and ink over muted flats, with solid blacks and hatching round the form.

Folds in cloth follow a difference of Gaussians along the edge tangent flow (Kang, Lee and Chui
2007; Winnemöller, Kyprianidis and Olsen 2012), hair is spotted where its strands, drawn out along
the flow, are dark for their surroundings: never by an absolute threshold, so that dark skin and
hair stay drawn. Tone is hatched (Winkenbach and Salesin 1994).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from studio.styles.fields import (
    Mask,
    as_field,
    blurred,
    enlarged,
    eroded,
    linear,
    reduced,
    without_islands,
)
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import to_rgb, toned
from studio.styles.painted.eyes import paint_eyes
from studio.styles.painted.face_lines import draw_ears, draw_jaw, draw_nose
from studio.styles.painted.filters import flow_lines, structure_flow
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.ink import Ink
from studio.styles.painted.inked.city import SCENES, Inks, grained, paint_scene
from studio.styles.painted.inked.hair import ink_beard, ink_hair
from studio.styles.painted.inked.skin import ink_skin
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.outline import draw_outline
from studio.styles.painted.skin import SkinPaint, skin_shading
from studio.styles.painted.study import Study, make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

INK = np.array([17, 15, 20], np.float32)  # sRGB


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How much of the own colours stays, and the inks behind; tones are CIELAB."""

    label: str
    chroma: float  # share of the own chroma in the flats
    tint: tuple[float, float]  # a, b added to every flat
    paper: tuple[float, float, float]
    wash: tuple[float, float, float]
    black: tuple[float, float, float]
    clothes: tuple[float, float, float] | None = None  # None: their own


SCHEMES = {
    "own": _Scheme("Own colours", 1.0, (0, 1), (38, -4, -18), (82, 6, 34), (13, 0, -10)),
    "noir": _Scheme("Noir", 0.0, (0, 2), (60, 0, 2), (91, 0, 4), (10, 0, -2)),
    "crimson": _Scheme("Crimson", 0.0, (0, 3), (40, 60, 38), (93, 1, 6), (9, 2, 1), (43, 62, 40)),
    "midnight": _Scheme("Midnight", 0.25, (-2, -16), (26, 2, -34), (86, -6, -6), (8, 3, -16)),
}

STYLE = Style(
    name="graphic_novel",
    title="Graphic novel",
    family=Family.PAINTED,
    summary="Brush and ink: solid blacks, hatching that follows your face, a scene behind.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    controls=(
        Choice("colours", "Colours", {key: s.label for key, s in SCHEMES.items()}, "own"),
        Choice("scene", "Scene", SCENES, "city"),
        Range("blacks", "Solid blacks", 0.5, 1.5, 0.1, 1.0),
        Range("hatching", "Hatching", 0.0, 1.5, 0.1, 1.0),
        Range("line_weight", "Line weight", 0.6, 1.6, 0.1, 1.0),
    ),
)

LIT_SHARE = 0.80  # the rest is heightened
LIT_STEP = 0.15  # share of its lightness
LIPS = 0.6  # how much of the lips' own colour shows: ink says the rest
BROW_BLACK = 75.0  # sum of sRGB levels by which a brow differs from the skin to be black
HEM = 12.0  # units
BROAD_CUT = 0.20  # share of the lightness that a fold in solid black loses
FOLD_SIDE = 256  # pixels: folds are broad
FOLD_SIGMA = 2.8  # units: half the width of a fold's line
FOLD_LENGTH = 13.0
FOLD_AREA = 0.0008  # of the picture: shorter lines look like dirt
FOLD_CUT = 0.030  # share of the cloth's lightness by which a fold is darker than both sides


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Draw a portrait in brush and ink.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Makes the hand's wobble and the scene.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    scheme = SCHEMES[str(chosen["colours"])]
    weight, blacks = float(chosen["line_weight"]), float(chosen["blacks"])
    pen = rng.spawn(1)[0]
    seed = int(rng.integers(2**32))
    study = _graded(make_study(portrait), scheme)
    yield
    canvas = Canvas.blank(study.size, study.size, np.zeros(3, np.float32))
    ink = Ink(study.size, study.unit, weight)
    shading, skin = _lay_flats(canvas, study)
    yield
    amounts = (float(chosen["hatching"]), blacks)
    ink.area(ink_skin(study, skin, shading, amounts, pen))
    ink.area(ink_beard(canvas, study, blacks))
    ink.fill(canvas, INK)
    yield
    ink = Ink(study.size, study.unit, weight)
    _draw_features(canvas, study, skin, ink)
    ink.fill(canvas, INK)
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)
    yield
    over = Ink(study.size, study.unit, weight)
    over.area(_ink_clothes(canvas, study, scheme))
    yield
    over.area(ink_hair(canvas, study, blacks))
    draw_outline(study, over, 1.25 * weight, skin.side)
    over.fill(canvas, INK)
    yield
    figure = canvas.cut_out(crisp(study.person, 0.5, study.size))
    figure[..., :3] = grained(figure[..., :3], seed)
    inks = Inks(*(to_rgb(np.array(tone)) for tone in (scheme.paper, scheme.wash, scheme.black)))
    scene = str(chosen["scene"])
    return Picture(
        figure=figure,
        backdrop=lambda width, height: paint_scene((width, height), scene, inks, seed),
        landmarks=study.points,
    )


def _graded(study: Study, scheme: _Scheme) -> Study:
    """The study in the scheme's own light: lips, eyes and cloth follow with the skin."""
    share = as_field((1, scheme.chroma, scheme.chroma))
    shift = as_field((0, *scheme.tint))
    regions = study.regions
    if regions.glasses is not None:
        rims = as_field(regions.glasses.tone * share + shift)
        regions = replace(regions, glasses=replace(regions.glasses, tone=rims))
    return replace(
        study,
        lab=as_field(study.lab * share + shift),
        skin_tone=as_field(study.skin_tone * share + shift),
        hair_tone=as_field(study.hair_tone * share + shift),
        clothes_tone=as_field(study.clothes_tone * share + shift),
        regions=regions,
    )


def _lay_flats(canvas: Canvas, study: Study) -> tuple[Mask, SkinPaint]:
    """Two flat tones of skin; returns the shading as ranks, 0 = the face's darkest place."""
    light, side = skin_shading(study)
    bare = study.bare > 0.5
    known = np.sort(light[bare] if bare.sum() > 50 else light.reshape(-1))
    ranks = as_field(np.searchsorted(known, light) / len(known))
    tone = study.skin_tone
    base = toned(tone, 0.03 * float(tone[0]))
    lit = toned(base, LIT_STEP * float(base[0]))
    canvas.planes[:] = to_rgb(base)[:, None, None]
    canvas.cover(crisp(study.blur(ranks, 5), LIT_SHARE, study.size), to_rgb(lit))
    return ranks, SkinPaint(toned(base, -0.25 * float(base[0])), base, lit, side)


def _draw_features(canvas: Canvas, study: Study, skin: SkinPaint, ink: Ink) -> None:
    draw_jaw(study, ink)
    draw_nose(study, ink, skin.side)
    draw_ears(study, ink)
    bare = canvas.planes.copy()
    paint_mouth(canvas, study, ink)
    canvas.planes[:] = bare + np.float32(LIPS) * (canvas.planes - bare)
    paint_eyes(canvas, study, skin, ink)
    bare = canvas.planes.copy()
    paint_brows(canvas, study, skin)
    changed = np.abs(canvas.planes - bare).sum(axis=0)
    # A brow is inked in its own shape: black where it is dark, a thin ink where it is pale.
    ink.area(as_field(np.clip(changed / BROW_BLACK, 0, 1)))


def _ink_clothes(canvas: Canvas, study: Study, scheme: _Scheme) -> Mask:
    """Lay the cloth's flat and return its folds as ink, (S, S) alpha."""
    inside = as_field(np.clip(study.clothes * study.person, 0, 1))
    shape = crisp(study.clothes, 0.5, study.size)
    flat = study.clothes_tone
    if scheme.clothes is not None:
        flat = as_field(np.array(scheme.clothes))
    canvas.cover(shape, to_rgb(flat))
    if float((inside > 0.5).mean()) < 0.002:
        return np.zeros((study.size, study.size), np.float32)
    light = np.ascontiguousarray(study.lab[..., 0])
    lines = as_field(
        _fold_lines(study, light) / np.maximum(study.blur_within(light, inside, 30), 8)
    )
    lines = study.blur(without_islands(lines, FOLD_CUT, FOLD_AREA * study.field**2), 2)
    smooth = study.blur_within(light, inside, 10)
    around = study.blur_within(light, inside, 80)
    folds = as_field((around - smooth) / np.maximum(around, 8))
    broad = crisp(study.blur(folds, 5), BROAD_CUT, study.size)
    # Near its edge cloth lies in the shade of what it meets: that is no fold.
    middle = eroded(inside > 0.8, max(1, round(HEM * study.scale)))
    inner = linear(as_field(middle), study.size)
    return as_field(shape * inner * np.maximum(crisp(lines, FOLD_CUT, study.size), broad))


def _fold_lines(study: Study, light: Mask) -> Mask:
    """(F, F) how much darker than both its sides a fold's line is, L units."""
    side = min(FOLD_SIDE, study.field)
    scale = study.scale * side / study.field
    small = blurred(reduced(light, side), 2 * scale)
    flow = structure_flow(small, 6 * scale)
    lines = flow_lines(small, flow, sigma=FOLD_SIGMA * scale, length=FOLD_LENGTH * scale)
    return enlarged(lines, study.field)
