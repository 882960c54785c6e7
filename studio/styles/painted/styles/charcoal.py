"""Charcoal: soft darks and white chalk on toned paper.

What is darker than the paper is charcoal, what is lighter is chalk. Both are rubbed smooth below
and hatched above, along the hair and around the face, and break up on the paper's tooth (Sousa and
Buchanan 1999; Lu, Xu and Jia 2012); lines follow the flow (Kang, Lee and Chui 2007). Lightness is
taken relative to its surroundings too, so that form shows on dark skin as on light.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, ramp
from studio.styles.painted.charcoal_ground import SHEETS, STICKS, rub_ground
from studio.styles.painted.colour import to_lab
from studio.styles.painted.directions import hatching_angles
from studio.styles.painted.filters import Flow, flow_lines, structure_flow
from studio.styles.painted.ground import Tile, paper_tile, spread_tile, wash_tile
from studio.styles.painted.hatch import Pen, hatched
from studio.styles.painted.kuwahara import kuwahara
from studio.styles.painted.sitter import Sitter, contour, seat, sized
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="charcoal",
    title="Charcoal",
    family=Family.PAINTED,
    summary="Soft charcoal and white chalk on toned paper, rubbed and hatched by hand.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    controls=(
        Choice("paper", "Paper", {k: s.label for k, s in SHEETS.items()}, "sand"),
        Choice("stick", "Stick", {k: s.label for k, s in STICKS.items()}, "charcoal"),
        Range("rubbing", "Rubbing", 0.2, 1.6, 0.1, 1.0),
        Range("line", "Line", 0.0, 1.6, 0.1, 1.0),
    ),
)

PATCH = 6.0  # units: radius of a patch of one tone
FEATURE_PATCH = 2.2  # units, where the likeness lies
AROUND = 60.0  # units: the surroundings that a place is compared with
RELIEF = 0.7  # of the contrast with the surroundings that is added
EVEN_LIGHT = 50.0  # L at which it is added as it is; more in the dark, less in the light
BROAD, POINT = Pen(74, 5.0, 4.2, 0.08), Pen(44, 2.2, 3.0, 0.07)  # units
CROSS = 0.5  # radians between them
STROKED = 0.75  # share of the depth that strokes make
RUBBED = 0.52  # share of them that is rubbed away on skin
TOOTH = 0.17  # share of the depth that the tooth makes
CHALK_FROM = 0.06  # share of the way from paper to white from which chalk is used
CHALK = 0.95
OUTLINE = 0.62  # depth of the contour
DEEPEST = 0.96
FADE = 0.07  # of the side over which strokes end below


@dataclass(frozen=True, slots=True)
class _Marks:
    """Pressure of both sticks around its mean and the paper's tooth: (S, S) each."""

    broad: Mask
    point: Mask
    tooth: Mask


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Draw a portrait in charcoal and chalk.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Decides the paper, the strokes and the backdrop.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    sheet, stick = SHEETS[str(chosen["paper"])].colour, STICKS[str(chosen["stick"])].colour
    hand, ground, scenery = rng.spawn(3)
    paper, cloud = paper_tile(ground, 1.25), wash_tile(ground, 70)
    sitter = seat(portrait)
    yield
    flow = structure_flow(sitter.rgb, 5 * sitter.unit)
    light = _light(sitter, flow)
    yield
    marks = _marks(sitter, flow, paper, hand)
    yield
    lines = sized(_lines(sitter, flow), sitter.size) * float(chosen["line"])
    dark, chalk = _depths(sitter, light, (sheet, stick), marks, float(chosen["rubbing"]))
    lines *= np.clip(0.9 + 0.5 * marks.tooth, 0, 1.6)
    dark = np.clip(dark + (1 - dark) * np.minimum(lines, 1), 0, DEEPEST)
    yield
    drawn = sheet + dark[..., None] * (stick - sheet)
    drawn += (chalk * (1 - np.minimum(lines, 1)))[..., None] * (WHITE - drawn)
    drawn += (1.6 * marks.tooth)[..., None]
    seed = int(scenery.integers(2**31))
    return Picture(
        figure=np.dstack([cv2.convertScaleAbs(np.clip(drawn, 0, 255)), _alpha(sitter, marks)]),
        backdrop=lambda width, height: rub_ground(
            (width, height), (paper, cloud), (sheet, stick), seed
        ),
        landmarks=sitter.study.points,
    )


WHITE = np.array([250, 248, 243], np.float32)  # sRGB of chalk


def _light(sitter: Sitter, flow: Flow) -> Mask:
    """(W, W) lightness as drawn, 0 to 100: the person's own, with more form."""
    broad = kuwahara(sitter.rgb, flow, PATCH * sitter.unit)
    fine = kuwahara(sitter.rgb, flow, FEATURE_PATCH * sitter.unit)
    mixed = broad + sitter.features[..., None] * (fine - broad)
    light = as_field(cv2.cvtColor(as_field(mixed / 255), cv2.COLOR_RGB2Lab)[..., 0])
    around = blurred(light, AROUND * sitter.unit)
    gain = RELIEF * np.clip(EVEN_LIGHT / (around + 8), 0.6, 1.5)
    return as_field(np.clip(light + gain * (light - around), 2, 99))


def _marks(sitter: Sitter, flow: Flow, paper: Tile, hand: np.random.Generator) -> _Marks:
    size, unit = sitter.size, sitter.study.unit
    angles = hatching_angles(sitter, flow)
    crossed = as_field(angles + CROSS * (1 - 0.8 * sitter.hair))
    drawn = []
    for way, pen in ((angles, BROAD), (crossed, POINT)):
        scaled = Pen(pen.length * unit, pen.width * unit, pen.spacing * unit, pen.waver)
        pressed = hatched(way, (size, size), scaled, hand)
        drawn.append(as_field(pressed - pressed.mean()))
    return _Marks(drawn[0], drawn[1], spread_tile(paper, size, size))


def _lines(sitter: Sitter, flow: Flow) -> Mask:
    """(W, W) how dark a sharpened stick drew, 0 to 1."""
    light = sitter.light
    dark = flow_lines(light, flow, sigma=1.7 * sitter.unit, length=7 * sitter.unit)
    near = blurred(light, 14 * sitter.unit) + 12
    drawn = ramp(dark / near, 0.010, 0.085)
    return as_field(np.maximum(drawn, OUTLINE * contour(sitter, 2.2)))


def _depths(
    sitter: Sitter,
    light: Mask,
    colours: tuple[NDArray[np.float32], NDArray[np.float32]],
    marks: _Marks,
    rubbing: float,
) -> tuple[Mask, Mask]:
    """How much of charcoal and of chalk lies at each pixel, (S, S) in [0, 1]."""
    size = sitter.size
    paper, stick = (float(to_lab(colour)[0]) for colour in colours)
    tone = sized(light, size)
    deep = np.clip((paper - tone) / (paper - stick), 0, 1)
    high = ramp((tone - paper) / (98 - paper), CHALK_FROM, 1)
    smooth = np.maximum(RUBBED * sitter.skin, 0.8 * sitter.features)
    free = (1 - sized(smooth, size)) / (0.35 + 0.65 * rubbing)
    mark = free * (STROKED * (marks.broad + 0.8 * marks.point) + TOOTH * marks.tooth)
    # Nothing breaks up where nothing lies, and little where all is black.
    dark = deep + mark * np.minimum(deep * 2.2, 1) * (1 - 0.55 * deep)
    high *= 1 - 0.45 * sized(sitter.eyes, size)
    chalk = CHALK * high * np.clip(1 + 1.5 * mark, 0, 1.3)
    return as_field(np.clip(dark, 0, DEEPEST)), as_field(np.clip(chalk, 0, 1))


def _alpha(sitter: Sitter, marks: _Marks) -> NDArray[np.uint8]:
    """(S, S) the person; below, the strokes end one by one."""
    size = sitter.size
    rows = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size, dtype=np.float32)[None, :]
    last = 0.95 - 0.1 * columns**4 - rows
    ends = ramp(last / FADE + 1.6 * marks.broad + 0.12 * marks.tooth, 0, 0.6)
    return np.asarray(cv2.convertScaleAbs(255 * sitter.alpha * ends), np.uint8)
