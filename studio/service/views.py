"""What the studio tells pages and commands, and what it takes from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

from consent.types import Audience, Medium, Purpose, SubjectKind

if TYPE_CHECKING:
    pass

FileFormat = Literal["png", "webp", "jpeg", "avif"]  # in which a picture can be downloaded


@dataclass(frozen=True, slots=True)
class ConsentChoice:
    """What a person switched on; everything is off until they do."""

    purposes: frozenset[Purpose] = frozenset()
    families: frozenset[str] = frozenset()
    media: frozenset[Medium] = frozenset({Medium.STILL})
    audience: Audience = Audience.PRIVATE
    days: int = 90
    adult_attested: bool = False
    language: str = "en"  # BCP 47: in which it was read
    extends: str | None = None  # id of the record that this one shall replace


@dataclass(frozen=True, slots=True)
class RecordView:
    """One consent record as its subject sees it."""

    id: str
    kind: SubjectKind
    summary: str  # "Selfsame may draw painted stills of me for 90 days. ..."
    state: str  # given, withdrawn, expired, replaced
    families: tuple[str, ...]
    audience: Audience
    given_at: datetime
    expires_at: datetime
    withdrawn_at: datetime | None
    outputs: int  # how many avatars were made under it
    language: str = "en"  # BCP 47
    signed_with: str = "service"  # or passkey
    log_index: int | None = None
    replaced_at: datetime | None = None
    replaces: str | None = None  # id of the record that it narrowed or extended
    waits_for_camera: bool = False  # a longer or wider consent that the face must yet agree to


@dataclass(frozen=True, slots=True)
class DraftView:
    """A consent that waits for a passkey's signature."""

    draft_id: str  # empty without options: ask again once a passkey is known
    summary: str
    options: Mapping[str, object] | None  # a browser's request options; None: no passkey is known


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """Something that happened to a consent."""

    at: datetime
    what: str  # one sentence
    log_index: int | None  # of its entry in the log
    quote: str = ""  # the sentence that was agreed to
    language: str = "en"  # BCP 47, of the quote


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
    waiting: RecordView | None = None  # a longer or wider consent that waits for the camera
    notice_changed: bool = False  # the text is another one than that which the record was given on
    is_over: bool = False  # what was agreed to here has ended; its records can still be read


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
    seconds_left: float | None = None  # of slow styles, once it is known
    glimpse: int = 0  # number of the newest look at an unfinished picture; 0: there is none


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
