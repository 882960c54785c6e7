from dataclasses import replace
from datetime import timedelta
from random import Random
from types import SimpleNamespace

import pytest

from consent.errors import ConsentRefused
from consent.types import Audience, Purpose, SubjectKind
from studio.service import ConsentChoice
from studio.sitting.changes import MOST_WIDER, Narrower, assent, require_standing
from studio.sitting.desk import Desk
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
        desk.give(token, desk.draft(replace(CHOICE, **spoilt)))
    assert caught.value.code == code
    assert caught.value.next_step
    assert ledger.record_rows == {}
    assert ledger.subject_rows == {}
    assert desk.door.visitor(token).subject_id is None


def test_everything_is_off_until_it_is_switched_on(desk, token):
    with pytest.raises(ConsentRefused):
        desk.give(token, desk.draft(ConsentChoice()))


def test_giving_signs_a_record_and_leaves_the_door_closed(desk, token):
    record = desk.give(token, desk.draft(CHOICE))
    visitor = desk.door.visitor(token)
    assert visitor.subject_id == record.subject_id
    assert not visitor.is_open
    assert record.kind is SubjectKind.PERSON
    assert record.scope.families == {"painted"}
    assert record.scope.audience is Audience.PRIVATE


def test_every_consent_makes_a_new_subject(desk, token, clock):
    first = desk.give(token, desk.draft(CHOICE))
    clock.advance(seconds=1)
    second = desk.give(token, desk.draft(CHOICE))
    assert first.subject_id != second.subject_id
    assert desk.door.visitor(token).subject_id == second.subject_id


def test_a_baked_subject_s_record_is_of_its_own_kind(desk, token):
    record = desk.give_synthetic(token, frozenset({"painted"}))
    assert record.kind is SubjectKind.SYNTHETIC


def test_a_record_stands_until_it_is_withdrawn_or_runs_out(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(replace(CHOICE, days=30)))
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
    mine = desk.give(token, desk.draft(CHOICE))
    clock.advance(seconds=1)
    theirs = desk.give(desk.door.new_session(), desk.draft(CHOICE))
    assert desk.receipt(mine.subject_id, mine.record_id)
    for ask in (desk.receipt, desk.receipt_page):
        with pytest.raises(ConsentRefused) as caught:
            ask(theirs.subject_id, mine.record_id)
        assert caught.value.code == "record_unknown"


def test_records_are_shown_newest_first_in_plain_words(desk, token):
    record = desk.give(token, desk.draft(CHOICE))
    (view,) = desk.views(record.subject_id)
    assert view.id == record.record_id
    assert view.state == "given"
    assert "painted" in view.summary
    assert "for me alone" in view.summary


def narrower(**changes):
    wish = {"families": frozenset({"painted"}), "audience": Audience.PRIVATE, "days_left": None}
    return Narrower(**{**wish, **changes})


WIDE = replace(CHOICE, families=frozenset({"painted", "illustrated"}), audience=Audience.PUBLIC)


def test_less_stands_at_once_in_the_place_of_more(desk, ledger, token, clock):
    wide = desk.give(token, desk.draft(WIDE))
    clock.advance(days=1)
    less = desk.changes.narrow(wide.subject_id, wide.record_id, narrower(days_left=7))
    assert desk.standing(wide.subject_id) == less
    assert less.scope.families == {"painted"}
    assert less.scope.audience is Audience.PRIVATE
    assert less.expires_at == clock.now() + timedelta(days=7)
    assert less.replaces == wide.record_id
    assert ledger.record_rows[wide.record_id].replaced_by == less.record_id
    assert less.summary.count("painted") == 1
    assert ledger.log.size() == 2


@pytest.mark.parametrize(
    "wish",
    [
        narrower(),  # the same
        narrower(families=frozenset({"painted", "illustrated"})),
        narrower(audience=Audience.PUBLIC),
        narrower(days_left=91),
        narrower(days_left=0),
    ],
)
def test_what_is_not_less_is_refused_and_changes_nothing(desk, ledger, token, wish):
    record = desk.give(token, desk.draft(CHOICE))
    before = dict(ledger.record_rows)
    with pytest.raises(ConsentRefused) as caught:
        desk.changes.narrow(record.subject_id, record.record_id, wish)
    assert caught.value.code == "not_narrower"
    assert ledger.record_rows == before
    assert ledger.log.size() == 1


def test_nobody_narrows_what_somebody_else_agreed_to(desk, ledger, token, clock):
    mine = desk.give(token, desk.draft(WIDE))
    clock.advance(seconds=1)
    theirs = desk.give(desk.door.new_session(), desk.draft(WIDE))
    with pytest.raises(ConsentRefused) as caught:
        desk.changes.narrow(theirs.subject_id, mine.record_id, narrower())
    assert caught.value.code == "record_unknown"
    assert desk.standing(mine.subject_id) == mine


def test_what_has_ended_is_not_narrowed(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(WIDE))
    ledger.records.withdraw(record.record_id, clock.now())
    with pytest.raises(ConsentRefused):
        desk.changes.narrow(record.subject_id, record.record_id, narrower())


def test_more_waits_and_what_stands_goes_on(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(CHOICE))
    ledger.records.assent(record.record_id, clock.now())
    clock.advance(days=1)
    more = desk.give(token, desk.draft(WIDE, extends=record))
    assert more.subject_id == record.subject_id
    assert desk.standing(record.subject_id).record_id == record.record_id
    assert desk.changes.waiting(record.subject_id).record_id == more.record_id
    clock.advance(days=1)
    assert desk.changes.waiting(record.subject_id) is None


def test_the_newest_wish_for_more_is_the_one_that_waits(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(CHOICE))
    ledger.records.assent(record.record_id, clock.now())
    first = desk.give(token, desk.draft(WIDE, extends=record))
    clock.advance(seconds=1)
    second = desk.give(token, desk.draft(replace(CHOICE, days=365), extends=record))
    assert desk.changes.waiting(record.subject_id).record_id == second.record_id
    assert ledger.record_rows[first.record_id].withdrawn_at is not None
    desk.changes.drop_waiting(record.subject_id)
    assert desk.changes.waiting(record.subject_id) is None
    assert desk.standing(record.subject_id).record_id == record.record_id


def test_less_ends_the_wish_for_more(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(WIDE))
    ledger.records.assent(record.record_id, clock.now())
    desk.give(token, desk.draft(replace(WIDE, days=365), extends=record))
    clock.advance(seconds=1)
    less = desk.changes.narrow(record.subject_id, record.record_id, narrower())
    assert desk.changes.waiting(record.subject_id) is None
    assert desk.standing(record.subject_id) == less


def test_what_was_narrowed_before_the_camera_stands_and_does_not_wait(desk, ledger, token, clock):
    wide = desk.give(token, desk.draft(WIDE))
    clock.advance(seconds=1)
    less = desk.changes.narrow(wide.subject_id, wide.record_id, narrower())
    assert desk.standing(wide.subject_id) == less
    assert desk.changes.waiting(wide.subject_id) is None
    assert [view.waits_for_camera for view in desk.views(wide.subject_id)] == [False, False]
    assert [item.what for item in desk.history(wide.subject_id)] == [
        "You allowed less.",
        "You agreed.",
    ]


def test_the_camera_agrees_to_what_was_narrowed_meanwhile_too(desk, ledger, token, clock):
    wide = desk.give(token, desk.draft(WIDE))
    clock.advance(seconds=1)
    less = desk.changes.narrow(wide.subject_id, wide.record_id, narrower())
    assent(ledger, wide.record_id, clock.now(), clock.now())
    assert ledger.record_rows[less.record_id].assented_at == clock.now()
    assert desk.standing(wide.subject_id).record_id == less.record_id


def test_what_was_captured_under_a_wider_consent_is_kept_under_the_narrower(
    desk, ledger, token, clock
):
    wide = desk.give(token, desk.draft(WIDE))
    less = desk.changes.narrow(wide.subject_id, wide.record_id, narrower(days_left=1))
    assert require_standing(ledger, wide.record_id, clock.now())[-1] == less
    clock.advance(days=1)
    with pytest.raises(ConsentRefused) as caught:
        require_standing(ledger, wide.record_id, clock.now())
    assert caught.value.code == "consent_ended"


def test_a_wish_that_waited_too_long_is_agreed_to_no_more(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(replace(CHOICE, days=30)))
    ledger.records.assent(record.record_id, clock.now())
    clock.advance(days=29, hours=20)
    more = desk.give(token, desk.draft(WIDE, extends=record))
    clock.advance(days=1)
    assert desk.standing(record.subject_id) is None
    with pytest.raises(ConsentRefused) as caught:
        assent(ledger, more.record_id, clock.now(), clock.now())
    assert caught.value.code == "consent_ended"
    assert ledger.record_rows[more.record_id].assented_at is None


def test_only_the_face_lets_more_stand(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(CHOICE))
    ledger.records.assent(record.record_id, clock.now())
    more = desk.give(token, desk.draft(WIDE, extends=record))
    clock.advance(minutes=1)
    assent(ledger, more.record_id, clock.now(), clock.now())
    assert desk.standing(record.subject_id).record_id == more.record_id
    assert ledger.record_rows[record.record_id].replaced_by == more.record_id


def test_a_consent_is_not_changed_without_end(desk, ledger, token, clock):
    record = desk.give(token, desk.draft(WIDE))
    ledger.records.assent(record.record_id, clock.now())
    for _ in range(MOST_WIDER - 1):
        clock.advance(seconds=1)
        desk.give(token, desk.draft(WIDE, extends=record))
    before = ledger.log.size()
    with pytest.raises(ConsentRefused) as caught:
        desk.give(token, desk.draft(WIDE, extends=record))
    assert caught.value.code == "too_many_changes"
    assert ledger.log.size() == before
    less = desk.changes.narrow(record.subject_id, record.record_id, narrower())
    assert desk.standing(record.subject_id) == less
