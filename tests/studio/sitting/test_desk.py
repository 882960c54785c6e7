from dataclasses import replace
from random import Random
from types import SimpleNamespace

import pytest

from consent.errors import ConsentRefused
from consent.types import Audience, Purpose, SubjectKind
from studio.service import ConsentChoice
from studio.sitting.desk import Desk, summarise
from studio.sitting.door import Door
from tests.fakes import CONTROLLER, SIGNER, FixedClock, MemoryLedger

CHOICE = ConsentChoice(
    purposes=frozenset({Purpose.AVATAR_STILLS}),
    families=frozenset({"painted"}),
    adult_attested=True,
)


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def ledger():
    return MemoryLedger()


@pytest.fixture
def desk(ledger, clock):
    tokens = Random(5)
    door = Door(ledger, clock, lambda: f"{tokens.getrandbits(128):x}")
    library = SimpleNamespace(list=lambda subject_id: [])
    return Desk(ledger, SIGNER, clock, door, library, CONTROLLER, Random(1))


@pytest.fixture
def token(desk):
    return desk.door.new_session()


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"purposes": frozenset()}, "nothing_allowed"),
        ({"families": frozenset()}, "nothing_allowed"),
        ({"adult_attested": False}, "adult_not_attested"),
    ],
)
def test_a_consent_that_allows_nothing_is_not_stored(desk, ledger, token, spoilt, code):
    with pytest.raises(ConsentRefused) as caught:
        desk.give(token, replace(CHOICE, **spoilt))
    assert caught.value.code == code
    assert caught.value.next_step
    assert ledger.record_rows == {}
    assert ledger.subject_rows == {}
    assert desk.door.visitor(token).subject_id is None


def test_everything_is_off_until_it_is_switched_on(desk, token):
    with pytest.raises(ConsentRefused):
        desk.give(token, ConsentChoice())


def test_giving_signs_a_record_and_leaves_the_door_closed(desk, token):
    record = desk.give(token, CHOICE)
    visitor = desk.door.visitor(token)
    assert visitor.subject_id == record.subject_id
    assert not visitor.is_open
    assert record.kind is SubjectKind.PERSON
    assert record.scope.families == {"painted"}
    assert record.scope.audience is Audience.PRIVATE


def test_every_consent_makes_a_new_subject(desk, token, clock):
    first = desk.give(token, CHOICE)
    clock.advance(seconds=1)
    second = desk.give(token, CHOICE)
    assert first.subject_id != second.subject_id
    assert desk.door.visitor(token).subject_id == second.subject_id


def test_a_baked_subject_s_record_is_of_its_own_kind(desk, token):
    record = desk.give_synthetic(token, frozenset({"painted"}))
    assert record.kind is SubjectKind.SYNTHETIC


def test_a_record_stands_until_it_is_withdrawn_or_runs_out(desk, ledger, token, clock):
    record = desk.give(token, replace(CHOICE, days=30))
    assert desk.standing(record.subject_id) == record
    clock.advance(days=30)
    assert desk.standing(record.subject_id) is None
    clock.advance(days=-1)
    ledger.records.withdraw(record.record_id, clock.now())
    assert desk.standing(record.subject_id) is None


def test_nobody_has_no_consent(desk):
    assert desk.standing(None) is None
    assert desk.standing("unknown") is None


def test_a_receipt_is_for_the_person_who_agreed(desk, token, clock):
    mine = desk.give(token, CHOICE)
    clock.advance(seconds=1)
    theirs = desk.give(desk.door.new_session(), CHOICE)
    assert desk.receipt(mine.subject_id, mine.record_id)
    for ask in (desk.receipt, desk.receipt_page):
        with pytest.raises(ConsentRefused) as caught:
            ask(theirs.subject_id, mine.record_id)
        assert caught.value.code == "record_unknown"


def test_records_are_shown_newest_first_in_plain_words(desk, token):
    record = desk.give(token, CHOICE)
    (view,) = desk.views(record.subject_id)
    assert view.id == record.record_id
    assert view.state == "given"
    assert "painted" in view.summary
    assert "for me alone" in view.summary


def test_the_sentence_says_what_a_choice_amounts_to():
    assert summarise(frozenset(), Audience.PRIVATE, 90).startswith("Nothing to make yet.")
    sentence = summarise(frozenset({"painted", "illustrated"}), Audience.PUBLIC, 30)
    assert "illustrated and painted" in sentence
    assert "30 days, for anyone to see" in sentence
