"""`calibrate`: what it counts, what it keeps, and that nothing else is left."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import numpy as np
import pytest
from PIL import Image
from websockets.sync.client import connect

from consent.profiles import STANDARD_IDENTITY, STANDARD_LIVENESS
from studio.commands.calibrate import bound, limits, report
from studio.sitting.diary import SittingNote, read_diary
from studio.subjects.player import Player
from tests.studio.sitting.pictures import encoded

ROOT = Path(__file__).parents[3]
PATH = Path("calibration.json")
CHOICE = {"families": ["painted"], "days": 30, "audience": "private", "adult_attested": True}


def note(outcome="passed", condition="lamp", person="A", **numbers):
    return SittingNote(condition, person, outcome, numbers, "0.1.0")


def line_of(text, start):
    (line,) = [line for line in text.splitlines() if line.startswith(start)]
    return line.split()


def test_rejections_are_counted_per_condition():
    notes = [
        *[note() for _ in range(3)],
        note("too_dark"),
        note("too_slow", "window light"),
    ]
    text = report(notes, PATH)
    assert line_of(text, "lamp")[1:5] == ["4", "1", "1", "(25%)"]
    assert line_of(text, "window light")[2:6] == ["1", "1", "1", "(100%)"]
    assert line_of(text, "all")[1:5] == ["5", "1", "2", "(40%)"]


def test_the_bound_counts_people_and_not_captures():
    one = report([note() for _ in range(100)], PATH)
    assert line_of(one, "lamp")[-1] == "95%"  # a hundred captures of one person are one person
    many = report([note(person=str(number)) for number in range(59)], PATH)
    assert line_of(many, "lamp")[-1] == "5%"
    assert "cannot show" in one
    assert "cannot show" not in many


def test_somebody_rejected_once_counts_as_rejected():
    people = [note(person=str(number)) for number in range(20)]
    rejected = [note("too_dark", person="3")]
    assert line_of(report(people + rejected, PATH), "lamp")[-1] == f"{bound(1, 20):.0%}"


def test_who_was_always_rejected_bounds_nothing():
    assert bound(2, 2) == 1.0


def test_captures_that_were_left_are_not_counted_and_said():
    text = report([note(), note("left")], PATH)
    assert line_of(text, "lamp")[1] == "1"
    assert "1 left early" in text


def test_margins_tell_the_worst_of_each_number():
    notes = [note(peak_turn_left=31.0), note(peak_turn_left=21.0), note(longest_gap_seconds=0.2)]
    text = report(notes, PATH)
    assert line_of(text, "turn left, degrees")[3:] == ["2", ">=", "20", "21", "26", "close"]
    assert line_of(text, "longest gap, s")[3:] == ["1", "<=", "0.4", "0.2", "0.2"]


def test_the_background_is_compared_with_the_face():
    text = report([note(colours_amplitude=0.03, colours_background=0.01)], PATH)
    assert line_of(text, "face over background")[3:] == ["1", ">=", "1.5", "3", "3"]


def test_every_reason_comes_with_what_to_do():
    text = report([note("too_dark"), note("too_dark", "lamp"), note("studio_full")], PATH)
    assert "too_dark 2x (lamp): Turn a lamp or window towards your face" in text
    assert "studio_full 1x" in text


def test_without_sittings_there_is_nothing_to_say():
    assert report([], PATH) == "No sitting is noted in calibration.json yet."


def test_limits_are_those_that_captures_are_held_to():
    held = {limit.name: limit.value for limit in limits(STANDARD_LIVENESS, STANDARD_IDENTITY)}
    assert held["frames_per_second"] == STANDARD_LIVENESS.min_fps
    assert held["worst_distance"] == STANDARD_IDENTITY.continuity_distance


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@pytest.fixture
def calibrating(tmp_path):
    """A running `calibrate`, where it writes, and its temporary folder."""
    port, scratch = free_port(), tmp_path / "scratch"
    scratch.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SELFSAME_")},
        "SELFSAME_DATA": str(tmp_path / "data"),
        "SELFSAME_PORT": str(port),
        "TMPDIR": str(scratch),
    }
    command = [sys.executable, "app.py", "calibrate", "--condition", "desk lamp", "--person", "B"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process, f"http://localhost:{port}", tmp_path / "data", scratch
        finally:
            process.kill()


def post(address, body=b"", **headers):
    origin = "/".join(address.split("/")[:3])
    headers = {"origin": origin, "content-type": "application/json", **headers}
    with urlopen(Request(address, body, headers)) as answer:  # noqa: S310 - the studio under test
        return answer.headers


def begin(origin):
    """Wait for the studio, consent, and return the cookie."""
    deadline = time.monotonic() + 60
    while True:
        try:
            cookie = post(f"{origin}/api/session")["set-cookie"].partition(";")[0]
            break
        except URLError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
    post(f"{origin}/api/consent", json.dumps(CHOICE).encode(), cookie=cookie)
    return cookie


def test_a_sitting_leaves_its_numbers_and_nothing_else(calibrating, member):
    process, origin, data, scratch = calibrating
    cookie = begin(origin)
    player = Player(member, np.random.default_rng(5))
    frame = struct.pack("<BId", 0, 0, 1.0)
    address = f"ws{origin.removeprefix('http')}/api/capture"
    with connect(
        address, origin=origin, additional_headers={"cookie": cookie}, compression=None
    ) as camera:
        assert "assent" in json.loads(camera.recv())
        picture = encoded(Image.fromarray(player.rest().image), "JPEG", quality=85)
        camera.send(frame + picture)
        assert json.loads(camera.recv())["instruction"] == "centre"
        camera.send(struct.pack("<BId", 0, 1, 68.0) + picture)
        assert json.loads(camera.recv())["refused"]["code"] == "replayed"
    assert list(scratch.iterdir())
    process.send_signal(signal.SIGINT)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    (kept,) = read_diary(data / "calibration.json")
    assert (kept.condition, kept.person, kept.outcome) == ("desk lamp", "B", "replayed")
    assert kept.numbers["frames"] == 1.0
    assert [path.name for path in data.rglob("*") if path.is_file()] == ["calibration.json"]
    left = [path.name for path in scratch.iterdir() if path.name.startswith("selfsame")]
    assert left == []
    assert "No picture, no template" in said
    assert line_of(said, "desk lamp")[2:5] == ["1", "1", "1"]
