"""What a page or a command may ask of the studio; nothing else crosses this line.

Every method takes the browser session's token first and authorises by it. Refusals are
`consent.errors.Refusal` (and its subclasses): code, what happened, why, what to do next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from consent.types import Audience, Pace
from studio.service.views import (
    BakedSubject,
    CameraTicket,
    CaptureSession,
    CaptureUpdate,
    ConsentChoice,
    CoverageItem,
    DraftView,
    FileFormat,
    HistoryItem,
    JobState,
    JobView,
    RecordView,
    SelfieVerdict,
    SelfieView,
    SittingView,
    Upload,
    WaitView,
)

if TYPE_CHECKING:
    from outputs.annotated import CheckedCopy
    from outputs.report import Report
    from outputs.studio_keys import StudioKeys
    from outputs.types import Released, StoredOutput
    from studio.service.accounts import AccountService
    from studio.service.easel import EaselService
    from studio.service.logbook import LogService
    from studio.service.models import ModelsService
    from studio.service.reports import ReportService
    from studio.service.rights import RightsService
    from studio.styles.types import Controls, Style

__all__ = [
    "BakedSubject",
    "CameraTicket",
    "CaptureSession",
    "CaptureUpdate",
    "ConsentChoice",
    "CoverageItem",
    "DraftView",
    "FileFormat",
    "HistoryItem",
    "JobState",
    "JobView",
    "RecordView",
    "SelfieVerdict",
    "SelfieView",
    "SittingView",
    "StudioService",
    "Upload",
    "WaitView",
]


class StudioService(Protocol):
    """The studio as pages and commands see it."""

    @property
    def accounts(self) -> AccountService:
        """Passkeys."""
        ...

    @property
    def easel(self) -> EaselService:
        """Previews, the selfie beside a drawing, and drawing again what was kept."""
        ...

    @property
    def models(self) -> ModelsService:
        """What this machine can imagine with."""
        ...

    @property
    def rights(self) -> RightsService:
        """A copy of everything held about the open subject, and their selfies one by one."""
        ...

    @property
    def reports(self) -> ReportService:
        """Reports of avatars by anybody: no token, and nothing is told about a subject."""
        ...

    @property
    def log(self) -> LogService:
        """The transparency log; nothing in it is personal, so its methods take no token."""
        ...

    def now(self) -> datetime:
        """Return the studio's time, aware, in UTC."""
        ...

    def new_session(self) -> str:
        """Return the token of a fresh browser session (256 bits, URL-safe)."""
        ...

    def has_session(self, token: str) -> bool:
        """Tell whether the token is one that this studio issued."""
        ...

    def notice(self, language: str = "en") -> str:
        """Return the whole consent text: plain paragraphs, headings on lines of their own."""
        ...

    def summarise(self, choice: ConsentChoice) -> str:
        """Return the plain sentence that a choice amounts to."""
        ...

    def give_consent(self, token: str, choice: ConsentChoice) -> SittingView:
        """Sign and store a record for a new subject and lock what was open before."""
        ...

    def draft_consent(self, token: str, choice: ConsentChoice, *, origin: str) -> DraftView:
        """Make a record for a passkey to sign; it lives in memory for ten minutes.

        Args:
            token: of the browser session.
            choice: what was chosen.
            origin: of the page that asks, checked before: a passkey belongs to its host name.
        """
        ...

    def sign_consent(
        self, token: str, draft_id: str, credential: Mapping[str, object]
    ) -> SittingView:
        """Verify the passkey's signature over the draft, sign it too, and store it.

        Args:
            token: of the browser session that the draft was made for.
            draft_id: of the draft.
            credential: AuthenticationResponseJSON (WebAuthn level 3).
        """
        ...

    def narrow(
        self,
        token: str,
        record_id: str,
        *,
        families: frozenset[str],
        audience: Audience,
        days_left: int | None,
    ) -> RecordView:
        """Replace a consent by a narrower one, at once; asks for no look into the camera."""
        ...

    def drop_waiting(self, token: str) -> None:
        """Take back the longer or wider consent that waits for the face before the camera."""
        ...

    def history(self, token: str) -> Sequence[HistoryItem]:
        """Return what happened to the consents of the session's subject, newest first."""
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

    def preview(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> Released:
        """Draw a labelled preview of the person's own portrait.

        What `still_wanted` raises between two passes of the drawing ends it.
        """
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

    def formats(self, token: str) -> Mapping[str, Sequence[FileFormat]]:
        """Return in which formats each of the open subject's outputs can be downloaded, by id."""
        ...

    def output(
        self, token: str, output_id: str, file_format: FileFormat, *, save: bool = False
    ) -> Released:
        """Return marked bytes of one of the open subject's outputs; `save`: for a download."""
        ...

    def delete_output(self, token: str, output_id: str) -> None:
        """Delete one output for good."""
        ...

    def records(self, token: str) -> Sequence[RecordView]:
        """Return the open subject's consent records, newest first.

        Once all has ended, the session that gave them reads them without a look into the camera.
        """
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

    def verify_and_show(self, data: bytes) -> tuple[Report, CheckedCopy]:
        """Read a file's marks, and draw where they are on a small copy; needs no session."""
        ...

    def keys(self) -> StudioKeys:
        """Return what anybody needs to check this studio's pictures elsewhere; no session."""
        ...
