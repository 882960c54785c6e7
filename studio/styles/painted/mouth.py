"""Lips and teeth in the person's own colours."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import as_field, eroded, filled
from studio.styles.painted.canvas import Canvas, spline
from studio.styles.painted.colour import Lab, middle, to_rgb, toned
from studio.styles.painted.ink import Ink
from studio.styles.painted.study import Study

Curve = NDArray[np.float64]  # (N, 2) picture pixels

OPEN = 0.045  # gap between the lips over the mouth's width from which the mouth is open
LIP_CHROMA = 1.08  # flat lips look duller than moist ones
TEETH_LIGHTER = 5.0  # L units above the lips from which the mouth's light part is teeth
TEETH_LIMIT = 90.0  # L: never pure white
CORNER = 0.10  # share of the mouth's width at either end where the teeth recede
DEPTHS = 12  # places looked at between upper and lower lip


@dataclass(frozen=True, slots=True)
class _Mouth:
    """The four curves of the lips, the picture's left to right."""

    top: Curve
    top_in: Curve
    low_in: Curve
    low: Curve
    is_open: bool


def paint_mouth(canvas: Canvas, study: Study, ink: Ink) -> None:
    """Draw the lips, and what is seen between them."""
    mouth = _measured(study)
    outline = np.vstack([mouth.top, mouth.low[::-1]])
    part = canvas.window(outline, 12 * study.unit)
    upper = np.vstack([spline(mouth.top), spline(mouth.top_in)[::-1]])
    lower = np.vstack([spline(mouth.low_in), spline(mouth.low)[::-1]])
    tones = [_tone(study, shape) for shape in (upper, lower)]
    part.cover(part.shape(lower), to_rgb(tones[1]))
    part.cover(part.shape(upper), to_rgb(tones[0]))
    _paint_gleam(part, study, mouth, tones[1])
    if mouth.is_open:
        _paint_inside(part, study, mouth, tones[0])
    _draw_lines(study, mouth, ink)


def _measured(study: Study) -> _Mouth:
    p = study.points.astype(np.float64)
    top, low = p[list(mesh.LIPS_UPPER_OUT)], p[list(mesh.LIPS_LOWER_OUT)]
    top_in, low_in = p[list(mesh.LIPS_UPPER_IN)], p[list(mesh.LIPS_LOWER_IN)]
    width = max(float(np.linalg.norm(top[0] - top[-1])), 1.0)
    is_open = float((low_in[3:8, 1] - top_in[3:8, 1]).mean()) / width > OPEN
    seam = (top_in + low_in) / 2
    return _Mouth(top, top_in if is_open else seam, low_in if is_open else seam, low, is_open)


def _tone(study: Study, outline: Curve) -> Lab:
    inside = filled(study.field, outline * (study.field / study.size))
    core = eroded(inside, 1)
    weights = as_field(core if core.sum() > 20 else inside)
    return toned(middle(study.lab, weights), 0, LIP_CHROMA)


def _paint_gleam(part: Canvas, study: Study, mouth: _Mouth, tone: Lab) -> None:
    """A soft lens of light on the lower lip."""
    edge, out = mouth.low_in[3:8], mouth.low[3:8]
    upper, lower = 0.62 * edge + 0.38 * out, 0.34 * edge + 0.66 * out
    middle_x = (upper[0] + upper[-1]) / 2
    lens = np.vstack([middle_x + 0.8 * (spline(upper) - middle_x), spline(lower)[::-1]])
    blur = cv2.GaussianBlur(part.shape(lens), (0, 0), 2.5 * study.unit + 0.1)
    soft = as_field(np.clip((blur - 0.45) * 4, 0, 1))
    part.cover(soft, to_rgb(toned(tone, max(3.5, 0.10 * float(tone[0])), 0.94)))


def _paint_inside(part: Canvas, study: Study, mouth: _Mouth, lip: Lab) -> None:
    top, bottom = spline(mouth.top_in), spline(mouth.low_in)
    hole = part.shape(np.vstack([top, bottom[::-1]]))
    dark = np.array([max(6.0, 0.3 * lip[0]), 0.6 * lip[1] + 4, 0.5 * lip[2]], np.float32)
    part.cover(hole, to_rgb(dark))
    found = _teeth(study, mouth, lip)
    if found is None:
        return
    depth, tone = found
    along = np.linspace(0, 1, len(top))[:, None]
    # One clean row: the corners stay dark, between them the teeth reach as far as they do.
    share = depth * np.clip(np.minimum(along, 1 - along) / CORNER, 0, 1) ** 0.6
    row = np.vstack([top, (top + share * (bottom - top))[::-1]])
    teeth = hole * part.shape(row)
    part.cover(teeth, to_rgb(tone))
    gum = np.vstack([top, (top + 0.16 * (bottom - top))[::-1]])
    part.cover(0.7 * teeth * part.shape(gum), to_rgb(toned(tone, -12)))


def _teeth(study: Study, mouth: _Mouth, lip: Lab) -> tuple[float, Lab] | None:
    """How far down the teeth reach, as a share of the opening, and their tone."""
    shares = (np.arange(DEPTHS) + 0.5) / DEPTHS
    half = study.field / study.size
    top, bottom = mouth.top_in[1:-1] * half, mouth.low_in[1:-1] * half
    spots = top[:, None] + shares[None, :, None] * (bottom - top)[:, None]
    columns, rows = np.clip(np.round(spots).astype(int), 0, study.field - 1).transpose(2, 0, 1)
    lab = study.lab[rows, columns]  # (places along, DEPTHS, 3)
    bright = lab[..., 0] - 0.7 * np.hypot(lab[..., 1], lab[..., 2])
    high, low = (float(np.quantile(bright, q)) for q in (0.9, 0.05))
    lips = float(lip[0]) - 0.7 * float(np.hypot(lip[1], lip[2]))
    if high < lips + TEETH_LIGHTER:
        return None
    seen = bright > max((high + low) / 2, lips)
    if not seen.any():
        return None
    own = lab[seen].mean(axis=0)
    light = float(np.clip(own[0] + 5, lip[0] + 12, max(TEETH_LIMIT, lip[0] + 12)))
    reach = np.where(seen.any(axis=1), DEPTHS - seen[:, ::-1].argmax(axis=1), 0) / DEPTHS
    depth = float(np.quantile(reach, 0.6))
    tone = np.array([min(light, 95), 0.4 * own[1], 0.6 * own[2]], np.float32)
    return (1.0 if depth > 0.7 else depth), tone


def _draw_lines(study: Study, mouth: _Mouth, ink: Ink) -> None:
    corners = mouth.top[:1], mouth.top[-1:]
    if mouth.is_open:
        line = np.vstack([corners[0], mouth.top_in, corners[1]])
        ink.stroke(line, [0.6, 3.6, 3.4, 3.4, 3.6, 0.6], strength=0.85)
        ink.stroke(mouth.low_in, [0.3, 1.8, 2.2, 1.8, 0.3], strength=0.5)
    else:
        line = np.vstack([corners[0], mouth.top_in[1:-1], corners[1]])
        ink.stroke(line, [1.8, 4.2, 2.8, 4.0, 4.4, 4.0, 2.8, 4.2, 1.8], strength=0.9)
    under = mouth.low[3:8] + np.array([0, 5.0 * study.unit])
    ink.stroke(under, [0.2, 2.2, 3.0, 2.2, 0.2], strength=0.45)
