"""The only maker of Grant. Ask before every step that has an effect; never keep the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from consent.entries import opening
from consent.errors import ConsentRefused, RecordInvalid
from consent.facts import Evidence, Facts, Lineage, Rule, require_capture
from consent.log import LeafKind
from consent.ports import Clock, Unit
from consent.profiles import STANDARD_GATE, GateProfile
from consent.records import SignedRecord, receipt_hash
from consent.types import Capture, Grant, GrantRequest, RecordState

MAX_CHANGES = 1000  # of one consent; a longer chain is damage


class Gate:
    """Holds every request to its rules, on facts loaded anew each time."""

    def __init__(
        self,
        rules: Sequence[Rule],
        *,
        export: Sequence[Rule],
        clock: Clock,
        profile: GateProfile = STANDARD_GATE,
    ) -> None:
        """Take the rules.

        Args:
            rules: of making something.
            export: of handing out what was made.
            clock: tells the time.
            profile: how long a grant lives, how old a capture may be.
        """
        self._rules = tuple(rules)
        self._export = tuple(export)
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
            LogInvalid: the record is not in the log, or the clock went back.
        """
        facts = self._facts(request, unit, unit.captures.load(request.capture_id), lock=lock)
        satisfied = _hold(facts, self._rules)
        capture = require_capture(facts)
        return Grant(
            subject_id=request.subject_id,
            subject_kind=facts.subject.kind,
            record_id=facts.record.record_id,
            receipt_hash=receipt_hash(facts.record),
            capture_id=capture.id,
            probe_hashes=tuple(probe.sha256 for probe in facts.probes),
            purpose=request.purpose,
            family=request.family,
            style=request.style,
            audience=request.audience,
            granted_at=facts.now,
            expires_at=min(
                facts.now + self._profile.grant_life,
                facts.record.expires_at,
                capture.captured_at + self._profile.capture_max_age,
            ),
            rules=tuple(evidence.rule for evidence in satisfied),
            logged=facts.logged,
            origins=tuple(probe.origin for probe in facts.probes),
        )

    def permit_export(
        self, request: GrantRequest, unit: Unit, *, lock: bool = False
    ) -> tuple[Evidence, ...]:
        """Return the evidence that an avatar may be handed out to its subject.

        Args:
            request: as for what is to be made, without capture and selfies; its record is the one
                that the avatar was made under.
            unit: the transaction to load from.
            lock: hold the record's row until that transaction ends, so that a withdrawal waits.

        Raises:
            Refusal: as `grant`.
        """
        return _hold(self._facts(request, unit, None, lock=lock), self._export)

    def _facts(
        self, request: GrantRequest, unit: Unit, capture: Capture | None, *, lock: bool
    ) -> Facts:
        now = self._clock.now()
        lineage = _lineage(unit, request, capture, now, lock=lock)
        record = lineage.records[0]
        is_logged = record.log_index is not None
        return Facts(
            request=request,
            subject=unit.subjects.load(request.subject_id),
            record=record,
            lineage=lineage,
            capture=capture,
            probes=tuple(unit.captures.load_probe(probe_id) for probe_id in request.probe_ids),
            made=unit.records.made_under([each.record_id for each in lineage.records]),
            logged=unit.log.prove(record.log_index) if record.log_index is not None else None,
            opening=_opening(unit, record) if is_logged else b"",
            last_logged_at=unit.log.last_time(),
            now=now,
        )


def _hold(facts: Facts, rules: Sequence[Rule]) -> tuple[Evidence, ...]:
    if not rules:
        raise ConsentRefused(
            "no_rules",
            "This studio is not set up to give leave.",
            why="Without rules nothing may be drawn.",
            next_step="Ask whoever runs this studio to set it up again.",
        )
    return tuple(rule.check(facts) for rule in rules)


def _opening(unit: Unit, record: SignedRecord) -> bytes:
    """Return what opens the record's entry; nothing does once the subject's key was destroyed."""
    try:
        return opening(unit.vault, record.subject_id, LeafKind.CONSENT, record.record_id)
    except ConsentRefused:
        return b""


def _lineage(
    unit: Unit, request: GrantRequest, capture: Capture | None, now: datetime, *, lock: bool
) -> Lineage:
    """Return the record that stands in the place of the one asked for, and all before it."""
    own = {each.record_id: each for each in unit.records.of_subject(request.subject_id)}
    known = {} if lock else own
    seen: set[str] = set()
    record = _next(unit, request.record_id, seen, known, lock=lock)
    while record.replaced_by is not None:
        record = _next(unit, record.replaced_by, seen, known, lock=lock)
    records, seen = [record], {record.record_id}
    while records[-1].replaces is not None:
        records.append(_next(unit, records[-1].replaces, seen, own))
    wanted = request.record_id if capture is None else capture.record_id
    release = next((each for each in records if each.record_id == wanted), record)
    later = tuple(
        each
        for each in own.values()
        if each.given_at > record.given_at
        and each.assented_at is not None
        and each.state(now) is RecordState.GIVEN
    )
    return Lineage(tuple(records), release, later)


def _next(
    unit: Unit,
    record_id: str,
    seen: set[str],
    known: Mapping[str, SignedRecord],
    *,
    lock: bool = False,
) -> SignedRecord:
    """Return the next record of a line.

    Raises:
        RecordInvalid: `record_chain` when the line goes round or never ends.
    """
    if record_id in seen or len(seen) > MAX_CHANGES:
        raise RecordInvalid(
            "record_chain",
            "The changes of this consent do not lead anywhere.",
            why="Only an undamaged record can say what you agreed to.",
            next_step="Withdraw, and give your consent again.",
        )
    seen.add(record_id)
    record = known.get(record_id)
    return unit.records.load(record_id, lock=lock) if record is None else record
