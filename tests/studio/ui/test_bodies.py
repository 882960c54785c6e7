"""Forms are small; whoever sends more is told so before it lies in memory."""

from __future__ import annotations

import asyncio

import pytest

from studio.ui import uploads
from studio.ui.bodies import MOST, SmallBodies
from tests.studio.ui.conftest import CHOICE

FORMS = ("/api/consent/summary", "/api/consent", "/api/passkeys/sign-in", "/api/jobs", "/api/lock")


@pytest.mark.parametrize("path", FORMS)
def test_a_form_beyond_the_limit_is_refused_unread(visitor, path):
    answer = visitor.post(path, content=b" " * (MOST + 1))
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert {"what", "why", "next"} < answer.json().keys()


def test_a_form_that_does_not_say_how_large_it_is_is_refused_while_it_comes(visitor):
    sent = []

    def endless():
        for _ in range(1000):
            sent.append(1)
            yield b" " * 1024

    answer = visitor.post("/api/consent/summary", content=endless())
    assert answer.status_code == 413


def test_a_form_within_the_limit_is_read_as_before(visitor):
    assert visitor.post("/api/consent/summary", json=CHOICE).json()["summary"]


def run(messages, scope=None):
    """Send messages through; return what the application read and what was answered."""
    read, answered = [], []

    async def app(scope, receive, send):
        del scope, send
        read.append(await receive())

    async def receive():
        if not messages:
            await asyncio.sleep(3600)
        return messages.pop(0)

    async def send(message):
        answered.append(message)

    asked = {"type": "http", "method": "POST", "path": "/api/lock", "headers": [], **(scope or {})}
    asyncio.run(SmallBodies(app)(asked, receive, send))
    return read, answered


def part(body, *, more):
    return {"type": "http.request", "body": body, "more_body": more}


def test_the_parts_of_a_body_arrive_as_one():
    read, answered = run([part(b"ab", more=True), part(b"c", more=False)])
    assert read == [part(b"abc", more=False)]
    assert answered == []


def test_nobody_reads_the_last_byte_too_many():
    read, answered = run([part(b"a" * MOST, more=True), part(b"b", more=False)])
    assert read == []
    assert answered[0]["status"] == 413


def test_whoever_goes_away_in_the_middle_is_not_answered():
    read, answered = run([part(b"ab", more=True), {"type": "http.disconnect"}])
    assert (read, answered) == ([], [])


def test_whoever_stalls_is_told_so(monkeypatch):
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.01)
    read, answered = run([part(b"ab", more=True)])
    assert read == []
    assert answered[0]["status"] == 408


def test_uploads_limit_themselves():
    coming = [part(b"a" * (MOST + 1), more=True)]
    read, _ = run(coming, {"path": "/api/selfies"})
    assert len(read[0]["body"]) == MOST + 1
