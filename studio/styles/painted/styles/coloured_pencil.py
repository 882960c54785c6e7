"""Coloured pencil: hatching over hatching, in kindred colours, on paper with a tooth.

Strokes are drawn one by one along the hair and around the face's form; what they leave depends on
pressure, on the tone that is wanted and on the paper (Sousa and Buchanan 1999); outlines are lines
along the flow (Kang, Lee and Chui 2007). Layers of warm and cool pencils mix in the eye.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, ramp
from studio.styles.painted.colour import to_rgb
from studio.styles.painted.directions import hatching_angles
from studio.styles.painted.filters import Flow, flow_lines, structure_flow
from studio.styles.painted.ground import Tile, paper_tile, spread_tile
from studio.styles.painted.hatch import Pen, hatched
from studio.styles.painted.kuwahara import kuwahara
from studio.styles.painted.palette import PALETTES, background_tones
from studio.styles.painted.pencil_ground import scribble
from studio.styles.painted.sitter import Sitter, contour, keep_skin, seat, sized
from studio.styles.painted.wash import over_paper, pigment
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="coloured_pencil",
    title="Coloured pencil",
    family=Family.PAINTED,
    summary="Layers of fine hatching around your face and along your hair, on drawing paper.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("stroke_length", "Stroke length", 0.5, 1.8, 0.1, 1.0),
        Range("hatching", "Hatching", 0.4, 1.6, 0.1, 1.0),
        Range("outline", "Outline", 0.0, 1.5, 0.1, 0.9),
        Choice("palette", "Palette", {k: p.label for k, p in PALETTES.items()}, "natural"),
    ),
)

PATCH = 9.0  # units: radius of a patch of one tone
FEATURE_PATCH = 2.4  # units, where the likeness lies
VIVID = 1.22  # chroma
TONE = 1.12  # contrast of lightness around the face's own
LONG, FINE = Pen(56, 2.0, 1.7), Pen(34, 1.6, 1.8)  # units: the two pencils
CROSS = 0.62  # radians between them
MARK = 1.0  # share of the density that a stroke makes
CROSSED = 0.8
LEAST = -0.16  # pressure below the mean: gaps show the layer beneath, not bare paper
LEAST_HAIR = -0.2  # and further down in hair, where light glints between strands
TOOTH = 0.15  # share of the density that the paper's tooth takes or gives
WARM = np.array([-0.10, 0.06, 0.22], np.float32)  # density that the first pencil adds
COOL = np.array([0.24, 0.06, -0.10], np.float32)  # and the second
DEEPEST = 3.0  # density
OUTLINE = 0.3  # of a line's density: the contour around the person
LINE = 1.15  # density of an outline
SPARED = 0.55  # share of the hatching that eyes and mouth are spared


@dataclass(frozen=True, slots=True)
class _Sheets:
    """Pressure of both pencils around its mean, and the paper's tooth: (S, S) each."""

    first: Mask
    second: Mask
    tooth: Mask


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Draw a portrait in coloured pencil.

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
    hand, ground, scenery = rng.spawn(3)
    paper = paper_tile(ground)
    sitter = seat(portrait)
    yield
    flow = structure_flow(sitter.rgb, 5 * sitter.unit)
    tones = _tones(sitter, flow)
    yield
    sheets = _sheets(sitter, flow, paper, float(chosen["stroke_length"]), hand)
    yield
    density = _density(sitter, tones, sheets, float(chosen["hatching"]))
    lines = sized(_lines(sitter, flow), sitter.size) * float(chosen["outline"])
    density += (LINE * lines * np.clip(1 + 0.3 * sheets.tooth, 0, 2))[..., None]
    yield
    drawn = as_field(over_paper(density, sheets.tooth))
    figure = cv2.convertScaleAbs(keep_skin(sitter, drawn))
    pair = background_tones(
        PALETTES[str(chosen["palette"])], sitter.study.hair_tone, sitter.study.skin_tone, scenery
    )
    seed = int(scenery.integers(2**31))
    return Picture(
        figure=np.dstack([figure, _alpha(sitter, sheets)]),
        backdrop=lambda width, height: scribble(
            (width, height), paper, (to_rgb(pair[0]), to_rgb(pair[1])), seed
        ),
        landmarks=sitter.study.points,
    )


def _tones(sitter: Sitter, flow: Flow) -> NDArray[np.float32]:
    """(W, W, 3) sRGB in small patches, a little richer and clearer."""
    broad = kuwahara(sitter.rgb, flow, PATCH * sitter.unit)
    fine = kuwahara(sitter.rgb, flow, FEATURE_PATCH * sitter.unit)
    mixed = broad + sitter.features[..., None] * (fine - broad)
    lab = as_field(cv2.cvtColor(as_field(mixed / 255), cv2.COLOR_RGB2Lab))
    middle = float(sitter.study.skin_tone[0])
    lab[..., 0] = np.clip(middle + TONE * (lab[..., 0] - middle), 3, 99)
    lab[..., 1:] *= VIVID - (VIVID - 1) * sitter.features[..., None]
    return as_field(np.clip(255 * cv2.cvtColor(lab, cv2.COLOR_Lab2RGB), 0, 255))


def _sheets(
    sitter: Sitter, flow: Flow, paper: Tile, length: float, hand: np.random.Generator
) -> _Sheets:
    size, unit = sitter.size, sitter.study.unit
    angles = hatching_angles(sitter, flow)
    crossed = as_field(angles + CROSS * (1 - 0.75 * sitter.hair))
    least = LEAST + LEAST_HAIR * sized(sitter.hair, size)
    drawn = []
    for way, pen in ((angles, LONG), (crossed, FINE)):
        scaled = Pen(pen.length * length * unit, pen.width * unit, pen.spacing * unit, pen.waver)
        sheet = hatched(way, (size, size), scaled, hand)
        drawn.append(as_field(np.maximum(sheet - sheet.mean(), least)))
    return _Sheets(drawn[0], drawn[1], spread_tile(paper, size, size))


def _density(
    sitter: Sitter, tones: NDArray[np.float32], sheets: _Sheets, hatching: float
) -> NDArray[np.float32]:
    """(S, S, 3) what the pencils leave."""
    size = sitter.size
    density = pigment(sized(tones, size))
    shade = density.mean(axis=-1)
    free = 1 - SPARED * sized(sitter.features, size)
    # Where much is laid the strokes close up: dark tones vary less.
    strands = 1 + 0.5 * sized(sitter.hair, size)
    open_ = hatching * free * strands / (0.75 + 0.55 * shade)
    first, second = sheets.first * open_, sheets.second * open_ * ramp(shade, 0.1, 0.7)
    left = 1 + MARK * first + CROSSED * second + TOOTH * open_ * sheets.tooth
    density *= np.clip(left, 0.3, 2)[..., None]
    some = np.minimum(shade * 2.5, 1)
    for pressed, tint in ((first, WARM), (second, COOL)):
        density += (np.maximum(pressed, 0) * some)[..., None] * tint
    return as_field(DEEPEST * np.tanh(np.maximum(density, 0) / DEEPEST))


def _lines(sitter: Sitter, flow: Flow) -> Mask:
    """(W, W) how dark the outlines are, 0 to 1."""
    light = sitter.light
    dark = flow_lines(light, flow, sigma=1.3 * sitter.unit, length=6 * sitter.unit)
    near = blurred(light, 14 * sitter.unit) + 12
    drawn = ramp(dark / near, 0.008, 0.09)
    return as_field(np.maximum(drawn, OUTLINE * contour(sitter, 1.6)))


def _alpha(sitter: Sitter, sheets: _Sheets) -> NDArray[np.uint8]:
    """(S, S) the person; below, the strokes end one by one."""
    size = sitter.size
    rows = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, size, dtype=np.float32)[None, :]
    last = 0.95 - 0.1 * columns**4 - rows
    ends = ramp(last / 0.06 + 2.4 * sheets.first + 0.1 * sheets.tooth, 0, 0.5)
    return np.asarray(cv2.convertScaleAbs(255 * sitter.alpha * ends), np.uint8)
