from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.errors import ConsentRefused, LivenessRefused
from consent.synthetic import SyntheticPlay, synthetic_verdict
from consent.types import Action, SubjectKind, SyntheticCapture
from tests.fakes import NOON, a_challenge, a_record, a_subject, face

RECORD = a_record(a_subject("nobody", SubjectKind.SYNTHETIC))
CHALLENGE = replace(a_challenge(), subject_id=RECORD.subject_id, record_id=RECORD.record_id)
PINNED = frozenset({"a" * 64, "b" * 64, "c" * 64})
PLAY = SyntheticPlay(
    baked_subject="mara",
    actions=(CHALLENGE.assent, *CHALLENGE.actions),
    frame_hashes=("a" * 64, "b" * 64, "a" * 64),
    template=face(1),
)


def verdict(*, challenge=CHALLENGE, record=RECORD, play=PLAY, pinned=PINNED, now=NOON):
    return synthetic_verdict(challenge, record, play, pinned=pinned, now=now, capture_id="capture")


def test_a_baked_subject_gives_a_synthetic_capture():
    capture = verdict()
    assert type(capture) is SyntheticCapture
    assert (capture.baked_subject, capture.nonce) == ("mara", CHALLENGE.nonce)
    assert capture.frame_hashes == PLAY.frame_hashes


@pytest.mark.parametrize(
    "hashes",
    [("a" * 64, "d" * 64), ("A" * 64,), ("",), ()],
    ids=["one more", "case", "empty", "none"],
)
def test_any_frame_that_is_not_baked_is_refused(hashes):
    with pytest.raises(LivenessRefused) as refused:
        verdict(play=replace(PLAY, frame_hashes=hashes))
    assert refused.value.code == "not_baked"


def test_nothing_is_baked_when_nothing_is_pinned():
    with pytest.raises(LivenessRefused):
        verdict(pinned=frozenset())


def test_a_persons_record_is_refused():
    person = a_record(a_subject("nobody"))
    with pytest.raises(ConsentRefused) as refused:
        verdict(record=person)
    assert refused.value.code == "wrong_kind"


def test_another_records_challenge_is_refused():
    with pytest.raises(ConsentRefused) as refused:
        verdict(challenge=a_challenge())
    assert refused.value.code == "other_subject"


@pytest.mark.parametrize("seconds", [-1, 60])
def test_the_challenges_time_holds_for_nobody_too(seconds):
    with pytest.raises(LivenessRefused) as refused:
        verdict(now=NOON + timedelta(seconds=seconds))
    assert refused.value.code == "expired"


@pytest.mark.parametrize(
    "actions", [(), PLAY.actions[:-1], PLAY.actions[::-1], (*PLAY.actions, Action.BLINK)]
)
def test_the_order_holds_for_nobody_too(actions):
    with pytest.raises(LivenessRefused) as refused:
        verdict(play=replace(PLAY, actions=actions))
    assert refused.value.code == "wrong_action"
