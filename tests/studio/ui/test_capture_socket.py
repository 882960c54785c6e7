"""The camera's WebSocket: its protocol, its limits, and every way in which it is refused."""

from __future__ import annotations

import json
import struct
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from consent.errors import Refusal
from consent.types import Pace
from studio.sitting.waiting import FIRST_GUESS, WaitingRoom
from studio.ui.capture import Kind, RateLimit, read_message
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.conftest import CHOICE, ORIGIN, second_browser, token_of
from tests.studio.ui.fake_sitting import SCRIPT, FakeCapture, failed_liveness

JPEG = b"\xff\xd8\xff\xe0 a frame"
SETTINGS = UiSettings("0.1.0")


def message(kind: int = 0, sequence: int = 0, client_ms: float = 0.0, jpeg: bytes = JPEG) -> bytes:
    return struct.pack("<BId", kind, sequence, client_ms) + jpeg


@pytest.fixture
def consented(visitor) -> TestClient:
    assert visitor.post("/api/consent", json=CHOICE).status_code == 200
    return visitor


def play(socket) -> tuple[list[dict], dict]:
    """Send frames, and stills when asked, until the studio says its last word."""
    updates = []
    sequence = 0
    wants_still = False
    while True:
        socket.send_bytes(message(int(wants_still), sequence, sequence * 66.0))
        update = socket.receive_json()
        if "refused" in update:
            return updates, update
        updates.append(update)
        if update["finished"]:
            return updates, socket.receive_json()
        wants_still = update["wants_still"]
        sequence += 1


def test_a_capture_runs_from_assent_to_styles(consented, studio):
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        assert socket.receive_json() == {"assent": "You, in front of the camera, agree to this."}
        updates, last = play(socket)
    assert studio.abandoned == 0
    assert updates[0]["instruction"] == "centre"
    assert updates[-1]["instruction"] == "done"
    assert [update["sequence"] for update in updates] == list(range(len(updates)))
    assert last["passed"]["step"] == 3
    assert consented.get("/api/sitting").json()["is_open"] is True


def test_a_failed_capture_says_what_to_do_and_stores_nothing(consented, studio):
    studio.refusals["capture"] = failed_liveness()
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_bytes(message())
        refused = socket.receive_json()["refused"]
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    assert refused["what"] == "The light is behind you."
    assert not studio.bound(token_of(consented)).captured


def test_an_error_inside_the_measurement_is_a_sentence(consented, studio):
    studio.refusals["capture"] = ValueError("eyes of Ada")
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_bytes(message())
        refused = socket.receive_json()["refused"]
    assert refused["code"] == "broken"
    assert "Ada" not in str(refused)


def test_without_a_session_no_capture_begins(stranger):
    with stranger.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        assert socket.receive_json()["refused"]["code"] == "no_session"


def test_without_consent_no_capture_begins(visitor):
    with visitor.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        assert socket.receive_json()["refused"]["code"] == "no_consent"


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": ""}])
def test_another_page_cannot_open_the_camera_socket(consented, headers):
    with (
        pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
        consented.websocket_connect("ws://localhost/api/capture", headers=headers),
    ):
        pass


def test_a_foreign_host_cannot_open_the_camera_socket(consented):
    with (
        pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
        consented.websocket_connect(
            "ws://localhost/api/capture", headers={**ORIGIN, "host": "evil.example"}
        ),
    ):
        pass


def test_no_other_socket_exists(visitor):
    with (
        pytest.raises((WebSocketDisconnect, WebSocketDenialResponse)),
        visitor.websocket_connect("ws://localhost/gradio_api/stream", headers=ORIGIN),
    ):
        pass


def test_an_earlier_sitting_opens_for_the_same_face(person):
    person.post("/api/lock")
    binding = person.get("/api/sitting").json()["earlier"][0][0]
    address = f"ws://localhost/api/capture?reopen={binding}"
    with person.websocket_connect(address, headers=ORIGIN) as socket:
        socket.receive_json()
        _, last = play(socket)
    assert last["passed"]["is_open"] is True


def test_an_earlier_sitting_stays_closed_for_another_face(person):
    person.post("/api/lock")
    binding = person.get("/api/sitting").json()["earlier"][0][0]
    with person.websocket_connect(
        f"ws://localhost/api/capture?reopen={binding}", headers=ORIGIN
    ) as socket:
        socket.receive_json()
        socket.send_bytes(message(jpeg=JPEG + b"stranger"))
        assert socket.receive_json()["refused"]["code"] == "another_face"
    assert person.get("/api/outputs").status_code == 403


def test_another_browser_cannot_reopen_a_sitting(person):
    person.post("/api/lock")
    binding = person.get("/api/sitting").json()["earlier"][0][0]
    other = second_browser(person)
    with other.websocket_connect(
        f"ws://localhost/api/capture?reopen={binding}", headers=ORIGIN
    ) as socket:
        assert socket.receive_json()["refused"]["code"] == "no_sitting"


def test_a_silent_camera_ends_the_capture(consented):
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        assert socket.receive_json()["refused"]["code"] == "capture_idle"


def test_a_camera_faster_than_any_camera_is_refused(studio):
    settings = UiSettings("0.1.0", max_frames_per_second=5)
    client = TestClient(build_app(studio, settings), base_url="http://localhost", headers=ORIGIN)
    client.get("/")
    client.post("/api/consent", json=CHOICE)
    with client.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        for sequence in range(40):
            socket.send_bytes(message(sequence=sequence))
        answers = [socket.receive_json()]
        while "refused" not in answers[-1]:
            answers.append(socket.receive_json())
    assert answers[-1]["refused"]["code"] == "frame_invalid"
    assert len(answers) < 40


def test_text_instead_of_pictures_ends_the_capture(consented, studio):
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_text("let me in")
        assert socket.receive_json()["refused"]["code"] == "frame_invalid"
    assert not studio.bound(token_of(consented)).captured


def test_a_closed_socket_aborts_the_capture(consented, studio):
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_bytes(message())
        socket.receive_json()
    assert not studio.bound(token_of(consented)).captured
    assert studio.abandoned == 1


@pytest.mark.parametrize("last", ["silence", "words", "a stranger to the protocol"])
def test_a_capture_that_is_left_in_the_middle_is_told_to_the_studio(consented, studio, last):
    with consented.websocket_connect("ws://localhost/api/capture", headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_bytes(message())
        socket.receive_json()
        if last == "words":
            socket.send_text("let me in")
        elif last != "silence":
            socket.send_bytes(b"\x07")
        assert "refused" in socket.receive_json()
    assert studio.abandoned == 1


def camera(client, query=""):
    return client.websocket_connect(f"ws://localhost/api/capture{query}", headers=ORIGIN)


def second_person(client):
    other = second_browser(client)
    assert other.post("/api/consent", json=CHOICE).status_code == 200
    return other


@pytest.fixture
def one_seat(studio):
    studio.waiting_room = WaitingRoom(time.monotonic, seats=1)
    return studio.waiting_room


def test_whoever_comes_later_waits_and_is_told_how_long(consented, one_seat):
    other = second_person(consented)
    with camera(consented) as first:
        assert "assent" in first.receive_json()
        with camera(other) as second:
            told = second.receive_json()["waiting"]
            assert told["place"] == 1
            assert 0 < told["seconds"] <= FIRST_GUESS
            _, last = play(first)
            assert "passed" in last
            message = second.receive_json()
            while "waiting" in message:
                message = second.receive_json()
            assert "assent" in message
            assert "passed" in play(second)[1]
    assert one_seat.everybody() == ()


def test_the_challenge_is_issued_only_when_a_seat_is_free(consented, one_seat, studio):
    other = second_person(consented)
    with camera(consented) as first:
        first.receive_json()
        started = len(studio.origins)
        with camera(other) as second:
            second.receive_json()
            assert len(studio.origins) == started


def test_whoever_closes_the_page_while_waiting_leaves_the_row(consented, one_seat):
    other = second_person(consented)
    with camera(consented) as first:
        first.receive_json()
        with camera(other) as second:
            second.receive_json()
        assert len(one_seat.everybody()) == 1
    assert one_seat.everybody() == ()


def test_a_picture_before_ones_turn_is_refused_and_gives_up_the_place(consented, one_seat):
    other = second_person(consented)
    with camera(consented) as first:
        first.receive_json()
        with camera(other) as second:
            second.receive_json()
            second.send_bytes(message())
            answer = second.receive_json()
            while "waiting" in answer:
                answer = second.receive_json()
            assert answer["refused"]["code"] == "frame_invalid"
        assert len(one_seat.everybody()) == 1


def test_a_second_window_takes_over_the_camera(consented, studio):
    with camera(consented) as first:
        first.receive_json()
        with camera(consented) as second:
            assert "assent" in second.receive_json()
            first.send_bytes(message())
            assert first.receive_json()["refused"]["code"] == "camera_elsewhere"
            assert len(studio.waiting_room.everybody()) == 1
            assert "passed" in play(second)[1]
    assert studio.waiting_room.everybody() == ()


@pytest.mark.parametrize("where", ["start", "capture", "queue"])
@pytest.mark.parametrize("what", [failed_liveness(), ValueError("a bug")], ids=["refusal", "bug"])
def test_no_error_keeps_a_seat(consented, studio, where, what):
    studio.refusals[where] = what
    with camera(consented) as socket:
        answer = socket.receive_json()
        if "assent" in answer:
            socket.send_bytes(message())
            answer = socket.receive_json()
        assert "refused" in answer
    assert studio.waiting_room.everybody() == ()


class SlowCapture(FakeCapture):
    """Measures as slowly as a machine that does something else."""

    def frame(self, *args, **kwargs):
        time.sleep(0.1)
        return super().frame(*args, **kwargs)


@pytest.fixture
def slow(consented, studio, monkeypatch):
    monkeypatch.setattr(studio, "now", lambda: datetime.now(UTC))
    monkeypatch.setattr(
        studio, "start_capture", lambda token, **_: SlowCapture(studio, token, per_step=1)
    )
    return consented


def test_pictures_are_stamped_when_they_come_and_not_when_they_are_measured(slow, studio):
    with camera(slow) as socket:
        socket.receive_json()
        for sequence in range(4):
            socket.send_bytes(message(sequence=sequence))
        for _ in range(4):
            socket.receive_json()
    first, *_, last = studio.arrivals
    assert last - first < timedelta(seconds=0.1)


def test_pictures_that_wait_are_not_measured_after_the_end(slow, studio):
    with camera(slow) as socket:
        socket.receive_json()
        for sequence in range(7):
            socket.send_bytes(message(sequence=sequence))
        socket.send_text("let me in")
        answers = [socket.receive_json()]
        while "refused" not in answers[-1]:
            answers.append(socket.receive_json())
    assert answers[-1]["refused"]["code"] == "frame_invalid"
    assert len(studio.arrivals) < 7


def test_no_picture_is_measured_after_the_verdict(slow, studio):
    with camera(slow) as socket:
        socket.receive_json()
        for sequence in range(9):
            socket.send_bytes(message(sequence=sequence))
        answers = [socket.receive_json()]
        while "passed" not in answers[-1]:
            answers.append(socket.receive_json())
    assert len(studio.arrivals) == len(SCRIPT)


@pytest.mark.parametrize(
    ("query", "pace"), [("", Pace.STANDARD), ("?pace=gentle", Pace.GENTLE)], ids=["usual", "slow"]
)
def test_the_page_chooses_the_pace_of_the_colours(consented, studio, query, pace):
    with camera(consented, query) as socket:
        socket.receive_json()
    assert studio.paces == [pace]


def test_no_other_pace_exists(consented, studio):
    with camera(consented, "?pace=none") as socket:
        assert socket.receive_json()["refused"]["code"] == "frame_invalid"
    assert studio.paces == []


def test_the_address_counts_failures(consented, studio):
    with camera(consented) as socket:
        socket.receive_json()
    assert studio.origins == ["testclient"]


def test_a_message_is_read_by_its_parts():
    read = read_message(message(1, 7, 123.5), SETTINGS)
    assert (read.kind, read.sequence, read.client_ms, read.jpeg) == (Kind.STILL, 7, 123.5, JPEG)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 13,
        message(kind=2),
        message(jpeg=b"\x89PNG"),
        message(jpeg=JPEG + bytes(600 * 1024)),
        message(kind=1, jpeg=JPEG + bytes(9 * 1024 * 1024)),
        message(client_ms=float("nan")),
        message(client_ms=float("inf")),
        message(client_ms=-1.0),
    ],
)
def test_a_message_against_the_protocol_is_refused(data):
    with pytest.raises(Refusal) as caught:
        read_message(data, SETTINGS)
    assert caught.value.code == "frame_invalid"


def test_the_rate_recovers_with_time():
    rate = RateLimit(2, now=0.0)
    rate.spend(0.0)
    rate.spend(0.0)
    with pytest.raises(Refusal):
        rate.spend(0.1)
    rate.spend(1.0)


def lines_of(answer):
    return [json.loads(line) for line in answer.text.splitlines()]


def test_a_subject_who_is_nobody_takes_a_seat_and_leaves_it(visitor, studio):
    lines = lines_of(visitor.post("/api/subjects/ada/play"))
    assert lines[0]["instruction"] == "centre"
    assert "passed" in lines[-1]
    assert studio.waiting_room.everybody() == ()


def test_a_subject_who_is_nobody_waits_like_everybody(visitor, one_seat):
    seat = one_seat.enter("somebody")
    leaving = threading.Timer(0.3, seat.leave)
    leaving.start()
    lines = lines_of(visitor.post("/api/subjects/ada/play"))
    leaving.join()
    assert lines[0]["waiting"]["place"] == 1
    assert "passed" in lines[-1]
    assert one_seat.everybody() == ()


def test_a_subject_whose_seat_was_taken_over_plays_no_further(visitor, studio):
    played = studio.play_subject

    def taken_over(token, baked_id):
        for number, update in enumerate(played(token, baked_id)):
            if number == 2:
                (held,) = studio.waiting_room.everybody()
                studio.waiting_room.enter(held.session_key, held.origin)
            yield update

    studio.play_subject = taken_over
    lines = lines_of(visitor.post("/api/subjects/ada/play"))
    assert len(lines) == 3
    assert lines[-1]["refused"]["code"] == "camera_elsewhere"


def test_a_refused_subject_keeps_no_seat(visitor, studio):
    studio.refusals["consent"] = failed_liveness()
    lines = lines_of(visitor.post("/api/subjects/ada/play"))
    assert lines[-1]["refused"]["code"] == "too_dark"
    assert studio.waiting_room.everybody() == ()
