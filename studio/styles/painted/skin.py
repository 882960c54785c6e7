"""Skin as a cel painter lays it: few flat tones that follow the face's form and its own light."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, blurred, enlarged, linear, reduced, without_islands
from studio.styles.painted.canvas import Canvas, crisp, polygons
from studio.styles.painted.colour import Lab, to_rgb, toned
from studio.styles.painted.study import Study

FORM = 0.68  # share of the modelled form in the shading; the rest is the photograph's
LEVEL_OUT = 0.85  # share of the light's slope across the face that is taken out
# Where bands part, as shares of the face from its darkest place upwards; by number of levels.
PARTS: dict[int, tuple[float, ...]] = {2: (0.30,), 3: (0.20, 0.62), 4: (0.08, 0.26, 0.62)}
CONTRAST = 0.85  # of the drawn bands, relative to the photograph's own at the same shares
STEP_LIMITS = (3.5, 13.0)  # L units between neighbouring bands
CHROMA_PER_STEP = -0.004  # share of the chroma gained per L unit: shade is richer than light
VIVID = 1.12  # chroma: a flat tone looks duller than the pores it stands for
FORM_SPREAD = 26  # units: bumps of the mesh smaller than this are no form
NOSE_SPREAD = 13  # units, on the nose
NOSE_DETAIL = 0.9
ISLAND = 0.012  # share of the face below which a patch of a band is no shape
HUE_RADIUS = 46  # units: the skin's own slow changes of colour are kept, blotches are not
MIN_PIXELS = 50  # of bare skin: with fewer, the whole picture stands in
HUE_SIDE = 64  # pixels that are enough for it
HUE_LIMIT = 3.5  # Lab units of a and b


@dataclass(frozen=True, slots=True)
class SkinPaint:
    """The bands as painted, for what is drawn on top."""

    shadow: Lab  # (3,) colour of the shadow band
    base: Lab
    light: Lab
    side: float  # -1: the light comes from the picture's left, +1: from its right


def paint_skin(canvas: Canvas, study: Study, levels: int) -> SkinPaint:
    """Cover the whole canvas with skin tones; later shapes cut the person out of it."""
    shading, side = skin_shading(study)
    cuts = [float(v) for v in np.quantile(_chosen(shading, study.bare), PARTS[levels])]
    for cut in cuts:
        shading = without_islands(shading, cut, ISLAND * float((study.face > 0.5).sum()))
    shading = study.blur(shading, 3)
    rises = _rises(study, levels)
    above = [crisp(shading, cut, study.field) for cut in cuts]
    steps = np.diff(rises)
    mean = rises[0] + sum(
        float(step) * float(_chosen(share, study.bare).mean())
        for step, share in zip(steps, above, strict=True)
    )
    # The bands shift around the person's mean tone: nobody is lightened or darkened.
    tones = [_band(study.skin_tone, rise - mean) for rise in rises]
    hue = slow_hue(study)
    canvas.planes[:] = tinted(tones[0], hue, study.size)
    for cut, (below, tone) in zip(cuts, pairwise(tones), strict=True):
        canvas.lift(crisp(shading, cut, study.size), to_rgb(tone) - to_rgb(below))
    lit = len(tones) - 1
    base = max(1, lit - 1)
    return SkinPaint(tones[base - 1], tones[base], tones[lit], side)


def _chosen(values: Mask, mask: Mask) -> NDArray[np.float32]:
    """The values under a mask, or all of them when it is as good as empty."""
    inside = mask > 0.5
    return values[inside] if inside.sum() >= MIN_PIXELS else values.reshape(-1)


def _rises(study: Study, levels: int) -> NDArray[np.float64]:
    """L units of each band above the darkest, from the photograph's own spread of tones.

    The lightest share of the drawing gets the mean of the photograph's lightest share, and so on:
    what is lit on the person is as light in the drawing, and what is in shade as dark.
    """
    light = study.blur_within(np.ascontiguousarray(study.lab[..., 0]), study.bare, 6)
    ranked = np.sort(_chosen(light, study.bare))
    edges = [0, *(round(part * len(ranked)) for part in PARTS[levels]), len(ranked)]
    own = [ranked[a:b].mean() for a, b in pairwise(edges)]
    steps = np.clip(CONTRAST * np.diff(own), *STEP_LIMITS)
    return np.concatenate([[0.0], np.cumsum(steps)])


def _band(tone: Lab, rise: float) -> Lab:
    return toned(tone, rise, VIVID * (1 + CHROMA_PER_STEP * rise))


def tinted(tone: Lab, hue: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return (3, size, size) sRGB planes of one band; its hue changes slowly: it is mixed small."""
    light = np.full(hue.shape[:2], tone[0], np.float32)
    lab = np.dstack([light, tone[1] + hue[..., 0], tone[2] + hue[..., 1]])
    return np.stack([linear(plane, size) for plane in to_rgb(lab).transpose(2, 0, 1)])


def skin_shading(study: Study) -> tuple[Mask, float]:
    """Return light and shade over the skin, around 0 with a spread of about 1, and the lamp's side.

    It is the form's light mixed with the photograph's, freed of the light's slope across the face;
    the side is -1 where the light comes from the picture's left, +1 from its right.
    """
    light = study.lab[..., 0]
    smooth = study.blur_within(light, np.maximum(study.bare, 1e-3 * study.skin), 12)
    slope = _slope(smooth, study.bare)
    rows, columns = np.mgrid[0 : study.field, 0 : study.field].astype(np.float32) / study.field
    level = smooth - LEVEL_OUT * (slope[0] * columns + slope[1] * rows)
    side = -1.0 if slope[0] <= 0 else 1.0
    seen = _standard(level, study.bare)
    form = _standard(modelled_light(study, side), study.bare)
    inside = np.clip(2 * study.blur(study.face, 16) - 1, 0, 1)
    # Ears, neck and chest have no modelled form: they take shade, but no light of their own.
    outer = np.minimum(0.9 * seen, -0.1)
    mixed = inside * (FORM * form + (1 - FORM) * seen) + (1 - inside) * outer
    return study.blur(as_field(np.clip(mixed, -3, 3)), 8), side


def _slope(values: Mask, mask: Mask) -> NDArray[np.float64]:
    rows, columns = np.nonzero(mask > 0.5)
    if len(rows) < MIN_PIXELS:
        return np.zeros(2)
    rows, columns = rows[::7], columns[::7]
    side = values.shape[0]
    plane = np.column_stack([columns / side, rows / side, np.ones(len(rows))])
    return np.asarray(np.linalg.lstsq(plane, values[rows, columns], rcond=None)[0][:2])


def _standard(values: Mask, mask: Mask) -> Mask:
    chosen = _chosen(values, mask)
    return as_field((values - chosen.mean()) / (chosen.std() + 0.3))


def modelled_light(study: Study, side: float) -> Mask:
    """Return the light on the face's modelled surface, from above and to one side."""
    small = study.field // 4
    ratio = small / study.size
    spots = study.points[:468] * ratio
    depth = study.depth[:468] * ratio
    across, down = _surface_slope(spots, depth, FORM_SPREAD * study.unit * ratio, small)
    fine = _surface_slope(spots, depth, NOSE_SPREAD * study.unit * ratio, small)
    nose = blurred(polygons(small, [spots[list(mesh.NOSE)]]), 12 * study.unit * ratio)
    across += NOSE_DETAIL * nose * (fine[0] - across)
    down += NOSE_DETAIL * nose * (fine[1] - down)
    length = np.sqrt(across**2 + down**2 + 1)
    # Depth grows away from the viewer, so the normal towards the viewer is (zx, zy, -1) / length.
    towards = (0.55 * side, -0.45, -0.70)
    lit = (across * towards[0] + down * towards[1] - towards[2]) / length
    return enlarged(as_field(lit), study.field)


def _surface_slope(
    spots: NDArray[np.float32], depth: NDArray[np.float32], spread: float, side: int
) -> tuple[Mask, Mask]:
    """Slopes of a surface through scattered depths, by moving least squares."""
    columns, rows = np.clip(np.round(spots).astype(int), 0, side - 1).T
    x, y = (spots / side).T
    sums = {}
    for name, values in {
        "1": np.ones_like(x), "x": x, "y": y, "xx": x * x, "xy": x * y, "yy": y * y,
        "z": depth, "xz": x * depth, "yz": y * depth,
    }.items():  # fmt: skip
        sheet = np.zeros((side, side), np.float64)
        np.add.at(sheet, (rows, columns), values)
        sums[name] = cv2.GaussianBlur(sheet, (0, 0), spread)
    total = sums["1"] + 1e-9
    mean = {k: v / total for k, v in sums.items()}
    xx = mean["xx"] - mean["x"] ** 2 + 1e-6
    yy = mean["yy"] - mean["y"] ** 2 + 1e-6
    xy = mean["xy"] - mean["x"] * mean["y"]
    xz = mean["xz"] - mean["x"] * mean["z"]
    yz = mean["yz"] - mean["y"] * mean["z"]
    det = xx * yy - xy * xy + 1e-12
    return (yy * xz - xy * yz) / det / side, (xx * yz - xy * xz) / det / side


def slow_hue(study: Study) -> NDArray[np.float32]:
    """Return (HUE_SIDE, HUE_SIDE, 2) the skin's own slow changes of a and b around its mean."""
    parts = []
    weight = reduced(np.maximum(study.bare, 1e-3 * study.skin), HUE_SIDE)
    sigma = HUE_RADIUS * study.scale * HUE_SIDE / study.field
    near = blurred(weight, sigma) + np.float32(1e-4)
    for axis in (1, 2):
        own = reduced(np.ascontiguousarray(study.lab[..., axis]), HUE_SIDE) * weight
        slow = blurred(own, sigma) / near
        parts.append(np.clip(0.6 * (slow - study.skin_tone[axis]), -HUE_LIMIT, HUE_LIMIT))
    return as_field(np.dstack(parts))
