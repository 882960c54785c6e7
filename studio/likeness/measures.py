"""A drawing against a selfie, measure by measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.likeness.colour import ciede2000
from studio.likeness.types import Measures
from studio.styles import mesh
from studio.styles.attributes.colours import lab_of

if TYPE_CHECKING:
    from studio.likeness.colour import Lab
    from studio.likeness.seen import Seen

# Colours of a figure's parts count as agreeing up to this CIEDE2000: what the accuracy of the
# measured hair colour is held to; palettes have few colours.
SAME_COLOUR = 10.0
COLOURED = ("skin", "hair_colour", "clothes_colour", "glasses_colour")


def compare(selfie: Seen, drawing: Seen) -> Measures:
    """Measure how far a drawing is from a selfie, its own or another person's."""
    parts = drawing.shown is not None
    skin = _wanted(selfie, "skin") if parts else selfie.skin
    hair = _wanted(selfie, "hair_colour") if parts else selfie.hair
    return Measures(
        shape_error=shape_error(selfie.points, drawing.points),
        shape_source=drawing.source,
        skin_drift=_drift(skin, drawing.skin),
        skin_lightness=_lighter(skin, drawing.skin),
        hair_drift=None if "bald" in selfie.traits else _drift(hair, drawing.hair),
        face_distance=_apart(selfie.embedding, drawing.embedding),
        agreement=agreement(selfie, drawing),
        kept=tuple(sorted(selfie.traits & drawing.traits)),
        lost=tuple(sorted(_told(selfie, drawing) & (selfie.traits ^ drawing.traits))),
    )


def shape_error(
    reference: NDArray[np.float32] | None, points: NDArray[np.float32] | None
) -> float | None:
    """Return the mean distance of landmarks after a Procrustes fit, as share of the eyes' distance.

    Position, size and lean are taken away (Gower, "Generalized Procrustes analysis", 1975): a
    drawing may stand elsewhere. The eyes' distance is that of their centres in `reference`.

    Args:
        reference: (478, 2) pixels.
        points: (478, 2) pixels.
    """
    if reference is None or points is None:
        return None
    first = reference - reference.mean(axis=0)
    second = points - points.mean(axis=0)
    left, singular, right = np.linalg.svd(second.T @ first)
    turn = left @ right
    if np.linalg.det(turn) < 0:  # no mirrors
        left[:, -1] *= -1
        singular[-1] *= -1
        turn = left @ right
    fitted = second @ turn * (singular.sum() / max(float((second**2).sum()), 1e-9))
    return float(np.linalg.norm(fitted - first, axis=1).mean() / eye_distance(reference))


def eye_distance(points: NDArray[np.float32]) -> float:
    """Return the distance of the eyes' centres in (478, 2) landmarks."""
    one, two = (points[[eye.upper[0], eye.upper[-1]]].mean(axis=0) for eye in mesh.EYES)
    return max(float(np.linalg.norm(one - two)), 1e-6)


def agreement(selfie: Seen, drawing: Seen) -> float | None:
    """Return which share of what a figure's parts show agrees with the person's attributes."""
    if drawing.shown is None or selfie.shown is None:
        return None
    shared = [name for name in drawing.shown if name in selfie.shown]
    if not shared:
        return None
    agreed = [_agrees(name, selfie.shown[name], drawing.shown[name]) for name in shared]
    return sum(agreed) / len(agreed)


def _agrees(name: str, wanted: str, shown: str) -> bool:
    if name in COLOURED:
        return ciede2000(lab_of(wanted), lab_of(shown)) <= SAME_COLOUR
    return wanted == shown


def _told(selfie: Seen, drawing: Seen) -> frozenset[str]:
    """Return the features that both speak of."""
    every = selfie.traits | drawing.traits
    if drawing.shown is None:
        return every
    named = {name for name in every if name in drawing.shown}
    return frozenset(named | ({"bald"} if "hair_length" in drawing.shown else set()))


def _wanted(selfie: Seen, name: str) -> Lab | None:
    return None if selfie.shown is None else lab_of(selfie.shown[name])


def _drift(first: Lab | None, second: Lab | None) -> float | None:
    return None if first is None or second is None else ciede2000(first, second)


def _lighter(first: Lab | None, second: Lab | None) -> float | None:
    return None if first is None or second is None else float(second[0] - first[0])


def _apart(first: tuple[float, ...] | None, second: tuple[float, ...] | None) -> float | None:
    if first is None or second is None:
        return None
    return float(np.linalg.norm(np.subtract(first, second)))
