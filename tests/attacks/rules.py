"""The rules that captures are judged by, and variants that tell which rule does the work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from consent.gestures import HEAD_ACTIONS
from consent.profiles import STANDARD_IDENTITY, STANDARD_LIVENESS, IdentityProfile, LivenessProfile
from consent.types import Action, Challenge

SLIGHT_TURN = 2.0  # degrees: what any picture that is moved reads


@dataclass(frozen=True, slots=True)
class Rules:
    """What a capture is judged by."""

    title: str
    liveness: LivenessProfile = STANDARD_LIVENESS
    identity: IdentityProfile = STANDARD_IDENTITY
    expressions: bool = True  # whether they are asked for

    def adapted(self, challenge: Challenge) -> Challenge:
        """Return the challenge with only what these rules ask for."""
        if self.expressions:
            return challenge
        kept = [a for a in challenge.actions if a in HEAD_ACTIONS or a is Action.COLOURS]
        return replace(challenge, assent=Action.TURN_LEFT, actions=tuple(kept))


_BLIND = replace(
    STANDARD_LIVENESS.flash,
    min_amplitude=-math.inf,
    min_correlation=-math.inf,
    min_decoded=0,
    min_contrast=-math.inf,
    min_relief=-math.inf,
)
_NO_COLOURS = replace(STANDARD_LIVENESS, flash=_BLIND)

RULES: Mapping[str, Rules] = MappingProxyType(
    {
        "standard": Rules("all rules"),
        "no_colours": Rules("without the colours", _NO_COLOURS),
        "no_expressions": Rules("without expressions", expressions=False),
        "no_turns": Rules(
            "without expressions, turns of 2 degrees",
            replace(
                STANDARD_LIVENESS,
                turn_degrees=SLIGHT_TURN,
                look_up_degrees=SLIGHT_TURN,
                embed_look_up_from=SLIGHT_TURN,
            ),
            expressions=False,
        ),
        "no_continuity": Rules(
            "without comparing the face",
            identity=replace(STANDARD_IDENTITY, continuity_distance=9.0),
        ),
    }
)
