from __future__ import annotations

from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest

from consent.types import Audience, Export, Purpose
from studio.service import ConsentChoice
from studio.sitting.changes import Narrower, assent
from studio.sitting.desk import Desk
from studio.sitting.door import Door
from studio.sitting.history import history
from tests.fakes import CONTROLLER, SIGNER, FixedClock, MemoryLedger

CHOICE = ConsentChoice(
    purposes=frozenset({Purpose.AVATAR_STILLS}),
    families=frozenset({"painted"}),
    audience=Audience.PUBLIC,
    adult_attested=True,
)
HOUR = timedelta(hours=1)


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
def given(desk, ledger, clock):
    """A consent that was given and agreed to before the camera."""
    record = desk.give(desk.door.new_session(), desk.draft(CHOICE))
    look(ledger, clock, record)
    return record


def look(ledger, clock, record):
    clock.advance(hours=1)
    with ledger.transaction() as unit:
        assent(unit, record.record_id, clock.now(), clock.now())


def told(desk, record):
    return [item.what for item in reversed(desk.history(record.subject_id))]


def test_giving_and_agreeing_are_told_with_time_quote_and_entry(desk, given):
    agreed, gave = desk.history(given.subject_id)
    assert gave.at < agreed.at
    assert gave.quote == given.summary
    assert gave.log_index == given.log_index
    assert [gave.what, agreed.what] == ["You agreed.", "You agreed in front of the camera."]


def test_less_and_more_are_told_apart(desk, ledger, clock, given):
    clock.advance(hours=1)
    wish = Narrower(frozenset({"painted"}), Audience.PRIVATE, 7)
    less = desk.changes.narrow(given.subject_id, given.record_id, wish)
    clock.advance(hours=1)
    more = desk.give("", desk.draft(CHOICE, extends=less))
    look(ledger, clock, more)
    assert told(desk, given)[2:] == [
        "You allowed less.",
        "You asked anew.",
        "You agreed in front of the camera.",
    ]


def test_what_was_asked_for_and_taken_back_is_told(desk, clock, given):
    clock.advance(hours=1)
    desk.give("", desk.draft(CHOICE, extends=given))
    clock.advance(hours=1)
    desk.changes.drop_waiting(given.subject_id)
    assert told(desk, given)[2:] == ["You asked anew.", "You took back what you had asked for."]


def test_the_end_is_told_whoever_brought_it(desk, ledger, clock, given):
    with ledger.reading() as unit:
        records = unit.records.of_subject(given.subject_id)
    late = history(records, (), given.expires_at + HOUR)
    assert late[0].what == "Your consent ended by itself: its time was up."
    assert late[0].at == given.expires_at
    clock.advance(hours=1)
    with ledger.transaction() as unit:
        unit.records.withdraw(given.record_id, clock.now())
    assert told(desk, given)[-1] == "You ended your consent."


def test_downloads_are_told_among_the_rest(given, clock):
    export = Export("0f" * 16, "image/webp", "ab" * 32, clock.now())
    newest, oldest = history([given], [export], clock.now())
    assert newest.what == "You downloaded a picture as WEBP."
    assert oldest.what == "You agreed."
