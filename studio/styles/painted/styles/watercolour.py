"""Watercolour: clear washes on rough paper, darker where they dried at their edges.

Pigment is laid as density on white paper (Curtis et al. 1997; Bousseau et al. 2006): washes
abstracted from the portrait by an anisotropic Kuwahara filter, edges darkened, the wash uneven by
slow turbulence, pigment settled in the paper's pits; under it, a light pencil drawing of lines
along the flow (Kang, Lee and Chui 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, ramp
from studio.styles.painted.colour import to_rgb
from studio.styles.painted.filters import Flow, flow_lines, structure_flow
from studio.styles.painted.ground import Tile, paper_tile, spread_tile, wash_tile
from studio.styles.painted.kuwahara import kuwahara
from studio.styles.painted.palette import PALETTES, background_tones
from studio.styles.painted.sitter import Sitter, keep_skin, seat, sized
from studio.styles.painted.wash import lay_backdrop, over_paper, pigment
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="watercolour",
    title="Watercolour",
    family=Family.PAINTED,
    summary="Clear washes on rough paper over a light pencil drawing, in your own colours.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Range("looseness", "Looseness", 0.5, 1.8, 0.1, 1.0),
        Range("bleed", "Bleed", 0.0, 2.0, 0.1, 1.0),
        Range("pencil", "Pencil drawing", 0.0, 1.5, 0.1, 0.8),
        Choice("palette", "Palette", {k: p.label for k, p in PALETTES.items()}, "natural"),
    ),
)

PATCH = 17.0  # units: radius of a patch of one wash
FEATURE_PATCH = 3.0  # units, where the likeness lies
CONTRAST = 1.4  # of what is lit against what is in shade: paper shines through
SPREAD = 40.0  # units: contrast beyond that is the light's own
STEP = 8.0  # L units between washes
HARD = 6.0  # how sharply one wash ends on the next
HAIR_TINT = np.array([1.2, 2.4], np.float32)  # a, b by which hair turns warm and cool
VIVID = 1.15  # chroma: clear water, no mud
DEEPEST = {"hair": 2.6, "else": 3.2}  # density: transparent paint is never black
SURE_HUE = 1.7  # density up to which a colour's hue is sure
WOBBLE = 2.6  # units by which a hand strays from the outline
EDGE = 0.9  # density gained where a wash dried at its edge
TURBULENCE = 0.22  # density by which a wash is uneven
GRANULES = 0.075  # density that settles in the paper's pits
CALM = 0.82  # share of both that skin is spared
RUN = 0.75  # share of the density that runs out of the clothes towards the sheet's end
RIM = 0.65  # density gained where the figure's outermost wash dried
GRAPHITE = np.array([74, 64, 62], np.float32)  # sRGB


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Everything that chance decides, of one tile each."""

    paper: Tile
    wash: Tile
    stray: tuple[Tile, Tile]


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Paint a portrait in washes.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Decides the paper, the washes' unevenness and the backdrop.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    loose, bleed = float(chosen["looseness"]), float(chosen["bleed"])
    scenery, ground = rng.spawn(2)
    sheet = _Sheet(
        paper=paper_tile(ground),
        wash=wash_tile(ground, 60),
        stray=(wash_tile(ground, 26), wash_tile(ground, 26)),
    )
    sitter = seat(portrait)
    yield
    flow = structure_flow(sitter.rgb, 4 * sitter.unit)
    washes = _washes(sitter, flow, sheet.stray[1], loose)
    yield
    lines = _lines(sitter, flow)
    yield
    painted = _painted(sitter, sheet, washes, loose)
    alpha = _edge(sitter, sheet, loose)
    yield
    density = pigment(painted)
    density = _diluted(density, sitter, sheet)
    _settle(density, sitter, sheet, bleed)
    density += RIM * np.clip(alpha - blurred(alpha, 5 * sitter.study.unit), 0, 0.5)[..., None]
    drawn = as_field(sized(lines, sitter.size) * float(chosen["pencil"]))
    density += drawn[..., None] * pigment(GRAPHITE)
    figure = as_field(over_paper(density, spread_tile(sheet.paper, sitter.size, sitter.size)))
    figure = keep_skin(sitter, figure)
    yield
    tones = background_tones(
        PALETTES[str(chosen["palette"])], sitter.study.hair_tone, sitter.study.skin_tone, scenery
    )
    seed = int(scenery.integers(2**31))
    return Picture(
        figure=np.dstack([cv2.convertScaleAbs(figure), cv2.convertScaleAbs(alpha * 255)]),
        backdrop=lambda width, height: lay_backdrop(
            (width, height), (sheet.paper, sheet.wash), (to_rgb(tones[0]), to_rgb(tones[1])), seed
        ),
        landmarks=sitter.study.points,
    )


def _washes(sitter: Sitter, flow: Flow, tint: Tile, loose: float) -> NDArray[np.float32]:
    """(W, W, 3) sRGB: the portrait in patches, finer where the likeness lies, in few lights."""
    broad = kuwahara(sitter.rgb, flow, PATCH * loose * sitter.unit)
    fine = kuwahara(sitter.rgb, flow, FEATURE_PATCH * sitter.unit)
    lab = as_field(cv2.cvtColor(as_field(broad / 255), cv2.COLOR_RGB2Lab))
    light = blurred(np.ascontiguousarray(lab[..., 0]), 2.5 * sitter.unit)
    light += (CONTRAST - 1) * (light - blurred(light, SPREAD * sitter.unit))
    nearest = STEP * np.round(light / STEP)
    lab[..., 0] = nearest + 0.5 * STEP * np.tanh(HARD * (light - nearest) / STEP)
    lab[..., 1:] *= VIVID
    tinted = sitter.hair * ramp(light, 0, 45) * spread_tile(tint, *light.shape)
    lab[..., 1:] += tinted[..., None] * HAIR_TINT
    stepped = 255 * cv2.cvtColor(lab, cv2.COLOR_Lab2RGB)
    keep = sitter.features[..., None]
    return as_field(np.clip(stepped + keep * (fine - stepped), 0, 255))


def _lines(sitter: Sitter, flow: Flow) -> Mask:
    """(W, W) how dark a pencil drew, 0 to 1: relative to what it lies on, on every skin."""
    light = sitter.light
    dark = flow_lines(light, flow, sigma=1.5 * sitter.unit, length=6 * sitter.unit)
    near = blurred(light, 14 * sitter.unit) + 12
    inside = sized(sitter.study.person, sitter.side)
    return as_field(ramp(dark / near, 0.006, 0.07) * ramp(inside, 0.3, 0.7))


def _strayed(sitter: Sitter, sheet: _Sheet, loose: float) -> tuple[Mask, Mask]:
    """Where each pixel of the working side is taken from: hands stray, but not on the face."""
    side = sitter.side
    hold = 1 - 0.85 * blurred(sitter.features, 10 * sitter.unit)
    reach = WOBBLE * loose * sitter.unit * hold
    columns, rows = np.meshgrid(
        np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32)
    )
    across, down = (spread_tile(tile, side, side) for tile in sheet.stray)
    return as_field(columns + reach * across), as_field(rows + reach * down)


def _painted(
    sitter: Sitter, sheet: _Sheet, washes: NDArray[np.float32], loose: float
) -> NDArray[np.float32]:
    """(S, S, 3) sRGB: the washes as the hand laid them, darker at their edges."""
    x, y = _strayed(sitter, sheet, loose)
    laid = as_field(cv2.remap(washes, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    density = pigment(laid)
    total = as_field(density.sum(axis=-1))
    gain = np.clip(blurred(total, 1.0 * sitter.unit) - blurred(total, 5 * sitter.unit), 0, 0.35)
    gain *= EDGE * (1 - 0.8 * sitter.features)
    density *= 1 + gain[..., None] / (0.3 + total[..., None])
    return sized(255 * np.exp(-density), sitter.size)


def _edge(sitter: Sitter, sheet: _Sheet, loose: float) -> Mask:
    """(S, S) alpha: an outline drawn by hand, fading into the paper below."""
    side, size = sitter.side, sitter.size
    x, y = _strayed(sitter, sheet, loose)
    small = cv2.remap(sized(sitter.alpha, side), x, y, cv2.INTER_LINEAR)
    stray = spread_tile(sheet.stray[0], side, side)
    rows = np.linspace(0, 1, side, dtype=np.float32)[:, None]
    columns = np.linspace(-1, 1, side, dtype=np.float32)[None, :]
    last = 0.97 - 0.1 * columns**4 + 0.016 * blurred(stray, 24 * sitter.unit)
    end = ramp(last - rows, 0, 0.024)
    return as_field(np.clip(ramp(sized(as_field(small * end), size), 0.2, 0.8), 0, 1))


def _diluted(density: NDArray[np.float32], sitter: Sitter, sheet: _Sheet) -> NDArray[np.float32]:
    """Thin the darks, most of all the hair's, and let the clothes run out into the paper."""
    size = sitter.size
    hair = sized(blurred(sitter.hair, 4 * sitter.unit), size)
    deepest = (DEEPEST["else"] + hair * (DEEPEST["hair"] - DEEPEST["else"]))[..., None]
    shade = density.mean(axis=-1, keepdims=True) + np.float32(1e-3)
    # The hue of what is nearly black is noise: thinned, it would show as stains.
    hue = (density - shade) * np.clip(SURE_HUE / shade, 0.3, 1)
    thinned = (shade + hue) * (deepest * np.tanh(shade / deepest) / shade)
    rows = np.linspace(0, 1, size, dtype=np.float32)[:, None]
    ends = ramp(rows + 0.035 * spread_tile(sheet.wash, size, size), 0.74, 0.97)
    ends *= sized(blurred(sitter.clothes, 6 * sitter.unit), size) * RUN
    return as_field(thinned * (1 - ends)[..., None])


def _settle(density: NDArray[np.float32], sitter: Sitter, sheet: _Sheet, bleed: float) -> None:
    """Make washes uneven: water carries pigment along, and it settles in the paper's pits."""
    size = sitter.size
    calm = sitter.study.blur(sitter.study.skin, 6)
    still = 1 - CALM * sized(calm, size)
    slow = spread_tile(sheet.wash, size, size) * (TURBULENCE * bleed)
    pits = spread_tile(sheet.paper, size, size) * GRANULES
    # What is hardly painted has hardly anything to carry.
    much = np.minimum(density, 1.0)
    density += much * ((slow + pits) * still)[..., None]
    np.maximum(density, 0, out=density)
