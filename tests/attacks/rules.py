"""The rules that captures are judged by, and variants that tell which rule does the work."""

from __future__ import annotations

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
    colours: bool = True  # whether they are shown

    def adapted(self, challenge: Challenge) -> Challenge:
        """Return the challenge with only what these rules ask for."""
        actions = [action for action in challenge.actions if self._asks_for(action)]
        assent = challenge.assent if self.expressions else Action.TURN_LEFT
        return replace(challenge, assent=assent, actions=tuple(actions))

    def _asks_for(self, action: Action) -> bool:
        if action is Action.COLOURS:
            return self.colours
        return self.expressions or action in HEAD_ACTIONS


RULES: Mapping[str, Rules] = MappingProxyType(
    {
        "standard": Rules("all rules"),
        "no_colours": Rules("without the colours", colours=False),
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
