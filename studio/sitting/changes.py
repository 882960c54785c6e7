"""A consent that stands, how less of it is allowed at once, and how more of it waits.

Records are never edited. A narrower one replaces the wider one at once and rests on the assent that
it had; a longer or wider one waits until the face before the camera has agreed, a day at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from consent.entries import log_consent
from consent.errors import ConsentRefused
from consent.gate import MAX_CHANGES
from consent.profiles import ASSENT_WITHIN
from consent.records import ConsentRecord, SignedRecord, narrowed_record
from consent.types import Audience, Change, RecordState
from consent.words import summary_sentence

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger, Unit
    from consent.signing import ServiceSigner

# Each change is kept as proof, and each is looked at whenever the gate is asked.
MOST_WIDER, MOST_NARROWER = 50, 100  # records of a subject up to which more, or less, may be said


@dataclass(frozen=True, slots=True)
class Narrower:
    """What shall remain of a consent."""

    families: frozenset[str]
    audience: Audience
    days_left: int | None  # from now; None: as long as before


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes consents that were given."""

    ledger: Ledger
    signer: ServiceSigner
    clock: Clock
    rng: Random

    def narrow(self, subject_id: str, record_id: str, wish: Narrower) -> SignedRecord:
        """Replace a consent by a narrower one, at once.

        Raises:
            ConsentRefused: it does not stand, or the wish is not narrower.
        """
        with self.ledger.transaction() as unit:
            now = self.clock.now()
            earlier = unit.records.load(record_id, lock=True)
            if earlier.subject_id != subject_id or earlier.state(now) is not RecordState.GIVEN:
                raise unknown_record()
            if earlier.waits_for_assent:
                raise unknown_record()  # it does not stand yet: taking it back is the way
            _require_few(unit, subject_id, MOST_NARROWER)
            end = earlier.expires_at
            if wish.days_left is not None:
                end = now + timedelta(days=wish.days_left)
            scope = replace(earlier.scope, families=wish.families, audience=wish.audience)
            days = max(1, math.ceil((end - now) / timedelta(days=1)))
            record = narrowed_record(
                earlier,
                scope=scope,
                expires_at=end,
                summary=summary_sentence(scope.families, scope.audience, days, earlier.language),
                record_id=self._random_id(),
                nonce=self._random_id(),
                now=now,
            )
            signed = self.signer.sign(record)
            signed = replace(
                signed,
                assented_at=earlier.assented_at,
                log_index=log_consent(unit, signed, now),
            )
            end_waiting(unit, subject_id, now)
            unit.records.add(signed)
            unit.records.replace(earlier.record_id, signed.record_id, now)
        return signed

    def waiting(self, subject_id: str | None) -> SignedRecord | None:
        """Return the longer or wider consent that the face before the camera must agree to."""
        if subject_id is None:
            return None
        with self.ledger.reading() as unit:
            found = list(_valid(unit, subject_id, self.clock.now()))
        waiting = [record for record in found if record.waits_for_assent]
        return waiting[-1] if waiting else None

    def drop_waiting(self, subject_id: str) -> None:
        """Take back what waits for the face before the camera."""
        with self.ledger.transaction() as unit:
            end_waiting(unit, subject_id, self.clock.now())

    def _random_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"


def standing(unit: Unit, subject_id: str, now: datetime) -> SignedRecord | None:
    """Return the subject's record that stands: given, not withdrawn, expired or replaced.

    One that waits for the face before the camera counts when there is no other.
    """
    valid = list(_valid(unit, subject_id, now))
    found = [record for record in valid if not record.waits_for_assent] or valid
    return found[-1] if found else None


def end_waiting(unit: Unit, subject_id: str, now: datetime) -> None:
    """End what waits for the face before the camera: the newest word counts."""
    for record in unit.records.of_subject(subject_id):
        if record.waits_for_assent and record.withdrawn_at is None:
            unit.records.withdraw(record.record_id, now)


def require_extendable(unit: Unit, record: ConsentRecord, now: datetime) -> None:
    """Hold the consent that a new one extends; a draft may have been left lying meanwhile.

    Raises:
        ConsentRefused: `record_unknown` when it is another subject's, or stands no more;
            `too_many_changes`.
    """
    _require_few(unit, record.subject_id, MOST_WIDER)
    extended = unit.records.load(record.replaces or "", lock=True)
    is_own = extended.subject_id == record.subject_id
    stands = extended.state(now) is RecordState.GIVEN and not extended.waits_for_assent
    if not is_own or not stands:
        raise unknown_record()


def require_standing(unit: Unit, record_id: str, now: datetime) -> list[SignedRecord]:
    """Hold a consent's rows until the commit: what comes after its end is not kept.

    Returns:
        The record, then those that replaced it, up to the one that stands.

    Raises:
        ConsentRefused: `consent_ended`.
    """
    chain = [unit.records.load(record_id, lock=True)]
    while chain[-1].replaced_by is not None and len(chain) <= MAX_CHANGES:
        chain.append(unit.records.load(chain[-1].replaced_by, lock=True))
    last = chain[-1]
    if last.state(now) is not RecordState.GIVEN or _waited_too_long(last, now):
        raise ConsentRefused(
            "consent_ended",
            "Your consent has ended.",
            why="Nothing is kept of a face without its owner's leave.",
            next_step="Give a new consent to go on.",
        )
    return chain


def assent(unit: Unit, record_id: str, captured_at: datetime, now: datetime) -> None:
    """Note that the face agreed; a longer or wider consent now stands in the earlier one's place.

    What was narrowed meanwhile was agreed to with it, for it allows less. A passkey that signed for
    more opens nothing by it: whoever sits at somebody's open browser could bring their own.

    Raises:
        ConsentRefused: `consent_ended`.
    """
    chain = require_standing(unit, record_id, now)
    record, *later = chain
    if record.waits_for_assent and record.replaces is not None:
        unit.records.replace(record.replaces, record.record_id, now)
    unit.records.assent(record.record_id, captured_at)
    for narrower in later:
        if narrower.change is not Change.NARROWED:
            break
        unit.records.assent(narrower.record_id, captured_at)


def unknown_record() -> ConsentRefused:
    """Return the refusal of a record that is not the session's, or does not stand."""
    return ConsentRefused(
        "record_unknown",
        "This consent is not here.",
        why="It belongs to the person who gave it.",
        next_step="Open My consent again.",
    )


def _require_few(unit: Unit, subject_id: str, most: int) -> None:
    if len(unit.records.of_subject(subject_id)) >= most:
        raise ConsentRefused(
            "too_many_changes",
            "You have changed this consent very often.",
            why="Each change is kept as proof, and too many would slow the studio for everybody.",
            next_step="Keep it as it is, or withdraw and begin anew.",
        )


def _valid(unit: Unit, subject_id: str, now: datetime) -> Iterator[SignedRecord]:
    for record in unit.records.of_subject(subject_id):
        if record.state(now) is RecordState.GIVEN and not _waited_too_long(record, now):
            yield record


def _waited_too_long(record: SignedRecord, now: datetime) -> bool:
    return record.waits_for_assent and now >= record.given_at + ASSENT_WITHIN
