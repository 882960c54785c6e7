"""Under which conditions somebody who is there is captured, one changed at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tests.attacks.camera import Conditions
from tests.attacks.lab import Attempt, Case, Lab

BONA_FIDE = "bona_fide"


@dataclass(frozen=True, slots=True)
class Condition:
    """One way to change the usual."""

    title: str
    conditions: Conditions = field(default_factory=Conditions)
    weak: bool = False  # refusing is expected, with words: "too bright here"


CONDITIONS: Mapping[str, Condition] = MappingProxyType(
    {
        "usual": Condition("15 fps, JPEG 80, noise 3 grey levels, screen 12 % of the room"),
        "fps_10": Condition("10 fps", Conditions(fps=10, jitter=0.01)),
        "fps_30": Condition("30 fps", Conditions(fps=30)),
        "jpeg_50": Condition("JPEG 50", Conditions(quality=50)),
        "jpeg_95": Condition("JPEG 95", Conditions(quality=95)),
        "uneven": Condition("12 fps, frames up to 60 ms late", Conditions(jitter=0.06, fps=12)),
        "drift": Condition(
            "exposure drifts by 8 %, white balance by 4 %",
            Conditions(exposure_drift=0.08, white_balance_drift=0.04),
        ),
        "screen_02": Condition("screen 2 % of the room", Conditions(strength=0.02), weak=True),
        "screen_03": Condition("screen 3 % of the room", Conditions(strength=0.03), weak=True),
        "screen_05": Condition("screen 5 % of the room", Conditions(strength=0.05)),
        "screen_30": Condition("screen 30 % of the room", Conditions(strength=0.3)),
        "hard": Condition(
            "12 fps, JPEG 50, noise 8, screen 5 % of the room",
            Conditions(fps=12, quality=50, noise=8, strength=0.05),
        ),
        "gentle": Condition("gentle pace", Conditions(fps=12, pace="gentle")),
        "gentle_03": Condition(
            "gentle pace, screen 3 % of the room",
            Conditions(fps=12, pace="gentle", strength=0.03),
            weak=True,
        ),
        "gentle_hard": Condition(
            "gentle pace, white balance drifts by 4 %, screen 5 % of the room",
            Conditions(fps=12, pace="gentle", strength=0.05, white_balance_drift=0.04),
        ),
    }
)


def build(lab: Lab, case: Case) -> Attempt:
    """Seat somebody who does what is asked, with a reaction between 0.3 and 1.5 seconds."""
    player = lab.sitter(case)
    player.motion = case.motion((0.3, 1.5))
    return Attempt(player, case.challenge())
