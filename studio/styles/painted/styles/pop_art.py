"""Pop art: flat colours, printed dots for shade and one black stencil, like a comic's cover.

Sources: the stencil is an extended difference of Gaussians along the edge flow (Winnemöller,
Kyprianidis and Olsen 2012), of lightness relative to skin, hair or cloth; shade is a clustered
screen (Ulichney 1987) whose every dot is a true circle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, linear, reduced, without_islands
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.burst import BURSTS, paint_burst
from studio.styles.painted.canvas import Canvas, Colour, crisp, polygons
from studio.styles.painted.colour import hexed, to_lab, to_rgb, toned
from studio.styles.painted.eyes import paint_eyes
from studio.styles.painted.face_lines import draw_ears, draw_jaw, draw_nose
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.ink import Ink
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.outline import draw_outline
from studio.styles.painted.prints import (
    bright_eyed,
    flat_skin,
    lip_shapes,
    print_clothes,
    print_dots,
    print_hair,
    shade_of,
)
from studio.styles.painted.skin import SkinPaint, skin_shading
from studio.styles.painted.study import Study, make_study
from studio.styles.painted.tone import Tones, measure_tones, smooth_shape
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style


@dataclass(frozen=True, slots=True)
class Scheme:
    """Printing inks: the backdrop's field, shapes and dots, and the shade on white and black."""

    label: str
    field: Colour
    shapes: Colour
    dots: Colour
    accent: Colour


SCHEMES = {
    "lemon": Scheme(
        "Lemon", hexed("#ffd626"), hexed("#ffe978"), hexed("#ff6a3d"), hexed("#1b9de0")
    ),
    "sky": Scheme("Sky", hexed("#2fb9ea"), hexed("#74d6f7"), hexed("#0b6fc2"), hexed("#e8378a")),
    "candy": Scheme(
        "Candy", hexed("#ff5fa2"), hexed("#ff94c3"), hexed("#ffe45c"), hexed("#18a5c4")
    ),
    "mint": Scheme("Mint", hexed("#25c7a8"), hexed("#7fe6d0"), hexed("#fff0b8"), hexed("#6a4fd0")),
    "tomato": Scheme(
        "Tomato", hexed("#f4503c"), hexed("#ff7c5e"), hexed("#ffd84d"), hexed("#1d8fd0")
    ),
}
INK = hexed("#18121f")
PITCH = 12.5  # units from dot to dot
PEN = 1.45  # ink lines are this much heavier than a toon's
LIP_TINT = 0.3  # how much of the skin's own shade lips take: never colder than the face
FORM, SEEN = 0.11, 0.45  # how much of the modelled and of the seen light the printed shade takes
LIT = 0.115  # that light above which skin is printed in its lit colour
ISLAND = 0.012  # share of the face below which a lit patch is left out
APART = 45.0  # Lab distance from skin to the backdrop's field
HAIR_SHARES = ([12.0, 26.0, 45.0, 65.0], [0.66, 0.50, 0.24, 0.12])  # black share by hair's L
SHADOW = (0.62, 0.55)  # relative lightness below which skin and cloth print black
LEAST_LINES = (0.030, 0.075, 0.045)  # lines fainter than this are left out: skin, hair, cloth

STYLE = Style(
    name="pop_art",
    title="Pop art",
    family=Family.PAINTED,
    summary="A comic's cover: flat colour, bold black and printed dots.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    controls=(
        Range("dot_size", "Dot size", 0.6, 1.8, 0.1, 1.0),
        Range("ink", "Black", 0.6, 1.4, 0.1, 1.0),
        Choice(
            "scheme",
            "Colours",
            {"any": "Any", **{name: scheme.label for name, scheme in SCHEMES.items()}},
            "any",
        ),
        Choice("background", "Background", BURSTS, "burst"),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Print a portrait: flat colours, features, dots, then black.

    Args:
        portrait: The aligned portrait; its size is the picture's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Picks the scheme where the controls leave it open.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    pitch, weight = PITCH * float(chosen["dot_size"]), float(chosen["ink"])
    study = make_study(portrait)
    yield
    scheme = _scheme(str(chosen["scheme"]), study, rng)
    tones = measure_tones(portrait, study)
    yield
    canvas = Canvas.blank(study.size, study.size, INK)
    ink = Ink(study.size, study.unit, PEN * weight)
    skin = _paint_skin(canvas, study, tones, pitch)
    yield
    _draw_features(canvas, study, skin, ink)
    print_clothes(canvas, study, tones, scheme.accent, pitch)
    print_hair(canvas, study, tones, scheme.accent, pitch)
    yield
    canvas.cover(_stencil(study, tones, weight), INK)
    draw_outline(study, ink, PEN * weight, skin.side)
    ink.fill(canvas, INK)
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)
    yield
    inks = (scheme.field, scheme.shapes, scheme.dots)
    background, share = str(chosen["background"]), 2.0 * pitch / 1024
    return Picture(
        figure=canvas.cut_out(crisp(study.person, 0.5, study.size)),
        backdrop=lambda width, height: paint_burst((width, height), background, inks, share),
        landmarks=study.points,
    )


def _scheme(name: str, study: Study, rng: np.random.Generator) -> Scheme:
    """The scheme asked for, or any before which the face stands out."""
    if name != "any":
        return SCHEMES[name]
    skin = flat_skin(study)
    order = [list(SCHEMES.values())[int(place)] for place in rng.permutation(len(SCHEMES))]
    gaps = [float(np.linalg.norm(to_lab(scheme.field) - skin)) for scheme in order]
    return next((s for s, gap in zip(order, gaps, strict=True) if gap > APART), order[0])


def _paint_skin(canvas: Canvas, study: Study, tones: Tones, pitch: float) -> SkinPaint:
    """Flat skin, one lit shape on the face, dots where it turns away from the light."""
    base = flat_skin(study)
    shading, side = skin_shading(study)
    light = toned(base, 0.13 * (100 - float(base[0])) + 2, 0.92)
    canvas.cover(np.ones((study.size, study.size), np.float32), to_rgb(base))
    seen = study.blur(_on_fields(tones.relative, study.field), 5) - 1
    mixed = as_field(FORM * shading + SEEN * seen)
    on_face = np.clip(2 * study.blur(study.face, 10) - 1, 0, 1)
    least = ISLAND * float((study.face > 0.5).sum())
    lit = without_islands(study.blur(as_field(mixed * on_face), 5), LIT, least)
    canvas.cover(crisp(study.blur(lit, 3), LIT, study.size), to_rgb(light))
    print_dots(canvas, None, as_field(-1.9 * mixed), pitch * study.unit, to_rgb(shade_of(base)))
    return SkinPaint(toned(base, -12), base, light, side)


def _draw_features(canvas: Canvas, study: Study, skin: SkinPaint, ink: Ink) -> None:
    draw_jaw(study, ink)
    draw_nose(study, ink, skin.side)
    draw_ears(study, ink)
    paint_mouth(canvas, study, ink)
    lips = canvas.shape(*lip_shapes(study))
    canvas.cover(LIP_TINT * lips, to_rgb(shade_of(skin.base)))
    paint_eyes(canvas, bright_eyed(study), skin, ink)
    paint_brows(canvas, study, skin)


def _stencil(study: Study, tones: Tones, weight: float) -> Mask:
    """What prints black: deep shade and lines, both relative to what they lie on."""
    skin, hair, clothes = tones.shares
    core = tones.relative[tones.hair]
    share = weight * float(np.interp(study.hair_tone[0], *HAIR_SHARES))
    cut = float(np.quantile(core, min(share, 0.9))) if core.size > 50 else SHADOW[0]
    cuts = weight * (SHADOW[0] * skin + SHADOW[1] * clothes) + cut * hair
    parts = zip(LEAST_LINES, tones.shares, strict=True)
    least = sum(limit * part for limit, part in parts) / weight
    black = np.maximum((cuts - tones.relative) / 0.22, (tones.lines - least) / 0.045)
    field = blurred(as_field(np.clip(black, -2, 2)), 0.8 * tones.scale)
    return smooth_shape(field, 0.0, study.size) * (1 - _kept(study))


def _kept(study: Study) -> Mask:
    """Eyes and mouth are drawn: the stencil keeps off them."""
    p = study.points
    eyes = [p[[*e.upper, *e.lower[::-1]]] for e in mesh.EYES]
    return polygons(study.size, [*eyes, p[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]])


def _on_fields(values: Mask, side: int) -> Mask:
    return reduced(values, side) if values.shape[0] > side else linear(values, side)
