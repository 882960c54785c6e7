"""Files that come in: limits while they stream, nothing on a disk, one verdict each."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from consent.errors import Refusal
from studio.ui import uploads
from studio.ui.routes import verify as verifying
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.conftest import ORIGIN, second_browser

PNG = b"\x89PNG" + bytes(100)


def form(size: int, boundary: str = "b0undary") -> bytes:
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n"
    )
    return head.encode() + b"\x89PNG" + bytes(size) + f"\r\n--{boundary}--\r\n".encode()


def test_each_selfie_has_its_own_verdict(person):
    files = [
        ("files", ("me.png", PNG)),
        ("files", ("letter.pdf", b"%PDF")),
        ("files", ("b.png", PNG)),
    ]
    verdicts = person.post("/api/selfies", files=files).json()["verdicts"]
    assert [verdict["accepted"] for verdict in verdicts] == [True, False, True]
    assert set(verdicts[1]["refusal"]) == {"code", "what", "why", "next"}
    assert verdicts[1]["name"] == "letter.pdf"


def test_selfies_need_the_open_sitting(visitor, studio):
    answer = visitor.post("/api/selfies", files={"files": ("me.png", PNG)})
    assert answer.status_code == 403
    assert studio.uploads == []


def test_a_body_without_an_open_sitting_is_not_even_read(visitor):
    sent = []

    def body() -> Iterator[bytes]:
        for _ in range(4):
            sent.append(1)
            yield bytes(16 * 1024)

    headers = {**ORIGIN, "content-type": "multipart/form-data; boundary=b0undary"}
    answer = visitor.post("/api/selfies", content=body(), headers=headers)
    assert answer.status_code == 403  # and not the 422 of a form that makes no sense


def test_a_body_that_stops_on_its_way_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "STALL_SECONDS", 0.05)
    parts = [form(1000)[:500]]

    async def receive() -> dict[str, object]:
        if not parts:
            await asyncio.sleep(30)
        return {"type": "http.request", "body": parts.pop(), "more_body": True}

    headers = [(b"content-type", b"multipart/form-data; boundary=b0undary")]
    request = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(Refusal) as caught:
        asyncio.run(uploads.read_uploads(request, "file", 10_000))
    assert caught.value.code == "upload_stalled"


def test_few_bodies_are_held_at_once(studio, monkeypatch):
    held, most = [], []
    read = uploads.read_uploads

    async def counted(*arguments):
        held.append(1)
        most.append(len(held))
        await asyncio.sleep(0.02)
        held.pop()
        return await read(*arguments)

    monkeypatch.setattr(verifying, "read_uploads", counted)
    narrow = build_app(studio, UiSettings("0.1.0", bodies_at_once=2))
    # Entered, the client keeps to one event loop, as a server does.
    with (
        TestClient(narrow, base_url="http://localhost", headers=ORIGIN) as client,
        ThreadPoolExecutor(6) as crowd,
    ):
        sent = [crowd.submit(client.post, "/api/verify", files={"file": PNG}) for _ in range(6)]
        assert {answer.result().status_code for answer in sent} == {200}
    assert max(most) == 2


def test_selfies_of_a_second_browser_stay_out(person):
    other = second_browser(person)
    assert other.post("/api/selfies", files={"files": ("me.png", PNG)}).status_code == 403


def test_a_declared_size_beyond_the_limit_is_refused_before_the_body(person, studio):
    files = {"files": ("me.png", bytes(80 * 1024))}
    answer = person.post("/api/selfies", files=files)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"
    assert studio.uploads == []


def test_an_undeclared_size_is_refused_while_it_streams(visitor):
    sent = []

    def body() -> Iterator[bytes]:
        data = form(10_000_000)
        for at in range(0, len(data), 16 * 1024):
            sent.append(at)
            yield data[at : at + 16 * 1024]

    headers = {**ORIGIN, "content-type": "multipart/form-data; boundary=b0undary"}
    answer = visitor.post("/api/verify", content=body(), headers=headers)
    assert answer.status_code == 413


def test_no_upload_touches_the_temporary_folder(person, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("an upload was rolled over to a file")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", refuse)
    answer = person.post("/api/selfies", files={"files": ("me.png", PNG + bytes(50 * 1024))})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=b0undary"),
        (b"not a form", "multipart/form-data; boundary=b0undary"),
        (b"--b0undary--\r\n", "multipart/form-data; boundary=b0undary"),
        (PNG, "multipart/form-data"),
    ],
)
def test_what_is_no_form_with_a_file_is_refused(visitor, content, kind):
    answer = visitor.post("/api/verify", content=content, headers={"content-type": kind})
    assert answer.status_code == 422
    assert answer.json()["code"] == "upload_invalid"


def test_more_files_than_a_page_sends_are_refused(person):
    files = [("files", (f"{number}.png", PNG)) for number in range(13)]
    answer = person.post("/api/selfies", files=files)
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_many_files"
    assert "12" in answer.json()["next"]


def test_as_many_files_as_are_allowed_are_all_judged(person):
    files = [("files", (f"{number}.png", PNG)) for number in range(12)]
    verdicts = person.post("/api/selfies", files=files).json()["verdicts"]
    assert [verdict["name"] for verdict in verdicts] == [f"{number}.png" for number in range(12)]


def test_selfies_may_be_larger_than_a_file_to_verify(person, visitor):
    data = PNG + bytes(75 * 1024)
    assert person.post("/api/selfies", files={"files": ("me.mp4", data)}).status_code == 200
    assert visitor.post("/api/verify", files={"file": ("me.png", data)}).status_code == 413


def test_a_file_name_is_shown_back_and_never_used_as_a_path(visitor):
    answer = visitor.post("/api/verify", files={"file": ("../../etc/passwd", PNG)})
    assert answer.json()["name"] == "../../etc/passwd"
