"""What one frame shows, judged against the person's own rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from consent.directions import Obstacle
from consent.profiles import LivenessProfile
from consent.types import Action, FrameEvidence

HEAD_ACTIONS = frozenset({Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP})
EXPRESSIONS = frozenset({Action.SMILE, Action.MOUTH_OPEN})


@dataclass(frozen=True, slots=True)
class Rest:
    """A person's face at rest: medians over the frames of the first hold."""

    pitch: float  # degrees
    smile: float  # 0 to 1, as the other two
    mouth_open: float
    eyes_closed: float

    @classmethod
    def of(cls, frames: Sequence[FrameEvidence]) -> Rest:
        """Measure the rest of at least one frame."""
        return cls(
            pitch=median(frame.pitch for frame in frames),
            smile=median(frame.smile for frame in frames),
            mouth_open=median(frame.mouth_open for frame in frames),
            eyes_closed=median(frame.eyes_closed for frame in frames),
        )


def rises(frame: FrameEvidence, rest: Rest) -> dict[Action, float]:
    """Return how far a frame shows each action: degrees for the head, score above rest else."""
    return {
        Action.TURN_LEFT: frame.yaw,
        Action.TURN_RIGHT: -frame.yaw,
        Action.LOOK_UP: frame.pitch - rest.pitch,
        Action.SMILE: frame.smile - rest.smile,
        Action.MOUTH_OPEN: frame.mouth_open - rest.mouth_open,
        Action.BLINK: frame.eyes_closed - rest.eyes_closed,
    }


def shown(frame: FrameEvidence, rest: Rest, profile: LivenessProfile) -> frozenset[Action]:
    """Return the actions that a frame clearly shows; a value that is not a number shows none."""
    if frame.faces != 1:
        return frozenset()
    needed = {
        Action.TURN_LEFT: profile.turn_degrees,
        Action.TURN_RIGHT: profile.turn_degrees,
        Action.LOOK_UP: profile.look_up_degrees,
        Action.SMILE: profile.smile_rise,
        Action.MOUTH_OPEN: profile.mouth_open_rise,
        Action.BLINK: profile.blink_rise,
    }
    measured = rises(frame, rest)
    return frozenset(action for action, least in needed.items() if measured[action] >= least)


def obstacle(frame: FrameEvidence, rest: Rest | None, profile: LivenessProfile) -> Obstacle | None:
    """Return why a frame cannot count as frontal and well seen, or None.

    Args:
        frame: what was measured.
        rest: the person's rest once it is known; before, the frame must look like a rest.
        profile: thresholds.
    """
    if frame.faces != 1:
        return Obstacle.TWO_FACES if frame.faces > 1 else Obstacle.NO_FACE
    if not _is_centred(frame, rest, profile):
        return Obstacle.NOT_CENTRED
    if not (
        frame.inter_eye >= profile.min_inter_eye and frame.face_height >= profile.min_face_height
    ):
        return Obstacle.TOO_FAR
    if (light := light_obstacle(frame, profile)) is not None:
        return light
    if rest is None and not _is_relaxed(frame, profile):
        return Obstacle.NOT_RELAXED
    return None


def light_obstacle(frame: FrameEvidence, profile: LivenessProfile) -> Obstacle | None:
    """Return whether the face is too dark or too bright."""
    if not frame.luma >= profile.min_luma:
        return Obstacle.TOO_DARK
    return Obstacle.TOO_BRIGHT if frame.luma > profile.max_luma else None


def _is_centred(frame: FrameEvidence, rest: Rest | None, profile: LivenessProfile) -> bool:
    if rest is None:
        level = abs(frame.pitch) <= profile.tilt_degrees
    else:
        level = abs(frame.pitch - rest.pitch) <= profile.centre_degrees
    ahead = abs(frame.yaw) <= profile.centre_degrees and abs(frame.roll) <= profile.tilt_degrees
    return ahead and level


def _is_relaxed(frame: FrameEvidence, profile: LivenessProfile) -> bool:
    scores = (frame.smile, frame.mouth_open, frame.eyes_closed)
    return all(score <= profile.rest_ceiling for score in scores)
