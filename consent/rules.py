"""Rules about the consent itself; each returns evidence or raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from consent.checkpoints import LogVerifier
from consent.errors import ConsentRefused, LogInvalid, RecordInvalid
from consent.facts import Evidence, Facts
from consent.log import LeafKind, commit, verify_inclusion
from consent.records import receipt_payload
from consent.signing import ServiceVerifier
from consent.types import Scope

CLOCK_SLACK = timedelta(seconds=2)  # as the log allows between computers that share a database


@dataclass(frozen=True, slots=True)
class SignatureValid:
    """The record is what this service signed, and so is what it replaced."""

    verifier: ServiceVerifier

    def check(self, facts: Facts) -> Evidence:
        """Raise RecordInvalid when a signature does not verify."""
        for earlier in facts.lineage.records[1:]:
            self.verifier.verify(earlier)
        return Evidence("SignatureValid", self.verifier.verify(facts.record).key_id)


@dataclass(frozen=True, slots=True)
class Logged:
    """The record's commitment was in the log before anything was made."""

    verifier: LogVerifier

    def check(self, facts: Facts) -> Evidence:
        """Raise LogInvalid (`not_logged`, or what is wrong with entry, proof or checkpoint)."""
        logged = facts.logged
        if logged is None:
            raise _not_logged("This consent is not in the studio's log.")
        expected = commit(facts.opening, receipt_payload(facts.record))
        if logged.leaf.kind is not LeafKind.CONSENT or logged.leaf.commitment != expected:
            raise _not_logged("The log's entry does not belong to this consent.")
        checkpoint = self.verifier.verify(logged.checkpoint)
        verify_inclusion(logged.leaf.to_bytes(), logged.proof, checkpoint.root)
        if checkpoint.size != logged.proof.size:
            raise _not_logged("The log's proof is not one of its newest state.")
        return Evidence("Logged", f"{logged.proof.index} of {checkpoint.size}")


@dataclass(frozen=True, slots=True)
class ClockForward:
    """The clock has not gone back: a consent that ran out would live again."""

    slack: timedelta = CLOCK_SLACK

    def check(self, facts: Facts) -> Evidence:
        """Raise LogInvalid (`clock_back`)."""
        if facts.last_logged_at is not None and facts.now < facts.last_logged_at - self.slack:
            raise LogInvalid(
                "clock_back",
                "The clock of this studio was set back.",
                why="With an earlier time a consent that ran out would count again.",
                next_step="Tell whoever runs this studio: the clock is wrong, or was ahead once.",
            )
        return Evidence("ClockForward", facts.now.isoformat())


@dataclass(frozen=True, slots=True)
class NoticeCurrent:
    """What the person read is what this studio says now: a changed notice asks again."""

    hashes: frozenset[str]  # SHA-256 of the notice as it is shown now, one for each language

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`notice_changed`)."""
        if facts.record.notice_sha256 not in self.hashes:
            raise ConsentRefused(
                "notice_changed",
                "The text that you agreed to has changed.",
                why="You should know what you agree to, in the words that hold now.",
                next_step="Read it on the first page and agree again, if you like.",
            )
        return Evidence("NoticeCurrent", facts.record.notice_sha256)


@dataclass(frozen=True, slots=True)
class UnderCap:
    """No more is made than the consent allows."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`cap_reached`)."""
        if not facts.made < facts.record.scope.output_cap:
            raise ConsentRefused(
                "cap_reached",
                f"You have made {facts.made} avatars, as many as your consent allows.",
                why="A consent names how much may be made under it.",
                next_step="Give a new consent to make more.",
            )
        return Evidence("UnderCap", f"{facts.made} of {facts.record.scope.output_cap}")


@dataclass(frozen=True, slots=True)
class SameSubject:
    """Request, record, capture and probes speak of one subject."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`other_subject`)."""
        wanted = facts.request.subject_id
        named = {facts.subject.id}
        named.update(record.subject_id for record in facts.lineage.records)
        named.update(probe.subject_id for probe in facts.probes)
        if facts.capture is not None:
            named.add(facts.capture.subject_id)
        same_record = facts.lineage.has(facts.request.record_id)
        same_capture = (facts.capture.id if facts.capture else "") == facts.request.capture_id
        same_probes = tuple(probe.id for probe in facts.probes) == facts.request.probe_ids
        if named != {wanted} or not (same_record and same_capture and same_probes):
            raise ConsentRefused(
                "other_subject",
                "This consent belongs to somebody else.",
                why="Nobody can agree for another person.",
                next_step="Start your own sitting.",
            )
        return Evidence("SameSubject", wanted)


@dataclass(frozen=True, slots=True)
class Newest:
    """No later word of the subject was set aside: a wider consent must not come back."""

    def check(self, facts: Facts) -> Evidence:
        """Raise RecordInvalid (`record_set_back`)."""
        if facts.lineage.later:
            raise RecordInvalid(
                "record_set_back",
                "You have changed this consent, and the change was set aside.",
                why="Only your latest word counts.",
                next_step="Withdraw, and give your consent again.",
            )
        return Evidence("Newest", facts.record.record_id)


@dataclass(frozen=True, slots=True)
class AdultAttested:
    """The subject said that they are 18 or older."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`adult_not_attested`)."""
        if facts.record.adult_attested is not True:
            raise ConsentRefused(
                "adult_not_attested",
                "You have not said that you are 18 or older.",
                why="Avatars of children are not made here.",
                next_step='Give your consent again and tick "I am 18 or older", if you are.',
            )
        return Evidence("AdultAttested", "attested")


@dataclass(frozen=True, slots=True)
class NotWithdrawn:
    """The subject has not withdrawn."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`withdrawn`)."""
        if any(record.withdrawn_at is not None for record in facts.lineage.records):
            raise ConsentRefused(
                "withdrawn",
                "You have withdrawn this consent.",
                why="After that nothing more is made of your face.",
                next_step="Give a new consent if you changed your mind.",
            )
        return Evidence("NotWithdrawn", "not withdrawn")


@dataclass(frozen=True, slots=True)
class NotExpired:
    """The record is in force: given before now, ending after now."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`not_yet_valid` or `consent_expired`)."""
        if not facts.record.given_at <= facts.now:
            raise ConsentRefused(
                "not_yet_valid",
                "This consent begins later than now.",
                why="Consent counts from the moment it is given.",
                next_step="Check the clock of the computer that runs the studio.",
            )
        if not facts.now < facts.record.expires_at:
            raise ConsentRefused(
                "consent_expired",
                "Your consent has run out.",
                why="You chose how long it lasts.",
                next_step="Give your consent again.",
            )
        return Evidence("NotExpired", facts.record.expires_at.isoformat())


@dataclass(frozen=True, slots=True)
class InScope:
    """Purpose, style family, medium and audience are what the subject switched on."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`out_of_scope`)."""
        request = facts.request
        asked = Scope(
            frozenset({request.family}), frozenset({request.medium}), request.audience, output_cap=0
        )
        # What stands now decides; and nothing that the face before the camera did not agree to.
        covered = all(
            request.purpose is record.purpose and record.scope.covers(asked)
            for record in (facts.record, facts.lineage.release)
        )
        if not covered:
            raise ConsentRefused(
                "out_of_scope",
                "Your consent does not cover this.",
                why="Only what you switched on may be made of your face.",
                next_step="Choose something you agreed to, or give a consent that includes it.",
            )
        return Evidence("InScope", request.family)


def _not_logged(what: str) -> LogInvalid:
    return LogInvalid(
        "not_logged",
        what,
        why="Only a consent that anybody can check later counts.",
        next_step="Give your consent again.",
    )
