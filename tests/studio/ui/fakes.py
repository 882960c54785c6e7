"""A studio without models: abstract pictures, a scripted capture, jobs that advance with time.

It stands in for `studio.service.StudioService` wherever the web layer is built or tested. Run
`python -m tests.studio.ui.click_through` to see the pages with it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from consent.errors import ConsentRefused, IdentityRefused, QualityRefused, Refusal
from consent.types import Pace, SubjectKind
from outputs.annotated import CheckedCopy
from outputs.report import Finding, Report, State, Technique
from outputs.types import Profile, Released, StoredOutput
from studio.service import (
    BakedSubject,
    CaptureUpdate,
    ConsentChoice,
    FileFormat,
    JobState,
    JobView,
    SelfieVerdict,
    SelfieView,
    SittingView,
    Upload,
)
from studio.service.easel import NoLongerWanted
from studio.sitting.waiting import Ticket, WaitingRoom
from studio.styles.types import Controls, Style
from tests.studio.ui.fake_accounts import FakeAccounts
from tests.studio.ui.fake_consent import FakeConsents
from tests.studio.ui.fake_easel import FakeEasel, likeness_of
from tests.studio.ui.fake_models import FakeModels
from tests.studio.ui.fake_rights import FakeRights
from tests.studio.ui.fake_sitting import SCRIPT, FakeCapture, FakeJob, FakeSubject
from tests.studio.ui.fake_styles import draw, fake_styles, imagined_styles, released

PASSES = 4  # of a preview
SLOW = frozenset(style.name for style in imagined_styles())
START = datetime(2026, 11, 22, 10, 4, tzinfo=UTC)


class FakeStudio(FakeConsents):
    """The service in memory."""

    def __init__(
        self,
        job_seconds: float = 2.4,
        clock: Callable[[], float] = time.monotonic,
        *,
        slow: bool = True,
    ) -> None:
        super().__init__()
        self.job_seconds = job_seconds
        self.entries = 0
        self.slow = slow
        self.clock = clock
        self.began = clock()
        self.tokens: dict[str, list[FakeSubject]] = {}
        self.open: dict[str, FakeSubject] = {}
        self.refusals: dict[str, Refusal | Exception] = {}
        self.uploads: list[Upload] = []
        self.saved: list[str] = []
        self.released_as: tuple[FileFormat, ...] = ("png", "webp", "jpeg", "avif")
        self.abandoned = 0
        self.arrivals: list[datetime] = []
        self.origins: list[str] = []
        self.paces: list[Pace] = []
        self.waiting_room = WaitingRoom(time.monotonic)
        self.accounts = FakeAccounts(self)
        self.rights = FakeRights(self)
        self.easel = FakeEasel(self)
        self.models = FakeModels()
        self.job_refusal: dict[str, str] | None = None  # how every slow picture ends
        self.baked_families = frozenset({"illustrated", "painted"})
        self.previews = 0
        self.ended_early = 0

    def now(self) -> datetime:
        return START + timedelta(seconds=int(self.clock() - self.began))

    def refuse_if(self, where: str) -> None:
        if where in self.refusals:
            raise self.refusals[where]

    def _take(self, part: float) -> None:
        if self.slow:
            time.sleep(self.job_seconds * part)

    def bound(self, token: str) -> FakeSubject:
        if not self.tokens.get(token):
            raise ConsentRefused(
                "no_consent",
                "You have not agreed to anything yet.",
                why="Nothing is drawn of a face whose owner has not said yes.",
                next_step="Begin with the consent.",
            )
        return self.tokens[token][-1]

    def opened(self, token: str) -> FakeSubject:
        subject = self.open.get(token)
        if subject is None:
            raise IdentityRefused(
                "closed",
                "This is closed.",
                why="Whoever shares this computer must not see your pictures.",
                next_step="Look into the camera to open it.",
            )
        return subject

    def new_session(self) -> str:
        token = secrets.token_urlsafe(32)
        self.tokens[token] = []
        return token

    def has_session(self, token: str) -> bool:
        return token in self.tokens

    def sitting(self, token: str) -> SittingView:
        subjects = self.tokens.get(token, [])
        subject = self.open.get(token) or (subjects[-1] if subjects else None)
        earlier = tuple(
            (item.record.id, item.record.given_at)
            for item in subjects
            if item.captured and item is not self.open.get(token) and item.record.state == "given"
        )
        active = subject is not None and subject.record.state == "given"
        is_open = token in self.open
        if not active or subject is None:
            remains = bool(earlier)
            is_over = token in self.ended
            return SittingView(
                1, None, False, is_open, None, (), None, earlier, remains, is_over=is_over
            )
        if not is_open:
            view = SittingView(2, subject.record, False, False, None, (), None, earlier)
            return replace(view, can_withdraw=True, notice_changed=self.notice_changed)
        job_id = next(reversed(subject.jobs), None)
        running = job_id is not None and self._running(subject.jobs[job_id])
        step = 2 if not subject.captured else 4 if running else 3
        return SittingView(
            step,
            subject.record,
            subject.captured,
            is_open,
            subject.baked,
            tuple(subject.selfies),
            job_id,
            earlier,
            can_withdraw=True,
            coverage=subject.coverage(),
            waiting=subject.waiting,
            notice_changed=self.notice_changed,
        )

    def queue_for_camera(self, token: str, *, origin: str = "") -> Ticket:
        self.refuse_if("queue")
        return self.waiting_room.enter(token, origin)

    def start_capture(
        self, token: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> FakeCapture:
        self.paces.append(pace)
        self.origins.append(origin)
        self.refuse_if("start")
        self.bound(token)
        return FakeCapture(self, token)

    def reopen(
        self, token: str, binding_id: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> FakeCapture:
        for subject in self.tokens[token]:
            if subject.record.id == binding_id:
                return FakeCapture(self, token, subject)
        raise ConsentRefused(
            "no_sitting",
            "That sitting is not kept here.",
            why="A sitting opens only in the browser in which it began.",
            next_step="Begin a new one.",
        )

    def baked_subjects(self) -> Sequence[BakedSubject]:
        return (
            BakedSubject("ada", "Woman, about 30, dark skin, short black curls"),
            BakedSubject("ben", "Man, about 45, light skin, red beard, glasses"),
            BakedSubject("chi", "Woman, about 60, tan skin, long grey hair"),
            BakedSubject("dov", "Man, about 25, brown skin, shaved head"),
        )

    def play_subject(self, token: str, baked_id: str) -> Iterator[CaptureUpdate]:
        choice = ConsentChoice(families=self.baked_families, adult_attested=True)
        self.give_consent(token, choice)
        subject = self.bound(token)
        subject.baked = baked_id
        subject.record = replace(subject.record, kind=SubjectKind.SYNTHETIC)
        capture = FakeCapture(self, token)
        for number in range(capture.per_step * len(SCRIPT)):
            self._take(1 / 60)
            yield capture.frame(number, number * 66.0, b"", arrived_at=self.now())
        capture.finish()

    def add_selfies(self, token: str, uploads: Sequence[Upload]) -> Sequence[SelfieVerdict]:
        subject = self.opened(token)
        self.uploads.extend(uploads)
        return [self._verdict(subject, upload) for upload in uploads]

    def _verdict(self, subject: FakeSubject, upload: Upload) -> SelfieVerdict:
        is_video = upload.data[4:8] == b"ftyp"
        if not is_video and not upload.data.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")):
            return SelfieVerdict(
                upload.name,
                accepted=False,
                refusal={
                    "code": "not_an_image",
                    "what": "This is not a picture that Selfsame can read.",
                    "why": "Only what can be measured can be matched to you.",
                    "next": "Use a JPEG, PNG, HEIC, AVIF or WebP.",
                },
            )
        kept = 3 if is_video else 1
        subject.selfies += [SelfieView(secrets.token_hex(4), self.now()) for _ in range(kept)]
        return SelfieVerdict(upload.name, accepted=True, refusal=None, kept=kept)

    def styles(self) -> Sequence[Style]:
        return fake_styles()

    def preview(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> Released:
        self.refuse_if("preview")
        self.opened(token)
        self.previews += 1
        for _ in range(PASSES):
            self._take(1 / 20 / PASSES)
            try:
                still_wanted()
            except NoLongerWanted:
                self.ended_early += 1
                raise
        return released(draw(style, controls, seed, 512), "webp", 512, Profile.PREVIEW)

    def make(self, token: str, style: str, controls: Controls, seed: int) -> str:
        self.refuse_if("make")
        subject = self.opened(token)
        job = FakeJob(secrets.token_hex(8), style, dict(controls), seed, self.clock())
        subject.jobs[job.id] = job
        return job.id

    def _running(self, job: FakeJob) -> bool:
        return job.state is None and self.clock() - job.began < self.job_seconds

    def _job(self, token: str, job_id: str) -> tuple[FakeSubject, FakeJob]:
        subject = self.opened(token)
        if job_id not in subject.jobs:
            raise Refusal(
                "job_unknown",
                "This job is not yours to see.",
                why="Jobs belong to the person they draw.",
                next_step="Go back to your styles.",
            )
        return subject, subject.jobs[job_id]

    def job(self, token: str, job_id: str) -> JobView:
        self.refuse_if("job")
        subject, job = self._job(token, job_id)
        if job.state is JobState.CANCELLED:
            return JobView(job.id, job.state, job.style, "Cancelled", 0.4, None)
        part = (self.clock() - job.began) / self.job_seconds if self.job_seconds else 1.0
        if part < 1.0:
            words = ("Waiting", "Preparing your portrait", "Drawing lines", "Colouring", "Signing")
            state = JobState.QUEUED if part < 0.2 else JobState.RUNNING
            view = JobView(job.id, state, job.style, words[int(part * 5)], part, None)
            return replace(view, **self._slow_part(part)) if job.style in SLOW else view
        if self.job_refusal is not None and job.style in SLOW:
            what = self.job_refusal["what"]
            return JobView(
                job.id, JobState.REFUSED, job.style, what, 1.0, None, refusal=self.job_refusal
            )
        if job.output_id is None:
            job.output_id = secrets.token_hex(8)
            subject.record = replace(subject.record, outputs=subject.record.outputs + 1)
            data = draw(job.style, job.controls, job.seed, 1024, "PNG")
            subject.outputs.insert(
                0,
                StoredOutput(
                    job.output_id,
                    "subject",
                    subject.record.id,
                    job.id,
                    job.style,
                    hashlib.sha256(data).hexdigest(),
                    "image/png",
                    1024,
                    1024,
                    self.now(),
                    likeness=likeness_of(job.seed).as_json(),
                    recipe={"style": job.style, "seed": job.seed, "controls": job.controls},
                ),
            )
        return JobView(job.id, JobState.DONE, job.style, "Done", 1.0, job.output_id)

    def _slow_part(self, part: float) -> dict[str, float | int | str]:
        """Return what a slow drawing tells beside its words: nothing before a fifth of it."""
        if part < 1 / 5:
            return {"message": "Loading the model"}
        left = (1 - part) * self.job_seconds
        return {"message": "Imagining", "seconds_left": left, "glimpse": int(part * 5)}

    def cancel(self, token: str, job_id: str) -> JobView:
        _, job = self._job(token, job_id)
        if job.output_id is None:
            job.state = JobState.CANCELLED
        return self.job(token, job_id)

    def gallery(self, token: str) -> Sequence[StoredOutput]:
        return tuple(self.opened(token).outputs)

    def formats(self, token: str) -> dict[str, tuple[FileFormat, ...]]:
        return {output.id: self.released_as for output in self.opened(token).outputs}

    def output(
        self, token: str, output_id: str, file_format: FileFormat, *, save: bool = False
    ) -> Released:
        subject = self.opened(token)
        if save:
            self.saved.append(output_id)
        for output in subject.outputs:
            if output.id == output_id:
                job = subject.jobs[output.job_id]
                data = draw(job.style, job.controls, job.seed, 1024, file_format.upper())
                return released(data, file_format, 1024, Profile.FINAL)
        raise Refusal(
            "not_here",
            "This picture is not here.",
            why="Pictures open only for the person they show.",
            next_step="Go back to your gallery.",
        )

    def delete_output(self, token: str, output_id: str) -> None:
        self.output(token, output_id, "png")
        subject = self.opened(token)
        subject.outputs = [item for item in subject.outputs if item.id != output_id]

    def lock(self, token: str) -> None:
        self.open.pop(token, None)

    def verify(self, data: bytes) -> Report:
        self.refuse_if("verify")
        if not data.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")):
            raise QualityRefused(
                "not_an_image",
                "This is not a picture that Selfsame can read.",
                why="Marks live in pictures; other files carry none of ours.",
                next_step="Choose a JPEG, PNG or WebP.",
            )
        if data.startswith(b"RIFF"):
            missing = "No visible label of ours was found."
            return Report((Finding(Technique.LABEL, State.NOT_FOUND, missing),))
        return Report(
            (
                Finding(
                    Technique.LABEL,
                    State.FOUND,
                    "The picture says AI GENERATED in the corner.",
                    tells_generated=True,
                    details={"contrast": 18.2},
                ),
                Finding(
                    Technique.MANIFEST,
                    State.TRUSTED,
                    "Signed by this installation.",
                    details={"output_id": "0f" * 16},
                ),
                Finding(Technique.XMP, State.INVALID, "The XMP metadata is not used."),
                Finding(Technique.CONSENT, State.WITHDRAWN, "The consent has been withdrawn."),
            ),
            output_id="0f" * 16,
        )

    def verify_and_show(self, data: bytes) -> tuple[Report, CheckedCopy]:
        self._take(1 / 4)
        drawn = draw("toon", {}, 7, 360)
        return self.verify(data), CheckedCopy(drawn, 360, 360)
