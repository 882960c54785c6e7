from __future__ import annotations

from datetime import timedelta

import pytest
import rfc8785

from consent.errors import ConsentRefused, RecordInvalid
from consent.gate import Gate
from consent.policy import standard_rules
from consent.signing import DELETION_DOMAIN
from consent.withdrawal import Withdrawal
from tests.fakes import (
    NOON,
    SIGNER,
    FakePurger,
    FakeStopper,
    FixedClock,
    MemoryLedger,
    a_capture,
    a_probe,
    a_record,
    a_request,
    a_subject,
)


@pytest.fixture
def clock():
    return FixedClock(NOON + timedelta(minutes=5))


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def request_of_ada(ledger):
    subject = a_subject("ada")
    record = a_record(subject)
    capture = a_capture(record)
    probe = a_probe(capture)
    ledger.keep(subject, record, capture, probe)
    return a_request(record, capture, probe)


def make(ledger, clock, *, stopper=None, purgers=(), vault=None):
    return Withdrawal(
        ledger=ledger,
        vault=vault or ledger.vault,
        stopper=stopper or FakeStopper(),
        purgers=purgers,
        signer=SIGNER,
        clock=clock,
    )


def test_after_a_withdrawal_the_gate_refuses(ledger, clock, request_of_ada):
    gate = Gate(standard_rules(SIGNER), clock=clock)
    gate.grant(request_of_ada, ledger)
    make(ledger, clock).withdraw(request_of_ada.subject_id)
    with pytest.raises(ConsentRefused) as refused:
        gate.grant(request_of_ada, ledger)
    assert refused.value.code == "withdrawn"


def test_everything_goes_and_the_receipt_lists_it(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    stopper, purgers = FakeStopper({ada: 2}), [FakePurger("5 selfies"), FakePurger("3 pictures")]
    nothing = FakePurger("0 captures")
    receipt = make(ledger, clock, stopper=stopper, purgers=[*purgers, nothing]).withdraw(ada)
    assert stopper.stopped == [ada]
    assert [set(purger.purged) for purger in purgers] == [{ada}, {ada}]
    assert ada not in ledger.vault.keys
    assert receipt.document["deleted"][:-1] == ["5 selfies", "3 pictures"]
    assert receipt.document["stopped_jobs"] == 2
    assert receipt.document["records"] == [request_of_ada.record_id]
    assert receipt.document["reason"] == "dpv:ConsentWithdrawn"


def test_the_receipt_is_signed(ledger, clock, request_of_ada):
    receipt = make(ledger, clock).withdraw(request_of_ada.subject_id)
    payload = rfc8785.dumps(dict(receipt.document))
    assert SIGNER.verify_bytes(payload, receipt.signature, receipt.key_id, domain=DELETION_DOMAIN)
    forged = rfc8785.dumps({**receipt.document, "stopped_jobs": 99})
    with pytest.raises(RecordInvalid):
        SIGNER.verify_bytes(forged, receipt.signature, receipt.key_id, domain=DELETION_DOMAIN)
    assert receipt.as_json()["signature"]["value"] == receipt.signature.hex()


def test_another_subject_keeps_theirs(ledger, clock, request_of_ada):
    bob = a_subject("bob")
    ledger.subjects.add(bob)
    ledger.vault.create(bob.id)
    ledger.records.add(a_record(bob))
    make(ledger, clock).withdraw(request_of_ada.subject_id)
    assert bob.id in ledger.vault.keys
    assert ledger.records.of_subject(bob.id)[0].withdrawn_at is None


class Broken(FakePurger):
    """Fails for some subjects, or for all."""

    def __init__(self, *subjects):
        super().__init__()
        self.subjects = subjects

    def purge(self, subject_id):
        if not self.subjects or subject_id in self.subjects:
            raise OSError(f"disk of {subject_id}")
        return super().purge(subject_id)


def test_a_capture_that_finishes_during_the_deletion_leaves_nothing(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    stored = {"an old selfie"}

    class Selfies:
        def purge(self, subject_id):
            gone = sorted(stored) if subject_id == ada else []
            stored.clear()
            return gone

    class LateCapture:
        """The last purger: once it has run, the capture stores what it sealed before."""

        def purge(self, subject_id):
            if subject_id in ledger.vault.keys:
                stored.add("a late selfie")
            return []

    receipt = make(ledger, clock, purgers=[Selfies(), LateCapture()]).withdraw(ada)
    assert stored == set()
    assert receipt.document["deleted"][:2] == ["an old selfie", "a late selfie"]


def test_a_withdrawal_closes_what_is_open_although_the_deletion_fails(
    ledger, clock, request_of_ada
):
    ada, until = request_of_ada.subject_id, NOON + timedelta(hours=12)
    for token in ("laptop", "tablet"):
        ledger.sessions.create(token, now=NOON)
        ledger.sessions.bind(token, ada, until, now=NOON)
    ledger.sessions.create("other", now=NOON)
    ledger.sessions.bind("other", "bob", until, now=NOON)
    with pytest.raises(OSError, match="disk"):
        make(ledger, clock, purgers=[Broken()]).withdraw(ada)
    states = [ledger.sessions.current(t, now=NOON) for t in ("laptop", "tablet", "other")]
    assert states == [(ada, False), (ada, False), ("bob", True)]


def test_a_job_that_cannot_be_stopped_leaves_nothing_open(ledger, clock, request_of_ada):
    class Stuck(FakeStopper):
        def stop(self, subject_id):
            raise RuntimeError(f"jobs of {subject_id}")

    ada = request_of_ada.subject_id
    ledger.sessions.create("laptop", now=NOON)
    ledger.sessions.bind("laptop", ada, NOON + timedelta(hours=12), now=NOON)
    with pytest.raises(RuntimeError, match="jobs"):
        make(ledger, clock, stopper=Stuck()).withdraw(ada)
    assert ledger.sessions.current("laptop", now=NOON) == (ada, False)


def test_the_withdrawal_stands_although_the_deletion_fails(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    with pytest.raises(OSError, match="disk"):
        make(ledger, clock, purgers=[Broken()]).withdraw(ada)
    assert ledger.records.load(request_of_ada.record_id).withdrawn_at == clock.now()
    assert ada in ledger.vault.keys
    completed = make(ledger, clock).end_retention(clock.now())
    assert [receipt.document["pii_principal_id"] for receipt in completed] == [ada]
    assert ada not in ledger.vault.keys


def test_withdrawing_twice_keeps_the_first_time(ledger, clock, request_of_ada):
    first = clock.now()
    withdrawal = make(ledger, clock)
    withdrawal.withdraw(request_of_ada.subject_id)
    clock.advance(hours=1)
    withdrawal.withdraw(request_of_ada.subject_id)
    assert ledger.records.load(request_of_ada.record_id).withdrawn_at == first


def test_an_unknown_subject_is_refused(ledger, clock):
    with pytest.raises(ConsentRefused):
        make(ledger, clock).withdraw("nobody")


def test_retention_ends_without_being_asked(ledger, clock, request_of_ada):
    purger = FakePurger()
    withdrawal = make(ledger, clock, purgers=[purger])
    assert withdrawal.end_retention(NOON + timedelta(days=90) - timedelta(seconds=1)) == ()
    ended = withdrawal.end_retention(NOON + timedelta(days=90))
    assert [receipt.document["reason"] for receipt in ended] == ["dpv:ConsentExpired"]
    assert set(purger.purged) == {request_of_ada.subject_id}
    assert withdrawal.end_retention(NOON + timedelta(days=91)) == ()


def test_one_subject_that_cannot_be_deleted_keeps_nobody_waiting(ledger, clock):
    subjects = [a_subject(name) for name in ("ada", "bob", "cyd")]
    for subject in subjects:
        record = a_record(subject)
        ledger.keep(subject, record, a_capture(record))
    # They are taken in the order of their ids: the first and the second fail.
    first, second, third = sorted(subject.id for subject in subjects)
    over = NOON + timedelta(days=90)
    with pytest.raises(ExceptionGroup) as failed:
        make(ledger, clock, purgers=[Broken(first, second)]).end_retention(over)
    failures = failed.value.exceptions
    assert [type(failure) for failure in failures] == [OSError, OSError]
    notes = ["".join(failure.__notes__) for failure in failures]
    assert [name in note for name, note in zip((first, second), notes, strict=True)] == [True] * 2
    assert ledger.vault.keys == {first, second}
    completed = make(ledger, clock).end_retention(over)
    assert [done.document["pii_principal_id"] for done in completed] == [first, second]
    assert third not in ledger.vault.keys


@pytest.mark.usefixtures("request_of_ada")
def test_retention_waits_for_a_newer_consent(ledger, clock):
    later = NOON + timedelta(days=60)
    ledger.records.add(a_record(a_subject("ada"), name="second", now=later))
    assert make(ledger, clock).end_retention(NOON + timedelta(days=91)) == ()
