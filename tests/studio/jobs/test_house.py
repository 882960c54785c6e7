"""What the whole studio refuses when people, tabs and ends of consent cross each other."""

from __future__ import annotations

import hashlib

import pytest

from consent.errors import ConsentError, ConsentRefused, IdentityRefused, QualityRefused
from consent.types import Action, Audience, LiveCapture, Purpose
from consent.withdrawal import Withdrawal
from studio.jobs.engine import EngineSettings
from studio.service import ConsentChoice, Upload
from studio.sitting.images import encode_still
from studio.sitting.measuring import Still
from tests.fakes import identifier

CHOICE = ConsentChoice(
    purposes=frozenset({Purpose.AVATAR_STILLS}),
    families=frozenset({"painted"}),
    audience=Audience.PRIVATE,
    adult_attested=True,
)


def look_into_camera(house, record, member_id, name):
    """Store a verdict on a baked face as if a person with that face had passed a capture."""
    member = house.cast[member_id]
    frame = member.frame(member.clips["still"][0])
    face = house.booth.meter.faces(frame.image)[0]
    embedding = house.booth.meter.embed(frame.image, face)
    capture = LiveCapture(
        id=identifier(name),
        subject_id=record.subject_id,
        record_id=record.record_id,
        nonce=identifier(f"nonce {name}"),
        captured_at=house.clock.now(),
        assent=Action.SMILE,
        template=embedding,
        evidence={},
    )
    jpeg = encode_still(frame.image)
    still = Still(jpeg, hashlib.sha256(jpeg).hexdigest(), embedding, 1.0)
    house.booth._keep(capture, (still,))
    return capture


@pytest.fixture
def person(house):
    """A session, its record and the capture of somebody who looks like the first baked subject."""
    token = house.new_session()
    record = house.desk.give(token, house.desk.draft(CHOICE))
    first, second = list(house.cast)[:2]
    capture = look_into_camera(house, record, first, f"first {token}")
    house.door.open(token, record.subject_id)
    return token, record, capture, second


def test_a_second_face_cannot_be_captured_under_the_same_consent(house, person):
    token, record, capture, other = person
    with pytest.raises(IdentityRefused) as refused:
        look_into_camera(house, record, other, f"second {token}")
    assert refused.value.code == "not_you"
    assert house.booth.latest(record.subject_id).id == capture.id


def test_a_capture_that_ends_after_its_consent_keeps_nothing(house, data):
    token = house.new_session()
    record = house.desk.give(token, house.desk.draft(CHOICE))
    with house.ledger.transaction() as unit:
        unit.records.withdraw(record.record_id, house.clock.now())
    with pytest.raises(ConsentRefused) as refused:
        look_into_camera(house, record, next(iter(house.cast)), f"late {token}")
    assert refused.value.code == "consent_ended"
    assert house.booth.latest(record.subject_id) is None
    assert not (data / "objects" / "selfies" / record.subject_id).exists()


def test_a_selfie_that_comes_after_the_end_is_refused(house, person):
    token, record, _, _ = person
    jpeg = encode_still(house.cast[next(iter(house.cast))].frame("still_00.webp").image)
    with house.ledger.transaction() as unit:
        unit.records.withdraw(record.record_id, house.clock.now())
    (verdict,) = house.add_selfies(token, [Upload("me.jpg", jpeg)])
    assert not verdict.accepted
    assert verdict.refusal["code"] == "consent_ended"


def test_another_face_is_no_selfie_and_the_own_one_is(house, person):
    token, _, _, other = person
    own = encode_still(house.cast[next(iter(house.cast))].frame("rest_00.webp").image)
    foreign = encode_still(house.cast[other].frame("still_00.webp").image)
    theirs, mine = house.add_selfies(token, [Upload("b.jpg", foreign), Upload("a.jpg", own)])
    assert theirs.refusal["code"] == "not_you"
    assert mine.accepted, mine.refusal


def test_a_subject_who_is_nobody_takes_no_uploads(house, token):
    jpeg = encode_still(house.cast[next(iter(house.cast))].frame("rest_00.webp").image)
    with pytest.raises(ConsentRefused) as refused:
        house.add_selfies(token, [Upload("me.jpg", jpeg)])
    assert refused.value.code == "synthetic_takes_no_pictures"


def test_a_new_consent_closes_what_was_open_and_shows_nothing_of_it(house, person):
    token, record, _, _ = person
    house.give_consent(token, CHOICE)
    sitting = house.sitting(token)
    assert (sitting.step, sitting.is_open, sitting.job_id, sitting.selfies) == (2, False, None, ())
    with pytest.raises(ConsentRefused):
        house.gallery(token)
    assert [binding for binding, _ in sitting.earlier] == [record.subject_id]


def test_withdrawing_after_playing_nobody_ends_the_own_consent_too(house, person):
    token, record, _, _ = person
    synthetic = house.desk.give_synthetic(token, frozenset({"painted"}))
    receipt = house.withdraw(token)
    ended = {receipt["pii_principal_id"]} | {
        further["pii_principal_id"] for further in receipt["further_receipts"]
    }
    assert ended == {record.subject_id, synthetic.subject_id}
    assert not house.sitting(token).can_withdraw
    with pytest.raises(ConsentRefused):
        house.withdraw(token)


def test_a_deletion_that_fails_for_nobody_keeps_no_person_from_withdrawing(
    house, person, monkeypatch
):
    token, record, _, _ = person
    synthetic = house.desk.give_synthetic(token, frozenset({"painted"}))
    withdraw = Withdrawal.withdraw

    def fails(self, subject_id):
        if subject_id == synthetic.subject_id:
            raise ConsentError("the disk is full")
        return withdraw(self, subject_id)

    monkeypatch.setattr(Withdrawal, "withdraw", fails)
    with pytest.raises(ConsentError):
        house.withdraw(token)
    with house.ledger.reading() as unit:
        assert unit.records.load(record.record_id).withdrawn_at is not None
        assert not unit.subjects.holds_data(record.subject_id)


def test_a_selfie_whose_bytes_were_exchanged_is_not_drawn(house, person):
    token, record, _, other = person
    with house.ledger.reading() as unit:
        probe = unit.captures.probes(record.subject_id)[-1]
    foreign = encode_still(house.cast[other].frame("still_00.webp").image)
    house.booth.selfies.put(record.subject_id, probe.id, foreign)
    with pytest.raises(IdentityRefused) as refused:
        house.preview(token, "toon", {}, 1)
    assert refused.value.code == "other_selfie"


def test_a_selfie_that_is_gone_is_a_refusal_and_no_crash(house, person):
    token, record, _, _ = person
    house.booth.selfies.purge(record.subject_id)
    with pytest.raises(QualityRefused) as refused:
        house.preview(token, "toon", {}, 1)
    assert refused.value.code == "selfie_missing"


def test_a_portrait_prepared_during_a_withdrawal_is_kept_nowhere(house, person, monkeypatch):
    token, record, _, _ = person
    portraits = house.orders.workshop.portraits
    measured = portraits._measured

    def withdrawn_meanwhile(*arguments):
        found = measured(*arguments)
        portraits.purge(record.subject_id)
        return found

    monkeypatch.setattr(portraits, "_measured", withdrawn_meanwhile)
    house.preview(token, "toon", {}, 1)
    assert not [key for key in portraits._kept if key[0] == record.subject_id]


def test_a_job_that_was_stored_but_never_enqueued_is_found_at_the_next_launch(
    house, token, monkeypatch
):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.rows.add(job)
    found = []
    monkeypatch.setattr(
        house.orders.engine, "_enqueue", lambda job_id, family: found.append((job_id, family))
    )
    monkeypatch.setattr(
        house.orders.engine, "_settings", EngineSettings(house.orders.engine._settings.database_url)
    )
    house.orders.engine.launch()
    assert found == [(job.id, "painted")]
    house.cancel(token, job.id)


def test_a_sitting_tells_which_views_its_selfies_show(house, person):
    token, _, _, _ = person
    before = house.sitting(token)
    assert before.coverage
    assert not any(item.done for item in before.coverage)  # that still came without a look
    own = house.cast[next(iter(house.cast))]
    turned = encode_still(own.frame(own.clips["turn_left"][-2]).image)
    front = encode_still(own.frame("rest_00.webp").image)
    verdicts = house.add_selfies(token, [Upload("a.jpg", front), Upload("b.jpg", turned)])
    assert [verdict.kept for verdict in verdicts] == [1, 1], verdicts
    done = {item.name for item in house.sitting(token).coverage if item.done}
    assert {"straight", "left", "calm"} <= done
    assert "right" not in done
    house.lock(token)
    assert house.sitting(token).coverage == ()


def test_nothing_of_a_selfie_s_numbers_lies_open_on_the_disk(house, person, data):
    token, record, _, _ = person
    own = house.cast[next(iter(house.cast))]
    house.add_selfies(token, [Upload("a.jpg", encode_still(own.frame("rest_01.webp").image))])
    kept = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert record.subject_id.encode() in kept
    for trace in (b"side_light", b"sharpness", b"\xff\xd8\xff\xe0"):
        assert trace not in kept
