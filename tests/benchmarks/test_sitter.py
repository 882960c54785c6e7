"""The sitter who measures captures behaves as a person before a page would."""

import io

import numpy as np
import pytest
from PIL import Image

from benchmarks.capture import _rate_row, _verdict_row, _wait_rows
from benchmarks.sitter import HELD, REACTION, Album, Body, Sat
from studio.subjects.cast import load_cast


@pytest.fixture(scope="module")
def member():
    return next(iter(load_cast().values()))


def pixels(jpeg):
    return np.asarray(Image.open(io.BytesIO(jpeg)), np.int16)


def test_no_two_pictures_are_the_same_bytes(member):
    album = Album(member, seed=1)
    still = member.clips["still"][0]
    sent = [album.picture(name, None) for name in ("rest_00.webp", still) for _ in range(3)]
    assert len(set(sent)) == len(sent)


def test_the_colour_of_the_screen_is_seen_on_the_face(member):
    album = Album(member, seed=1)
    dark, green = (pixels(album.picture("rest_00.webp", c)) for c in (None, "#46ff6e"))
    change = (green - dark)[180:300, 260:380].mean(axis=(0, 1))
    assert change[1] > change[0]


def test_an_action_begins_after_a_moment_and_ends_at_rest(member):
    body = Body(member)
    body.hear("turn_left", 10.0)
    assert body.pose(10.0).startswith("rest")
    poses = [body.pose(10.0 + REACTION) for _ in range(2 * 5 + HELD)]
    assert all(pose.startswith("turn_left") for pose in poses)
    body.hear("centre", 11.0)
    assert body.pose(11.0).startswith("rest")


def sat(outcome, frames, **values):
    return Sat(outcome, answers=[n / 15 for n in range(frames)], delays=[0.02] * frames, **values)


def test_the_slowest_capture_is_the_one_that_is_told():
    slow = Sat("too_slow", answers=[0.0, 1.0, 2.0], delays=[0.5, 0.5, 0.5])
    row = _rate_row(2, [sat("passed", 30), slow])
    assert row.ours == pytest.approx(1.0)
    assert row.met is False
    assert "ended: passed, too_slow" in row.note


def test_only_passed_captures_have_a_verdict():
    row = _verdict_row([sat("passed", 30, verdict=0.3), sat("too_slow", 3, verdict=5.0)])
    assert (row.ours, row.met, row.n) == (0.3, True, 1)
    assert _verdict_row([sat("too_slow", 3)]).met is None


def test_who_waited_is_told_beside_what_they_were_told():
    (row,) = _wait_rows([sat("passed", 3), sat("passed", 3, waited=17.0, waits=[(0.0, 1, 25)])])
    assert row.ours == 17.0
    assert "told 25 s at first" in row.note
