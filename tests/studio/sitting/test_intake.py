"""Pictures and videos of oneself: what is kept, what is refused, and in which words."""

import io
from dataclasses import replace
from random import Random

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from consent.errors import IdentityRefused
from consent.identity import enrol, verify_probe
from consent.types import Origin, OriginKind, RecordState
from studio.face.cohort import load_cohort
from studio.service import Upload
from studio.sitting import intake as intakes
from studio.sitting.coverage import coverage, difference
from studio.sitting.generated import GeneratedFilter
from studio.sitting.intake import MAX_FROM_VIDEO, Intake
from studio.subjects.player import Player
from tests.fakes import FixedClock, MemoryLedger, a_capture, a_record, a_subject
from tests.studio.sitting.claims import actions, signed, term, xmp
from tests.studio.sitting.pictures import encoded
from tests.studio.sitting.videos import PLACE, clip, film, with_location

MOVES = ("rest", "turn_left", "rest", "turn_right", "rest", "smile", "look_up", "rest")


class Drawer(dict):
    """Where selfies are put, in a dictionary."""

    def put(self, subject_id, probe_id, jpeg):
        self[subject_id, probe_id] = jpeg


@pytest.fixture(scope="module")
def template(member, meter):
    player = Player(member, np.random.default_rng(2))
    images = [player.still(number).image for number in range(3)]
    return enrol([meter.embed(image, meter.faces(image)[0]) for image in images])


@pytest.fixture
def capture(template):
    return replace(a_capture(a_record(a_subject("ada"))), template=template)


@pytest.fixture
def intake(meter, capture):
    ledger = MemoryLedger()
    subject = a_subject("ada")
    ledger.keep(subject, a_record(subject), capture)
    return Intake(
        ledger=ledger,
        clock=FixedClock(capture.captured_at),
        meter=meter,
        selfies=Drawer(),
        cohort=load_cohort(),
        rng=Random(3),
        generated=GeneratedFilter(),
    )


@pytest.fixture(scope="module")
def other(cast, member):
    return next(found for found in cast.values() if found.id != member.id)


@pytest.fixture(scope="module")
def moving(tmp_path_factory, member):
    """Twelve seconds of the first subject, who turns, smiles and looks up."""
    return film(tmp_path_factory.mktemp("films") / "me.mp4", clip(member, *MOVES))


def jpeg(image, **options):
    return encoded(Image.fromarray(np.ascontiguousarray(image)), "JPEG", quality=95, **options)


def judged(intake, capture, *files):
    uploads = [Upload(f"{number}", data) for number, data in enumerate(files)]
    return list(intake.add(capture, uploads))


def refused(intake, capture, data):
    (verdict,) = judged(intake, capture, data)
    assert not verdict.accepted
    assert verdict.kept == 0
    assert verdict.refusal is not None
    assert verdict.refusal["what"].endswith(".")
    assert verdict.refusal["next"].endswith(".")
    return verdict.refusal


def kept(intake, capture):
    return intake.ledger.captures.probes(capture.subject_id)


# Origins.


def test_a_picture_keeps_what_its_camera_signed(intake, capture, member):
    data = jpeg(member.frame(member.clips["still"][0]).image)
    said = signed(actions(term("digitalCapture")), data, "image/jpeg")
    (verdict,) = judged(intake, capture, said)
    assert verdict.accepted
    (probe,) = kept(intake, capture)
    assert probe.origin == Origin(OriginKind.UPLOAD, "valid", ("digitalCapture",))
    assert b"Some program" not in intake.selfies[capture.subject_id, probe.id]


def test_a_picture_that_says_nothing_is_kept_as_one_without_a_manifest(intake, capture, member):
    judged(intake, capture, jpeg(member.frame(member.clips["still"][0]).image))
    (probe,) = kept(intake, capture)
    assert probe.origin == Origin(OriginKind.UPLOAD)


# Videos.


def test_the_best_and_most_various_frames_of_a_video_are_kept(intake, capture, moving):
    (verdict,) = judged(intake, capture, moving)
    assert verdict.accepted
    probes = kept(intake, capture)
    assert 4 <= verdict.kept == len(probes) == len(intake.selfies) <= MAX_FROM_VIDEO
    done = {item.name for item in coverage([probe.look for probe in probes]) if item.done}
    assert {"straight", "left", "right", "calm"} <= done
    for number, probe in enumerate(probes):
        assert all(difference(probe.look, before.look) >= 1 for before in probes[:number])


def test_every_kept_frame_was_verified_against_the_template(intake, capture, moving, meter):
    judged(intake, capture, moving)
    for probe in kept(intake, capture):
        with Image.open(io.BytesIO(intake.selfies[capture.subject_id, probe.id])) as picture:
            image = np.asarray(picture)
        embedding = meter.embed(image, meter.faces(image)[0])
        assert verify_probe(embedding, capture.template, intake.cohort)
        assert probe.capture_id == capture.id
        assert probe.distance <= 0.45


def test_the_straightest_frame_is_kept_last_for_it_is_drawn_from(intake, capture, moving):
    judged(intake, capture, moving)
    *others, last = kept(intake, capture)
    turned = abs(last.look.yaw) + abs(last.look.pitch)
    assert turned <= 10
    assert turned <= min(abs(probe.look.yaw) + abs(probe.look.pitch) for probe in others) + 6


def test_a_video_of_one_moment_gives_one_selfie(intake, capture, tmp_path, member):
    data = film(tmp_path / "still.mp4", clip(member, "still", each=45))
    (verdict,) = judged(intake, capture, data)
    assert verdict.kept == 1


def test_the_same_moment_twice_is_nothing_new(intake, capture, tmp_path, member):
    data = film(tmp_path / "still.mp4", clip(member, "still", each=45))
    judged(intake, capture, data)
    assert refused(intake, capture, data)["code"] == "nothing_new"
    assert len(intake.selfies) == 1


def test_a_video_in_which_somebody_else_appears_is_refused_whole(
    intake, capture, tmp_path, member, other
):
    both = clip(member, "rest", "turn_left") + clip(other, "turn_right", "smile")
    refusal = refused(intake, capture, film(tmp_path / "two.mp4", both))
    assert refusal["code"] == "not_you"
    assert intake.selfies == {}
    assert kept(intake, capture) == []


def test_somebody_else_s_video_is_refused(intake, capture, tmp_path, other):
    data = film(tmp_path / "other.mp4", clip(other, "still", each=30))
    assert refused(intake, capture, data)["code"] == "not_you"


def side_by_side(member, other):
    pairs = zip(clip(member, "rest"), clip(other, "rest"), strict=True)
    return [np.concatenate(pair, axis=1) for pair in pairs]


def test_frames_with_two_faces_are_left_out(intake, capture, tmp_path, member, other):
    crowd = [cv2.resize(pair, (640, 480)) for pair in side_by_side(member, other)]
    data = film(tmp_path / "mixed.mp4", crowd + clip(member, "rest", "smile", each=8))
    (verdict,) = judged(intake, capture, data)
    assert verdict.accepted
    for probe in kept(intake, capture):
        with Image.open(io.BytesIO(intake.selfies[capture.subject_id, probe.id])) as picture:
            assert len(intake.meter.faces(np.asarray(picture))) == 1


def test_a_video_of_two_people_throughout_says_so(intake, capture, tmp_path, member, other):
    crowd = side_by_side(member, other)
    data = film(tmp_path / "pair.mp4", crowd, size=(1280, 480))
    refusal = refused(intake, capture, data)
    assert refusal["code"] == "two_faces"
    assert "More than one face" in refusal["what"]


def test_when_nothing_can_be_used_the_commonest_reason_is_told(intake, capture, tmp_path, member):
    blurred = [cv2.GaussianBlur(image, (0, 0), 7) for image in clip(member, "rest", each=20)]
    dark = clip(member, "rest", each=5, gain=0.1)
    refusal = refused(intake, capture, film(tmp_path / "poor.mp4", blurred + dark))
    assert refusal["code"] == "blurred"
    assert refusal["what"].startswith("No moment of this video can be used.")
    assert "blurred" in refusal["what"]


def test_doubtful_frames_are_left_out_and_the_others_kept(intake, capture, moving, monkeypatch):
    asked = []

    def doubting(embedding, template, cohort):
        asked.append(embedding)
        if len(asked) % 2:
            raise IdentityRefused("retry", "Uncertain.", why="Why.", next_step="Again.")
        return verify_probe(embedding, template, cohort)

    monkeypatch.setattr(intakes, "verify_probe", doubting)
    (verdict,) = judged(intake, capture, moving)
    assert verdict.accepted
    assert 0 < verdict.kept < len(asked)


def test_when_every_frame_is_doubtful_the_doubt_is_told(intake, capture, moving, monkeypatch):
    def doubting(*_):
        raise IdentityRefused("retry", "Uncertain.", why="Why.", next_step="Again.")

    monkeypatch.setattr(intakes, "verify_probe", doubting)
    assert refused(intake, capture, moving)["code"] == "retry"
    assert intake.selfies == {}


def test_only_so_many_frames_are_held_at_a_time(intake, capture, moving, monkeypatch):
    monkeypatch.setattr(intakes, "HELD_FRAMES", 2)
    (verdict,) = judged(intake, capture, moving)
    assert 1 <= verdict.kept <= 2


# Limits and order.


def test_pictures_and_a_video_of_one_upload_are_judged_by_themselves(
    intake, capture, moving, still
):
    generated = signed(actions(term("trainedAlgorithmicMedia")), jpeg(still), "image/jpeg")
    verdicts = judged(intake, capture, jpeg(still), b"not a file", moving, generated)
    assert [verdict.name for verdict in verdicts] == ["0", "1", "2", "3"]
    assert [verdict.accepted for verdict in verdicts] == [True, False, True, False]
    assert [v.refusal and v.refusal["code"] for v in verdicts] == [
        None,
        "not_an_image",
        None,
        "generated",
    ]
    assert verdicts[0].kept == 1
    assert len(intake.selfies) == verdicts[0].kept + verdicts[2].kept


def test_no_more_is_kept_of_one_capture_than_the_limit(intake, capture, moving, still, monkeypatch):
    monkeypatch.setattr(intakes, "MAX_SELFIES", 3)
    (verdict,) = judged(intake, capture, moving)
    assert verdict.kept == 3
    refusal = refused(intake, capture, jpeg(still))
    assert refusal["code"] == "enough"
    assert len(intake.selfies) == 3


def test_the_same_picture_is_kept_once(intake, capture, still):
    data = jpeg(still)
    first, second = judged(intake, capture, data, data)
    assert first.accepted
    assert second.refusal is not None
    assert second.refusal["code"] == "duplicate"
    assert len(intake.selfies) == 1


def test_a_consent_that_ended_meanwhile_keeps_nothing(intake, capture, moving):
    intake.ledger.records.withdraw(capture.record_id, capture.captured_at)
    record = intake.ledger.records.load(capture.record_id)
    assert record.state(capture.captured_at) is RecordState.WITHDRAWN
    assert refused(intake, capture, moving)["code"] == "consent_ended"
    assert intake.selfies == {}
    assert kept(intake, capture) == []


# Three outcomes, told apart from the picture's quality.


def test_a_clear_picture_of_somebody_else_is_refused_as_such(intake, capture, other):
    image = other.frame(other.clips["still"][0]).image
    assert refused(intake, capture, jpeg(image))["code"] == "not_you"


def test_a_middling_picture_beyond_the_limit_accuses_nobody(intake, capture, other):
    image = cv2.GaussianBlur(other.frame(other.clips["still"][0]).image, (0, 0), 2.0)
    refusal = refused(intake, capture, jpeg(image))
    assert refusal["code"] == "retry"
    assert "cannot be certain" in refusal["what"]
    assert "blurred" in refusal["what"]
    assert intake.selfies == {}


def test_a_dim_picture_of_somebody_else_asks_for_light(intake, capture, cast, member):
    for other in cast.values():
        if other.id == member.id:
            continue
        image = other.frame(other.clips["still"][0]).image
        lit = intake.meter.luma(image, intake.meter.faces(image)[0])
        dim = (image * (40 / lit)).astype(np.uint8)  # used, and not clear
        refusal = refused(intake, capture, jpeg(dim))
        assert refusal["code"] in {"retry", "too_dark"}, other.id
        assert "dark" in refusal["what"], other.id


# What is kept says nothing of where and with what it was taken.


def gps(**more):
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "TelephoneMaker"
    exif[ExifTags.Base.Model] = "Telephone 9"
    place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    place[ExifTags.GPS.GPSLatitudeRef] = "N"
    place[ExifTags.GPS.GPSLatitude] = (27.0, 59.0, 17.0)
    place[ExifTags.GPS.GPSLongitudeRef] = "E"
    place[ExifTags.GPS.GPSLongitude] = (86.0, 55.0, 31.0)
    place[ExifTags.GPS.GPSProcessingMethod] = b"ASCII\0\0\0fromthetelephone"
    return {"exif": exif, **more}


def test_a_jpeg_s_place_and_camera_are_gone(intake, capture, still):
    said = xmp("<xmp:CreatorTool>Everest 8848</xmp:CreatorTool>")
    data = jpeg(still, **gps(xmp=said, comment=b"at home in Lukla"))
    for trace in (b"TelephoneMaker", b"Everest 8848", b"Lukla", b"fromthetelephone"):
        assert trace in data
    assert Image.open(io.BytesIO(data)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    (verdict,) = judged(intake, capture, data)
    assert verdict.accepted
    (clean,) = intake.selfies.values()
    for trace in (b"TelephoneMaker", b"Telephone 9", b"Everest", b"Lukla", b"telephone", b"Exif"):
        assert trace not in clean
    with Image.open(io.BytesIO(clean)) as picture:
        assert not picture.getexif()
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_only_the_picture_s_own_segments_are_kept(intake, capture, still):
    judged(intake, capture, jpeg(still, **gps()))
    (clean,) = intake.selfies.values()
    markers, at = set(), 2
    while clean[at + 1] != 0xDA:  # start of scan
        markers.add(clean[at + 1])
        at += 2 + int.from_bytes(clean[at + 2 : at + 4])
    assert not markers & ({*range(0xE1, 0xF0)} | {0xFE})  # application data but JFIF; comments


def test_a_telephone_video_s_place_is_gone(intake, capture, tmp_path, member):
    data = with_location(film(tmp_path / "me.mov", clip(member, "rest", "smile")))
    assert PLACE in data
    (verdict,) = judged(intake, capture, data)
    assert verdict.accepted
    for clean in intake.selfies.values():
        assert PLACE not in clean
        assert b"location" not in clean
        assert b"Exif" not in clean
