"""Skin, hair and clothes on the grid: few tones in ramps whose hue turns with the light."""

from __future__ import annotations

import cv2
import numpy as np

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, enlarged, reduced
from studio.styles.painted.canvas import spline
from studio.styles.painted.clothes import lit_tone
from studio.styles.painted.colour import Lab, middle, toned
from studio.styles.painted.flow import beard_flow, hair_flow, smooth_along
from studio.styles.painted.hair import BARE, MIN_HAIR, is_cropped
from studio.styles.painted.pixels.sprite import Cells, Sprite, covered, levels, tiled
from studio.styles.painted.skin import skin_shading
from studio.styles.painted.study import Study

SKIN_SHARES = (0.14, 0.42, 0.84)  # of the face, where its four tones part
SKIN_RISES = (-1.6, -0.6, 0.35, 1.15)  # of the tones, in steps
SKIN_STEP, SKIN_LIMITS = 0.115, (3.8, 8.0)  # share of its lightness; L units
HAIR_SHARES = (0.30, 0.66, 0.91)
HAIR_RISES = (-1.0, 0.0, 1.0, 2.1)
HAIR_STEP, HAIR_LIMITS = 0.19, (4.5, 9.0)
LIGHTEST = 96.0  # L of the lightest tone
MOST_GAIN = 4.0  # L units
TURN = 0.9  # units of b that a tone loses per step of shade: shade is cooler
VIVID = 1.15
DITHER = 0.45  # of the gap between two tones
NECK = 0.11  # face widths that the chin's shade falls
RIM = 6.0  # units
CRUMB = 0.004  # of the picture: a smaller patch on its own is dropped
OUTLINE = np.array([9, 5, -9], np.float32)  # Lab


def _skin_ramp(study: Study, lift: float) -> list[Lab]:
    """Four tones of skin around the person's mean, the darkest first, all lifted by L units."""
    step = _skin_step(study)
    return [_turned(toned(study.skin_tone, lift + rise * step, VIVID), rise) for rise in SKIN_RISES]


def _skin_step(study: Study) -> float:
    own = float(study.skin_tone[0])
    room = max((LIGHTEST - own) / SKIN_RISES[-1], 1.5)
    return min(float(np.clip(SKIN_STEP * own, *SKIN_LIMITS)), room)


def _turned(tone: Lab, rise: float) -> Lab:
    return as_field(tone + as_field((0, 0, TURN * rise)))


def set_skin(sprite: Sprite, study: Study, dither: float) -> list[Lab]:
    """Set skin in four tones, the neck in the chin's shade, a line under the jaw.

    Returns:
        The tones, the darkest first: as light in the mean as the person's skin is.
    """
    light, _ = skin_shading(study)
    bare = study.bare > 0.5
    known = np.sort(light[bare] if bare.sum() > 50 else light.reshape(-1))
    ranks = as_field(np.searchsorted(known, study.blur(light, 3)) / len(known))
    where = parts(study, sprite.cells)[0]
    small = reduced(ranks, sprite.cells)
    steps = levels(small, list(SKIN_SHARES), dither * DITHER)
    face = _cells(sprite, study, study.face)
    bare_cells = reduced(study.bare, sprite.cells) > 0.5
    rises = np.array(SKIN_RISES)[np.clip(steps, 0, 3)][bare_cells & face & where]
    lift = -_skin_step(study) * float(rises.mean()) if rises.size else 0.0
    tones = _skin_ramp(study, lift)
    # Ears, neck and chest turn from the light; so even a tone is not dithered.
    flat = np.minimum(levels(small, list(SKIN_SHARES), 0), 2)
    sprite.ramp(where, np.where(face, steps, flat), tones)
    ratio = sprite.cells / study.size
    jaw = study.points[list(mesh.JAW)].astype(np.float64) * ratio
    drop = NECK * sprite.cells * 0.45 * np.sin(np.linspace(0, np.pi, len(jaw))) ** 0.7
    lower = jaw + np.column_stack([np.zeros(len(jaw)), drop])
    shade = covered(sprite.cells, [np.vstack([spline(jaw), spline(lower)[::-1]])], 0.4)
    sprite.tint(shade & where, tones[0])
    line = np.zeros((sprite.cells, sprite.cells), np.uint8)
    cv2.polylines(
        line, [np.floor(spline(jaw)).astype(np.int32)], isClosed=False, color=(1,), thickness=1
    )
    sprite.tint((line > 0) & where, _turned(toned(tones[0], -0.22 * float(tones[0][0])), -2))
    return tones


def set_clothes(sprite: Sprite, study: Study) -> None:
    """Set the garment in three tones: lit, own, and its neckline."""
    where = parts(study, sprite.cells)[2]
    if not where.any():
        return
    tone = toned(lit_tone(study), 0, VIVID)
    step = float(np.clip(0.13 * tone[0], 5, 10))
    light = np.ascontiguousarray(study.lab[..., 0])
    inside = as_field(study.clothes * study.person)
    smooth = study.blur_within(light, inside, 14)
    chosen = smooth[inside > 0.5]
    cuts = [float(v) for v in np.quantile(chosen, (0.22, 0.62))] if chosen.size else [20.0, 60.0]
    cuts[1] = max(cuts[1], cuts[0] + 0.5)
    steps = levels(reduced(smooth, sprite.cells), cuts, 0.3)
    sprite.ramp(where, steps, [_turned(toned(tone, k * step), k) for k in (-2, -1, 0)])
    beside = cv2.dilate((sprite.here & ~where).astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    sprite.tint(where & beside, _turned(toned(tone, -3.2 * step), -3))


def set_hair(sprite: Sprite, study: Study, dither: float) -> None:
    """Set the hair over the head, its tones along its flow, and its shade on the skin below."""
    inside = as_field(np.clip(study.hair * study.person, 0, 1))
    if float((inside > 0.5).mean()) < MIN_HAIR:
        return
    if float(np.linalg.norm(study.hair_tone - study.skin_tone)) < BARE:
        return
    light = smooth_along(study, hair_flow(study), inside)
    where = parts(study, sprite.cells)[1]
    if is_cropped(study, inside, light):
        tones = _hair_tones(study, inside)
        cropped = tiled((sprite.cells, sprite.cells)) > 0.75
        sprite.ramp(where, np.where(cropped, 1, 0).astype(np.intp), [tones[1], tones[2]])
        return
    below = np.roll(where, 1, axis=0) & ~where & sprite.here
    _shade(sprite, below & _cells(sprite, study, study.face), study)
    _set_mass(sprite, study, inside, light, where, dither)


def set_beard(sprite: Sprite, study: Study, dither: float) -> None:
    """Set a beard in its own tones, or stubble as a dither over the skin."""
    regions = study.regions
    beard, stubble = (enlarged(m, study.field) for m in (regions.beard.mask, regions.beard.stubble))
    if float(stubble.max()) > 0.3:
        tone = middle(study.lab, as_field(np.clip(stubble - 0.3, 0, 1)))
        share = reduced(stubble, sprite.cells) * 0.8
        sprite.tint((share > tiled(share.shape)) & sprite.here & (share > 0.3), tone)
    if float((beard > 0.5).mean()) < MIN_HAIR / 2:
        return
    field = study.blur(as_field(np.clip(beard, 0, 1)), 4)
    light = smooth_along(study, beard_flow(study), field)
    where = _cells(sprite, study, field) & sprite.here
    _set_mass(sprite, study, field, as_field(light), where, dither)


def settle_skin(sprite: Sprite, study: Study, tones: list[Lab]) -> None:
    """Move the skin's tones so that, with all that lies on it, a face is as light as it was.

    A cell is wider than a nostril or a brow: what it darkens around them, the rest gives back.
    """
    bare = reduced(study.bare, sprite.cells)
    if float(bare.sum()) < 1:
        return
    before = float((reduced(study.lab[..., 0] * study.bare, sprite.cells)).sum() / bare.sum())
    skin = (sprite.lab[:, :, None] == np.stack(tones)).all(axis=-1).any(axis=-1)
    share = float((bare * skin).sum() / bare.sum())
    after = float((sprite.lab[..., 0] * bare).sum() / bare.sum())
    gain = float(np.clip((before - after) / max(share, 0.5), -MOST_GAIN, MOST_GAIN))
    sprite.lab[skin, 0] = np.minimum(sprite.lab[skin, 0] + gain, LIGHTEST)


def _shade(sprite: Sprite, where: Cells, study: Study) -> None:
    """Darken skin below hair by one step, whatever tone it has."""
    sprite.lab[where] = _skin_ramp(study, -0.2 * _skin_step(study))[0]


def _hair_tones(study: Study, inside: Mask) -> list[Lab]:
    own = toned(middle(study.lab, as_field(inside > 0.8)), 0, 1.2 * VIVID)
    step = float(np.clip(HAIR_STEP * own[0], *HAIR_LIMITS))
    return [_turned(toned(own, rise * step), rise) for rise in HAIR_RISES]


def _set_mass(
    sprite: Sprite, study: Study, inside: Mask, light: Mask, where: Cells, dither: float
) -> None:
    even = study.blur(as_field(light - 0.8 * study.blur_within(light, inside, 60)), 3)
    core = inside > 0.7
    cuts = [float(v) for v in np.quantile(even[core], HAIR_SHARES)]
    for k in (1, 2):
        cuts[k] = max(cuts[k], cuts[k - 1] + 0.3)
    steps = levels(reduced(even, sprite.cells), cuts, 0.4 * dither * DITHER)
    sprite.ramp(where, steps, _hair_tones(study, inside))


def parts(study: Study, cells: int) -> tuple[Cells, Cells, Cells]:
    """Return the cells of skin, hair and clothes: whole shapes without holes or crumbs."""
    person = np.asarray(reduced(as_field(study.person > 0.5), cells) > 0.5)
    solid = cv2.morphologyEx(person.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    kept = np.zeros(count, np.bool_)
    kept[1:] = stats[1:, cv2.CC_STAT_AREA] >= CRUMB * cells * cells
    owners = (study.skin, study.hair, study.clothes)
    # At the rim, too, a cell belongs to what lies inside of it.
    shares = [reduced(study.blur_within(part, study.person, RIM), cells) for part in owners]
    owner = np.argmax(shares, axis=0)
    skin, hair, clothes = (kept[labels] & (owner == k) for k in range(3))
    return skin, hair, clothes


def _cells(sprite: Sprite, study: Study, part: Mask) -> Cells:
    """The cells that mostly show a part of the person."""
    share = reduced(as_field(part * (study.person > 0.5)), sprite.cells)
    return np.asarray(share > 0.5)


def set_outline(sprite: Sprite) -> None:
    """Surround the sprite by one dark cell, without its corners."""
    here = sprite.here.astype(np.uint8)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    sprite.tint((cv2.dilate(here, cross) > 0) & ~sprite.here, OUTLINE)
