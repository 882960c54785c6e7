"""Stained glass: coloured glass in lead, lit from behind, the features painted on it.

The window is made as glaziers make one: a cartoon of lead lines (outlines, and strands along the
hair's own flow from the structure tensor), one glass for each cell between them, then the painter's
work in vitreous paint: lines, and shade that holds light back (Theophilus, De diversis artibus II).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, linear, ramp, reduced
from studio.styles.painted.brows import paint_brows
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import Lab, hexed, to_rgb, toned
from studio.styles.painted.eyes import paint_eyes
from studio.styles.painted.face_lines import draw_ears, draw_nose
from studio.styles.painted.glass import Cells, cells_between, draw_lead, lay_lead, lit_glass
from studio.styles.painted.glasses import paint_glasses
from studio.styles.painted.ink import Ink
from studio.styles.painted.leading import beard_of, hair_of, inner_cames, outer_cames
from studio.styles.painted.mouth import paint_mouth
from studio.styles.painted.prints import bright_eyed, lip_shapes, shade_of, vivid
from studio.styles.painted.skin import SkinPaint, skin_shading
from studio.styles.painted.study import Study, make_study
from studio.styles.painted.tone import Tones, measure_tones, smooth_shape
from studio.styles.painted.window import JEWELS, paint_window
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

PAINT = hexed("#1d120e")
PEN = 1.3
SKIN_CHROMA, SKIN_LEAST = 1.55, 19.0  # glass glows: as light as the skin, and richer
OWN = 0.45  # share of a skin glass' own mean colour; the rest is the face's
CHROMA = 1.6
PALE = 20.0  # L units above the hair beyond which its glasses are held back
LIP_TINT = 0.35  # how much of the skin's own shade lips take: never colder than the face
HELD = (1.0, 0.45, 0.7)  # how much of the shade on skin, hair, cloth is painted
DARK_SKIN = 0.35  # and how much more on dark skin, whose relief would else be lost
TRACE = (0.58, 0.035)  # relative lightness of solid paint, and the faintest line

STYLE = Style(
    name="stained_glass",
    title="Stained glass",
    family=Family.PAINTED,
    summary="Coloured glass in lead, lit from behind, with your features painted on it.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    controls=(
        Range("lead", "Lead", 0.6, 1.5, 0.1, 1.0),
        Range("pieces", "Pieces", 0.6, 1.6, 0.1, 1.0),
        Choice("face", "Face", {"planes": "In pieces", "whole": "In one piece"}, "planes"),
        Choice("window", "Window", {name: name.capitalize() for name in JEWELS}, "chapel"),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Make a window of a portrait: lead, glass, paint.

    Args:
        portrait: The aligned portrait; its size is the picture's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Picks each glass from its kin.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    weight, pieces = float(chosen["lead"]), float(chosen["pieces"])
    # Each its own: how many glasses a size shows must not change the window behind them.
    glazier, scenery = rng.spawn(2)
    study = make_study(portrait)
    yield
    tones = measure_tones(portrait, study)
    yield
    size, rim = study.size, outer_cames(study, weight)
    cames = [*rim, *inner_cames(study, weight, pieces, planes=chosen["face"] == "planes")]
    cells = cells_between(cames, size, size)
    lead = draw_lead(cames, size, size)
    yield
    canvas = Canvas(lit_glass(cells, _glasses(study, cells, glazier), lead, glazier))
    _hold_light(canvas, study, tones)
    _paint_features(canvas, study)
    lay_lead(canvas.planes, lead)
    person = np.maximum(crisp(study.person, 0.5, size), draw_lead(rim, size, size))
    yield
    name, seed = str(chosen["window"]), int(scenery.integers(2**32))
    return Picture(
        figure=canvas.cut_out(as_field(person)),
        backdrop=lambda width, height: paint_window(width, height, name, seed),
        landmarks=study.points,
    )


def _glasses(study: Study, cells: Cells, rng: np.random.Generator) -> Lab:
    """Pick a glass for each cell, (count, 3): near the mean of what it shows, and glowing."""
    side, labels = len(cells.labels), cells.labels.ravel()
    seen = ramp(_fitted(study.person, side), 0.6, 0.9).ravel() + np.float32(1e-4)
    total = np.bincount(labels, seen, cells.count + 1)[1:] + 1e-9

    def mean(field: Mask) -> NDArray[np.float64]:
        weights = _fitted(field, side).ravel() * seen
        return np.bincount(labels, weights, cells.count + 1)[1:] / total

    tone = np.stack([mean(np.ascontiguousarray(study.lab[..., k])) for k in range(3)], axis=1)
    hair = mean(np.maximum(hair_of(study), beard_of(study))) > 0.5
    cloth = (mean(study.clothes) > 0.5) & ~hair
    skin = ~(hair | cloth)
    dull = np.hypot(tone[:, 1], tone[:, 2]) < 6
    own = vivid(study.skin_tone, SKIN_CHROMA, SKIN_LEAST)
    tone[~skin, 1:] *= CHROMA
    tone[skin] = OWN * tone[skin] * [1, SKIN_CHROMA, SKIN_CHROMA] + (1 - OWN) * own
    # Black hair is glazed in deep blue and violet, white cloth in tinted clear glass.
    tone[hair & dull & (tone[:, 0] < 40), 1:] += [8, -20]
    # Between loose strands the wall shows: far lighter glass than the hair is mostly that.
    pale = np.maximum(tone[:, 0] - study.hair_tone[0] - PALE, 0)
    tone[hair, 0] = np.maximum((tone[:, 0] - 0.7 * pale)[hair], 15) + 5
    white = cloth & dull & (tone[:, 0] > 70)
    tone[white] += rng.normal(0, 1, (int(white.sum()), 3)) * [0, 3, 7] - [6, 0, 0]
    tone[:, 0] += rng.normal(0, 1, cells.count) * np.where(hair, 5, np.where(cloth, 3, 1))
    return as_field(np.clip(tone, [6, -90, -90], [95, 90, 90]))


def _hold_light(canvas: Canvas, study: Study, tones: Tones) -> None:
    """Paint shade over the glass, and on the face the lines that it is known by."""
    dark = np.clip((50 - tones.level) / 30, 0, 1)
    held = (HELD[0] + DARK_SKIN * dark, HELD[1], HELD[2])
    skin, hair, cloth = tones.shares
    share = held[0] * skin + held[1] * hair + held[2] * cloth
    shade = np.clip(1 - tones.relative, -0.5, 0.5) * share
    canvas.planes *= linear(as_field(1 - shade), study.size)
    np.clip(canvas.planes, 0, 255, out=canvas.planes)
    solid = (TRACE[0] - tones.relative) / 0.22
    black = np.clip(np.maximum(solid, (tones.lines - TRACE[1]) / 0.05), -2, 2)
    bare = as_field(study.blur(study.face, 4) * (1 - beard_of(study)))
    black = np.where(_fitted(bare, tones.side) > 0.5, black, -2)
    field = blurred(as_field(black), 0.8 * tones.scale)
    canvas.cover(0.9 * smooth_shape(field, 0.0, study.size), PAINT)


def _paint_features(canvas: Canvas, study: Study) -> None:
    base = vivid(study.skin_tone, SKIN_CHROMA, SKIN_LEAST)
    _, side = skin_shading(study)
    skin = SkinPaint(toned(base, -12), base, toned(base, 8), side)
    ink = Ink(study.size, study.unit, PEN)
    draw_nose(study, ink, side)
    draw_ears(study, ink)
    paint_mouth(canvas, study, ink)
    canvas.cover(LIP_TINT * canvas.shape(*lip_shapes(study)), to_rgb(shade_of(base)))
    paint_eyes(canvas, bright_eyed(study), skin, ink)
    paint_brows(canvas, study, skin)
    ink.fill(canvas, PAINT)
    if study.regions.glasses is not None:
        paint_glasses(canvas, study, study.regions.glasses)


def _fitted(field: Mask, side: int) -> Mask:
    return reduced(field, side) if field.shape[0] > side else linear(field, side)
