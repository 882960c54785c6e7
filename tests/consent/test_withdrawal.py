from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785

from consent.deletions import Found
from consent.errors import ConsentRefused, LogInvalid, RecordInvalid
from consent.log import Leaf, LeafKind, verify_inclusion, verify_opening
from consent.signing import DELETION_DOMAIN
from consent.types import Export
from consent.withdrawal import MARKS, REMAINING, THE_KEY, WATERMARK, Withdrawal
from tests.fakes import (
    LOG_SIGNER,
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


def kinds(ledger):
    return [leaf.kind for leaf in ledger.log.leaves]


def make(ledger, clock, *, stopper=None, purgers=(), vault=None):
    return Withdrawal(
        ledger=ledger,
        vault=vault or ledger.vault,
        stopper=stopper or FakeStopper(),
        purgers=purgers,
        signer=SIGNER,
        clock=clock,
        entropy=lambda size: b"\x07" * size,
    )


def test_after_a_withdrawal_the_gate_refuses(ledger, clock, request_of_ada):
    gate = a_gate(clock)
    gate.grant(request_of_ada, ledger)
    make(ledger, clock).withdraw(request_of_ada.subject_id)
    with pytest.raises(ConsentRefused) as refused:
        gate.grant(request_of_ada, ledger)
    assert refused.value.code == "withdrawn"


def test_everything_goes_and_the_receipt_lists_it(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    stopper = FakeStopper({ada: 2})
    purgers = [FakePurger(), FakePurger((1, "avatar", "avatars"))]
    nothing = FakePurger((0, "capture", "captures"))
    receipt = make(ledger, clock, stopper=stopper, purgers=[*purgers, nothing]).withdraw(ada)
    assert stopper.stopped == [ada]
    assert [set(purger.purged) for purger in purgers] == [{ada}, {ada}]
    assert ada not in ledger.vault.keys
    assert receipt.document["deleted"][:-1] == ["5 selfies", "1 avatar"]
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
        def count(self, subject_id):
            return [Found(len(stored) if subject_id == ada else 0, "selfie", "selfies")]

        def purge(self, subject_id):
            gone = self.count(subject_id)
            stored.clear()
            return gone

    class LateCapture:
        """The last purger: once it has run, the capture stores what it sealed before."""

        def count(self, subject_id):
            return []

        def purge(self, subject_id):
            if subject_id in ledger.vault.keys:
                stored.add("a late selfie")
            return []

    receipt = make(ledger, clock, purgers=[Selfies(), LateCapture()]).withdraw(ada)
    assert stored == set()
    assert receipt.document["deleted"] == ["2 selfies", THE_KEY]


def test_a_withdrawal_closes_what_is_open_although_the_deletion_fails(
    ledger, clock, request_of_ada
):
    ada, until = request_of_ada.subject_id, NOON + timedelta(hours=12)
    for token in ("laptop", "tablet"):
        ledger.sessions.create(token, now=NOON)
        ledger.sessions.bind(token, ada, until, now=NOON)
    ledger.sessions.create("other", now=NOON)
    ledger.sessions.bind("other", "bob", until, now=NOON)
    with pytest.raises(ConsentRefused) as refused:
        make(ledger, clock, purgers=[Broken()]).withdraw(ada)
    assert refused.value.code == "deletion_unfinished"
    assert isinstance(refused.value.__cause__, OSError)
    states = [ledger.sessions.current(t, now=NOON) for t in ("laptop", "tablet", "other")]
    assert states == [(ada, False), (ada, False), ("bob", True)]


def test_a_job_that_cannot_be_stopped_leaves_nothing_open(ledger, clock, request_of_ada):
    class Stuck(FakeStopper):
        def stop(self, subject_id):
            raise RuntimeError(f"jobs of {subject_id}")

    ada = request_of_ada.subject_id
    ledger.sessions.create("laptop", now=NOON)
    ledger.sessions.bind("laptop", ada, NOON + timedelta(hours=12), now=NOON)
    with pytest.raises(ConsentRefused) as refused:
        make(ledger, clock, stopper=Stuck()).withdraw(ada)
    assert refused.value.code == "deletion_unfinished"
    assert ledger.sessions.current("laptop", now=NOON) == (ada, False)


def test_the_withdrawal_stands_although_the_deletion_fails(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    with pytest.raises(ConsentRefused) as refused:
        make(ledger, clock, purgers=[Broken()]).withdraw(ada)
    assert refused.value.code == "deletion_unfinished"
    assert isinstance(refused.value.__cause__, OSError)
    assert ledger.records.load(request_of_ada.record_id).withdrawn_at == clock.now()
    assert ada in ledger.vault.keys
    completed = make(ledger, clock).end_retention(clock.now())
    assert [receipt.document["pii_principal_id"] for receipt in completed] == [ada]
    assert ada not in ledger.vault.keys


def test_withdrawing_twice_is_one_withdrawal_with_one_receipt(ledger, clock, request_of_ada):
    first = clock.now()
    withdrawal = make(ledger, clock, purgers=[FakePurger()])
    receipt = withdrawal.withdraw(request_of_ada.subject_id)
    clock.advance(hours=1)
    again = withdrawal.withdraw(request_of_ada.subject_id)
    assert ledger.records.load(request_of_ada.record_id).withdrawn_at == first
    assert (again.document, again.signature) == (receipt.document, receipt.signature)
    assert kinds(ledger).count(LeafKind.WITHDRAWAL) == kinds(ledger).count(LeafKind.SHRED) == 1


def test_a_receipt_that_is_no_longer_kept_is_not_made_up(ledger, clock, request_of_ada):
    withdrawal = make(ledger, clock)
    withdrawal.withdraw(request_of_ada.subject_id)
    ledger.deletions.drop_receipts(clock.now() + timedelta(days=1))
    with pytest.raises(ConsentRefused) as refused:
        withdrawal.withdraw(request_of_ada.subject_id)
    assert refused.value.code == "deleted_before"


def test_what_waits_for_the_camera_ends_too(ledger, clock, request_of_ada):
    ada = request_of_ada.subject_id
    ledger.records.add(a_record(a_subject("ada"), name="longer", now=clock.now()))
    receipt = make(ledger, clock).withdraw(ada)
    assert all(record.withdrawn_at for record in ledger.records.of_subject(ada))
    assert len(receipt.document["records"]) == 2


def test_the_receipt_is_in_the_log_and_its_holder_can_open_the_entry(ledger, clock, request_of_ada):
    receipt = make(ledger, clock).withdraw(request_of_ada.subject_id)
    assert kinds(ledger)[-2:] == [LeafKind.WITHDRAWAL, LeafKind.SHRED]
    logged = receipt.logged
    root = LOG_SIGNER.verifier().verify(logged.checkpoint).root
    verify_inclusion(logged.leaf.to_bytes(), logged.proof, root)
    verify_opening(logged.leaf, receipt.nonce, rfc8785.dumps(dict(receipt.document)))
    with pytest.raises(LogInvalid):
        verify_opening(logged.leaf, bytes(32), rfc8785.dumps(dict(receipt.document)))


def test_the_receipt_lists_what_was_downloaded_with_its_marks(ledger, clock, request_of_ada):
    export = Export("a" * 32, "image/png", "b" * 64, NOON)
    ledger.exports.add(request_of_ada.subject_id, export)
    (listed,) = make(ledger, clock).withdraw(request_of_ada.subject_id).document["exported_files"]
    assert listed == {
        "output_id": "a" * 32,
        "media_type": "image/png",
        "sha256": "b" * 64,
        "exported_at": "2026-03-01T12:00:00.000000Z",
        "marks": list(MARKS),
    }


def test_the_receipt_names_the_hidden_number_where_a_file_carries_one(
    ledger, clock, request_of_ada
):
    for kind, is_watermarked in (("image/png", False), ("image/avif", True)):
        export = Export("a" * 32, kind, "b" * 64, NOON, is_watermarked=is_watermarked)
        ledger.exports.add(request_of_ada.subject_id, export)
    receipt = make(ledger, clock).withdraw(request_of_ada.subject_id)
    marks = [each["marks"] for each in receipt.document["exported_files"]]
    assert marks == [list(MARKS), [*MARKS, WATERMARK]]
    assert "hidden numbers" in receipt.document["remaining"]
    assert len(REMAINING) <= 400  # as the schema has it


def test_the_receipt_says_no_more_than_what_there_was(ledger, clock, request_of_ada):
    ledger.vault.destroy(request_of_ada.subject_id)
    receipt = make(ledger, clock).withdraw(request_of_ada.subject_id)
    assert receipt.document["deleted"] == []


def test_a_clock_that_was_set_back_keeps_nobody_from_withdrawing(ledger, clock, request_of_ada):
    ahead = clock.now() + timedelta(days=3)
    ledger.records.add(a_record(a_subject("bob"), now=NOON))
    ledger.log.append(Leaf(LeafKind.POLICY, ahead, "0" * 64))
    receipt = make(ledger, clock).withdraw(request_of_ada.subject_id)
    assert receipt.document["ended_at"] == receipt.document["completed_at"]
    assert receipt.logged.leaf.at == ahead


def test_a_damaged_log_keeps_nobody_from_withdrawing(ledger, clock, request_of_ada, monkeypatch):
    ada = request_of_ada.subject_id
    broken = LogInvalid("tree_changed", "No.", why="A test.", next_step="None.")

    def refuse(leaf):
        raise broken

    with monkeypatch.context() as damage:
        damage.setattr(ledger.log, "append", refuse)
        with pytest.raises(ConsentRefused) as refused:
            make(ledger, clock, purgers=[FakePurger()]).withdraw(ada)
    assert refused.value.code == "deletion_unfinished"
    assert refused.value.__cause__ is broken
    assert ledger.records.load(request_of_ada.record_id).withdrawn_at
    assert ada not in ledger.vault.keys
    (receipt,) = make(ledger, clock).end_retention(clock.now())
    assert receipt.document["deleted"] == ["5 selfies", THE_KEY]


def test_a_consent_given_while_the_old_one_ran_out_is_not_deleted(
    ledger, clock, request_of_ada, monkeypatch
):
    over = NOON + timedelta(days=90)
    looks = iter([[request_of_ada.subject_id], []])
    monkeypatch.setattr(ledger.subjects, "ended", lambda now: next(looks))
    assert make(ledger, clock).end_retention(over) == ()
    assert request_of_ada.subject_id in ledger.vault.keys


def test_a_longer_consent_that_nobody_agreed_to_prolongs_nothing(ledger, clock, request_of_ada):
    ada, drafted = request_of_ada.subject_id, NOON + timedelta(days=89)
    ledger.records.add(a_record(a_subject("ada"), name="longer", now=drafted))
    withdrawal = make(ledger, clock)
    assert withdrawal.end_retention(drafted + timedelta(hours=23)) == ()
    (receipt,) = withdrawal.end_retention(drafted + timedelta(days=1, seconds=1))
    assert receipt.document["pii_principal_id"] == ada
    assert receipt.document["reason"] == "dpv:ConsentExpired"


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
    second = a_record(a_subject("ada"), name="second", now=later)
    ledger.records.add(replace(second, assented_at=later))
    assert make(ledger, clock).end_retention(NOON + timedelta(days=91)) == ()
