"""The desk: consent is given here, shown, and handed over as a receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from consent.notices import Controller, Notice, load_notice, notice_at
from consent.receipts import receipt, receipt_page
from consent.records import Choice, SignedRecord, Terms, new_record
from consent.types import Audience, Purpose, RecordState, Scope, Subject, SubjectKind
from studio.service import ConsentChoice, RecordView

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
AUDIENCE_WORDS = {
    Audience.PRIVATE: "for me alone",
    Audience.PUBLIC: "for anyone to see",
    Audience.COMMERCIAL: "for anyone to see and for business use",
}


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

    def notice(self) -> Notice:
        """Return the consent text as it is shown."""
        return load_notice(self.controller)

    def give(self, token: str, choice: ConsentChoice) -> SignedRecord:
        """Sign a record for a new subject and bind the session to them, closed.

        Raises:
            ConsentRefused: nothing is switched on, or adulthood is not attested.
        """
        record = self._give(choice, SubjectKind.PERSON)
        self.door.bind(token, record.subject_id)
        return record

    def give_synthetic(self, token: str, families: frozenset[str]) -> SignedRecord:
        """Sign a record of kind synthetic for a baked subject, who is nobody."""
        choice = ConsentChoice(
            purposes=frozenset({Purpose.AVATAR_STILLS}),
            families=families,
            audience=Audience.PUBLIC,
            adult_attested=True,  # every baked subject is an adult; the bake tool refuses others
        )
        record = self._give(choice, SubjectKind.SYNTHETIC)
        self.door.bind(token, record.subject_id)
        return record

    def standing(self, subject_id: str | None) -> SignedRecord | None:
        """Return the subject's newest record that is given, not withdrawn and not expired."""
        if subject_id is None:
            return None
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
        now = self.clock.now()
        valid = [record for record in records if record.state(now) is RecordState.GIVEN]
        return valid[-1] if valid else None

    def views(self, subject_id: str) -> list[RecordView]:
        """Return the subject's records, newest first."""
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
        made = [output.record_id for output in self.library.list(subject_id)]
        return [self.view(record, made.count(record.record_id)) for record in reversed(records)]

    def view(self, record: SignedRecord, outputs: int = 0) -> RecordView:
        """Return one record as its subject sees it."""
        return RecordView(
            id=record.record_id,
            kind=record.kind,
            summary=summarise(record.scope.families, record.scope.audience, record.retention_days),
            state=record.state(self.clock.now()).value,
            families=tuple(sorted(record.scope.families)),
            audience=record.scope.audience,
            given_at=record.given_at,
            expires_at=record.expires_at,
            withdrawn_at=record.withdrawn_at,
            outputs=outputs,
        )

    def receipt(self, subject_id: str, record_id: str) -> Mapping[str, object]:
        """Return the subject's copy of a record as JSON-ready data."""
        return receipt(self._own(subject_id, record_id), self.signer)

    def receipt_page(self, subject_id: str, record_id: str) -> str:
        """Return the subject's copy of a record as a printable page."""
        record = self._own(subject_id, record_id)
        shown = notice_at(record.notice_uri, record.controller)
        return receipt_page(record, shown.text, now=self.clock.now())

    def _give(self, choice: ConsentChoice, kind: SubjectKind) -> SignedRecord:
        now = self.clock.now()
        subject = Subject(id=self._random_id(), kind=kind, created_at=now)
        if not choice.purposes:
            raise nothing_chosen()
        terms = Terms(
            notice=self.notice(),
            controller=self.controller,
            storage_location="this computer",
            model_versions=MODEL_VERSIONS,
        )
        asked = Choice(
            purpose=Purpose.AVATAR_STILLS,
            scope=Scope(choice.families, choice.media, choice.audience),
            retention_days=choice.days,
            adult_attested=choice.adult_attested,
        )
        record = new_record(
            subject, asked, terms, record_id=self._random_id(), nonce=self._random_id(), now=now
        )
        signed = self.signer.sign(record)
        with self.ledger.transaction() as unit:
            unit.subjects.add(subject)
            unit.vault.create(subject.id)
            unit.records.add(signed)
        return signed

    def _own(self, subject_id: str, record_id: str) -> SignedRecord:
        with self.ledger.reading() as unit:
            records = unit.records.of_subject(subject_id)
        for record in records:
            if record.record_id == record_id:
                return record
        raise ConsentRefused(
            "record_unknown",
            "This consent is not here.",
            why="A receipt is for the person who agreed.",
            next_step="Open My consent again.",
        )

    def _random_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def summarise(families: frozenset[str], audience: Audience, days: int) -> str:
    """Return the plain sentence that a choice amounts to."""
    if not families:
        return "Nothing to make yet. Switch on at least one."
    names = " and ".join(sorted(families))
    return (
        f"Selfsame may draw {names} stills of me for {days} days, {AUDIENCE_WORDS[audience]}. "
        "I can end this at any time."
    )


def nothing_chosen() -> ConsentRefused:
    """Return the refusal of a consent that allows nothing."""
    return ConsentRefused(
        "nothing_allowed",
        "Nothing to make yet.",
        why="Only what you switch on may be made of your face.",
        next_step="Switch on at least one.",
    )
