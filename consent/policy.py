"""Small rules that a grant must satisfy; each returns evidence or raises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from consent.errors import ConsentRefused, IdentityRefused, LivenessRefused
from consent.identity import MatchEvidence, check_match
from consent.profiles import STANDARD_GATE, STANDARD_IDENTITY, GateProfile, IdentityProfile
from consent.records import SignedRecord
from consent.signing import ServiceVerifier
from consent.types import (
    Audience,
    Capture,
    GrantRequest,
    LiveCapture,
    Probe,
    Subject,
    SubjectKind,
)

_REACH = {Audience.PRIVATE: 0, Audience.PUBLIC: 1, Audience.COMMERCIAL: 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was loaded, freshly, for one request."""

    request: GrantRequest
    subject: Subject
    record: SignedRecord
    capture: Capture
    probes: tuple[Probe, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """A rule that was satisfied."""

    rule: str
    detail: str


class Rule(Protocol):
    """One condition of a grant."""

    def check(self, facts: Facts) -> Evidence:
        """Return evidence, or raise a Refusal."""
        ...


@dataclass(frozen=True, slots=True)
class SignatureValid:
    """The record is what this service signed."""

    verifier: ServiceVerifier

    def check(self, facts: Facts) -> Evidence:
        """Raise RecordInvalid when the signature does not verify."""
        return Evidence("SignatureValid", self.verifier.verify(facts.record).key_id)


@dataclass(frozen=True, slots=True)
class SameSubject:
    """Request, record, capture and probes speak of one subject."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`other_subject`)."""
        wanted = facts.request.subject_id
        named = {facts.subject.id, facts.record.subject_id, facts.capture.subject_id}
        named.update(probe.subject_id for probe in facts.probes)
        same_record = facts.record.record_id == facts.request.record_id
        same_capture = facts.capture.id == facts.request.capture_id
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
        if facts.record.withdrawn_at is not None:
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
        request, scope = facts.request, facts.record.scope
        covered = (
            request.purpose is facts.record.purpose
            and request.family in scope.families
            and request.medium in scope.media
            and _REACH[request.audience] <= _REACH[scope.audience]
        )
        if not covered:
            raise ConsentRefused(
                "out_of_scope",
                "Your consent does not cover this.",
                why="Only what you switched on may be made of your face.",
                next_step="Choose something you agreed to, or give a consent that includes it.",
            )
        return Evidence("InScope", request.family)


@dataclass(frozen=True, slots=True)
class RightKind:
    """People are captured live; a baked subject plays for a synthetic record, never crosswise."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`wrong_kind`)."""
        is_live = isinstance(facts.capture, LiveCapture)
        captured = SubjectKind.PERSON if is_live else SubjectKind.SYNTHETIC
        if {facts.subject.kind, facts.record.kind} != {captured}:
            raise ConsentRefused(
                "wrong_kind",
                "This capture does not belong to this kind of consent.",
                why="A subject who is nobody must never stand in for a person.",
                next_step="Start again from the consent page.",
            )
        return Evidence("RightKind", captured.value)


@dataclass(frozen=True, slots=True)
class ConsentBeforeCapture:
    """The release was signed before the first camera frame, and the capture was made for it."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`capture_before_consent` or `capture_of_other_record`)."""
        if facts.capture.record_id != facts.record.record_id:
            raise ConsentRefused(
                "capture_of_other_record",
                "This capture was made under another consent.",
                why="You agree in front of the camera to one consent at a time.",
                next_step="Look into the camera once more for this consent.",
            )
        if not facts.record.given_at < facts.capture.captured_at:
            raise ConsentRefused(
                "capture_before_consent",
                "The camera was on before you agreed.",
                why="Nothing may be filmed before your yes.",
                next_step="Look into the camera once more.",
            )
        return Evidence("ConsentBeforeCapture", facts.capture.captured_at.isoformat())


@dataclass(frozen=True, slots=True)
class Live:
    """The capture is recent."""

    profile: GateProfile = STANDARD_GATE

    def check(self, facts: Facts) -> Evidence:
        """Raise LivenessRefused (`capture_stale`)."""
        age = facts.now - facts.capture.captured_at
        if not 0 <= age.total_seconds() < self.profile.capture_max_age.total_seconds():
            raise LivenessRefused(
                "capture_stale",
                "It has been a while since you looked into the camera.",
                why="It must be you who is drawing you, today.",
                next_step="Look into the camera once more.",
            )
        return Evidence("Live", facts.capture.captured_at.isoformat())


@dataclass(frozen=True, slots=True)
class OwnFace:
    """Every selfie was matched, closely enough, to this capture's template."""

    profile: IdentityProfile = STANDARD_IDENTITY

    def check(self, facts: Facts) -> Evidence:
        """Raise IdentityRefused (`no_probe`, `probe_of_other_capture`, `retry`, `not_you`)."""
        if not facts.probes:
            raise IdentityRefused(
                "no_probe",
                "There is no selfie to draw from.",
                why="Only a picture that was compared with your face may be drawn.",
                next_step="Look into the camera, or add a selfie.",
            )
        for probe in facts.probes:
            if probe.capture_id != facts.capture.id:
                raise IdentityRefused(
                    "probe_of_other_capture",
                    "This selfie was compared with an earlier capture.",
                    why="Each selfie must match the face that agreed.",
                    next_step="Add the selfie again.",
                )
            check_match(MatchEvidence(distance=probe.distance, z=probe.z), self.profile)
        return Evidence("OwnFace", f"{len(facts.probes)} selfies")


def standard_rules(
    verifier: ServiceVerifier,
    *,
    gate: GateProfile = STANDARD_GATE,
    identity: IdentityProfile = STANDARD_IDENTITY,
) -> tuple[Rule, ...]:
    """Return the rules of this version, in the order in which a person should hear of them."""
    return (
        SignatureValid(verifier),
        SameSubject(),
        AdultAttested(),
        NotWithdrawn(),
        NotExpired(),
        InScope(),
        RightKind(),
        ConsentBeforeCapture(),
        Live(gate),
        OwnFace(identity),
    )
