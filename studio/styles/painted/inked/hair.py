"""Hair and beards in brush and ink: solid blacks that break into strokes towards the light."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from studio.styles.fields import Mask, as_field, enlarged, eroded, ramp
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import middle, to_rgb, toned
from studio.styles.painted.flow import Flow, beard_flow, hair_flow, smooth_along
from studio.styles.painted.hair import BARE, MIN_HAIR, is_cropped
from studio.styles.painted.study import Study

LIGHTS = (8.0, 32.0, 62.0, 85.0)  # L of hair
BLACKS = (0.84, 0.66, 0.26, 0.16)  # share of it that is solid black
MASS_LIGHTS, MASS_SPREADS = (34.0, 60.0), (60.0, 15.0)  # L of hair; units
RIM = 9.0  # units from the edge in which hair lets the wall shine through
BRISTLE = 1.6  # units: finer strands are one stroke
GLEAM = 0.13  # share of hair that catches the light
LIFT = 0.24  # of the way from its tone to a light grey's that it is lifted there
STUBBLE_PITCH = 7.0  # units between the dots of a shaven chin
DOT = 0.34  # of the pitch


def ink_hair(canvas: Canvas, study: Study, blackness: float) -> Mask:
    """Lay the hair's flat tone and return its ink, (S, S) alpha.

    Args:
        canvas: With the skin's flats.
        study: Of the portrait.
        blackness: How much is spotted in black, 1 = as designed.
    """
    empty = np.zeros((study.size, study.size), np.float32)
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_HAIR:
        return empty
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return empty
    flat = study.hair_tone
    shape = crisp(study.hair, 0.5, study.size)
    canvas.cover(shape, to_rgb(flat))
    light = np.ascontiguousarray(study.lab[..., 0])
    if is_cropped(study, inside, light):
        return shape * _dots(study, as_field(0.75 * inside))
    even = _strokes(study, inside, hair_flow(study))
    core = eroded(inside > 0.8, 2)
    chosen = even[core] if core.sum() > 200 else even[inside > 0.5]
    share = float(np.interp(study.hair_tone[0], LIGHTS, BLACKS))
    share = float(np.clip(share * (0.4 + 0.6 * blackness), 0.08, 0.92))
    cut = float(np.quantile(chosen, share))
    bright = float(np.quantile(chosen, 1 - 0.6 * GLEAM))
    canvas.cover(
        shape * crisp(even, bright, study.size), to_rgb(toned(flat, LIFT * (70 - float(flat[0]))))
    )
    return shape * crisp(-even, -cut, study.size, softness=1.2)


def ink_beard(canvas: Canvas, study: Study, blackness: float) -> Mask:
    """Lay a beard's flat tone and return its strokes, or stubble's dots, as ink, (S, S) alpha.

    Args:
        canvas: With the skin's flats.
        study: Of the portrait.
        blackness: How much is spotted in black, 1 = as designed.
    """
    regions = study.regions
    ink = np.zeros((study.size, study.size), np.float32)
    beard, stubble = (enlarged(m, study.field) for m in (regions.beard.mask, regions.beard.stubble))
    if float(stubble.max()) > 0.3:
        ink = np.maximum(ink, _dots(study, as_field(0.55 * ramp(stubble, 0.25, 0.8))))
    if float((beard > 0.5).mean()) < MIN_HAIR / 2:
        return ink
    field = study.blur(as_field(np.clip(beard, 0, 1)), 5)
    even = _strokes(study, field, beard_flow(study))
    tone = middle(study.lab, field)
    share = float(np.interp(tone[0], LIGHTS, BLACKS)) * (0.4 + 0.5 * blackness)
    cut = float(np.quantile(even[field > 0.6], min(share, 0.8)))
    ragged = field + 0.16 * np.clip(even, -2, 2)  # the rim is made of hairs, not of an edge
    shape = crisp(as_field(ragged), 0.5, study.size)
    canvas.cover(shape, to_rgb(tone))
    strokes = shape * crisp(-even, -cut, study.size, softness=1.2)
    return as_field(np.maximum(ink, strokes))


def _strokes(study: Study, inside: Mask, flow: Flow) -> Mask:
    """(F, F) lightness against its surroundings, drawn out along the flow into brush strokes."""
    lab = study.lab.copy()
    lab[..., 0] = _without_rim(study, inside)
    light = study.blur(smooth_along(replace(study, lab=lab), flow, inside), BRISTLE)
    # Pale hair is drawn by lines between its strands, dark hair by what the lamp leaves of a mass.
    tone = float((light * inside).sum() / (inside.sum() + 1e-6))
    spread = float(np.interp(tone, MASS_LIGHTS, MASS_SPREADS))
    drawn = as_field(light - 0.85 * study.blur_within(light, inside, spread))
    core = inside > 0.5
    return as_field((drawn - drawn[core].mean()) / (drawn[core].std() + 0.1))


def _without_rim(study: Study, inside: Mask) -> Mask:
    """(F, F) lightness that goes on over the rim as it is inside: the wall shines through there."""
    light = np.ascontiguousarray(study.lab[..., 0])
    reach = max(2, round(RIM * study.scale))
    core = as_field(eroded(inside > 0.9, reach))
    deep = study.blur(core, 0.5 * RIM)
    return as_field(light * deep + (1 - deep) * study.blur_within(light, core, RIM))


def _dots(study: Study, shade: Mask) -> Mask:
    """Stippling on a hexagonal grid, (S, S) alpha: dots as large as the shade is deep."""
    pitch = STUBBLE_PITCH * study.unit
    rows, columns = np.mgrid[0 : study.size, 0 : study.size].astype(np.float32) / np.float32(pitch)
    rows *= np.float32(1.1547)
    line = np.floor(rows)
    across = columns + 0.5 * (line % 2)
    away = np.hypot(across - np.floor(across) - 0.5, (rows - line - 0.5) / 1.1547)
    reach = np.float32(DOT) * np.sqrt(enlarged(shade, study.size).clip(0, 1))
    return as_field(np.clip((reach - away) * pitch + 0.5 * (reach > 0.08), 0, 1))
