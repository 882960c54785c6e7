"""One subject's capture, jobs and pictures, as the fake studio keeps them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from consent.errors import IdentityRefused, LivenessRefused, Refusal
from outputs.types import StoredOutput
from studio.service import (
    CaptureUpdate,
    CoverageItem,
    HistoryItem,
    JobState,
    RecordView,
    SelfieView,
)

if TYPE_CHECKING:
    from tests.studio.ui.fakes import FakeStudio

SCRIPT = (
    ("centre", "Look straight at the camera"),
    ("smile", "Smile: you agree to this"),
    ("turn_left", "Turn your head to the left"),
    ("centre", "Back to the middle"),
    ("turn_right", "Turn your head to the right"),
    ("centre", "Back to the middle"),
)

# Those of the capture's own selfies show the first; each further one shows the next.
VIEWS = (
    ("straight", "Straight ahead", "Look straight into the camera."),
    ("left", "Turned a little to the left", "Turn your head a little to your left."),
    ("light", "Another light", "Take one in another light, beside a window for instance."),
    ("smile", "A smile", "Smile."),
    ("detail", "Very sharp", "Add one very sharp picture, with the lens wiped."),
)
FROM_CAPTURE = 5  # selfies


@dataclass
class FakeCapture:
    """Each instruction takes `per_step` frames; the third frame of each asks for a still once."""

    studio: FakeStudio
    token: str
    opened: FakeSubject | None = None
    per_step: int = 8
    frames: int = 0
    stills: int = 0
    finished: bool = False
    assent_text: str = "You, in front of the camera, agree to this."

    def frame(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        self.studio.arrivals.append(arrived_at)
        self.studio.refuse_if("capture")
        if b"stranger" in data:
            raise IdentityRefused(
                "another_face",
                "This is not the face from that sitting.",
                why="Only the person who agreed may open what was made of them.",
                next_step="If it is you, turn towards the light and try again.",
            )
        self.frames += 1
        return self.update(sequence)

    def still(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        self.stills += 1
        return self.update(sequence)

    def update(self, sequence: int) -> CaptureUpdate:
        at = min(self.frames // self.per_step, len(SCRIPT))
        done = at == len(SCRIPT)
        action, text = ("done", "That is you") if done else SCRIPT[at]
        hint = "Come a little closer." if at == 2 and self.frames % self.per_step < 4 else None
        wants = not done and self.frames % self.per_step == 3 and self.stills < at + 1
        progress = min(1.0, self.frames / (self.per_step * len(SCRIPT)))
        return CaptureUpdate(
            sequence, action, text, hint, progress, wants and self.stills < 5, done
        )

    def abandon(self) -> None:
        if self.frames and not self.finished:
            self.studio.abandoned += 1

    def finish(self) -> None:
        self.finished = True
        subject = self.opened or self.studio.bound(self.token)
        self.studio.open[self.token] = subject
        subject.captured = True
        subject.agree_before_the_camera(self.studio.now())
        if not subject.selfies:
            subject.selfies = [
                SelfieView(f"selfie{n}", self.studio.now()) for n in range(FROM_CAPTURE)
            ]


@dataclass
class FakeSubject:
    """One subject: a record, what was captured, what was made."""

    record: RecordView
    captured: bool = False
    baked: str | None = None
    selfies: list[SelfieView] = field(default_factory=list)
    outputs: list[StoredOutput] = field(default_factory=list)
    jobs: dict[str, FakeJob] = field(default_factory=dict)
    waiting: RecordView | None = None
    earlier: list[RecordView] = field(default_factory=list)
    told: list[HistoryItem] = field(default_factory=list)

    def tell(self, what: str, at: datetime, record: RecordView | None = None) -> None:
        if record is None:
            self.told.append(HistoryItem(at, what, None))
        else:
            item = HistoryItem(at, what, record.log_index, record.summary, record.language)
            self.told.append(item)

    def agree_before_the_camera(self, now: datetime) -> None:
        """Let what waits for the camera take the place of what stood."""
        self.tell("You agreed in front of the camera.", now)
        if self.waiting is None:
            return
        self.earlier.insert(0, replace(self.record, state="replaced", replaced_at=now))
        self.record = replace(self.waiting, waits_for_camera=False)
        self.waiting = None

    def coverage(self) -> tuple[CoverageItem, ...]:
        shown = len(self.selfies) - FROM_CAPTURE + 1
        return tuple(
            CoverageItem(name, label, number < shown, advice)
            for number, (name, label, advice) in enumerate(VIEWS)
        )


@dataclass
class FakeJob:
    """A job that runs by the clock."""

    id: str
    style: str
    controls: dict[str, float | str]
    seed: int
    began: float
    state: JobState | None = None
    output_id: str | None = None


def failed_liveness() -> Refusal:
    return LivenessRefused(
        "too_dark",
        "The light is behind you.",
        why="A face in the dark could be a photograph.",
        next_step="Turn around, so that the light falls on your face.",
    )
