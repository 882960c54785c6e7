"""Skin in ink: hatching on the side away from the lamp, and the chin's black on the neck."""

from __future__ import annotations

import numpy as np

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, enlarged, ramp
from studio.styles.painted.canvas import crisp, polygons, spline
from studio.styles.painted.inked.hatching import hatched
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import Study

SHADE_FROM, SHADE_FULL = 0.40, 0.02  # shares of the face between which hatching swells
CROSS_SHARE = 0.10  # of the face is hatched twice
PITCH = 12.0  # units between hatching lines
ANGLES = (0.95, 2.25)  # radians: the first hatching and the one across it
NECK_DROPS = (34.0, 96.0)  # units that the chin's black falls, and the hatching it ends in
LAMP_SIDE = 0.45  # share of the hatching that the cheek towards the lamp keeps


def ink_skin(
    study: Study,
    skin: SkinPaint,
    ranks: Mask,
    amounts: tuple[float, float],
    rng: np.random.Generator,
) -> Mask:
    """Return the skin's shade as ink, (S, S) alpha: crossed where deepest, black under the chin.

    Args:
        study: Of the portrait.
        skin: As painted.
        ranks: (F, F) the skin's shading, 0 in the face's darkest place and 1 in its lightest.
        amounts: Of hatching and of solid blacks, 1 = as designed.
        rng: Makes the hand's wobble.
    """
    amount, blacks = amounts
    smooth = study.blur(ranks, 4)
    inside = ramp(study.blur(study.face, 12), 0.35, 0.75) * _clear(study)
    columns = np.arange(study.field, dtype=np.float32)[None, :] / study.field
    middle = float(study.points[mesh.BRIDGE, 0]) / study.size
    # The lamp's side keeps its paper: an outline of shade all round would be a mask.
    turned = ramp(skin.side * (middle - columns), -0.10, 0.14) * (1 - LAMP_SIDE) + LAMP_SIDE
    black, feather = _under_chin(study, blacks)
    first, across = rng.spawn(2)
    deep = inside * turned * ramp(-smooth, -SHADE_FROM, -SHADE_FULL)
    lines = np.maximum(deep, feather)
    ink = hatched(study, as_field(amount * lines), pitch=PITCH, angle=ANGLES[0], rng=first)
    core = as_field(amount * inside * turned * ramp(-smooth, -CROSS_SHARE, 0.04))
    cross = hatched(study, core, pitch=PITCH, angle=ANGLES[1], rng=across)
    return np.maximum(np.maximum(ink, cross), black)


def _clear(study: Study) -> Mask:
    """(F, F) 0 on eyes, lips and beard: what is drawn there is not hatched over."""
    points = study.points * (study.field / study.size)
    rings = [points[[*eye.upper, *eye.lower[::-1]]] for eye in mesh.EYES]
    rings.append(points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]])
    features = ramp(study.blur(polygons(study.field, rings), 3), 0.05, 0.4)
    beard = np.clip(enlarged(study.regions.beard.mask, study.field), 0, 1)
    return as_field((1 - features) * (1 - beard))


def _under_chin(study: Study, blacks: float) -> tuple[Mask, Mask]:
    """The chin's shadow on the neck: solid (S, S), and (F, F) the shade that it fades into."""
    half = study.field / study.size
    jaw = study.points[list(mesh.JAW)].astype(np.float64) * half
    swell = np.sin(np.linspace(0, np.pi, len(jaw))) ** 0.8 * blacks * study.scale
    bands = []
    for drop in NECK_DROPS:
        lower = jaw + np.column_stack([np.zeros(len(jaw)), swell * drop])
        bands.append(polygons(study.field, [np.vstack([spline(jaw), spline(lower)[::-1]])]))
    bare = np.clip(1 - study.clothes - study.hair, 0, 1)
    solid = study.blur(bands[0], 3) * bare
    feather = study.blur(bands[1], 0.25 * (NECK_DROPS[1] - NECK_DROPS[0])) * bare
    return crisp(as_field(solid), 0.5, study.size), as_field(0.9 * feather)
