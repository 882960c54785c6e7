from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.entries import log_capture, opening, template_shred_payload
from consent.errors import ConsentRefused
from consent.log import LeafKind, verify_opening
from consent.profiles import STANDARD_GATE
from consent.retention import RECEIPT_KEPT, Retention
from consent.withdrawal import Withdrawal
from tests.fakes import (
    NOON,
    SIGNER,
    FakePurger,
    FakeStopper,
    FixedClock,
    MemoryLedger,
    a_capture,
    a_gate,
    a_probe,
    a_record,
    a_request,
    a_subject,
)

STALE = STANDARD_GATE.capture_max_age


class Shelf:
    """Selfies by subject and probe; some cannot be deleted."""

    def __init__(self) -> None:
        self.gone: list[tuple[str, str]] = []
        self.stuck: set[str] = set()

    def remove(self, subject_id: str, probe_id: str) -> None:
        if probe_id in self.stuck:
            raise OSError(f"selfie {probe_id}")
        self.gone.append((subject_id, probe_id))


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def settled():
    return []


@pytest.fixture
def retention(ledger, shelf, settled):
    withdrawal = Withdrawal(
        ledger=ledger,
        vault=ledger.vault,
        stopper=FakeStopper(),
        purgers=[FakePurger()],
        signer=SIGNER,
        clock=FixedClock(NOON + timedelta(days=400)),
        entropy=lambda size: b"\x07" * size,
    )
    return Retention(ledger, withdrawal, shelf.remove, lambda: settled.append(True))


def sit(ledger, name="ada"):
    """Return the record and two captures of a subject, an hour apart, with a selfie each."""
    subject = a_subject(name)
    record = a_record(subject)
    first = a_capture(record, name="first", at=NOON + timedelta(hours=1))
    second = a_capture(record, name="second", at=NOON + timedelta(hours=2))
    ledger.keep(subject, record, first, a_probe(first))
    ledger.captures.add(second)
    ledger.captures.add_probe(a_probe(second))
    return record, first, second


def test_a_capture_goes_once_no_rule_can_accept_it_and_its_selfies_with_it(
    ledger, retention, shelf, settled
):
    record, first, second = sit(ledger)
    request = a_request(record, first, a_probe(first))
    before = first.captured_at + STALE - timedelta(seconds=1)
    retention.run(before)
    assert set(ledger.capture_rows) == {first.id, second.id}
    a_gate(FixedClock(before)).grant(request, ledger)
    retention.run(first.captured_at + STALE)
    assert set(ledger.capture_rows) == {second.id}
    assert shelf.gone == [(first.subject_id, a_probe(first).id)]
    assert ledger.captures.probes(first.subject_id) == [a_probe(second)]
    assert settled


def test_a_look_that_takes_its_time_destroys_what_is_over_all_the_same(ledger, retention):
    _, first, second = sit(ledger)
    now = first.captured_at + STALE
    log_capture(ledger, second, now + timedelta(seconds=30))  # somebody goes on meanwhile
    retention.run(now)
    assert set(ledger.capture_rows) == {second.id}
    newest, before = ledger.log.leaves[-1], ledger.log.leaves[-2]
    assert newest.kind is LeafKind.SHRED
    assert newest.at >= before.at  # the log takes no earlier entry


def test_the_newest_capture_stays_as_long_as_the_consent(ledger, retention):
    _, _, second = sit(ledger)
    retention.run(NOON + timedelta(days=89))
    assert set(ledger.capture_rows) == {second.id}


def test_a_capture_of_a_consent_that_is_over_goes_at_once(ledger, retention):
    record, first, second = sit(ledger)
    other = replace(a_record(a_subject("ada"), name="other"), assented_at=NOON)
    ledger.records.add(other)
    third = a_capture(other, name="third", at=NOON + timedelta(hours=3))
    ledger.captures.add(third)
    ledger.records.withdraw(record.record_id, NOON + timedelta(hours=3))
    retention.run(NOON + timedelta(hours=3))
    assert set(ledger.capture_rows) == {third.id}
    assert {first.id, second.id}.isdisjoint(ledger.capture_rows)


def test_a_template_that_went_alone_is_logged_and_its_subject_can_open_the_entry(ledger, retention):
    _, first, _ = sit(ledger)
    now = first.captured_at + STALE
    retention.run(now)
    (leaf,) = [leaf for leaf in ledger.log.leaves if leaf.kind is LeafKind.SHRED]
    key = opening(ledger.vault, first.subject_id, LeafKind.SHRED, first.id)
    verify_opening(leaf, key, template_shred_payload(first, now))


def test_one_that_cannot_go_keeps_nobody_waiting_and_is_tried_again(
    ledger, retention, shelf, settled
):
    _, first, _ = sit(ledger, "ada")
    _, other, _ = sit(ledger, "bob")
    stuck = sorted((first, other), key=lambda capture: capture.id)[0]
    shelf.stuck.add(a_probe(stuck).id)
    swept = []

    def fail(now):
        swept.append(now)
        raise OSError("sweep")

    now = first.captured_at + STALE
    with pytest.raises(ExceptionGroup) as failed:
        replace(retention, sweeps=[fail, swept.append]).run(now)
    assert {str(each) for each in failed.value.exceptions} == {
        f"selfie {a_probe(stuck).id}",
        "sweep",
    }
    assert {first.id, other.id}.isdisjoint(ledger.capture_rows)
    assert swept == [now, now]
    assert len(shelf.gone) == 1
    assert settled


def test_subjects_whose_consents_ended_go_whole(ledger, retention):
    record, _, _ = sit(ledger)
    retention.run(record.expires_at)
    assert record.subject_id not in ledger.vault.keys
    kinds = [leaf.kind for leaf in ledger.log.leaves]
    assert kinds.count(LeafKind.SHRED) == 1
    retention.run(record.expires_at)
    assert len(ledger.log.leaves) == len(kinds)


def test_a_receipt_is_kept_for_a_while(ledger, retention):
    record, _, _ = sit(ledger)
    receipt = retention.withdrawal.withdraw(record.subject_id)
    at = retention.withdrawal.clock.now()
    retention.run(at + RECEIPT_KEPT)
    assert retention.withdrawal.withdraw(record.subject_id).document == receipt.document
    retention.run(at + RECEIPT_KEPT + timedelta(seconds=1))
    with pytest.raises(ConsentRefused):
        retention.withdrawal.withdraw(record.subject_id)
