"""Which views of a face the selfies show, what is missing, and which of many frames add most.

The limits are provisional: they name views that a style or a personal model can tell apart, not
what any measurement asks for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from consent.types import Look
from studio.service import CoverageItem

STRAIGHT_DEGREES = 10.0  # |yaw| and |pitch| of a face that looks ahead
TURNED_DEGREES = 12.0  # |yaw| from which a face is turned
TILTED_DEGREES = 9.0  # pitch away from the straightest selfie's: up or down
SMILE, CALM = 0.35, 0.25  # blendshape score: at least, at most
DETAIL_SHARPNESS = 40.0  # grey levels squared: what sharp webcam stills measure
OTHER_LUMA, OTHER_SIDE = 25.0, 0.10  # how far two lights differ: grey levels, share
SAME_YAW = 10.0  # degrees: a turned head takes the light differently, so light is compared within
# One unit of each number: looks that differ by less in all of them are the same picture.
_UNITS = Look(yaw=7.0, pitch=7.0, luma=15.0, side_light=0.06, smile=0.25, sharpness=math.inf)
_MOST_VARIETY = 3.0  # units: beyond, one picture is not more different than another
_VIEW_WORTH = 1.5  # in the logarithm of sharpness: a new view outweighs four times the sharpness


@dataclass(frozen=True, slots=True)
class View:
    """One thing that selfies should show."""

    name: str
    label: str
    advice: str
    shown: Callable[[Sequence[Look]], bool]


def coverage(looks: Sequence[Look]) -> tuple[CoverageItem, ...]:
    """Return what selfies of these looks show, and for the rest what to add."""
    return tuple(CoverageItem(v.name, v.label, v.shown(looks), v.advice) for v in VIEWS)


def choose_next(looks: Sequence[Look], merits: Sequence[float], chosen: Sequence[Look]) -> int:
    """Return the index of the look that adds most to those chosen, or -1 when none adds anything.

    Greedy maximum of merit, views not yet shown, and distance to the nearest one chosen.

    Args:
        looks: candidates.
        merits: how good each is as a picture, in the logarithm of sharpness.
        chosen: looks that are kept already.
    """
    best, index = -math.inf, -1
    shown = _shown(chosen)
    for number, (look, merit) in enumerate(zip(looks, merits, strict=True)):
        variety = min((difference(look, other) for other in chosen), default=_MOST_VARIETY)
        if not variety >= 1:
            continue
        gain = len(_shown([*chosen, look]) - shown)
        worth = merit + _VIEW_WORTH * gain + min(variety, _MOST_VARIETY) / 2
        if worth > best:
            best, index = worth, number
    return index


def difference(one: Look, other: Look) -> float:
    """Return how far two looks differ, in units of what the eye tells apart."""
    names = ("yaw", "pitch", "luma", "side_light", "smile")
    apart = [abs(getattr(one, name) - getattr(other, name)) for name in names]
    return max(float(a / getattr(_UNITS, name)) for a, name in zip(apart, names, strict=True))


def _shown(looks: Sequence[Look]) -> set[str]:
    return {view.name for view in VIEWS if view.shown(looks)}


def _straight(look: Look) -> bool:
    return abs(look.yaw) <= STRAIGHT_DEGREES and abs(look.pitch) <= STRAIGHT_DEGREES


def _any(test: Callable[[Look], bool]) -> Callable[[Sequence[Look]], bool]:
    return lambda looks: any(test(look) for look in looks)


def _tilted(looks: Sequence[Look]) -> bool:
    """A camera may look up or down itself, so the straightest selfie is what counts as level."""
    level = min(looks, key=lambda look: abs(look.yaw) + abs(look.pitch), default=None)
    if level is None:
        return False
    return any(abs(look.pitch - level.pitch) >= TILTED_DEGREES for look in looks)


def _two_lights(looks: Sequence[Look]) -> bool:
    return any(
        abs(one.yaw - other.yaw) <= SAME_YAW
        and (
            abs(one.luma - other.luma) >= OTHER_LUMA
            or abs(one.side_light - other.side_light) >= OTHER_SIDE
        )
        for number, one in enumerate(looks)
        for other in looks[:number]
    )


VIEWS = (
    View("straight", "Straight ahead", "Look straight into the camera.", _any(_straight)),
    View(
        "left",
        "Turned a little to the left",
        "Turn your head a little to your left.",
        _any(lambda look: look.yaw >= TURNED_DEGREES),
    ),
    View(
        "right",
        "Turned a little to the right",
        "Turn your head a little to your right.",
        _any(lambda look: look.yaw <= -TURNED_DEGREES),
    ),
    View("tilt", "Chin up or down", "Lift or lower your chin a little.", _tilted),
    View("calm", "A calm face", "Relax your face.", _any(lambda look: look.smile <= CALM)),
    View("smile", "A smile", "Smile.", _any(lambda look: look.smile >= SMILE)),
    View(
        "light",
        "Another light",
        "Take one in another light, beside a window for instance.",
        _two_lights,
    ),
    View(
        "detail",
        "Very sharp",
        "Add one very sharp picture, with the lens wiped and your head still.",
        _any(lambda look: look.sharpness >= DETAIL_SHARPNESS),
    ),
)
