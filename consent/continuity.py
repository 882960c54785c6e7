"""One face from start to end: enrols it from the first frames, then checks that it stays.

Both the calm face and the face that performs are compared: a picture of one person between the
actions of another must not pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from consent.directions import refused
from consent.identity import check_continuity, enrol
from consent.profiles import IdentityProfile, LivenessProfile
from consent.types import FrameEvidence, Template

_LOST_SECONDS = 2.0  # an embedding that was asked for and did not come is asked for again


class Continuity:
    """Asks for embeddings of frames and compares them; an embedding costs about 80 ms."""

    def __init__(
        self, profile: LivenessProfile, identity: IdentityProfile, rng: Random | None
    ) -> None:
        self._profile = profile
        self._identity = identity
        self._rng = rng
        self._first: list[Template] = []
        self._template: Template | None = None
        self._distances: list[float] = []
        self._pending: dict[int, float] = {}  # sequence to page ms
        self._asked = 0
        self._next_ms = 0.0
        self._step_ms = 0.0
        self._checked = False
        self._performing: set[int] = set()  # frames of this step that show its action
        self._needed = 1  # of these, how many must be found the same
        self._proofs = 0

    @property
    def template(self) -> Template | None:
        """The mean of the first embeddings, once there are enough."""
        return self._template

    @property
    def distances(self) -> Sequence[float]:
        """Euclidean distances of the later embeddings to the template."""
        return tuple(self._distances)

    @property
    def count(self) -> int:
        """How many embeddings came."""
        return len(self._first) + len(self._distances)

    @property
    def checked(self) -> bool:
        """Whether an embedding of a frame of this step came."""
        return self._checked

    @property
    def proved(self) -> bool:
        """Whether the face that performs this step's action was found to be the same."""
        return self._proofs >= self._needed

    @property
    def enrolled_share(self) -> float:
        """How much of the enrolment is done, 0 to 1."""
        return len(self._first) / self._profile.enrolment_frames

    def begin_step(self, frame: FrameEvidence, *, proofs: int = 1) -> None:
        """Start a new step.

        Args:
            frame: the one that ended the step before.
            proofs: how many frames that show the new step's action must be found the same.
        """
        self._checked = False
        self._performing.clear()
        self._needed = proofs
        self._proofs = 0
        self._step_ms = frame.client_ms

    def ask(self, frame: FrameEvidence) -> bool:
        """Ask for this frame's embedding unless one is under way or enrolment must wait a little.

        Five embeddings of one instant would prove less than five spread over the first second.
        """
        if self._template is None and frame.client_ms < self._next_ms:
            return False
        return not self._under_way(frame) and self._mark(frame)

    def ask_performing(self, frame: FrameEvidence) -> bool:
        """Ask for a frame that shows the action of this step, until one was found the same.

        Other embeddings that are under way do not delay it: closed eyes last a frame or two.
        """
        waiting = any(self._is_recent(sequence, frame) for sequence in self._performing)
        if self.proved or waiting:
            return False
        self._performing.add(frame.sequence)
        return self._mark(frame)

    def ask_coloured(self, frame: FrameEvidence) -> bool:
        """Ask for a frame under the screen's colours, whatever else is under way."""
        self._performing.add(frame.sequence)
        return self._mark(frame)

    def ask_if_due(self, frame: FrameEvidence, *, reserved: int) -> bool:
        """Ask between the steps' own checks, about once a second and unpredictably.

        Args:
            frame: frontal, without expression.
            reserved: embeddings that the steps to come still need.
        """
        spare = self._profile.max_embeddings - self._asked - reserved
        due = frame.client_ms >= self._next_ms and not self._under_way(frame)
        return due and spare > 0 and self._mark(frame)

    def add(self, sequence: int, embedding: Template) -> None:
        """Take an embedding that was asked for.

        Raises:
            LivenessRefused: `out_of_order` for a frame that was not asked about.
            IdentityRefused: `face_changed`.
        """
        asked_ms = self._pending.pop(sequence, None)
        if asked_ms is None:
            raise refused("out_of_order")
        if self._template is not None:
            self._distances.append(check_continuity(embedding, self._template, self._identity))
        else:
            self._first.append(embedding)
            if len(self._first) == self._profile.enrolment_frames:
                self._template = enrol(self._first, self._identity)
        self._proofs += sequence in self._performing
        self._checked = self._checked or asked_ms > self._step_ms

    def _under_way(self, frame: FrameEvidence) -> bool:
        return any(self._is_recent(sequence, frame) for sequence in self._pending)

    def _is_recent(self, sequence: int, frame: FrameEvidence) -> bool:
        """Return whether the embedding of a frame is awaited and may still come."""
        asked_ms = self._pending.get(sequence)
        return asked_ms is not None and (frame.client_ms - asked_ms) / 1000 < _LOST_SECONDS

    def _mark(self, frame: FrameEvidence) -> bool:
        self._pending[frame.sequence] = frame.client_ms
        self._asked += 1
        profile = self._profile
        if self._template is None:
            pause = profile.hold_seconds / profile.enrolment_frames
        else:
            jitter = self._rng.uniform(0.6, 1.4) if self._rng else 1.0
            pause = profile.embedding_seconds * jitter
        self._next_ms = frame.client_ms + 1000 * pause
        return True
