from random import Random
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from consent.challenge import ChallengeBook
from consent.errors import ConsentRefused, LivenessRefused, Refusal
from consent.identity import Cohort, enrol
from consent.lockout import Attempt, Lockout
from consent.profiles import STANDARD_LIVENESS
from consent.types import LiveCapture, Origin, OriginKind, SyntheticCapture
from studio.face.cohort import load_cohort
from studio.service import Upload
from studio.sitting import booth as booths
from studio.sitting.booth import Booth
from studio.sitting.memory import FrameMemory
from studio.subjects.player import Player
from tests.fakes import NOON, FixedClock, MemoryLedger, SubjectKind, a_capture, a_record, a_subject
from tests.studio.sitting import pictures
from tests.studio.sitting.pictures import encoded


class Drawer:
    """Where selfies are put, in a dictionary."""

    def __init__(self):
        self.kept = {}

    def put(self, subject_id, probe_id, jpeg):
        self.kept[subject_id, probe_id] = jpeg


def a_booth(meter, *, cohort=None, ledger=None):
    return Booth(
        ledger=ledger or MemoryLedger(),
        clock=FixedClock(),
        meter=meter,
        selfies=Drawer(),
        cohort=load_cohort() if cohort is None else cohort,
        book=ChallengeBook(),
        lockout=Lockout(b"k" * 32),
        memory=FrameMemory(),
        rng=Random(3),
    )


@pytest.fixture
def booth(meter):
    return a_booth(meter)


def upload(member, clip="still", index=0):
    image = member.frame(member.clips[clip][index]).image
    data = encoded(Image.fromarray(image), "JPEG", quality=92)
    return Upload(f"{member.id}_{clip}.jpg", data)


@pytest.fixture(scope="module")
def template(member, meter):
    """The first subject's template, from stills with camera noise."""
    player = Player(member, np.random.default_rng(2))
    images = [player.still(number).image for number in range(3)]
    return enrol([meter.embed(image, meter.faces(image)[0]) for image in images])


def captured(booth, template, kind=SubjectKind.PERSON):
    """Store a passed capture with the given template and return its subject's id."""
    subject = a_subject("ada", kind)
    record = a_record(subject)
    plain = a_capture(record)
    extra = (
        {"baked_subject": plain.baked_subject, "frame_hashes": plain.frame_hashes}
        if isinstance(plain, SyntheticCapture)
        else {"assent": plain.assent, "evidence": plain.evidence}
    )
    capture = type(plain)(
        id=plain.id,
        subject_id=plain.subject_id,
        record_id=plain.record_id,
        nonce=plain.nonce,
        captured_at=plain.captured_at,
        template=template,
        **extra,
    )
    booth.ledger.keep(subject, record, capture)
    return subject.id


def test_a_selfie_before_any_capture_is_refused(booth, member):
    with pytest.raises(ConsentRefused) as caught:
        booth.add("ada", [upload(member)])
    assert caught.value.code == "no_capture"
    assert booth.selfies.kept == {}


def test_one_s_own_selfie_is_matched_and_kept(booth, member, template):
    subject_id = captured(booth, template)
    (verdict,) = booth.add(subject_id, [upload(member)])
    assert verdict.accepted
    assert verdict.refusal is None
    (probe,) = booth.ledger.captures.probes(subject_id)
    assert probe.origin == Origin(OriginKind.UPLOAD)
    assert probe.distance < 0.45
    assert list(booth.selfies.kept) == [(subject_id, probe.id)]


def test_another_subject_s_selfies_after_a_passed_capture_are_refused(
    booth, cast, member, template
):
    subject_id = captured(booth, template)
    others = [other for other in cast.values() if other.id != member.id]
    for verdict in booth.add(subject_id, [upload(other) for other in others]):
        assert not verdict.accepted, verdict.name
        assert verdict.refusal is not None
        assert verdict.refusal["code"] == "not_you", verdict.name
        assert verdict.refusal["next"]
    assert booth.selfies.kept == {}
    assert booth.ledger.captures.probes(subject_id) == []


def test_one_bad_picture_loses_no_other(booth, member, template):
    subject_id = captured(booth, template)
    uploads = [
        Upload("empty.jpg", b""),
        upload(member),
        Upload("hundred_megapixels.png", pictures.pixel_bomb()),
    ]
    verdicts = booth.add(subject_id, uploads)
    assert [verdict.accepted for verdict in verdicts] == [False, True, False]
    assert [verdict.refusal and verdict.refusal["code"] for verdict in verdicts] == [
        "not_an_image",
        None,
        "too_many_pixels",
    ]
    assert [verdict.name for verdict in verdicts] == [one.name for one in uploads]


def test_without_a_cohort_no_face_is_ever_accepted(meter, member, template):
    booth = a_booth(meter, cohort=Cohort())
    subject_id = captured(booth, template)
    (verdict,) = booth.add(subject_id, [upload(member)])
    assert verdict.refusal is not None
    assert verdict.refusal["code"] == "no_cohort"


def fail_once(booth, record, attempt, data):
    session = booth.start(record, attempt, lambda capture: None)
    with pytest.raises(Refusal, match="not a picture"):
        session.frame(0, 0.0, data, arrived_at=NOON)


def test_five_failures_lock_the_session(booth):
    record = a_record(a_subject("ada"))
    attempt = Attempt("session", record.subject_id)
    for number in range(5):
        fail_once(booth, record, attempt, b"not a camera's frame %d" % number)
    with pytest.raises(LivenessRefused) as caught:
        booth.start(record, attempt, lambda capture: None)
    assert caught.value.code == "locked"
    bea = a_record(a_subject("bea"))
    assert booth.start(bea, Attempt("another session", bea.subject_id), lambda capture: None)


def test_a_new_browser_and_a_new_consent_do_not_reset_an_address(booth):
    for number in range(STANDARD_LIVENESS.max_origin_failures):
        record = a_record(a_subject(f"ada {number}"))
        attempt = Attempt(f"session {number}", record.subject_id, "192.0.2.7")
        fail_once(booth, record, attempt, b"not a camera's frame %d" % number)
    record = a_record(a_subject("ada anew"))
    with pytest.raises(LivenessRefused, match="network") as caught:
        booth.start(record, Attempt("fresh", record.subject_id, "192.0.2.7"), lambda capture: None)
    assert caught.value.code == "locked"


def played_again(booth, member):
    """A rehearsal that went well before, without its measurements."""
    (capture,) = booth.ledger.capture_rows.values()
    return SimpleNamespace(
        run=list,
        performed=(),
        played=list(capture.frame_hashes),
        stills=(),
        review=SimpleNamespace(stills=[SimpleNamespace(template=capture.template)] * 2),
    )


@pytest.fixture(scope="module")
def rehearsed(meter, member):
    """One whole rehearsal of the first subject: it takes some seconds."""
    booth = a_booth(meter)
    subject = a_subject("nobody", SubjectKind.SYNTHETIC)
    record = a_record(subject)
    booth.ledger.subjects.add(subject)
    booth.ledger.vault.create(subject.id)
    booth.ledger.records.add(record)
    done = []
    updates = list(booth.rehearse(record, member, done.append))
    return booth, record, updates, done


def test_a_baked_subject_plays_the_challenge_to_its_end(rehearsed):
    _, _, updates, done = rehearsed
    assert updates[-1].finished
    assert [update.finished for update in updates].count(True) == 1
    assert len(done) == 1
    progress = [update.progress for update in updates]
    assert progress == sorted(progress)


def test_its_verdict_is_synthetic_and_never_live(rehearsed, member):
    booth, record, _, (capture,) = rehearsed
    assert isinstance(capture, SyntheticCapture)
    assert not isinstance(capture, LiveCapture)
    assert capture.baked_subject == member.id
    assert capture.record_id == record.record_id
    assert set(capture.frame_hashes) <= set(member.hashes.values())
    assert booth.latest(record.subject_id) == capture


def test_its_stills_become_its_selfies(rehearsed):
    booth, record, _, (capture,) = rehearsed
    probes = booth.ledger.captures.probes(record.subject_id)
    assert probes
    for probe in probes:
        assert probe.capture_id == capture.id
        assert probe.origin == Origin(OriginKind.BAKED)
        assert (record.subject_id, probe.id) in booth.selfies.kept


def test_a_baked_subject_cannot_play_for_a_person(meter, member, rehearsed, monkeypatch):
    played, _, _, _ = rehearsed
    monkeypatch.setattr(booths, "Rehearsal", lambda *_: played_again(played, member))
    booth = a_booth(meter)
    record = a_record(a_subject("ada"))
    done = []
    with pytest.raises(ConsentRefused) as caught:
        list(booth.rehearse(record, member, done.append))
    assert caught.value.code == "wrong_kind"
    assert done == []
    assert booth.selfies.kept == {}
    assert booth.latest(record.subject_id) is None
    assert booth.clock.now() == NOON
