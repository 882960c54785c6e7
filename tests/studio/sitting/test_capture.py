import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from consent.challenge import ChallengeBook
from consent.errors import Refusal
from consent.liveness import CaptureReview
from consent.types import Action
from studio.sitting.capture import Ends, LiveCaptureSession
from studio.sitting.measuring import Still, best_first, shrink
from studio.sitting.memory import FrameMemory
from studio.subjects.player import Player
from tests.fakes import FixedClock, a_challenge
from tests.studio.sitting.pictures import encoded


class Camera:
    """A page that sends a baked subject's frames, fifteen a second."""

    def __init__(self, member, session, clock, seed=1):
        self.session = session
        self._player = Player(member, np.random.default_rng(seed))
        self._clock = clock
        self._sequence = -1

    def jpeg(self, frame=None):
        frame = frame or self._player.rest()
        return encoded(Image.fromarray(frame.image), "JPEG", quality=85)

    def send(self, data):
        self._sequence += 1
        self._clock.advance(seconds=1 / 15)
        return self.session.frame(
            self._sequence, self._sequence * 1000 / 15, data, arrived_at=self._clock.now()
        )

    def still(self, sequence, client_ms, data):
        return self.session.still(sequence, client_ms, data, arrived_at=self._clock.now())


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def ended():
    """What a session did at its end: "failed", or the stills that it handed over."""
    return []


@pytest.fixture
def session(meter, clock, ended):
    ends = Ends(lambda review, stills: ended.append(stills), lambda: ended.append("failed"))
    review = CaptureReview(a_challenge(Action.TURN_LEFT, Action.TURN_RIGHT))
    return LiveCaptureSession(meter, review, clock, FrameMemory(), ends)


@pytest.fixture
def camera(member, session, clock):
    return Camera(member, session, clock)


def refused(call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    assert caught.value.next_step
    return caught.value.code


def test_a_frame_is_answered_with_what_to_do(camera):
    update = camera.send(camera.jpeg())
    assert update.sequence == 0
    assert update.text
    assert not update.finished


def test_the_same_frame_twice_is_a_replay(camera, ended):
    data = camera.jpeg()
    camera.send(data)
    assert refused(camera.send, data) == "replayed"
    assert ended == ["failed"]


def test_a_recording_of_another_capture_is_a_replay(meter, member, clock):
    memory = FrameMemory()
    ends = Ends(lambda review, stills: None, lambda: None)

    def session(seed):
        review = CaptureReview(a_challenge(Action.TURN_LEFT, seed=seed))
        return Camera(member, LiveCaptureSession(meter, review, clock, memory, ends), clock)

    first, second = session(1), session(2)
    recorded = [first.jpeg() for _ in range(3)]
    for data in recorded:
        first.send(data)
    assert refused(second.send, recorded[0]) == "replayed"


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 a torn frame"], ids=["empty", "gif", "torn"]
)
def test_what_is_no_jpeg_ends_the_capture(camera, ended, data):
    assert refused(camera.send, data) == "not_an_image"
    assert ended == ["failed"]


def test_a_still_before_any_frame_is_out_of_order(camera, ended):
    assert refused(camera.still, 0, 0.0, camera.jpeg()) == "out_of_order"
    assert ended == ["failed"]


def test_a_torn_still_is_refused(camera, ended):
    camera.send(camera.jpeg())
    assert refused(camera.still, 1, 70.0, b"\xff\xd8") == "not_an_image"
    assert ended == ["failed"]


def test_a_still_that_nobody_asked_for_is_refused_before_it_is_measured(camera, ended):
    camera.send(camera.jpeg())
    assert refused(camera.still, 1, 70.0, camera.jpeg()) == "out_of_order"
    assert ended == ["failed"]


class SlowMeter:
    """A meter whose embedding waits until it is let go."""

    def __init__(self, meter):
        self._meter = meter
        self.go = threading.Event()

    def __getattr__(self, name):
        return getattr(self._meter, name)

    def embed(self, image, face):
        self.go.wait(10)
        return self._meter.embed(image, face)


def test_frames_are_answered_while_one_of_them_is_embedded(meter, member, clock, ended):
    slow = SlowMeter(meter)
    ends = Ends(lambda review, stills: None, lambda: ended.append("failed"))
    review = CaptureReview(a_challenge(Action.TURN_LEFT, Action.TURN_RIGHT))
    with ThreadPoolExecutor(1) as helpers:
        session = LiveCaptureSession(
            meter=slow, review=review, clock=clock, memory=FrameMemory(), ends=ends, helpers=helpers
        )
        camera = Camera(member, session, clock)
        before = [camera.send(camera.jpeg()).progress for _ in range(5)]
        slow.go.set()
        deadline = time.monotonic() + 10
        while camera.send(camera.jpeg()).progress <= before[-1]:
            assert time.monotonic() < deadline
    assert set(before) == {0.0}
    assert ended == []


def test_no_verdict_is_given_before_every_face_was_compared(meter, member, clock, ended):
    slow = SlowMeter(meter)
    compared = []
    review = CaptureReview(a_challenge(Action.TURN_LEFT))
    monitored = review.add_embedding
    review.add_embedding = lambda *found: (compared.append(found), monitored(*found))
    ends = Ends(lambda review, stills: ended.append(len(compared)), lambda: None)
    with ThreadPoolExecutor(1) as helpers:
        session = LiveCaptureSession(slow, review, clock, FrameMemory(), ends, helpers=helpers)
        camera = Camera(member, session, clock)
        camera.send(camera.jpeg())
        threading.Timer(0.2, slow.go.set).start()
        session.finish()
    assert ended == [1]


def test_finishing_early_is_judged_and_not_obeyed(meter, clock):
    """The verdict is the review's, whoever calls for it."""
    failures = []
    review = CaptureReview(a_challenge(Action.TURN_LEFT))
    ends = Ends(
        lambda review, stills: review.verdict(clock.now(), "ab" * 16),
        lambda: failures.append("failed"),
    )
    session = LiveCaptureSession(meter, review, clock, FrameMemory(), ends)
    assert refused(session.finish)
    assert failures == ["failed"]


def test_an_empty_room_is_told_to_come_closer_and_then_refused(meter, clock, ended):
    ends = Ends(lambda review, stills: None, lambda: ended.append("failed"))
    review = CaptureReview(a_challenge(Action.TURN_LEFT))
    session = LiveCaptureSession(meter, review, clock, FrameMemory(), ends)
    rng = np.random.default_rng(1)
    codes = []
    for number in range(15 * 30):
        wall = rng.integers(90, 110, (48, 64, 3), dtype=np.uint8)
        clock.advance(seconds=1 / 15)
        try:
            data = encoded(Image.fromarray(wall), "JPEG")
            session.frame(number, number * 1000 / 15, data, arrived_at=clock.now())
        except Refusal as refusal:
            codes.append(refusal.code)
            break
    assert codes in (["no_face"], ["timeout"])
    assert ended == ["failed"]


def test_a_large_frame_is_measured_small():
    large = np.zeros((960, 1280, 3), np.uint8)
    assert shrink(large).shape == (480, 640, 3)
    small = np.zeros((480, 640, 3), np.uint8)
    assert shrink(small) is small


def test_the_sharpest_frontal_still_comes_first():
    stills = [Still(b"", str(merit), (), merit) for merit in (0.5, 3.0, -1.0)]
    assert [still.merit for still in best_first(stills)] == [3.0, 0.5, -1.0]


def test_what_is_logged_of_a_still_is_neither_picture_nor_template():
    shown = repr(Still(b"pixels", "ab" * 32, (0.125, 0.5), 1.0))
    assert "pixels" not in shown
    assert "0.125" not in shown


def test_a_challenge_is_taken_once():
    book = ChallengeBook()
    clock = FixedClock()
    challenge = a_challenge(Action.TURN_LEFT)
    book.issue(challenge, now=clock.now())
    book.take(challenge.nonce, subject_id=challenge.subject_id, now=clock.now())
    with pytest.raises(Refusal):
        book.take(challenge.nonce, subject_id=challenge.subject_id, now=clock.now())
