"""Rules about who was before the camera; each returns evidence or raises."""

from __future__ import annotations

from dataclasses import dataclass

from consent.errors import ConsentRefused, IdentityRefused, LivenessRefused
from consent.facts import Evidence, Facts, require_capture
from consent.identity import MatchEvidence, check_match
from consent.profiles import STANDARD_GATE, STANDARD_IDENTITY, GateProfile, IdentityProfile
from consent.types import LiveCapture, SubjectKind


@dataclass(frozen=True, slots=True)
class RightKind:
    """People are captured live; a baked subject plays for a synthetic record, never crosswise."""

    def check(self, facts: Facts) -> Evidence:
        """Raise ConsentRefused (`wrong_kind`)."""
        is_live = isinstance(require_capture(facts), LiveCapture)
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
        """Raise ConsentRefused (`capture_before_consent`, `capture_of_other_record`)."""
        capture, release = require_capture(facts), facts.lineage.release
        # A longer or wider consent counts once the face before the camera agreed to it.
        is_assented = facts.record.assented_at is not None or release is facts.record
        if capture.record_id != release.record_id or not is_assented:
            raise ConsentRefused(
                "capture_of_other_record",
                "This capture was made under another consent.",
                why="You agree in front of the camera to one consent at a time.",
                next_step="Look into the camera once more for this consent.",
            )
        if not release.given_at < capture.captured_at:
            raise ConsentRefused(
                "capture_before_consent",
                "The camera was on before you agreed.",
                why="Nothing may be filmed before your yes.",
                next_step="Look into the camera once more.",
            )
        return Evidence("ConsentBeforeCapture", capture.captured_at.isoformat())


@dataclass(frozen=True, slots=True)
class Live:
    """The capture is recent."""

    profile: GateProfile = STANDARD_GATE

    def check(self, facts: Facts) -> Evidence:
        """Raise LivenessRefused (`capture_stale`)."""
        capture = require_capture(facts)
        age = facts.now - capture.captured_at
        if not 0 <= age.total_seconds() < self.profile.capture_max_age.total_seconds():
            raise LivenessRefused(
                "capture_stale",
                "It has been a while since you looked into the camera.",
                why="It must be you who is drawing you, today.",
                next_step="Look into the camera once more.",
            )
        return Evidence("Live", capture.captured_at.isoformat())


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
            if probe.capture_id != require_capture(facts).id:
                raise IdentityRefused(
                    "probe_of_other_capture",
                    "This selfie was compared with an earlier capture.",
                    why="Each selfie must match the face that agreed.",
                    next_step="Add the selfie again.",
                )
            check_match(MatchEvidence(distance=probe.distance, z=probe.z), self.profile)
        return Evidence("OwnFace", f"{len(facts.probes)} selfies")
