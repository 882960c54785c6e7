"""The only maker of Grant. Ask before every step that has an effect; never keep the answer."""

from __future__ import annotations

from collections.abc import Sequence

from consent.errors import ConsentRefused
from consent.policy import Facts, Rule
from consent.ports import Clock, Unit
from consent.profiles import STANDARD_GATE, GateProfile
from consent.records import receipt_hash
from consent.types import Grant, GrantRequest


class Gate:
    """Holds every request to its rules, on facts loaded anew each time."""

    def __init__(
        self, rules: Sequence[Rule], *, clock: Clock, profile: GateProfile = STANDARD_GATE
    ) -> None:
        self._rules = tuple(rules)
        self._clock = clock
        self._profile = profile

    def grant(self, request: GrantRequest, unit: Unit, *, lock: bool = False) -> Grant:
        """Give leave for one step of one job.

        Args:
            request: what is to be made.
            unit: the transaction to load from; the storing step passes its own.
            lock: hold the record's row until that transaction ends, so that a withdrawal waits.

        Raises:
            ConsentRefused: unknown, expired, withdrawn, out of scope, or no rules at all.
            LivenessRefused: the capture is stale.
            IdentityRefused: a selfie does not match.
            RecordInvalid: the record does not verify.
        """
        if not self._rules:
            raise ConsentRefused(
                "no_rules",
                "This studio is not set up to give leave.",
                why="Without rules nothing may be drawn.",
                next_step="Ask whoever runs this studio to set it up again.",
            )
        record = unit.records.load(request.record_id, lock=lock)
        capture = unit.captures.load(request.capture_id)
        facts = Facts(
            request=request,
            subject=unit.subjects.load(request.subject_id),
            record=record,
            capture=capture,
            probes=tuple(unit.captures.load_probe(probe_id) for probe_id in request.probe_ids),
            now=self._clock.now(),
        )
        satisfied = tuple(rule.check(facts).rule for rule in self._rules)
        return Grant(
            subject_id=request.subject_id,
            subject_kind=facts.subject.kind,
            record_id=record.record_id,
            receipt_hash=receipt_hash(record),
            capture_id=capture.id,
            probe_hashes=tuple(probe.sha256 for probe in facts.probes),
            purpose=request.purpose,
            family=request.family,
            style=request.style,
            audience=request.audience,
            granted_at=facts.now,
            expires_at=min(
                facts.now + self._profile.grant_life,
                record.expires_at,
                capture.captured_at + self._profile.capture_max_age,
            ),
            rules=satisfied,
        )
