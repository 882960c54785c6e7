from __future__ import annotations

import ast
import math
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from consent.entries import log_consent
from consent.errors import ConsentRefused, Refusal
from consent.gate import Gate
from consent.profiles import STANDARD_GATE
from consent.records import receipt_hash
from consent.types import Origin, OriginKind, SubjectKind
from tests.fakes import (
    NOON,
    FixedClock,
    MemoryLedger,
    a_capture,
    a_choice,
    a_gate,
    a_probe,
    a_record,
    a_request,
    a_subject,
    identifier,
)

ROOT = Path(__file__).parents[2]


def a_sitting(kind=SubjectKind.PERSON):
    subject = a_subject(kind=kind)
    record = a_record(subject)
    capture = a_capture(record)
    probe = a_probe(capture)
    ledger = MemoryLedger()
    ledger.keep(subject, record, capture, probe)
    clock = FixedClock(NOON + timedelta(minutes=5))
    gate = a_gate(clock)
    return gate, a_request(record, capture, probe), ledger, clock


@pytest.mark.parametrize("kind", SubjectKind)
def test_valid_consent_and_own_face_give_a_grant(kind):
    gate, request, ledger, clock = a_sitting(kind)
    grant = gate.grant(request, ledger)
    record = ledger.records.load(request.record_id)
    assert (grant.subject_id, grant.subject_kind) == (request.subject_id, kind)
    assert grant.receipt_hash == receipt_hash(record)
    assert grant.probe_hashes == tuple(p.sha256 for p in ledger.probe_rows.values())
    assert grant.granted_at == clock.now()
    assert grant.expires_at == clock.now() + STANDARD_GATE.grant_life
    assert "NotWithdrawn" in grant.rules


def test_a_grant_tells_where_its_selfies_came_from():
    gate, request, ledger, _ = a_sitting()
    assert gate.grant(request, ledger).origins == (None,)
    (probe,) = ledger.probe_rows.values()
    origin = Origin(OriginKind.UPLOAD, "valid", ("digitalCapture",))
    ledger.probe_rows[probe.id] = replace(probe, origin=origin)
    assert gate.grant(request, ledger).origins == (origin,)


def test_no_rules_means_no():
    _, request, ledger, clock = a_sitting()
    with pytest.raises(ConsentRefused) as refused:
        Gate([], export=[], clock=clock).grant(request, ledger)
    assert refused.value.code == "no_rules"


def test_the_gate_loads_the_facts_anew_each_time():
    gate, request, ledger, _ = a_sitting()
    gate.grant(request, ledger)
    ledger.records.withdraw(request.record_id, NOON)
    with pytest.raises(ConsentRefused) as refused:
        gate.grant(request, ledger)
    assert refused.value.code == "withdrawn"


def test_the_storing_step_holds_the_records_row():
    gate, request, ledger, _ = a_sitting()
    gate.grant(request, ledger)
    assert ledger.locked == []
    gate.grant(request, ledger, lock=True)
    assert ledger.locked == [request.record_id]


def test_a_grant_ends_with_the_consent():
    gate, request, ledger, clock = a_sitting()
    record = ledger.records.load(request.record_id)
    capture = replace(ledger.captures.load(request.capture_id))
    clock.at = record.expires_at - timedelta(seconds=1)
    recent = replace(capture, captured_at=clock.at - timedelta(hours=1))
    ledger.captures.add(recent)
    assert gate.grant(request, ledger).expires_at == record.expires_at


def test_a_grant_ends_with_the_captures_age():
    gate, request, ledger, clock = a_sitting()
    captured_at = ledger.captures.load(request.capture_id).captured_at
    end = captured_at + STANDARD_GATE.capture_max_age
    clock.at = end - timedelta(seconds=1)
    assert gate.grant(request, ledger).expires_at == end
    clock.at = end
    with pytest.raises(Refusal) as refused:
        gate.grant(request, ledger)
    assert refused.value.code == "capture_stale"


def test_a_request_without_selfies_is_refused():
    gate, request, ledger, _ = a_sitting()
    with pytest.raises(Refusal) as refused:
        gate.grant(replace(request, probe_ids=()), ledger)
    assert refused.value.code == "no_probe"


@pytest.mark.parametrize("field", ["record_id", "capture_id", "subject_id", "probe_ids"])
def test_unknown_things_are_refused(field):
    gate, request, ledger, _ = a_sitting()
    unknown = (identifier("x"),) if field == "probe_ids" else identifier("x")
    with pytest.raises(ConsentRefused):
        gate.grant(replace(request, **{field: unknown}), ledger)


def test_a_grant_cannot_be_stretched():
    gate, request, ledger, _ = a_sitting()
    grant = gate.grant(request, ledger)
    with pytest.raises(FrozenInstanceError):
        grant.expires_at = grant.expires_at + timedelta(days=1)


def constructions(name):
    """Return the files that call `name(...)`, rename it, or copy something called like it."""
    folders = (ROOT / folder for folder in ("consent", "outputs", "studio"))
    files = [path for folder in folders for path in folder.rglob("*.py")] + [*ROOT.glob("app.py")]
    nodes = (
        (path, node) for path in files for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    return {path.relative_to(ROOT).as_posix() for path, node in nodes if makes(node, name)}


def makes(node, name):
    if isinstance(node, ast.ImportFrom):
        return any(alias.name == name and alias.asname for alias in node.names)
    if not isinstance(node, ast.Call):
        return False
    copied = called(node.func) == "replace" and node.args
    return called(node.func) == name or (copied and called(node.args[0]) == name.lower())


def called(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


@pytest.mark.parametrize(
    "code",
    [
        "Grant(x)",
        "types.Grant(x)",
        "replace(grant, x=1)",
        "replace(self.grant, x=1)",
        "from consent.types import Grant as G",
    ],
)
def test_every_way_of_making_a_grant_is_recognised(code):
    assert any(makes(node, "Grant") for node in ast.walk(ast.parse(code)))


def test_only_the_gate_makes_grants():
    assert constructions("Grant") == {"consent/gate.py"}


def test_only_liveness_makes_live_captures():
    made = constructions("LiveCapture")
    assert made == {"consent/liveness.py", "consent/adapters/captures.py"}


FOURTH = st.sampled_from([False, False, False, True])
DISTANCES = st.sampled_from([0.3, 0.3, 0.5, math.nan])


class ConsentLife(RuleBasedStateMachine):
    """Two subjects give, capture, withdraw and wait; whatever happens, grants need consent."""

    def __init__(self):
        super().__init__()
        self.clock = FixedClock()
        self.ledger = MemoryLedger()
        self.gate = a_gate(self.clock)
        self.withdrawn = set()
        self.count = 0

    @initialize()
    def two_people_and_nobody(self):
        self.subjects = [
            a_subject("ada"),
            a_subject("bob"),
            a_subject("nobody", SubjectKind.SYNTHETIC),
        ]
        for subject in self.subjects:
            self.ledger.subjects.add(subject)
            self.ledger.vault.create(subject.id)

    def some_record(self, data):
        return data.draw(st.sampled_from(list(self.ledger.record_rows.values())))

    @rule(who=st.integers(0, 2), days=st.sampled_from([30, 90, 365]), painted=FOURTH)
    def give(self, who, days, painted):
        self.count += 1
        families = frozenset({"painted"} if painted else {"illustrated"})
        choice = a_choice(days=days, families=families)
        record = a_record(
            self.subjects[who], name=str(self.count), now=self.clock.now(), choice=choice
        )
        index = log_consent(self.ledger, record, self.clock.now())
        self.ledger.records.add(replace(record, log_index=index))

    @precondition(lambda self: self.ledger.record_rows)
    @rule(data=st.data(), crosswise=FOURTH, at_once=FOURTH, distance=DISTANCES)
    def capture(self, data, crosswise, at_once, distance):
        self.count += 1
        if not at_once:
            self.clock.advance(seconds=1)
        record = self.some_record(data)
        other = {
            SubjectKind.PERSON: SubjectKind.SYNTHETIC,
            SubjectKind.SYNTHETIC: SubjectKind.PERSON,
        }
        played = replace(record, kind=other[record.kind]) if crosswise else record
        capture = a_capture(played, name=str(self.count), at=self.clock.now())
        self.ledger.captures.add(capture)
        self.ledger.captures.add_probe(a_probe(capture, distance=distance))

    @rule(hours=st.sampled_from([0, 0.01, 0.02, 0.5, 1, 11, 24, 24 * 31]))
    def wait(self, hours):
        self.clock.advance(hours=hours)

    @precondition(lambda self: self.ledger.record_rows)
    @rule(data=st.data(), changed_their_mind=FOURTH)
    def withdraw(self, data, changed_their_mind):
        if not changed_their_mind:
            return
        record = self.some_record(data)
        self.ledger.records.withdraw(record.record_id, self.clock.now())
        self.withdrawn.add(record.record_id)

    @invariant()
    def every_grant_lies_within_a_valid_consent(self):
        now = self.clock.now()
        for record in self.ledger.record_rows.values():
            for probe in self.ledger.probe_rows.values():
                capture = self.ledger.capture_rows[probe.capture_id]
                request = a_request(record, capture, probe)
                due = self.due(record, capture, probe, now)
                try:
                    grant = self.gate.grant(request, self.ledger)
                except Refusal:
                    assert not due
                else:
                    assert due
                    assert grant.granted_at == now < grant.expires_at <= record.expires_at

    def due(self, record, capture, probe, now):
        live = type(capture).__name__ == "LiveCapture"
        return (
            record.record_id not in self.withdrawn
            and record.given_at <= now < record.expires_at
            and "illustrated" in record.scope.families
            and capture.record_id == record.record_id
            and record.given_at < capture.captured_at <= now
            and now - capture.captured_at < STANDARD_GATE.capture_max_age
            and live == (record.kind is SubjectKind.PERSON)
            and probe.distance == 0.3
        )


ConsentLife.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestConsentLife = ConsentLife.TestCase
