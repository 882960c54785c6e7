"""Passkeys at the studio: what they sign, what they open, and what they never open."""

from __future__ import annotations

import random
import shutil
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from consent.adapters.database import Database
from consent.adapters.keys import MasterKey
from consent.adapters.passkeys import AccountPurger
from consent.errors import ConsentRefused
from consent.passkeys import verify_subject_signature
from consent.types import Audience, Purpose
from studio.house import House
from studio.service import ConsentChoice
from studio.sitting.accounts import RECENT, Accounts, Rules
from studio.sitting.ceremonies import CEREMONY_TIME
from studio.sitting.changes import assent
from studio.sitting.desk import Desk
from studio.sitting.door import OPEN_FOR, Door
from studio.sitting.drafts import DRAFT_TIME, DRAFTS, Drafts
from tests.authenticator import HERE, PRESENT, SoftPasskey, spoilt
from tests.fakes import CONTROLLER, LOG_SIGNER, SIGNER, FixedClock, a_capture

MASTER = MasterKey(b"\x02" * 32)
CHOICE = ConsentChoice(
    purposes=frozenset({Purpose.AVATAR_STILLS}),
    families=frozenset({"painted"}),
    audience=Audience.PRIVATE,
    adult_attested=True,
)
MORE = replace(CHOICE, audience=Audience.PUBLIC)


@pytest.fixture(scope="module")
def migrated(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "app.db"
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    database.migrate()
    database.truncate_wal()
    database.close()
    return path


@pytest.fixture
def database(migrated, tmp_path):
    path = tmp_path / "app.db"
    shutil.copy(migrated, path)
    database = Database(f"sqlite:///{path}", MASTER, LOG_SIGNER)
    yield database
    database.close()


@pytest.fixture
def clock():
    return FixedClock()


def a_house(database, clock, *, required=False, invitation=""):
    """Return a house with real doors, desk and accounts, and nobody at the camera."""
    numbers = random.Random(7)

    def entropy(size: int) -> bytes:
        return numbers.randbytes(size)

    def latest(subject_id):
        with database.reading() as unit:
            return unit.captures.latest(subject_id)

    door = Door(database, clock, lambda: entropy(16).hex())
    library = SimpleNamespace(list=lambda subject_id: [])
    desk = Desk(database, SIGNER, clock, door, library, CONTROLLER, numbers)
    accounts = Accounts(database, clock, door, Rules(required, invitation), entropy)
    orders = SimpleNamespace(newest=lambda subject_id: None)
    own = {
        "ledger": database,
        "clock": clock,
        "rng": numbers,
        "door": door,
        "desk": desk,
        "booth": SimpleNamespace(latest=latest),
        "orders": orders,
        "library": library,
        "accounts": accounts,
        "drafts": Drafts(database, clock, door, accounts, entropy),
    }
    return House(**{**dict.fromkeys(each.name for each in fields(House)), **own})


@pytest.fixture
def house(database, clock):
    return a_house(database, clock)


@pytest.fixture
def shared(database, clock):
    return a_house(database, clock, required=True, invitation="open sesame")


def enrol(house, passkey, token=None, invitation=""):
    """Make a passkey known and return the session's new token."""
    token = token or house.new_session()
    options = house.accounts.register_options(token, origin=HERE, invitation=invitation)
    return house.accounts.register(token, passkey.create(options))


def sign_in(house, passkey, token=None):
    token = token or house.new_session()
    options = house.accounts.sign_in_options(token, origin=HERE)
    return house.accounts.sign_in(token, passkey.get(options))


def agree(house, token, passkey, choice=CHOICE):
    """Sign a consent and return its record."""
    draft = house.draft_consent(token, choice, origin=HERE)
    house.sign_consent(token, draft.draft_id, passkey.get(draft.options))
    return newest(house, token)


def newest(house, token):
    with house.ledger.reading() as unit:
        return unit.records.of_subject(house.door.visitor(token).subject_id)[-1]


def sit(house, token, record):
    """Let the camera see the person who agreed."""
    house.clock.advance(minutes=1)
    with house.ledger.transaction() as unit:
        capture = a_capture(record, name=f"capture of {record.record_id}", at=house.clock.now())
        unit.captures.add(capture)
        unit.records.assent(record.record_id, house.clock.now())
    house.door.open(token, record.subject_id)


def refusal_of(action) -> str:
    with pytest.raises(ConsentRefused) as caught:
        action()
    assert caught.value.what
    assert caught.value.why
    assert caught.value.next_step
    return caught.value.code


def stored(house) -> int:
    """Count the records of everybody."""
    with house.ledger.reading() as unit:
        return unit.log.size()


# Signing a consent


def test_a_passkey_signs_exactly_the_record_that_is_stored(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    record = agree(house, token, passkey)
    assert verify_subject_signature(record).credential_id == passkey.id
    SIGNER.verify(record)
    assert house.desk.view(record).signed_with == "passkey"
    assert record.log_index == 0
    assert not house.door.visitor(token).is_open


def test_what_is_signed_is_what_was_shown(house):
    token = enrol(house, passkey := SoftPasskey())
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    assert draft.summary == house.summarise(CHOICE)
    house.sign_consent(token, draft.draft_id, passkey.get(draft.options))
    assert newest(house, token).summary == draft.summary


def test_without_a_known_passkey_there_is_nothing_to_sign_with(house):
    draft = house.draft_consent(house.new_session(), CHOICE, origin=HERE)
    assert (draft.draft_id, draft.options) == ("", None)


def test_a_consent_that_allows_nothing_is_not_drafted(house):
    token = enrol(house, SoftPasskey())
    empty = ConsentChoice(adult_attested=True)
    assert refusal_of(lambda: house.draft_consent(token, empty, origin=HERE)) == "nothing_allowed"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"flags": PRESENT}, "passkey_unverified"),
        ({"origin": "http://localhost:1"}, "passkey_elsewhere"),
        ({"rp_id": "evil.example"}, "passkey_elsewhere"),
    ],
)
def test_a_signature_of_another_ceremony_agrees_to_nothing(house, wrong, code):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    for name, value in wrong.items():
        setattr(passkey, name, value)
    answer = passkey.get(draft.options)
    assert refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer)) == code
    assert stored(house) == 0
    assert house.door.visitor(token).subject_id is None


def test_a_changed_answer_agrees_to_nothing(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    answer = spoilt(passkey.get(draft.options), "signature", 20)
    code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))
    assert code == "passkey_invalid"
    assert stored(house) == 0


def test_a_signature_over_one_draft_agrees_to_no_other(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    first = house.draft_consent(token, CHOICE, origin=HERE)
    second = house.draft_consent(token, MORE, origin=HERE)
    answer = passkey.get(first.options)
    assert refusal_of(lambda: house.sign_consent(token, second.draft_id, answer)) == "passkey_stale"
    assert stored(house) == 0


def test_a_draft_is_signed_once(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    answer = passkey.get(draft.options)
    house.sign_consent(token, draft.draft_id, answer)
    assert refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer)) == "draft_unknown"
    assert stored(house) == 1


def test_a_refused_signature_uses_the_draft_up(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    answer = passkey.get(draft.options)
    wrong = spoilt(answer, "signature", 20)
    refusal_of(lambda: house.sign_consent(token, draft.draft_id, wrong))
    assert refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer)) == "draft_unknown"


def test_a_draft_lives_for_ten_minutes(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    answer = passkey.get(draft.options)
    clock.at += DRAFT_TIME
    assert refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer)) == "draft_unknown"


def test_a_draft_belongs_to_its_browser(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    other = sign_in(house, passkey)
    answer = passkey.get(draft.options)
    assert refusal_of(lambda: house.sign_consent(other, draft.draft_id, answer)) == "draft_unknown"


def test_a_browser_holds_a_few_drafts_and_drops_the_oldest(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    drafts = [house.draft_consent(token, CHOICE, origin=HERE) for _ in range(DRAFTS + 1)]
    for draft, kept in zip(drafts, [False, True, True, True], strict=True):
        answer = passkey.get(draft.options)
        if kept:
            house.clock.advance(seconds=1)
            house.sign_consent(token, draft.draft_id, answer)
        else:
            code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))  # noqa: B023 - called at once
            assert code == "draft_unknown"


def test_somebody_elses_passkey_signs_nothing_here(house):
    mine, yours = SoftPasskey(), SoftPasskey()
    enrol(house, yours)
    token = enrol(house, mine)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    assert [entry["id"] for entry in draft.options["allowCredentials"]] == [mine.id]
    answer = yours.get(draft.options)
    code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))
    assert code == "passkey_foreign"
    assert stored(house) == 0


def test_an_unknown_passkey_signs_nothing(house):
    token = enrol(house, SoftPasskey())
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    answer = SoftPasskey().get(draft.options)
    code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))
    assert code == "passkey_unknown"


def test_a_counter_set_back_agrees_to_nothing(house):
    passkey = SoftPasskey(sign_count=40)
    token = enrol(house, passkey)
    draft = house.draft_consent(token, CHOICE, origin=HERE)
    passkey.sign_count = 10
    answer = passkey.get(draft.options)
    code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))
    assert code == "passkey_copied"
    assert stored(house) == 0


def test_a_page_at_an_address_of_numbers_is_told_the_name(house):
    token = house.new_session()
    with pytest.raises(ConsentRefused) as caught:
        house.draft_consent(token, CHOICE, origin="http://127.0.0.1:7860")
    assert caught.value.code == "passkey_needs_name"
    assert "http://localhost:7860" in caught.value.next_step


# Extending


def test_extending_asks_for_the_open_session_of_that_subject(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    record = agree(house, token, passkey)
    more = replace(MORE, extends=record.record_id)
    assert refusal_of(lambda: house.draft_consent(token, more, origin=HERE)) == "closed"
    sit(house, token, record)
    draft = house.draft_consent(token, more, origin=HERE)
    house.lock(token)
    answer = passkey.get(draft.options)
    assert refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer)) == "closed"
    house.door.open(token, record.subject_id)
    clock.advance(seconds=1)
    longer = agree(house, token, passkey, more)
    assert longer.replaces == record.record_id
    assert verify_subject_signature(longer).credential_id == passkey.id
    assert longer.assented_at is None


def test_a_consent_that_ended_meanwhile_is_not_extended(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    record = agree(house, token, passkey)
    sit(house, token, record)
    more = replace(MORE, extends=record.record_id)
    draft = house.draft_consent(token, more, origin=HERE)
    with house.ledger.transaction() as unit:
        unit.records.withdraw(record.record_id, clock.now())
    answer = passkey.get(draft.options)
    code = refusal_of(lambda: house.sign_consent(token, draft.draft_id, answer))
    assert code == "record_unknown"


def test_another_account_extends_nothing(house, clock):
    mine, yours = SoftPasskey(), SoftPasskey()
    token = enrol(house, mine)
    record = agree(house, token, mine)
    sit(house, token, record)
    more = replace(MORE, extends=record.record_id)
    intruder = enrol(house, yours)
    house.door.open(intruder, record.subject_id)  # as the camera would
    code = refusal_of(lambda: house.draft_consent(intruder, more, origin=HERE))
    assert code == "passkey_foreign"


# Opening


def test_signing_in_opens_what_the_passkey_signed_for_in_any_browser(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    record = agree(house, token, passkey)
    sit(house, token, record)
    elsewhere = sign_in(house, passkey)
    assert house.door.open_subject(elsewhere) == record.subject_id
    house.clock.at += OPEN_FOR
    assert refusal_of(lambda: house.door.open_subject(elsewhere)) == "closed"


def test_signing_in_opens_the_newest_subject_that_the_camera_has_seen(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    first = agree(house, token, passkey)
    sit(house, token, first)
    clock.advance(minutes=1)
    second = agree(house, token, passkey)
    sit(house, token, second)
    clock.advance(minutes=1)
    agree(house, token, passkey)  # and did not go on to the camera
    assert house.door.open_subject(sign_in(house, passkey)) == second.subject_id


def test_whoever_has_not_sat_yet_goes_on_to_the_camera(house):
    passkey = SoftPasskey()
    record = agree(house, enrol(house, passkey), passkey)
    visitor = house.door.visitor(sign_in(house, passkey))
    assert (visitor.subject_id, visitor.is_open) == (record.subject_id, False)


def test_a_passkey_opens_nothing_that_it_did_not_sign_for(house):
    mine, yours = SoftPasskey(), SoftPasskey()
    token = enrol(house, mine)
    sit(house, token, agree(house, token, mine))
    other = enrol(house, yours)
    visitor = house.door.visitor(sign_in(house, yours, other))
    assert (visitor.subject_id, visitor.is_open) == (None, False)


def test_a_consent_that_the_service_alone_signed_is_opened_by_the_camera_only(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    house.give_consent(token, CHOICE)
    sit(house, token, newest(house, token))
    elsewhere = house.door.visitor(sign_in(house, passkey))
    assert (elsewhere.subject_id, elsewhere.is_open) == (None, False)


def test_a_passkey_that_signed_for_more_opens_nothing_that_was_given_without_it(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    house.give_consent(token, CHOICE)
    record = newest(house, token)
    sit(house, token, record)
    longer = agree(house, token, passkey, replace(MORE, extends=record.record_id))
    assert house.door.visitor(sign_in(house, passkey)).subject_id is None
    clock.advance(minutes=1)
    with house.ledger.transaction() as unit:
        unit.captures.add(a_capture(longer, at=clock.now()))
        assent(unit, longer.record_id, clock.now(), clock.now())
    assert house.door.visitor(sign_in(house, passkey)).subject_id is None


def test_another_person_in_the_same_browser_leaves_the_first_ones_sittings_behind(house):
    mine, yours = SoftPasskey(), SoftPasskey()
    token = enrol(house, mine)
    sit(house, token, agree(house, token, mine))
    enrol(house, yours)
    token = sign_in(house, yours, token)
    assert house.door.visitor(token).subject_id is None
    assert house.door.earlier(token) == ()
    assert not house.sitting(token).can_withdraw


def test_what_has_ended_does_not_move_along_to_whoever_signs_in_next(house):
    mine, yours = SoftPasskey(), SoftPasskey()
    token = enrol(house, mine)
    agree(house, token, mine)
    end(house, token)
    token = enrol(house, yours, token)
    assert house.door.visitor(token).subject_id is None
    assert refusal_of(lambda: house.records(token)) == "closed"


def test_signing_in_gives_a_fresh_token_and_ends_the_old_one(house):
    token = house.new_session()
    fresh = enrol(house, SoftPasskey(), token)
    assert fresh != token
    assert not house.has_session(token)
    assert refusal_of(lambda: house.accounts.view(token)) == "no_session"


def test_a_browsers_own_sitting_moves_along_and_stays_open(house):
    token = house.new_session()
    house.give_consent(token, CHOICE)
    record = newest(house, token)
    sit(house, token, record)
    fresh = enrol(house, SoftPasskey(), token)
    assert house.door.open_subject(fresh) == record.subject_id


def test_an_answer_signs_in_once(house):
    passkey = SoftPasskey()
    enrol(house, passkey)
    token = house.new_session()
    options = house.accounts.sign_in_options(token, origin=HERE)
    answer = passkey.get(options)
    fresh = house.accounts.sign_in(token, answer)
    assert refusal_of(lambda: house.accounts.sign_in(fresh, answer)) == "passkey_stale"


def test_an_answer_signs_in_the_browser_that_asked(house):
    passkey = SoftPasskey()
    enrol(house, passkey)
    options = house.accounts.sign_in_options(house.new_session(), origin=HERE)
    answer = passkey.get(options)
    other = house.new_session()
    assert refusal_of(lambda: house.accounts.sign_in(other, answer)) == "passkey_stale"


def test_an_answer_to_making_a_passkey_does_not_sign_in(house):
    passkey = SoftPasskey()
    enrol(house, passkey)
    token = house.new_session()
    options = house.accounts.register_options(token, origin=HERE)
    answer = passkey.get(options)
    assert refusal_of(lambda: house.accounts.sign_in(token, answer)) == "passkey_stale"


def test_an_answer_comes_in_time(house, clock):
    passkey = SoftPasskey()
    enrol(house, passkey)
    token = house.new_session()
    answer = passkey.get(house.accounts.sign_in_options(token, origin=HERE))
    clock.at += CEREMONY_TIME
    assert refusal_of(lambda: house.accounts.sign_in(token, answer)) == "passkey_stale"


def test_a_counter_set_back_does_not_sign_in(house):
    passkey = SoftPasskey(sign_count=40)
    enrol(house, passkey)
    sign_in(house, passkey)
    passkey.sign_count -= 1
    assert refusal_of(lambda: sign_in(house, passkey)) == "passkey_copied"
    passkey.sign_count += 5
    sign_in(house, passkey)


def test_nobody_signs_in_without_having_been_checked(house):
    passkey = SoftPasskey()
    enrol(house, passkey)
    passkey.flags = PRESENT
    assert refusal_of(lambda: sign_in(house, passkey)) == "passkey_unverified"


def test_an_unknown_passkey_does_not_sign_in(house):
    assert refusal_of(lambda: sign_in(house, SoftPasskey())) == "passkey_unknown"


def test_signing_out_closes_and_forgets(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    sit(house, token, agree(house, token, passkey))
    house.accounts.sign_out(token)
    assert not house.accounts.signed_in(token)
    assert house.accounts.view(token).passkeys == ()
    assert refusal_of(lambda: house.door.open_subject(token)) == "closed"


# Several passkeys of one account


def test_a_second_device_joins_the_account_that_is_signed_in(house):
    laptop, phone = SoftPasskey(), SoftPasskey()
    token = enrol(house, laptop)
    record = agree(house, token, laptop)
    sit(house, token, record)
    token = enrol(house, phone, token)
    assert len(house.accounts.view(token).passkeys) == 2
    assert house.door.open_subject(sign_in(house, phone)) == record.subject_id


def test_a_device_joins_only_while_its_account_is_signed_in(house, clock):
    laptop, phone = SoftPasskey(), SoftPasskey()
    token = enrol(house, laptop)
    options = house.accounts.register_options(token, origin=HERE)
    clock.at += CEREMONY_TIME - timedelta(seconds=1)
    with house.ledger.transaction() as unit:
        unit.passkeys.sign_out(house.door.visitor(token).token_hash)
    answer = phone.create(options)
    assert refusal_of(lambda: house.accounts.register(token, answer)) == "passkey_stale"


def test_after_twelve_hours_a_new_passkey_makes_a_new_account(house, clock):
    laptop, thief = SoftPasskey(), SoftPasskey()
    token = enrol(house, laptop)
    sit(house, token, agree(house, token, laptop))
    clock.at += OPEN_FOR
    token = enrol(house, thief, token)
    assert [key.id for key in house.accounts.view(token).passkeys] == [thief.id]
    assert house.door.visitor(token).subject_id is None


def test_at_a_browser_that_was_left_open_nobody_changes_what_opens_it(house, clock):
    laptop, phone, thief = SoftPasskey(), SoftPasskey(), SoftPasskey()
    token = enrol(house, laptop)
    sit(house, token, agree(house, token, laptop))
    token = enrol(house, phone, token)
    clock.at += RECENT + timedelta(seconds=1)
    assert refusal_of(lambda: enrol(house, thief, token)) == "sign_in_again"
    assert refusal_of(lambda: house.accounts.remove(token, laptop.id)) == "sign_in_again"
    token = sign_in(house, laptop, token)
    house.accounts.remove(token, phone.id)


def test_a_passkey_is_made_known_once(house):
    passkey = SoftPasskey()
    enrol(house, passkey)
    assert refusal_of(lambda: enrol(house, passkey)) == "passkey_known"


def test_one_of_several_passkeys_can_go_and_opens_nothing_any_more(house):
    laptop, phone = SoftPasskey(), SoftPasskey()
    token = enrol(house, laptop)
    sit(house, token, agree(house, token, laptop))
    token = enrol(house, phone, token)
    house.accounts.remove(token, laptop.id)
    assert refusal_of(lambda: sign_in(house, laptop)) == "passkey_unknown"
    assert refusal_of(lambda: house.accounts.remove(token, phone.id)) == "passkey_last"
    sign_in(house, phone)


def test_nobody_removes_anothers_passkey(house):
    mine, yours = SoftPasskey(), SoftPasskey()
    enrol(house, yours)
    token = enrol(house, mine)
    assert refusal_of(lambda: house.accounts.remove(token, yours.id)) == "passkey_foreign"
    house.accounts.sign_out(token)
    assert refusal_of(lambda: house.accounts.remove(token, mine.id)) == "sign_in_needed"


def test_a_last_passkey_that_opens_nothing_can_go(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    house.accounts.remove(token, passkey.id)
    assert refusal_of(lambda: sign_in(house, passkey)) == "passkey_unknown"


# A shared server


def test_a_shared_server_takes_no_consent_without_a_passkey(shared):
    token = enrol(shared, passkey := SoftPasskey(), invitation="open sesame")
    assert refusal_of(lambda: shared.give_consent(token, CHOICE)) == "passkey_required"
    assert stored(shared) == 0
    assert agree(shared, token, passkey).subject_signature is not None


@pytest.mark.parametrize("said", ["", "open", "Open sesame", "open sesame ", "öpen sesame"])
def test_making_a_passkey_asks_for_the_invitation(shared, said):
    code = refusal_of(lambda: enrol(shared, SoftPasskey(), invitation=said))
    assert code == "invitation_wrong"


def test_whoever_is_in_adds_a_device_without_the_invitation(shared):
    token = enrol(shared, SoftPasskey(), invitation="open sesame")
    assert not shared.accounts.view(token).invitation_needed
    token = enrol(shared, SoftPasskey(), token)
    assert len(shared.accounts.view(token).passkeys) == 2


def test_a_session_counts_as_signed_in_for_twelve_hours(shared, clock):
    assert not shared.accounts.signed_in("unknown")
    token = shared.new_session()
    assert not shared.accounts.signed_in(token)
    assert shared.accounts.view(token).invitation_needed
    token = enrol(shared, SoftPasskey(), token, invitation="open sesame")
    assert shared.accounts.signed_in(token)
    clock.at += OPEN_FOR
    assert not shared.accounts.signed_in(token)


# The end


def end(house, token):
    """Destroy what is held of the session's subject, as a withdrawal does."""
    subject_id = house.door.visitor(token).subject_id
    purger = AccountPurger(house.ledger)
    counted = purger.count(subject_id)
    said = purger.purge(subject_id)
    with house.ledger.transaction() as unit:
        unit.vault.destroy(subject_id)
    assert said == counted
    assert purger.purge(subject_id)[0].number == 0
    return said[0]


def test_the_last_consent_takes_account_and_passkeys_along(house):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    agree(house, token, passkey)
    gone = end(house, token)
    assert gone.words == "1 passkey (delete it in your device's own list too)"
    assert refusal_of(lambda: sign_in(house, passkey)) == "passkey_unknown"
    assert house.accounts.signed_in(token)  # the page still shows the receipt
    assert house.accounts.view(token).passkeys == ()
    assert house.draft_consent(token, CHOICE, origin=HERE).options is None


def test_the_account_stays_while_it_opens_something_else(house, clock):
    passkey = SoftPasskey()
    token = enrol(house, passkey)
    first = agree(house, token, passkey)
    sit(house, token, first)
    clock.advance(minutes=1)
    agree(house, token, passkey)
    assert end(house, token).number == 0
    assert house.door.open_subject(sign_in(house, passkey)) == first.subject_id


def test_nobodys_consent_takes_no_account_along(house):
    token = enrol(house, passkey := SoftPasskey())
    house.give_consent(token, CHOICE)
    assert end(house, token).number == 0
    sign_in(house, passkey)


def test_whoever_lost_the_account_needs_the_invitation_again(shared):
    passkey = SoftPasskey()
    token = enrol(shared, passkey, invitation="open sesame")
    agree(shared, token, passkey)
    end(shared, token)
    assert refusal_of(lambda: enrol(shared, SoftPasskey(), token)) == "invitation_wrong"
