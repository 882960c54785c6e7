"""Flat inks of a comic print: cloth and hair in one colour each, shaded by printed dots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, linear, ramp
from studio.styles.painted.canvas import Canvas, Colour, crisp, spline
from studio.styles.painted.colour import Lab, middle, to_lab, to_rgb, toned
from studio.styles.painted.screens import dots
from studio.styles.painted.study import Study
from studio.styles.painted.tone import Tones, smooth_shape

SHADE = 0.30  # share of its lightness that a flat colour's shade loses
REDDER = 0.24  # radians that its hue turns towards red
WARM = 0.8  # radians: skin in cold light is not printed pinker than this
SCALP = 10.0  # L units below the skin down to which hair may be mixed with scalp
MOST = 0.66  # of the paper that shading dots cover
IRIS = 1.5  # chroma of irises
PLAIN = 10.0  # chroma below which cloth is white, grey or black
DIM = 45.0  # L of plain cloth below which the accent would glow


def flat_skin(study: Study) -> Lab:
    """Return the ink for skin: as light as the person's own, and richer."""
    tone = study.skin_tone
    chroma, angle = np.hypot(tone[1], tone[2]), max(np.arctan2(tone[2], tone[1]), WARM)
    warm = np.array([tone[0], chroma * np.cos(angle), chroma * np.sin(angle)], np.float32)
    return vivid(warm, 1.6, 27)


def print_clothes(canvas: Canvas, study: Study, tones: Tones, accent: Colour, pitch: float) -> None:
    """Flat cloth with dots in its folds; white and grey are shaded by the accent."""
    shape = crisp(study.clothes, 0.5, study.size)
    own = study.clothes_tone
    plain = float(np.hypot(own[1], own[2])) < PLAIN
    tone = own if plain else vivid(toned(own, 4), 1.6, 30)
    canvas.cover(shape, to_rgb(tone))
    cover = blurred(as_field(np.clip((1.04 - tones.relative) * 2.4, 0, MOST)), 5 * tones.scale)
    shade = accent if plain and own[0] > DIM else to_rgb(shade_of(tone))
    print_dots(canvas, shape, cover, pitch * study.unit, shade)


def print_hair(canvas: Canvas, study: Study, tones: Tones, accent: Colour, pitch: float) -> None:
    """Hair in its own colour; where it is black, its lights are the accent's, as comics do."""
    core = tones.relative[tones.hair]
    if core.size < 50:
        return
    shape = crisp(study.hair, 0.5, study.size)
    own, lights = _hair_tone(study, tones), to_lab(accent)
    seen = study.hair_tone
    colourless = ramp(np.float32(9.5 - np.hypot(seen[1], seen[2])), 0, 1.5)
    black = float(ramp(np.float32(40 - seen[0]), 0, 8) * colourless)
    blue = toned(lights, min(0.0, 34 - float(lights[0])), 0.8)
    tone = as_field((1 - black) * vivid(toned(own, 4), 1.6, 6) + black * blue)
    canvas.cover(shape, to_rgb(tone))
    gleam, dim = (float(np.quantile(core, share)) for share in (0.90, 0.55))
    field = blurred(tones.relative, 1.5 * tones.scale)
    canvas.cover(shape * smooth_shape(field, gleam, study.size), to_rgb(toned(tone, 17, 1.1)))
    cover = blurred(as_field(np.clip((dim - tones.relative) * 1.6, 0, MOST)), 3 * tones.scale)
    print_dots(canvas, shape, cover, pitch * study.unit, to_rgb(shade_of(tone)))


def _hair_tone(study: Study, tones: Tones) -> Lab:
    """Hair's own colour; of thin hair, without the scalp between."""
    own = study.hair_tone
    if own[0] < study.skin_tone[0] - SCALP:
        return own
    chosen = tones.hair & (tones.relative <= np.quantile(tones.relative[tones.hair], 0.4))
    return middle(tones.lab, as_field(chosen))


def print_dots(
    canvas: Canvas, shape: Mask | None, cover: Mask, pitch: float, colour: Colour
) -> None:
    """Print dots where a field of (F, F) asks, within a shape of the canvas' size or anywhere."""
    size = canvas.planes.shape[1]
    sheet = dots(linear(as_field(np.clip(cover, 0, MOST)), size), pitch, 45)
    canvas.cover(sheet if shape is None else sheet * shape, colour)


def vivid(tone: Lab, chroma: float, least: float) -> Lab:
    """Return a printing ink's kin of a colour: `chroma` times as rich, or `least` Lab units."""
    own = float(np.hypot(tone[1], tone[2]))
    return toned(tone, 0, max(chroma, least / max(own, 4.0)))


def shade_of(tone: Lab) -> Lab:
    """Return what prints as shade on a flat colour: darker, richer, a little towards red."""
    angle = np.arctan2(tone[2], tone[1]) - REDDER
    chroma = 1.35 * float(np.hypot(tone[1], tone[2])) + 8
    light = (1 - SHADE) * tone[0]
    return np.array([light, chroma * np.cos(angle), chroma * np.sin(angle)], np.float32)


def lip_shapes(study: Study) -> list[NDArray[np.float64]]:
    """Return the outlines of the upper and the lower lip, picture pixels."""
    p = study.points.astype(np.float64)
    rows = (
        (mesh.LIPS_UPPER_OUT, mesh.LIPS_UPPER_IN),
        (mesh.LIPS_LOWER_IN, mesh.LIPS_LOWER_OUT),
    )
    return [np.vstack([spline(p[list(a)]), spline(p[list(b)])[::-1]]) for a, b in rows]


def bright_eyed(study: Study) -> Study:
    """Return the study with richer irises: a small flat disc looks duller than a wet eye."""
    return replace(study, lab=as_field(study.lab * np.array([1, IRIS, IRIS], np.float32)))
