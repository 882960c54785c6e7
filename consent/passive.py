"""What a passive model may say about the stills of a capture: no, or nothing. Never yes.

Such a model looks at one picture for traces of paper, screens and masks. It is an operator's own
addition: a capture passes or fails without one exactly as it does by all other rules, and the
best of scores outweighs none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from consent.errors import LivenessRefused


@dataclass(frozen=True, slots=True)
class PassiveProfile:
    """When a passive model's scores end a capture."""

    # The operator's model is not known here; what it misjudges is for the operator to measure.
    min_score: float = 0.5  # median over the stills, 0 = surely an attack, 1 = alive; provisional


STANDARD_PASSIVE = PassiveProfile()


def require_unsuspicious(
    scores: Sequence[float], profile: PassiveProfile = STANDARD_PASSIVE
) -> Mapping[str, float]:
    """Return the number that is kept of a passive model's scores; none without a model.

    Args:
        scores: one a still, 0 to 1, 1 = alive; empty when no model is installed. One that is not
            a number counts as 0: a model that is there and cannot answer is no reason to pass.
        profile: the limit.

    Raises:
        LivenessRefused: `passive_rejects`.
    """
    if not scores:
        return {}
    score = median(value if 0.0 <= value <= 1.0 else 0.0 for value in scores)
    if not score >= profile.min_score:
        raise LivenessRefused(
            "passive_rejects",
            "The pictures look like a photograph or a screen, not like a face.",
            why="Only somebody who sits in front of the camera can agree.",
            next_step="Wipe the lens, sit in even light, and try again. If it happens again, tell "
            "whoever runs this studio: a model that they added decides this.",
        )
    return {"passive_score": score}
