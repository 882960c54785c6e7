"""The full-resolution stills that are taken inside the challenge: they are the selfies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from consent.directions import refused
from consent.gestures import Rest, obstacle, shown
from consent.identity import check_continuity
from consent.profiles import IdentityProfile, LivenessProfile
from consent.types import Action, FrameEvidence, Template


@dataclass(frozen=True, slots=True)
class Still:
    """A full-resolution selfie that was taken inside the challenge."""

    sha256: str
    template: Template = field(repr=False)  # biometric: keep it out of logs
    evidence: FrameEvidence
    distance: float  # Euclidean, to the capture's template


class Selfies:
    """Asks for stills, one at a time, and keeps those that can be used."""

    def __init__(self, profile: LivenessProfile, identity: IdentityProfile) -> None:
        self._profile = profile
        self._identity = identity
        self._kept: list[Still] = []
        self._due = 0  # asked for and not yet received
        self._asked_ms: float | None = None
        self._last_ms: float | None = None  # when one of this step was asked for
        self._wanted = False

    @property
    def kept(self) -> Sequence[Still]:
        """The stills so far."""
        return tuple(self._kept)

    @property
    def wanted(self) -> bool:
        """Whether this step still lacks its still."""
        return self._wanted

    @property
    def waiting(self) -> bool:
        """Whether one was asked for and did not come."""
        return self._asked_ms is not None

    @property
    def missing(self) -> bool:
        """Whether this step asked for its still and could keep none."""
        return self._wanted and self._last_ms is not None

    def begin_step(self, *, wanted: bool) -> None:
        """Start a step that does or does not yield a still."""
        self._wanted = wanted
        self._asked_ms = self._last_ms = None

    def ask(self, frame: FrameEvidence) -> bool:
        """Ask now, unless the last request is recent: a still costs half a second to measure."""
        profile = self._profile
        waited = profile.still_seconds if self.waiting else profile.still_again_seconds
        if self._last_ms is not None and (frame.client_ms - self._last_ms) / 1000 < waited:
            return False
        self._asked_ms = self._last_ms = frame.client_ms
        self._due += 1
        return True

    def expect(self) -> None:
        """Raise LivenessRefused (`out_of_order`) when no still was asked for."""
        if self._due == 0:
            raise refused("out_of_order")
        self._due -= 1

    def add(
        self,
        sha256: str,
        embedding: Template,
        evidence: FrameEvidence,
        *,
        to: Template,
        rest: Rest,
        among: Sequence[FrameEvidence],
    ) -> None:
        """Keep a still, or drop one that comes late, blinks, or is not frontal and well lit.

        One that lies with none of its neighbours is another picture, or somebody moved: dropped.

        Args:
            sha256: of the still.
            embedding: of the still.
            evidence: measured on the still at the frames' size.
            to: the capture's template.
            rest: the person's face at rest.
            among: the frames beside it.

        Raises:
            IdentityRefused: `face_changed`.
        """
        late = self._asked_ms is None
        self._asked_ms = None
        profile = self._profile
        blinking = Action.BLINK in shown(evidence, rest, profile)
        if late or blinking or obstacle(evidence, rest, profile) is not None:
            return
        if not any(_is_of_one_scene(evidence, frame, profile) for frame in among):
            return
        distance = check_continuity(embedding, to, self._identity)
        self._kept.append(Still(sha256, embedding, evidence, distance))
        self._wanted = False


def _is_of_one_scene(still: FrameEvidence, frame: FrameEvidence, profile: LivenessProfile) -> bool:
    """Return whether the face has the same place and size, before the same background."""
    moved = math.hypot(still.face_x - frame.face_x, still.face_y - frame.face_y)
    grown = abs(math.log(still.face_height / frame.face_height))
    changed = math.dist(still.background_chroma, frame.background_chroma)
    return (
        moved <= profile.still_move * frame.face_height
        and grown <= profile.still_growth
        # A background that is too dark, or not in the picture, tells nothing.
        and (math.isnan(changed) or changed <= profile.still_background)
    )
