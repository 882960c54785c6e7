"""Eyes, brows, nose, mouth and glasses, cell by cell: both eyes alike, nothing blurred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import filled
from studio.styles.painted.canvas import spline
from studio.styles.painted.colour import Lab, middle, toned
from studio.styles.painted.eyes import CLOSED, Eye, eye_tones, measured_eye
from studio.styles.painted.pixels.body import OUTLINE
from studio.styles.painted.pixels.sprite import Sprite, covered
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

GROW = (1.08, 1.45)  # cells are coarse: an eye of two rows has no look
IRIS = 1.12  # drawn over measured width
OPEN = 0.06  # gap between the lips over the mouth's width from which the mouth is open
UNDER_FRINGE = 0.4  # share of a brow under hair from which it is not drawn
BROW_DARKER = 7.0  # L units below the skin at least
TEETH_SEEN = 12  # pixels of the opening that are enough to look at
ROOMY = 4  # cells of an iris from which it shows a ring and a pupil
TEETH_LIGHTER = 5.0  # L units above the lips from which the mouth's light part is teeth
LIGHT = np.array([98, 0, 0], np.float32)  # Lab of a catchlight


def set_features(sprite: Sprite, study: Study, skin: SkinPaint) -> None:
    """Set all features over the skin."""
    _set_nose(sprite, study, skin)
    _set_mouth(sprite, study, skin)
    eyes = [measured_eye(study, eye, GROW) for eye in mesh.EYES]
    form = _form(eyes, sprite.cells / study.size)
    for eye in eyes:
        _set_brow(sprite, study, eye, skin)
        _set_eye(sprite, study, eye, form, skin)


@dataclass(frozen=True, slots=True)
class _Form:
    """What both eyes share, cells."""

    width: int
    height: int
    iris: int  # width of the iris


def _form(eyes: list[Eye], ratio: float) -> _Form:
    widths = [np.linalg.norm(eye.upper[0] - eye.upper[-1]) for eye in eyes]
    heights = [(eye.lower[3:6, 1] - eye.upper[3:6, 1]).mean() for eye in eyes]
    width = max(3, round(float(np.mean(widths)) * ratio))
    iris = round(IRIS * 2 * ratio * float(np.mean([eye.radius for eye in eyes])))
    return _Form(
        width=width,
        height=max(2, round(float(np.mean(heights)) * ratio)),
        iris=int(np.clip(iris, 1 if width < 5 else 2, width - 2)),
    )


def _set_eye(sprite: Sprite, study: Study, eye: Eye, form: _Form, skin: SkinPaint) -> None:
    ratio = sprite.cells / study.size
    middle_x, middle_y = (eye.upper[0] + eye.upper[-1]) / 2 * ratio
    left = round(middle_x - form.width / 2)
    dark = toned(OUTLINE, 0.25 * min(float(study.darkest[0]) / 2.55, 40))
    if eye.opening < CLOSED:
        for column in range(form.width):
            sprite.put_at(left + column, middle_y, dark)
        return
    lids = (eye.upper[3:6, 1].mean() + eye.lower[3:6, 1].mean()) / 2 * ratio
    top = round(lids - form.height / 2)
    white, iris = eye_tones(study, eye, skin)
    for row in range(form.height):
        # The lower corners are skin: an eye is no box.
        short = 0
        if form.width >= 5 and row == form.height - 1:
            short = (form.width - form.iris) // 2 if form.height > 2 else 1
        for column in range(short, form.width - short):
            sprite.put_at(left + column, top + row, toned(white, -16 if row == 0 else -7))
    start = round(eye.centre[0] * ratio - form.iris / 2)
    start = int(np.clip(start, left + 1, left + form.width - 1 - form.iris))
    _set_iris(sprite, start, top, form, iris)
    outer = -1 if eye.mesh.side < 0 else form.width
    for column in range(form.width):
        sprite.put_at(left + column, top - 1, dark)
    sprite.put_at(left + outer, top - 1 if form.height < 3 else top, dark)


def _set_iris(sprite: Sprite, start: int, top: int, form: _Form, iris: Lab) -> None:
    """Dark above and its own colour below; a pupil where there is room; one light."""
    dark = np.array([max(5.0, 0.35 * float(iris[0])), 0.5 * iris[1], 0.5 * iris[2]], np.float32)
    own = toned(iris, 0.16 * float(iris[0]), 1.35)
    _fill(sprite, (start, top), (form.iris, form.height), dark)
    if form.iris < 2:  # a light in a single cell would be all that is left of the eye
        return
    half = (form.height + 1) // 2
    roomy = form.iris > ROOMY
    if roomy:
        _fill(sprite, (start + 1, top + 1), (form.iris - 2, form.height - 1), own)
        inner, high = max(2, round(0.42 * form.iris)), max(2, round(0.5 * form.height))
        corner = start + (form.iris - inner) // 2, top + (form.height - high) // 2
        _fill(sprite, corner, (inner, high), dark)
    else:
        _fill(sprite, (start, top + half), (form.iris, form.height - half), own)
    light = max(1, round(0.28 * form.iris))
    _fill(sprite, (start + roomy, top + roomy), (light, light), LIGHT)


def _fill(sprite: Sprite, corner: tuple[int, int], size: tuple[int, int], tone: Lab) -> None:
    for row in range(size[1]):
        for column in range(size[0]):
            sprite.put_at(corner[0] + column, corner[1] + row, tone)


def _set_brow(sprite: Sprite, study: Study, eye: Eye, skin: SkinPaint) -> None:
    half = study.points * (study.field / study.size)
    top, bottom = (spline(half[list(row)]) for row in (eye.mesh.brow_top, eye.mesh.brow_bottom))
    ring = np.vstack([top, bottom[::-1]])
    core = filled(study.field, ring)
    if not core.any() or float(study.hair[core].mean()) > UNDER_FRINGE:
        return
    pixels = study.lab[core & (study.frames == 0)]
    pixels = pixels if len(pixels) > 5 else study.lab[core]
    tone = np.median(pixels[pixels[:, 0] <= np.median(pixels[:, 0])], axis=0)
    tone[0] = min(float(tone[0]), float(skin.base[0]) - BROW_DARKER)
    where = covered(sprite.cells, [ring * (sprite.cells / study.field)], 0.42)
    sprite.tint(where & sprite.here, tone.astype(np.float32))


def _set_nose(sprite: Sprite, study: Study, skin: SkinPaint) -> None:
    ratio = sprite.cells / study.size
    p = study.points * ratio
    for outer, inner in ((98, 97), (327, 326)):
        sprite.draw(p[[outer, inner]] + np.array([0, -0.2]), toned(skin.shadow, -5, 1.05))
    base = p[list(mesh.NOSE_BASE[1:4])] + np.array([0, 0.9])
    sprite.draw(base, skin.shadow)
    tip = p[mesh.NOSE_TIP]
    reach = max(1, round(sprite.cells / 64))
    for column in range(reach):
        for row in range(reach):
            sprite.put_at(tip[0] + column - reach / 2, tip[1] + row - reach / 2, skin.light)


def _set_mouth(sprite: Sprite, study: Study, skin: SkinPaint) -> None:
    ratio = sprite.cells / study.size
    p = study.points.astype(np.float64) * ratio
    top, low = p[list(mesh.LIPS_UPPER_OUT)], p[list(mesh.LIPS_LOWER_OUT)]
    top_in, low_in = p[list(mesh.LIPS_UPPER_IN)], p[list(mesh.LIPS_LOWER_IN)]
    width = max(float(np.linalg.norm(top[0] - top[-1])), 1e-3)
    is_open = float((low_in[3:8, 1] - top_in[3:8, 1]).mean()) / width > OPEN
    seam = (top_in + low_in) / 2
    upper, lower = (top_in, low_in) if is_open else (seam, seam)
    tone = _lip_tone(study, np.vstack([low_in, low[::-1]]) / ratio)
    cells = sprite.cells
    sprite.tint(covered(cells, [np.vstack([lower, low[::-1]])], 0.45), tone)
    sprite.tint(covered(cells, [np.vstack([top, upper[::-1]])], 0.5), toned(tone, -4.5))
    line = toned(tone, -max(9.0, 0.38 * float(tone[0])), 0.9)
    if not is_open:
        sprite.draw(np.vstack([top[:1], seam[1:-1], top[-1:]]), line)
        return
    hole = covered(cells, [np.vstack([top_in, low_in[::-1]])], 0.45)
    sprite.tint(hole, line)
    gap = filled(study.field, np.vstack([top_in, low_in[::-1]]) * (study.field / cells))
    seen = study.lab[gap][:, 0]
    if seen.size < TEETH_SEEN or float(np.quantile(seen, 0.8)) < tone[0] + TEETH_LIGHTER:
        return
    first = hole & ~np.roll(hole, 1, axis=0)
    light = float(np.clip(skin.base[0] + 26, 0, 92))
    teeth = first if cells < 128 else first | (np.roll(first, 1, axis=0) & hole)
    columns = np.flatnonzero(hole.any(axis=0))
    teeth[:, columns[:1]] = False
    teeth[:, columns[-1:]] = False
    sprite.tint(teeth, np.array([light, 0, 4], np.float32))


def _lip_tone(study: Study, outline: NDArray[np.float64]) -> Lab:
    inside = filled(study.field, outline * (study.field / study.size))
    return middle(study.lab, inside.astype(np.float32)) if inside.any() else study.skin_tone


def set_glasses(sprite: Sprite, study: Study) -> None:
    """Set rims, bridge and arms, one cell wide, and one light on each lens."""
    glasses = study.regions.glasses
    if glasses is None:
        return
    lenses = [lens * sprite.cells for lens in glasses.lenses]
    inner = []
    for lens, temple, side in zip(lenses, mesh.TEMPLES, (-1, 1), strict=True):
        sprite.draw(lens, glasses.tone, closed=True)
        level = float(lens[:, 1].min() + 0.3 * np.ptp(lens[:, 1]))
        outer = float(lens[:, 0].min() if side < 0 else lens[:, 0].max())
        end = float(study.points[temple, 0]) * sprite.cells / study.size
        sprite.draw(np.array([[outer, level], [end, level]]), glasses.tone)
        inner.append([float(lens[:, 0].max() if side < 0 else lens[:, 0].min()), level])
    sprite.draw(np.array(inner), glasses.tone)
