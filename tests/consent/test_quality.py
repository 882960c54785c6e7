from dataclasses import fields, replace

import pytest

from consent.errors import IdentityRefused, QualityRefused
from consent.quality import STANDARD, StillEvidence, require_usable, tell

NAN = float("nan")
CLEAR = StillEvidence(
    faces=1,
    inter_eye=120.0,
    yaw=0.0,
    pitch=0.0,
    luma=130.0,
    sharpness=60.0,
    occlusion=0.0,
    eye_light=0.9,
)


def code(evidence):
    with pytest.raises(QualityRefused) as caught:
        require_usable(evidence)
    for part in (caught.value.what, caught.value.why, caught.value.next_step):
        assert part.endswith(".")
    return caught.value.code


def no(kind="not_you"):
    return IdentityRefused(kind, "What.", why="Why.", next_step="Next.")


def test_a_clear_picture_is_its_own_evidence():
    assert require_usable(CLEAR) is CLEAR


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"faces": 0}, "no_face"),
        ({"faces": 2}, "two_faces"),
        ({"inter_eye": 69.0}, "too_small"),
        ({"yaw": -31.0}, "profile"),
        ({"pitch": 26.0}, "profile"),
        ({"luma": 34.0}, "too_dark"),
        ({"luma": 226.0}, "too_bright"),
        ({"sharpness": 7.0}, "blurred"),
        ({"sharpness": 7.0, "luma": 40.0}, "too_dark"),
        ({"occlusion": 0.4}, "covered"),
        ({"eye_light": 0.3}, "covered"),
    ],
)
def test_each_defect_has_its_own_refusal(change, expected):
    assert code(replace(CLEAR, **change)) == expected


def test_no_measurement_is_no_face():
    assert code(None) == "no_face"


@pytest.mark.parametrize("name", [f.name for f in fields(StillEvidence) if f.name != "faces"])
def test_what_is_not_a_number_fails(name):
    assert code(replace(CLEAR, **{name: NAN}))


def test_of_a_clear_picture_the_answer_stands():
    refusal = no()
    assert tell(refusal, CLEAR) is refusal
    doubt = no("retry")
    assert tell(doubt, CLEAR) is doubt


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"occlusion": 0.2}, "covers"),
        ({"eye_light": 0.5}, "eyes"),
        ({"sharpness": 15.0}, "blurred"),
        ({"luma": 40.0}, "dark"),
        ({"luma": 215.0}, "bright"),
        ({"yaw": 25.0}, "turned"),
        ({"pitch": -15.0}, "turned"),
        ({"yaw": NAN}, "turned"),
    ],
)
@pytest.mark.parametrize("kind", ["not_you", "retry"])
def test_a_middling_picture_accuses_nobody_and_says_what_to_improve(change, word, kind):
    middling = replace(CLEAR, **change)
    told = tell(no(kind), middling)
    assert told.code == "retry"
    assert "cannot be certain" in told.what
    assert word in told.what
    assert told.next_step.endswith(".")
    assert isinstance(told, IdentityRefused)


def test_without_a_cohort_no_picture_is_at_fault():
    refusal = no("no_cohort")
    assert tell(refusal, replace(CLEAR, sharpness=13.0)) is refusal


def test_what_accuses_is_stricter_than_what_is_used():
    assert STANDARD.clear_min_sharpness > STANDARD.min_sharpness
    assert STANDARD.clear_min_luma > STANDARD.min_luma
    assert STANDARD.clear_max_luma < STANDARD.max_luma
    assert STANDARD.clear_max_occlusion < STANDARD.max_occlusion
    assert STANDARD.clear_min_eye_light > STANDARD.min_eye_light
    assert STANDARD.clear_max_yaw < STANDARD.max_yaw
    assert STANDARD.clear_max_pitch < STANDARD.max_pitch
