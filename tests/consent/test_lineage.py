"""A consent that was narrowed, extended, or both: which one stands, and for what."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.entries import log_consent
from consent.errors import Refusal
from consent.records import narrowed_record, new_record
from consent.types import Scope
from tests.fakes import (
    NOON,
    SIGNER,
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
    terms,
)

BOTH = frozenset({"illustrated", "painted"})
DRAWN = "illustrated"


class Sitting:
    """A subject who agreed to two families for 90 days and was captured."""

    def __init__(self, families=BOTH):
        self.ledger, self.clock = MemoryLedger(), FixedClock(NOON + timedelta(minutes=5))
        self.gate = a_gate(self.clock)
        self.subject = a_subject()
        first = a_record(self.subject, choice=a_choice(families=families))
        self.capture = a_capture(first)
        self.probe = a_probe(self.capture)
        self.ledger.keep(self.subject, first, self.capture, self.probe)
        self.first = self.ledger.records.load(first.record_id)

    def keep(self, record, **state):
        signed = SIGNER.sign(record)
        index = log_consent(self.ledger, signed, self.clock.now())
        self.ledger.records.add(replace(signed, log_index=index, **state))
        return self.ledger.records.load(record.record_id)

    def extend(self, earlier, *, families=BOTH, days=90, subject=None, name="wider"):
        """Sign a wider consent; nobody has agreed to it before the camera yet."""
        return self.keep(
            new_record(
                subject or self.subject,
                a_choice(families=families, days=days),
                terms(),
                record_id=identifier(name),
                nonce=identifier(f"nonce of {name}"),
                now=self.clock.now(),
                replaces=earlier.record_id,
            )
        )

    def narrow(self, earlier, families, *, name="narrower"):
        record = narrowed_record(
            earlier,
            scope=replace(earlier.scope, families=frozenset(families)),
            expires_at=earlier.expires_at,
            summary="Less.",
            record_id=identifier(name),
            nonce=identifier(f"nonce of {name}"),
            now=self.clock.now(),
        )
        kept = self.keep(record, assented_at=earlier.assented_at)
        self.ledger.records.replace(earlier.record_id, kept.record_id, self.clock.now())
        return kept

    def agree(self, record):
        """Let the face before the camera agree to a wider consent."""
        self.clock.advance(seconds=1)
        capture = a_capture(record, name="again", at=self.clock.now())
        self.ledger.captures.add(capture)
        probe = a_probe(capture, name="again")
        self.ledger.captures.add_probe(probe)
        self.ledger.records.assent(record.record_id, capture.captured_at)
        self.ledger.records.replace(record.replaces, record.record_id, self.clock.now())
        return capture, probe

    def ask(self, record, capture=None, probe=None, *, family=DRAWN):
        request = a_request(record, capture or self.capture, probe or self.probe)
        return self.gate.grant(replace(request, family=family), self.ledger)

    def refused(self, *asked, **more):
        with pytest.raises(Refusal) as refusal:
            self.ask(*asked, **more)
        return refusal.value.code

    def hand_out(self, record, family=DRAWN):
        request = replace(
            a_request(record, self.capture), capture_id="", probe_ids=(), family=family
        )
        return self.gate.permit_export(request, self.ledger)

    def kept_back(self, record, family=DRAWN):
        with pytest.raises(Refusal) as refusal:
            self.hand_out(record, family)
        return refusal.value.code


@pytest.fixture
def sitting():
    return Sitting()


def test_what_was_narrowed_away_is_refused_and_the_rest_goes_on(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    grant = sitting.ask(sitting.first)
    assert grant.record_id == narrower.record_id
    assert sitting.refused(sitting.first, family="painted") == "out_of_scope"
    assert sitting.refused(narrower, family="painted") == "out_of_scope"


def test_handing_out_follows_what_stands_now(sitting):
    assert sitting.hand_out(sitting.first, "painted")
    sitting.narrow(sitting.first, [DRAWN])
    assert sitting.hand_out(sitting.first)
    assert sitting.kept_back(sitting.first, "painted") == "out_of_scope"


def test_handing_out_asks_for_no_fresh_capture_and_ends_with_the_consent(sitting):
    sitting.clock.at = sitting.first.expires_at - timedelta(seconds=1)
    assert sitting.hand_out(sitting.first)
    sitting.clock.advance(seconds=1)
    assert sitting.kept_back(sitting.first) == "consent_expired"


def test_nothing_is_handed_out_after_a_withdrawal(sitting):
    sitting.ledger.records.withdraw(sitting.first.record_id, sitting.clock.now())
    assert sitting.kept_back(sitting.first) == "withdrawn"


def test_a_shorter_consent_ends_sooner(sitting):
    end = sitting.clock.now() + timedelta(hours=1)
    record = narrowed_record(
        sitting.first,
        scope=sitting.first.scope,
        expires_at=end,
        summary="Shorter.",
        record_id=identifier("shorter"),
        nonce=identifier("nonce"),
        now=sitting.clock.now(),
    )
    kept = sitting.keep(record, assented_at=sitting.first.assented_at)
    sitting.ledger.records.replace(sitting.first.record_id, kept.record_id, sitting.clock.now())
    assert sitting.ask(sitting.first).expires_at <= end
    sitting.clock.at = end
    assert sitting.refused(sitting.first) == "consent_expired"


def test_an_extended_consent_counts_once_the_face_agreed():
    sitting = Sitting(frozenset({DRAWN}))
    wider = sitting.extend(sitting.first)
    assert sitting.refused(wider) == "capture_of_other_record"
    assert sitting.refused(wider, family="painted") == "out_of_scope"
    assert sitting.ask(sitting.first).record_id == sitting.first.record_id
    capture, probe = sitting.agree(wider)
    assert sitting.ask(wider, capture, probe, family="painted").record_id == wider.record_id
    assert sitting.ask(sitting.first).record_id == wider.record_id


def test_a_capture_of_before_the_extension_draws_what_its_own_consent_allowed():
    sitting = Sitting(frozenset({DRAWN}))
    wider = sitting.extend(sitting.first)
    sitting.agree(wider)
    assert sitting.ask(wider).record_id == wider.record_id
    assert sitting.refused(wider, family="painted") == "out_of_scope"
    assert sitting.refused(sitting.first, family="painted") == "out_of_scope"


def test_a_wider_consent_that_nobody_confirmed_does_not_outlive_the_first(sitting):
    wider = sitting.extend(sitting.first, days=365)
    sitting.clock.at = sitting.first.expires_at
    recent = replace(sitting.capture, captured_at=sitting.clock.now() - timedelta(hours=1))
    sitting.ledger.captures.add(recent)
    assert sitting.refused(sitting.first) == "consent_expired"
    assert sitting.refused(wider) == "capture_of_other_record"


def test_ending_the_last_one_ends_them_all(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    sitting.ledger.records.withdraw(narrower.record_id, sitting.clock.now())
    assert sitting.refused(sitting.first) == "withdrawn"
    assert sitting.refused(narrower) == "withdrawn"


def test_what_is_made_counts_against_the_whole_line(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    sitting.ledger.made = [sitting.first.record_id] * 999
    assert sitting.ask(narrower)
    sitting.ledger.made.append(narrower.record_id)
    assert sitting.refused(narrower) == "cap_reached"
    assert sitting.refused(sitting.first) == "cap_reached"


def test_a_line_that_goes_round_is_refused(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    sitting.ledger.records.replace(narrower.record_id, sitting.first.record_id, NOON)
    assert sitting.refused(sitting.first) == "record_chain"
    assert sitting.kept_back(sitting.first) == "record_chain"


def test_a_record_that_replaces_itself_is_refused(sitting):
    sitting.ledger.records.replace(sitting.first.record_id, sitting.first.record_id, NOON)
    assert sitting.refused(sitting.first) == "record_chain"


def test_a_line_that_leads_to_nothing_is_refused(sitting):
    sitting.ledger.records.replace(sitting.first.record_id, identifier("gone"), NOON)
    assert sitting.refused(sitting.first) == "unknown"


def test_a_line_that_leads_to_another_person_is_refused(sitting):
    eve = a_subject("eve")
    theirs = a_record(eve)
    sitting.ledger.keep(eve, theirs, a_capture(theirs))
    sitting.ledger.records.replace(sitting.first.record_id, theirs.record_id, NOON)
    assert sitting.refused(sitting.first) == "other_subject"


def test_nobody_extends_the_consent_of_another_person(sitting):
    eve = a_subject("eve")
    theirs = a_record(eve)
    sitting.ledger.keep(eve, theirs, a_capture(theirs))
    wider = sitting.extend(sitting.first, subject=eve)
    capture, probe = sitting.agree(wider)
    assert sitting.refused(wider, capture, probe) == "other_subject"


def test_a_wider_consent_does_not_come_back_when_the_narrower_one_is_set_aside(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    assert sitting.refused(sitting.first, family="painted") == "out_of_scope"
    sitting.ledger.record_rows[sitting.first.record_id] = sitting.first  # as it was before
    assert sitting.refused(sitting.first, family="painted") == "record_set_back"
    assert sitting.kept_back(sitting.first, "painted") == "record_set_back"
    assert sitting.ask(narrower)


def test_the_storing_step_holds_every_record_on_the_way(sitting):
    narrower = sitting.narrow(sitting.first, [DRAWN])
    request = a_request(sitting.first, sitting.capture, sitting.probe)
    sitting.gate.grant(request, sitting.ledger, lock=True)
    assert sitting.ledger.locked == [sitting.first.record_id, narrower.record_id]


def test_a_narrower_scope_must_be_narrower(sitting):
    for scope in (sitting.first.scope, Scope(BOTH | {"imagined"}, sitting.first.scope.media,
                                             sitting.first.scope.audience)):  # fmt: skip
        with pytest.raises(Refusal) as refused:
            narrowed_record(
                sitting.first,
                scope=scope,
                expires_at=sitting.first.expires_at,
                summary="The same.",
                record_id=identifier("same"),
                nonce=identifier("nonce"),
                now=sitting.clock.now(),
            )
        assert refused.value.code == "not_narrower"
