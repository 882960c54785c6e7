"""The studio itself: every question of a page or a command, authorised and passed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from consent.lockout import Attempt
from consent.types import (
    Audience,
    Capture,
    Look,
    Pace,
    Probe,
    RecordState,
    SubjectKind,
    SyntheticCapture,
)
from consent.words import DEFAULT_LANGUAGE, summary_sentence
from outputs.encode import MediaType
from studio.service import (
    BakedSubject,
    CaptureUpdate,
    ConsentChoice,
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
)
from studio.sitting.changes import Narrower, unknown_record
from studio.sitting.coverage import coverage
from studio.sitting.desk import no_consent
from studio.sitting.drafts import passkey_required
from studio.styles.catalogue import STYLES

if TYPE_CHECKING:
    from datetime import datetime

    from consent.ports import Clock, Ledger
    from consent.records import SignedRecord
    from consent.withdrawal import Withdrawal
    from outputs.annotated import CheckedCopy
    from outputs.library import Library
    from outputs.report import Report
    from outputs.studio_keys import StudioKeys
    from outputs.types import Released, StoredOutput
    from studio.jobs.easel import Easel
    from studio.jobs.engine import Told
    from studio.jobs.imagining import Models
    from studio.jobs.orders import Orders
    from studio.sitting.accounts import Accounts
    from studio.sitting.booth import Booth
    from studio.sitting.capture import LiveCaptureSession
    from studio.sitting.desk import Desk, Draft
    from studio.sitting.door import Door, Visitor
    from studio.sitting.drafts import Drafts
    from studio.sitting.exports import Exports
    from studio.sitting.logbook import Logbook
    from studio.sitting.reports import Reports
    from studio.sitting.rights import Rights
    from studio.sitting.waiting import Ticket, WaitingRoom
    from studio.styles.types import Controls, Style
    from studio.subjects.cast import CastMember

MEDIA_TYPES: Mapping[FileFormat, MediaType] = {
    "png": MediaType.PNG,
    "webp": MediaType.WEBP,
    "jpeg": MediaType.JPEG,
    "avif": MediaType.AVIF,
}


@dataclass(frozen=True, slots=True)
class House:
    """Implements `studio.service.StudioService`; `app.py` puts it together."""

    ledger: Ledger
    clock: Clock
    rng: Random
    door: Door
    desk: Desk
    booth: Booth
    waiting_room: WaitingRoom
    orders: Orders
    exports: Exports
    library: Library
    withdrawal: Withdrawal
    cast: Mapping[str, CastMember]
    read_marks: Callable[[bytes], Report]
    show_marks: Callable[[bytes], tuple[Report, CheckedCopy]]
    public_keys: Callable[[], StudioKeys]
    log: Logbook
    reports: Reports
    rights: Rights
    models: Models
    easel: Easel
    accounts: Accounts
    drafts: Drafts

    def now(self) -> datetime:
        """Return the studio's time, aware, in UTC."""
        return self.clock.now()

    def new_session(self) -> str:
        """Return the token of a fresh browser session."""
        return self.door.new_session()

    def has_session(self, token: str) -> bool:
        """Tell whether the token is one that this studio issued."""
        return self.door.has_session(token)

    def notice(self, language: str = DEFAULT_LANGUAGE) -> str:
        """Return the whole consent text."""
        return self.desk.notice(language).text

    def summarise(self, choice: ConsentChoice) -> str:
        """Return the plain sentence that a choice amounts to."""
        families = choice.families if choice.purposes else frozenset()
        return summary_sentence(families, choice.audience, choice.days, choice.language)

    def give_consent(self, token: str, choice: ConsentChoice) -> SittingView:
        """Sign and store a record: for a new subject, or to replace one of the open subject."""
        self.door.visitor(token)
        if self.accounts.required:
            raise passkey_required()
        self.desk.give(token, self.draft(token, choice))
        return self.sitting(token)

    def draft_consent(self, token: str, choice: ConsentChoice, *, origin: str) -> DraftView:
        """Make a record for a passkey to sign; it lives in memory for ten minutes."""
        return self.drafts.prepare(token, self.draft(token, choice), origin=origin)

    def sign_consent(
        self, token: str, draft_id: str, credential: Mapping[str, object]
    ) -> SittingView:
        """Verify the passkey's signature over a draft, sign it too, and store it."""
        waiting = self.drafts.take(token, draft_id)
        if (extended := waiting.draft.record.replaces) is not None:
            self._extendable(token, extended)
        self.desk.give(token, self.drafts.sign(token, waiting, credential))
        return self.sitting(token)

    def draft(self, token: str, choice: ConsentChoice) -> Draft:
        """Make a record of a choice, for the open subject where it extends a consent of theirs."""
        if choice.extends is None:
            return self.desk.draft(choice)
        return self.desk.draft(choice, extends=self._extendable(token, choice.extends))

    def _extendable(self, token: str, record_id: str) -> SignedRecord:
        """Return a consent of the open subject that stands."""
        extended = self.desk.own(self.door.open_subject(token), record_id)
        if extended.state(self.clock.now()) is not RecordState.GIVEN:
            raise unknown_record()
        return extended

    def narrow(
        self,
        token: str,
        record_id: str,
        *,
        families: frozenset[str],
        audience: Audience,
        days_left: int | None,
    ) -> RecordView:
        """Replace a consent by a narrower one; like ending it, this asks for no capture."""
        subject_id = self._bound_subject(token)
        wish = Narrower(families, audience, days_left)
        return self.desk.view(self.desk.changes.narrow(subject_id, record_id, wish))

    def drop_waiting(self, token: str) -> None:
        """Take back the longer or wider consent; like narrowing, this asks for no capture."""
        self.desk.changes.drop_waiting(self._bound_subject(token))

    def sitting(self, token: str) -> SittingView:
        """Return how far this session has come."""
        visitor = self.door.visitor(token)
        record = self.desk.standing(visitor.subject_id)
        earlier = tuple(
            (found.subject_id, found.bound_at)
            for found in self.door.earlier(token)
            if found.subject_id != visitor.subject_id or not visitor.is_open
            if self._can_reopen(found.subject_id)
        )
        if record is None or not visitor.is_open:
            view = None if record is None else self.desk.view(record)
            return SittingView(
                step=1 if record is None else 2,
                record=view,
                has_capture=False,
                is_open=False,
                baked_subject=None,
                selfies=(),
                job_id=None,
                earlier=earlier,
                can_withdraw=bool(self._to_withdraw(token)),
                waiting=self._waiting(visitor.subject_id),
                notice_changed=self.desk.notice_changed(record),
                is_over=self._is_over(visitor),
            )
        return self._open_sitting(record, earlier)

    def queue_for_camera(self, token: str, *, origin: str = "") -> Ticket:
        """Take a place at the camera; whoever is locked need not wait to hear it."""
        visitor = self.door.visitor(token)
        attempt = Attempt(visitor.token_hash, visitor.subject_id or "", origin)
        self.booth.lockout.check(attempt, now=self.clock.now())
        return self.waiting_room.enter(visitor.token_hash, origin)

    def start_capture(
        self, token: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> LiveCaptureSession:
        """Issue a one-time challenge for the session's record."""
        visitor = self.door.visitor(token)
        subject_id = visitor.subject_id
        record = self.desk.changes.waiting(subject_id) or self.desk.standing(subject_id)
        if record is None or record.kind is not SubjectKind.PERSON:
            raise no_consent()
        attempt = Attempt(visitor.token_hash, record.subject_id, origin)
        return self.booth.start(record, attempt, self._opens(token), pace=pace)

    def reopen(
        self, token: str, binding_id: str, *, pace: Pace = Pace.STANDARD, origin: str = ""
    ) -> LiveCaptureSession:
        """Start a capture that opens an earlier sitting when the face matches 1:1."""
        visitor = self.door.visitor(token)
        known = {found.subject_id for found in self.door.earlier(token)}
        record = self.desk.standing(binding_id) if binding_id in known else None
        if record is None or not self._can_reopen(binding_id):
            raise no_consent()
        attempt = Attempt(visitor.token_hash, record.subject_id, origin)
        return self.booth.start(record, attempt, self._opens(token), pace=pace)

    def baked_subjects(self) -> Sequence[BakedSubject]:
        """Return the subjects who are nobody."""
        return [BakedSubject(member.id, member.description) for member in self.cast.values()]

    def play_subject(self, token: str, baked_id: str) -> Iterator[CaptureUpdate]:
        """Let a baked subject give synthetic consent and play a challenge on the server."""
        self.door.visitor(token)
        member = self.cast.get(baked_id)
        if member is None:
            raise ConsentRefused(
                "no_such_subject",
                "There is no such subject.",
                why="Only the subjects who come with the studio are nobody.",
                next_step=f"Choose one of {', '.join(self.cast)}.",
            )
        families = frozenset(style.family.value for style in STYLES)
        record = self.desk.give_synthetic(token, families)
        yield from self.booth.rehearse(record, member, self._opens(token))

    def add_selfies(self, token: str, uploads: Sequence[Upload]) -> Sequence[SelfieVerdict]:
        """Judge each picture or video by itself."""
        subject_id = self.door.open_subject(token)
        if self._kind(subject_id) is not SubjectKind.PERSON:
            raise ConsentRefused(
                "synthetic_takes_no_pictures",
                "A subject who is nobody takes no pictures.",
                why="Otherwise somebody's face could be passed off as nobody's.",
                next_step="Look into the camera to use your own.",
            )
        return self.booth.add(subject_id, uploads)

    def styles(self) -> Sequence[Style]:
        """Return the styles that this version draws."""
        return STYLES

    def preview(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None] = lambda: None,
    ) -> Released:
        """Draw a labelled preview of the person's own portrait."""
        subject_id = self.door.open_subject(token)
        return self.orders.preview(subject_id, style, controls, seed, still_wanted=still_wanted)

    def make(self, token: str, style: str, controls: Controls, seed: int) -> str:
        """Enqueue one durable job and return its id."""
        return self.orders.make(self.door.open_subject(token), style, controls, seed)

    def make_now(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        told: Told = lambda _words, _seconds: None,
    ) -> JobView:
        """Work on one durable job in this process and return how it ended."""
        subject_id = self.door.open_subject(token)
        return self.orders.make_now(subject_id, style, controls, seed, told=told)

    def job(self, token: str, job_id: str) -> JobView:
        """Return a job's progress."""
        return self.orders.job(self.door.open_subject(token), job_id)

    def cancel(self, token: str, job_id: str) -> JobView:
        """Cancel a job between steps."""
        return self.orders.cancel(self.door.open_subject(token), job_id)

    def gallery(self, token: str) -> Sequence[StoredOutput]:
        """Return the final outputs of the open subject, newest first."""
        return self.library.list(self.door.open_subject(token))

    def formats(self, token: str) -> Mapping[str, Sequence[FileFormat]]:
        """Return in which formats each of the open subject's outputs can be downloaded, by id."""
        there = self.library.formats(self.door.open_subject(token))
        return {
            output_id: [name for name, kind in MEDIA_TYPES.items() if kind in kinds]
            for output_id, kinds in there.items()
        }

    def output(
        self, token: str, output_id: str, file_format: FileFormat, *, save: bool = False
    ) -> Released:
        """Return marked bytes of one of the open subject's outputs."""
        subject_id = self.door.open_subject(token)
        return self.exports.read(subject_id, output_id, MEDIA_TYPES[file_format], save=save)

    def delete_output(self, token: str, output_id: str) -> None:
        """Delete one output for good."""
        self.library.delete(self.door.open_subject(token), output_id)

    def records(self, token: str) -> Sequence[RecordView]:
        """Return the open subject's consent records, newest first; also those of one who ended."""
        return self.desk.views(self._readable_subject(token))

    def history(self, token: str) -> Sequence[HistoryItem]:
        """Return what happened to the consents of the session's subject, newest first."""
        return self.desk.history(self._readable_subject(token))

    def receipt(self, token: str, record_id: str) -> Mapping[str, object]:
        """Return the receipt as JSON-ready data."""
        return self.desk.receipt(self._bound_subject(token), record_id)

    def receipt_page(self, token: str, record_id: str) -> str:
        """Return the receipt as a printable HTML page."""
        return self.desk.receipt_page(self._bound_subject(token), record_id)

    def withdraw(self, token: str) -> Mapping[str, object]:
        """End consent, delete everything and return the deletion receipt.

        Ending is as easy as giving: it asks for no capture, only for the session that gave. Where
        nobody was drawn last, the consent of the person who sat here before ends too.
        """
        subjects = self._to_withdraw(token)
        if not subjects:
            raise no_consent()
        receipts: list[Mapping[str, object]] = []
        failures: list[Exception] = []
        for subject in subjects:
            try:
                receipts.append(self.withdrawal.withdraw(subject).as_json())
            except Exception as failure:  # noqa: BLE001 - what fails for one keeps no other here
                failures.append(failure)
        if failures:
            raise failures[0]
        first, *further = receipts
        return {**first, "further_receipts": further} if further else first

    def lock(self, token: str) -> None:
        """Close the gallery in this session until the next match."""
        self.door.lock(token)

    def verify(self, data: bytes) -> Report:
        """Read a file's marks."""
        return self.read_marks(data)

    def verify_and_show(self, data: bytes) -> tuple[Report, CheckedCopy]:
        """Read a file's marks, and draw where they are on a small copy."""
        return self.show_marks(data)

    def keys(self) -> StudioKeys:
        """Return what anybody needs to check this studio's pictures elsewhere."""
        return self.public_keys()

    def _opens(self, token: str) -> Callable[[Capture], None]:
        return lambda capture: self.door.open(token, capture.subject_id)

    def _open_sitting(
        self, record: SignedRecord, earlier: tuple[tuple[str, datetime], ...]
    ) -> SittingView:
        capture = self.booth.latest(record.subject_id)
        with self.ledger.reading() as unit:
            probes = unit.captures.probes(record.subject_id)
        job = self.orders.newest(record.subject_id)
        running = job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}
        return SittingView(
            step=4 if running else 3,
            record=self.desk.view(record),
            has_capture=capture is not None,
            is_open=True,
            baked_subject=capture.baked_subject if isinstance(capture, SyntheticCapture) else None,
            selfies=tuple(SelfieView(probe.id, probe.verified_at) for probe in probes),
            job_id=job.id if job else None,
            earlier=earlier,
            can_withdraw=True,
            coverage=coverage(_looks(probes, capture)) if capture else (),
            waiting=self._waiting(record.subject_id),
            notice_changed=self.desk.notice_changed(record),
        )

    def _waiting(self, subject_id: str | None) -> RecordView | None:
        waiting = self.desk.changes.waiting(subject_id)
        return None if waiting is None else self.desk.view(waiting)

    def _is_over(self, visitor: Visitor) -> bool:
        """Tell whether nothing but the proof is left of the session's subject."""
        if visitor.subject_id is None:
            return False
        with self.ledger.reading() as unit:
            return not unit.subjects.holds_data(visitor.subject_id)

    def _readable_subject(self, token: str) -> str:
        """Return the subject whose records this session may read: open, or at an end."""
        visitor = self.door.visitor(token)
        if visitor.subject_id is not None and self._is_over(visitor):
            return visitor.subject_id
        return self.door.open_subject(token)

    def _can_reopen(self, subject_id: str) -> bool:
        record = self.desk.standing(subject_id)
        if record is None or record.kind is not SubjectKind.PERSON:
            return False
        return self.booth.latest(subject_id) is not None

    def _kind(self, subject_id: str) -> SubjectKind:
        with self.ledger.reading() as unit:
            return unit.subjects.load(subject_id).kind

    def _bound_subject(self, token: str) -> str:
        subject_id = self.door.visitor(token).subject_id
        if subject_id is None:
            raise no_consent()
        return subject_id

    def _to_withdraw(self, token: str) -> list[str]:
        """Return the session's subject, and the person behind a subject who is nobody."""
        chosen: list[str] = []
        for found in self.door.earlier(token):
            with self.ledger.reading() as unit:
                kind = unit.subjects.load(found.subject_id).kind
                held = unit.subjects.holds_data(found.subject_id)
                half = found.subject_id in unit.deletions.unfinished()
            if held or half:
                chosen.append(found.subject_id)
            if kind is SubjectKind.PERSON:
                break
        return chosen


def _looks(probes: Sequence[Probe], capture: Capture) -> list[Look]:
    """Return how the selfies of a capture look: those of an earlier one are drawn from no more."""
    return [probe.look for probe in probes if probe.capture_id == capture.id and probe.look]
