"""What a page or a command may ask of the studio; nothing else crosses this line.

Every method takes the browser session's token first and authorises by it. Refusals are
`consent.errors.Refusal` (and its subclasses): code, what happened, why, what to do next.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from consent.types import Audience, Medium, Pace, Purpose, SubjectKind

if TYPE_CHECKING:
    from outputs.report import Report
    from outputs.types import Released, StoredOutput
    from studio.styles.types import Controls, Style


@dataclass(frozen=True, slots=True)
class ConsentChoice:
    """What a person switched on; everything is off until they do."""

    purposes: frozenset[Purpose] = frozenset()
    families: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset({Medium.STILL})
    audience: Audience = Audience.PRIVATE
    days: int = 90
    adult_attested: bool = False


@dataclass(frozen=True, slots=True)
class RecordView:
    """One consent record as its subject sees it."""

    id: str
    kind: SubjectKind
    summary: str  # "Selfsame may draw painted stills of me for 90 days. ..."
    state: str  # given, withdrawn, expired
    families: tuple[str, ...]
    audience: Audience
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    outputs: int  # how many avatars were made under it


@dataclass(frozen=True, slots=True)
class SelfieView:
    """A selfie that was matched; the picture itself is not shown to other sessions."""

    id: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class CoverageItem:
    """One view of a face that selfies should show, and how to add it."""

    name: str  # stable: straight, left, right, tilt, smile, calm, light, detail
    label: str  # "Turned a little to the left"
    done: bool
    advice: str  # one sentence


@dataclass(frozen=True, slots=True)
class SittingView:
    """How far this browser session has come."""

    step: int  # 1 consent, 2 you, 3 style, 4 result: the first one not yet done
    record: RecordView | None
    has_capture: bool
    is_open: bool  # gallery and selfies may be shown in this session now
    baked_subject: str | None  # set when nobody is drawn
    selfies: tuple[SelfieView, ...]
    job_id: str | None  # the newest job, so that a reloaded page finds it again
    earlier: tuple[tuple[str, datetime], ...]  # (binding id, when) of earlier sittings here
    can_withdraw: bool = False  # something of this session's subject stands or is half deleted
    coverage: tuple[CoverageItem, ...] = ()  # of the newest capture's selfies; empty before one


@dataclass(frozen=True, slots=True)
class CaptureUpdate:
    """What the capture page shows next; sent to it as JSON after every frame."""

    sequence: int
    instruction: str  # consent.types.Action value, or "done"
    text: str  # "Turn your head to the left"
    hint: str | None  # "Come a little closer."
    progress: float  # 0 to 1
    wants_still: bool  # send one picture at the camera's full resolution now
    finished: bool
    colour: str | None = None  # "#rrggbb": what the whole screen shows from now on
    fade_seconds: float = 0.0  # how slowly it goes over to that


@dataclass(frozen=True, slots=True)
class WaitView:
    """Where a browser session stands in the row before the camera."""

    place: int  # 1 is let in next
    seconds: int  # about how long


class CameraTicket(Protocol):
    """A place at the camera: a few captures run at once, further ones wait in order."""

    def waiting(self) -> WaitView | None:
        """Return the place in the row, or None when it is one's turn.

        Raises:
            LivenessRefused: `camera_elsewhere` when another page of the session took over.
        """
        ...

    def leave(self) -> None:
        """Give the place to the next; does nothing the second time."""
        ...


class CaptureSession(Protocol):
    """One capture in memory: frames go in, instructions come out, nothing touches a disk.

    `arrived_at` is `StudioService.now` of the moment in which a picture came, before it waited to
    be measured.
    """

    @property
    def assent_text(self) -> str:
        """The sentence that the gesture agrees to."""
        ...

    def frame(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Measure one JPEG camera frame; raises Refusal when the capture has failed."""
        ...

    def still(
        self, sequence: int, client_ms: float, data: bytes, *, arrived_at: datetime
    ) -> CaptureUpdate:
        """Take one full-resolution JPEG still; raises Refusal."""
        ...

    def finish(self) -> None:
        """Judge, enrol and store; raises Refusal. Called when an update says `finished`."""
        ...

    def abandon(self) -> None:
        """Count a capture that was left in the middle as failed; does nothing once it has ended."""
        ...


@dataclass(frozen=True, slots=True)
class BakedSubject:
    """A subject who is nobody."""

    id: str
    description: str


class JobState(StrEnum):
    """State of one job."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobView:
    """Progress of one job in words."""

    id: str
    state: JobState
    style: str
    message: str  # "Drawing", "Signing", "Done", or the refusal's sentence
    progress: float  # 0 to 1
    output_id: str | None
    refusal: Mapping[str, str] | None = None  # code, what, why, next


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came; `name` is shown back to the person and never used as a path."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SelfieVerdict:
    """Whether one uploaded file was accepted; the three parts of the refusal if not."""

    name: str
    accepted: bool
    refusal: Mapping[str, str] | None
    kept: int = 0  # selfies kept of this file: 1 of a picture, several of a video


class StudioService(Protocol):
    """The studio as pages and commands see it."""

    def now(self) -> datetime:
        """Return the studio's time, aware, in UTC."""
        ...

    def new_session(self) -> str:
        """Return the token of a fresh browser session (256 bits, URL-safe)."""
        ...

    def has_session(self, token: str) -> bool:
        """Tell whether the token is one that this studio issued."""
        ...

    def notice(self) -> str:
        """Return the whole consent text: plain paragraphs, headings on lines of their own."""
        ...

    def summarise(self, choice: ConsentChoice) -> str:
        """Return the plain sentence that a choice amounts to."""
        ...

    def give_consent(self, token: str, choice: ConsentChoice) -> SittingView:
        """Sign and store a record for a new subject and lock what was open before."""
        ...

    def sitting(self, token: str) -> SittingView:
        """Return how far this session has come."""
        ...

    def queue_for_camera(self, token: str, *, origin: str = "") -> CameraTicket:
        """Take a place at the camera, instead of the one that the session may hold already."""
        ...

    def start_capture(
        self, token: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> CaptureSession:
        """Issue a one-time challenge.

        Args:
            token: of the browser session.
            pace: how fast the screen's colours change.
            origin: the client's address; failures are counted for it as well.
        """
        ...

    def reopen(
        self, token: str, binding_id: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> CaptureSession:
        """Start a capture that opens an earlier sitting when the face matches 1:1."""
        ...

    def baked_subjects(self) -> Sequence[BakedSubject]:
        """Return the subjects who are nobody."""
        ...

    def play_subject(self, token: str, baked_id: str) -> Iterator[CaptureUpdate]:
        """Let a baked subject give synthetic consent and play a challenge on the server."""
        ...

    def add_selfies(self, token: str, uploads: Sequence[Upload]) -> Sequence[SelfieVerdict]:
        """Measure each picture or video and match what is kept 1:1; one bad file loses no other."""
        ...

    def styles(self) -> Sequence[Style]:
        """Return the styles that this version draws."""
        ...

    def preview(self, token: str, style: str, controls: Controls, seed: int) -> Released:
        """Draw a labelled preview of the person's own portrait."""
        ...

    def make(self, token: str, style: str, controls: Controls, seed: int) -> str:
        """Enqueue one durable job and return its id."""
        ...

    def job(self, token: str, job_id: str) -> JobView:
        """Return a job's progress."""
        ...

    def cancel(self, token: str, job_id: str) -> JobView:
        """Cancel a job between steps."""
        ...

    def gallery(self, token: str) -> Sequence[StoredOutput]:
        """Return the final outputs of the open subject, newest first."""
        ...

    def output(self, token: str, output_id: str, file_format: Literal["png", "webp"]) -> Released:
        """Return marked bytes of one of the open subject's outputs."""
        ...

    def delete_output(self, token: str, output_id: str) -> None:
        """Delete one output for good."""
        ...

    def records(self, token: str) -> Sequence[RecordView]:
        """Return the open subject's consent records, newest first."""
        ...

    def receipt(self, token: str, record_id: str) -> Mapping[str, object]:
        """Return the receipt as JSON-ready data."""
        ...

    def receipt_page(self, token: str, record_id: str) -> str:
        """Return the receipt as a printable HTML page."""
        ...

    def withdraw(self, token: str) -> Mapping[str, object]:
        """End consent, delete everything and return the deletion receipt."""
        ...

    def lock(self, token: str) -> None:
        """Close the gallery in this session until the next match."""
        ...

    def verify(self, data: bytes) -> Report:
        """Read a file's marks; needs no session."""
        ...
