from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.records import receipt_hash
from consent.types import RecordState
from outputs.standing import Standing, standing_of
from tests.fakes import NOON, MemoryLedger, a_choice, a_record, a_subject

LATER = NOON + timedelta(days=1)
PAINTED = frozenset({"painted"})


@pytest.fixture
def ledger():
    ledger = MemoryLedger()
    subject = a_subject()
    ledger.subjects.add(subject)
    ledger.vault.create(subject.id)
    ledger.records.add(a_record(subject))
    ledger.records.with_receipt_hash = lambda wanted: next(
        (each for each in ledger.record_rows.values() if receipt_hash(each) == wanted), None
    )
    return ledger


def first(ledger):
    return next(iter(ledger.record_rows.values()))


def change(ledger, name="changed", families=PAINTED):
    """Another record takes the place of the newest one."""
    *_, last = ledger.record_rows.values()
    record = a_record(a_subject(), name=name, choice=a_choice(families=families))
    ledger.records.add(record)
    ledger.records.replace(last.record_id, record.record_id, LATER)
    return record


def standing(ledger, now=LATER):
    return standing_of(ledger, receipt_hash(first(ledger)), now)


def test_record_that_was_given_stands(ledger):
    assert standing(ledger) == Standing(
        RecordState.GIVEN, None, frozenset({"illustrated"}), is_shredded=False
    )


def test_hash_that_no_record_has_is_unknown(ledger):
    assert standing_of(ledger, "00" * 32, LATER) is None


def test_withdrawal_and_end_are_told(ledger):
    assert standing(ledger, first(ledger).expires_at).state is RecordState.EXPIRED
    ledger.records.withdraw(first(ledger).record_id, LATER)
    assert standing(ledger).state is RecordState.WITHDRAWN


def test_destroyed_key_is_told(ledger):
    ledger.vault.destroy(a_subject().id)
    assert standing(ledger).is_shredded


def test_changed_record_is_followed_to_the_one_that_stands(ledger):
    change(ledger)
    newest = change(ledger, "changed again", frozenset({"imagined"}))
    found = standing(ledger)
    assert (found.state, found.successor) == (RecordState.REPLACED, RecordState.GIVEN)
    assert found.families == newest.scope.families


def test_end_of_the_one_that_stands_is_told(ledger):
    newest = change(ledger)
    assert standing(ledger, newest.expires_at).successor is RecordState.EXPIRED
    ledger.records.withdraw(newest.record_id, LATER)
    assert standing(ledger).successor is RecordState.WITHDRAWN


def test_damaged_chain_that_leads_back_to_itself_ends(ledger):
    record = first(ledger)
    ledger.record_rows[record.record_id] = replace(
        record, replaced_by=record.record_id, replaced_at=LATER
    )
    assert standing(ledger).state is RecordState.REPLACED
