"""The desk: consent is given here, shown, and handed over as a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from consent.entries import log_consent
from consent.errors import ConsentRefused
from consent.notices import Controller, Notice, load_notice, notice_at, notice_hashes
from consent.receipt_page import receipt_page
from consent.receipts import LogEvidence, log_evidence, receipt
from consent.records import (
    Choice,
    ConsentRecord,
    SignedRecord,
    Terms,
    new_record,
)
from consent.types import Audience, Purpose, RecordState, Scope, Subject, SubjectKind
from consent.words import DEFAULT_LANGUAGE, summary_sentence
from studio.service import ConsentChoice, HistoryItem, RecordView
from studio.sitting.changes import (
    Changes,
    end_waiting,
    require_extendable,
    standing,
    unknown_record,
)
from studio.sitting.history import history

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger
    from consent.signing import ServiceSigner
    from outputs.library import Library
    from studio.sitting.door import Door

MODEL_VERSIONS = {
    "landmarks": "MediaPipe Face Landmarker v2",
    "face template": "dlib face recognition ResNet v1",
    "person outline": "MediaPipe selfie segmentation",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that nobody has signed yet."""

    subject: Subject
    record: ConsentRecord


@dataclass(frozen=True, slots=True)
class Desk:
    """Gives and reads consent for the subject that a browser session is bound to."""

    ledger: Ledger
    signer: ServiceSigner
    clock: Clock
    door: Door
    library: Library
    controller: Controller
    rng: Random

    @property
    def changes(self) -> Changes:
        """What narrows and extends consents."""
        return Changes(self.ledger, self.signer, self.clock, self.rng)

    def notice(self, language: str = DEFAULT_LANGUAGE) -> Notice:
        """Return the consent text as it is shown."""
        return load_notice(self.controller, language=language)

    def draft(
        self,
        choice: ConsentChoice,
        *,
        extends: SignedRecord | None = None,
        kind: SubjectKind = SubjectKind.PERSON,
    ) -> Draft:
        """Make a record out of a choice; nothing is signed or stored yet.

        Args:
            choice: what was chosen.
            extends: the record that it shall replace, of the same subject; none: a new subject.
            kind: of a new subject.

        Raises:
            ConsentRefused: nothing is switched on, or adulthood is not attested.
        """
        now = self.clock.now()
        if extends is None:
            subject = Subject(id=self._random_id(), kind=kind, created_at=now)
        else:
            with self.ledger.reading() as unit:
                subject = unit.subjects.load(extends.subject_id)
        record = new_record(
            subject,
            _asked(choice),
            self._terms(choice),
            record_id=self._random_id(),
            nonce=self._random_id(),
            now=now,
            replaces=None if extends is None else extends.record_id,
        )
        return Draft(subject, record)

    def give(self, token: str, draft: Draft) -> SignedRecord:
        """Sign, log and store a draft; the session of a new subject is bound to them, closed.

        A longer or wider consent of a subject who is here waits for the face before the camera.

        Raises:
            ConsentRefused: what it extends stands no more.
        """
        signed = self.signer.sign(draft.record)
        with self.ledger.transaction() as unit:
            now = self.clock.now()
            if draft.record.replaces is None:
                unit.subjects.add(draft.subject)
                unit.vault.create(draft.subject.id)
            else:
                require_extendable(unit, draft.record, now)
                end_waiting(unit, draft.subject.id, now)
            signed = replace(signed, log_index=log_consent(unit, signed, now))
            unit.records.add(signed)
            if signed.subject_signature is not None and signed.replaces is None:
                unit.passkeys.link(signed.subject_id, signed.subject_signature.credential_id)
        if draft.record.replaces is None:
            self.door.bind(token, draft.subject.id)
        return signed

    def give_synthetic(self, token: str, families: frozenset[str]) -> SignedRecord:
        """Sign a record of kind synthetic for a baked subject, who is nobody."""
        choice = ConsentChoice(
            purposes=frozenset({Purpose.AVATAR_STILLS}),
            families=families,
            audience=Audience.PUBLIC,
            adult_attested=True,  # every baked subject is an adult; the bake tool refuses others
        )
        return self.give(token, self.draft(choice, kind=SubjectKind.SYNTHETIC))

    def standing(self, subject_id: str | None) -> SignedRecord | None:
        """Return the subject's record that stands: given, not withdrawn, expired or replaced."""
        if subject_id is None:
            return None
        with self.ledger.reading() as unit:
            return standing(unit, subject_id, self.clock.now())

    def notice_changed(self, record: SignedRecord | None) -> bool:
        """Tell whether a record was given on another text than the one that is shown now."""
        return record is not None and record.notice_sha256 not in notice_hashes(self.controller)

    def history(self, subject_id: str) -> list[HistoryItem]:
        """Return what happened to the subject's consents, newest first."""
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
            exports = unit.exports.of_subject(subject_id)
        return history(records, exports, self.clock.now())

    def views(self, subject_id: str) -> list[RecordView]:
        """Return the subject's records, newest first."""
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
        made = [output.record_id for output in self.library.list(subject_id)]
        return [self.view(record, made.count(record.record_id)) for record in reversed(records)]

    def view(self, record: SignedRecord, outputs: int = 0) -> RecordView:
        """Return one record as its subject sees it."""
        state = record.state(self.clock.now())
        return RecordView(
            id=record.record_id,
            kind=record.kind,
            summary=record.summary or _summary_of(record),
            state=state.value,
            families=tuple(sorted(record.scope.families)),
            audience=record.scope.audience,
            given_at=record.given_at,
            expires_at=record.expires_at,
            withdrawn_at=record.withdrawn_at,
            outputs=outputs,
            language=record.language,
            signed_with="service" if record.subject_signature is None else "passkey",
            log_index=record.log_index,
            replaced_at=record.replaced_at,
            replaces=record.replaces,
            waits_for_camera=record.waits_for_assent and state is RecordState.GIVEN,
        )

    def receipt(self, subject_id: str, record_id: str) -> Mapping[str, object]:
        """Return the subject's copy of a record as JSON-ready data."""
        record = self.own(subject_id, record_id)
        return receipt(record, self.signer, now=self.clock.now(), evidence=self._evidence(record))

    def receipt_page(self, subject_id: str, record_id: str) -> str:
        """Return the subject's copy of a record as a printable page."""
        record = self.own(subject_id, record_id)
        shown = notice_at(record.notice_uri, record.controller)
        return receipt_page(record, shown, now=self.clock.now(), evidence=self._evidence(record))

    def _evidence(self, record: SignedRecord) -> LogEvidence | None:
        with self.ledger.reading() as unit:
            return log_evidence(unit, record)

    def _terms(self, choice: ConsentChoice) -> Terms:
        return Terms(
            notice=self.notice(choice.language),
            controller=self.controller,
            storage_location="this computer",
            model_versions=MODEL_VERSIONS,
            summary=summary_sentence(
                choice.families, choice.audience, choice.days, choice.language
            ),
        )

    def own(self, subject_id: str, record_id: str) -> SignedRecord:
        """Return one of the subject's records, or raise ConsentRefused (`record_unknown`)."""
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
        for record in records:
            if record.record_id == record_id:
                return record
        raise unknown_record()

    def _random_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def _summary_of(record: SignedRecord) -> str:
    """Return the sentence for a record of before it was kept."""
    return summary_sentence(record.scope.families, record.scope.audience, record.retention_days)


def _asked(choice: ConsentChoice) -> Choice:
    if not choice.purposes:
        raise nothing_chosen()
    return Choice(
        purpose=Purpose.AVATAR_STILLS,
        scope=Scope(choice.families, choice.media, choice.audience),
        retention_days=choice.days,
        adult_attested=choice.adult_attested,
    )


def no_consent() -> ConsentRefused:
    """Return the refusal of whoever has no consent that stands."""
    return ConsentRefused(
        "no_consent",
        "There is no consent to draw from.",
        why="Nothing is made of a face without its owner's leave.",
        next_step="Begin with your consent on the Create page.",
    )


def nothing_chosen() -> ConsentRefused:
    """Return the refusal of a consent that allows nothing."""
    return ConsentRefused(
        "nothing_allowed",
        "Nothing to make yet.",
        why="Only what you switch on may be made of your face.",
        next_step="Switch on at least one.",
    )
