"""Hair and beards as shapes: tones that run along the flow, a few strands, one gleam."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, blurred, enlarged, eroded
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import Lab, middle, to_rgb, toned
from studio.styles.painted.flow import Flow, beard_flow, hair_flow, smooth_along, trace_strands
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

SHARES = (0.34, 0.80, 0.955)  # quantiles where the tones part: shade | own | lit | gleam
RISES = (-0.85, 0.05, 0.85, 1.9)  # of the tones, in steps
STEP = 0.16  # share of the hair's lightness between tones
STEP_LIMITS = (4.2, 9.0)  # L units: dark hair shows its form too
OWN = 0.4  # share of the photograph's own tone in each of the drawn ones
VIVID = 1.2  # chroma: flat tones look duller than the strands they stand for
MIN_HAIR = 0.004  # of the picture: less than that is no hair
CAST = (7.0, 15.0)  # units across and down that hair's shadow falls on the face
STUBBLE_TINT = 0.5
STUBBLE_FADE = 34.0  # units over which it passes into bare skin
CROPPED = 12.0  # L units darker than the skin up to which thin hair is cropped: a mere tint
THIN = 72.0  # units that hair reaches from its edge at most, to count as thin
SCALP = 52.0  # and below which it needs no more proof
BARE = 7.0  # Lab distance from the skin below which what was parsed as hair is bare scalp
GREY_LIGHT = 56.0  # L of grey hair
GREY_CHROMA = 5.0  # Lab units
EVEN = 0.22  # of its lightness: cropped hair varies less
SHEEN = 6.0  # L units above cropped hair's tone from which it shines
GLEAMING = 72.0  # units from which there is room for a gleam


def paint_hair(canvas: Canvas, study: Study, levels: int, rng: np.random.Generator) -> None:
    """Lay the hair over the head."""
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_HAIR:
        return
    flow = hair_flow(study)
    light = smooth_along(study, flow, inside)
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return
    if is_cropped(study, inside, light):
        paint_cropped(canvas, study, inside)
        return
    _paint_mass(canvas, study, _Mass(study.hair, inside, flow, light), levels, rng)


def paint_beard(canvas: Canvas, study: Study, levels: int, rng: np.random.Generator) -> None:
    """Lay a beard as hair, or stubble as a tint of the skin."""
    side = study.field
    beard, stubble = (
        enlarged(m, side) for m in (study.regions.beard.mask, study.regions.beard.stubble)
    )
    if float(stubble.max()) > 0.3:
        _paint_stubble(canvas, study, stubble)
    if float((beard > 0.5).mean()) < MIN_HAIR / 2:
        return
    field = study.blur(as_field(np.clip(beard, 0, 1)), 5)
    flow = beard_flow(study)
    mass = _Mass(field, field, flow, smooth_along(study, flow, field))
    _paint_mass(canvas, study, mass, levels, rng)


def paint_cast_shadow(canvas: Canvas, study: Study, skin: SkinPaint) -> None:
    """The hair's shadow on the face: one shape, the hair's own moved away from the light."""
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if hair_reach(study, inside) < SCALP:
        return
    across, down = -skin.side * CAST[0] * study.scale, CAST[1] * study.scale
    matrix = np.array([[1, 0, across], [0, 1, down]], np.float32)
    moved = cv2.warpAffine(study.hair * study.person, matrix, (study.field, study.field))
    field = as_field(moved)
    inner = study.blur(study.face, 10)
    shadow = crisp(study.blur(field, 6), 0.5, study.size) * crisp(inner, 0.4, study.size)
    canvas.cover(shadow, to_rgb(skin.shadow))


@dataclass(frozen=True, slots=True)
class _Mass:
    """Hair to be painted: where it is cut out, where it surely is, and how it runs."""

    cut: Mask  # (F, F) the shape is where it exceeds 0.5
    inside: Mask  # (F, F) in [0, 1]
    flow: Flow
    light: Mask  # (F, F) lightness smoothed along the flow


def _paint_mass(
    canvas: Canvas, study: Study, mass: _Mass, levels: int, rng: np.random.Generator
) -> None:
    inside, light = mass.inside, mass.light
    even = light - 0.75 * study.blur_within(light, inside, 70)
    core = eroded(inside > 0.8, 2)
    if core.sum() < 200:
        core = inside > 0.5
    cuts = np.quantile(even[core], SHARES)
    tones = _tones(study.lab, even, core, cuts)
    shape = crisp(mass.cut, 0.5, study.size)
    field = blurred(even, 2.2 * study.scale)
    canvas.cover(shape, to_rgb(tones[1]))
    canvas.cover(shape * crisp(-field, float(-cuts[0]), study.size), to_rgb(tones[0]))
    room = hair_reach(study, inside) > GLEAMING
    for k in range(1, 1 + (levels > 2) + (levels > 2 and room)):
        canvas.cover(shape * crisp(field, float(cuts[k]), study.size), to_rgb(tones[k + 1]))
    strands = trace_strands(study, mass.flow, light, inside, rng)
    deep = toned(tones[0], -max(2.5, 0.14 * float(tones[0][0])))
    canvas.cover(shape * canvas.shape(*strands), to_rgb(deep))


def is_cropped(study: Study, inside: Mask, light: Mask) -> bool:
    """Tell hair so short that it is a tint of the head from hair that has a shape."""
    reach = hair_reach(study, inside)
    if reach > SCALP and _is_grey(study):
        return False
    if reach > THIN or float(study.skin_tone[0] - study.hair_tone[0]) > CROPPED:
        return False
    even = light - 0.75 * study.blur_within(light, inside, 70)
    chosen = even[inside > 0.8]
    return reach < SCALP or float(chosen.std()) < EVEN * float(study.hair_tone[0])


def _is_grey(study: Study) -> bool:
    """Whether hair is grey or white: as light as skin, without being a tint of it."""
    chroma = float(np.hypot(study.hair_tone[1], study.hair_tone[2]))
    return float(study.hair_tone[0]) > GREY_LIGHT and chroma < GREY_CHROMA


def hair_reach(study: Study, inside: Mask) -> float:
    """Return how far hair reaches from its edge at most, units."""
    reach = cv2.distanceTransform((inside > 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    return float(reach.max()) / study.scale


def paint_cropped(canvas: Canvas, study: Study, inside: Mask) -> None:
    """Paint a shaven head: the hair's tint, lighter where the skull catches the light."""
    shape = crisp(study.blur(study.hair, 6), 0.5, study.size, softness=5)
    core = eroded(inside > 0.8, 3)
    lightness = study.lab[..., 0]
    # The crown's sheen is the lamp's: the hair's own tone is that of its darker part.
    dark = core & (lightness <= np.quantile(lightness[core], 0.6)) if core.any() else inside > 0.5
    tone = middle(study.lab, as_field(dark))
    canvas.cover(0.9 * shape, to_rgb(tone))
    sheen = study.blur_within(np.ascontiguousarray(lightness), inside, 22)
    canvas.cover(
        shape * crisp(sheen, float(tone[0]) + SHEEN, study.size), to_rgb(toned(tone, 0.7 * SHEEN))
    )


def _tones(lab: Lab, even: Mask, core: NDArray[np.bool_], cuts: NDArray[np.float64]) -> list[Lab]:
    mean = middle(lab, as_field(core))
    step = float(np.clip(STEP * mean[0], *STEP_LIMITS))
    edges = [-np.inf, *cuts, np.inf]
    tones = []
    for low, high, rise in zip(edges[:-1], edges[1:], RISES, strict=True):
        own = middle(lab, as_field(core & (even > low) & (even <= high)))
        tone = OWN * own + (1 - OWN) * (mean + np.array([rise * step, 0, 0], np.float32))
        tones.append(toned(as_field(tone), 0, VIVID))
    return tones


def _paint_stubble(canvas: Canvas, study: Study, field: Mask) -> None:
    weights = as_field(np.clip(field - 0.3, 0, 1))
    tone = middle(study.lab, weights)
    area = crisp(study.blur(field, 8), 0.42, study.size, softness=STUBBLE_FADE * study.unit + 1)
    canvas.cover(STUBBLE_TINT * area, to_rgb(tone))
