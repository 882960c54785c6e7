"""Only the doors that the pages need are open, and what comes through them is not kept."""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from studio.ui.settings import MEGABYTE, UiSettings
from tests.browser.camera import Cameras
from tests.browser.studio import Studio

CONSENT = {"families": ["painted"], "days": 30, "audience": "private", "adult_attested": True}


@pytest.fixture
def client(studio: Studio) -> Iterator[httpx.Client]:
    """A program with a session of its own, that says it is the studio's page."""
    headers = {"origin": studio.address}
    with httpx.Client(base_url=studio.address, headers=headers, timeout=60) as client:
        client.get("/")
        yield client


def converse(studio: Studio, cookie: str = "", origin: str | None = None) -> ClientConnection:
    """Open the camera's socket."""
    return connect(
        studio.address.replace("http", "ws") + "/api/capture",
        origin=origin or studio.address,  # type: ignore[arg-type]  # a NewType of str
        additional_headers={"cookie": cookie} if cookie else None,
    )


def cookie_of(client: httpx.Client) -> str:
    return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


def test_the_camera_needs_a_session(studio: Studio):
    before = studio.stored()
    with converse(studio) as socket:
        refused = json.loads(socket.recv(timeout=60))["refused"]
    assert refused["code"] == "no_session"
    assert studio.stored() == before


def test_the_camera_needs_a_consent(studio: Studio, client: httpx.Client):
    with converse(studio, cookie_of(client)) as socket:
        assert json.loads(socket.recv(timeout=60))["refused"]["code"] == "no_consent"


def test_the_camera_answers_no_other_page(studio: Studio, client: httpx.Client):
    with (
        pytest.raises(InvalidStatus) as turned_away,
        converse(studio, cookie_of(client), origin="http://localhost:1"),
    ):
        pass
    assert turned_away.value.response.status_code == 403


@pytest.mark.usefixtures("later")
def test_the_camera_locks_after_five_failures(
    studio: Studio, client: httpx.Client, cameras: Cameras, somebody: str
):
    assert client.post("/api/consent", json=CONSENT).status_code == 200
    before = studio.stored()
    picture = cameras.still(somebody)
    codes = [send_twice(studio, cookie_of(client), picture) for _ in range(6)]
    assert codes == ["replayed"] * 5 + ["locked"]
    assert studio.stored() == before


def send_twice(studio: Studio, cookie: str, picture: bytes) -> str:
    """Send one picture again and again; return the refusal's code."""
    with converse(studio, cookie) as socket:
        for sequence in range(3):
            message = json.loads(socket.recv(timeout=60))
            if "refused" in message:
                return str(message["refused"]["code"])
            socket.send(struct.pack("<BId", 0, sequence, 70.0 * sequence) + picture)
    raise AssertionError("nothing was refused")


@pytest.mark.parametrize("path", ["/", "/gallery", "/consent", "/verify", "/privacy"])
def test_a_page_may_run_only_the_studios_own_scripts(client: httpx.Client, path: str):
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<noscript>Selfsame needs scripts" in answer.text
    rules = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";")
    )
    assert rules["default-src"] == "'none'"
    assert rules["connect-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe-inline" not in rules["script-src"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    named = set(re.findall(r"https?://[^/\"';]+", answer.text))
    assert named <= {str(client.base_url)}


@pytest.mark.parametrize(
    "path",
    [
        "/api/sitting",
        "/api/outputs",
        "/api/outputs/0123",
        "/api/records",
        "/api/records/0123/receipt.json",
        "/api/preview/toon",
        "/api/jobs/0123",
        "/api/jobs/0123/events",
    ],
)
def test_what_is_personal_is_never_stored_on_the_way(client: httpx.Client, path: str):
    assert client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/gradio_api/upload"),
        ("GET", "/gradio_api/file=/etc/hostname"),
        ("GET", "/file=/etc/hostname"),
        ("GET", "/gradio_api/info"),
        ("POST", "/gradio_api/call/advance"),
        ("POST", "/gradio_api/run/advance"),
        ("POST", "/gradio_api/queue/join"),
        ("GET", "/gradio_api/queue/data?session_hash=0"),
        ("POST", "/gradio_api/api/predict"),
        ("GET", "/gradio_api/proxy=http://localhost/"),
        ("GET", "/monitoring"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    ],
)
def test_doors_that_no_page_needs_do_not_exist(client: httpx.Client, method: str, path: str):
    answer = client.request(method, path)
    assert answer.status_code in {404, 405}
    assert answer.json()["code"] == "not_here"


def test_a_handler_called_by_number_without_a_session_tells_nothing(studio: Studio):
    answered = 0
    headers = {"origin": studio.address}
    with httpx.Client(base_url=studio.address, headers=headers, timeout=60) as stranger:
        for number in range(20):
            body = {"fn_index": number, "data": [], "session_hash": "stranger"}
            answer = stranger.post("/gradio_api/run/predict", json=body)
            if answer.status_code != 200:
                continue
            answered += 1
            for update in answer.json()["data"]:
                assert set(update) <= {"selected", "__type__"}
    assert answered > 0


def test_another_site_may_neither_act_nor_read(studio: Studio, client: httpx.Client):
    foreign = {"origin": "https://example.org", "sec-fetch-site": "cross-site"}
    assert client.post("/api/consent", json=CONSENT, headers=foreign).status_code == 403
    assert client.get("/api/sitting", headers=foreign).status_code == 403
    no_origin = httpx.post(f"{studio.address}/api/session", timeout=60)
    assert no_origin.status_code == 403


def test_a_foreign_name_for_this_computer_is_turned_away(client: httpx.Client):
    assert client.get("/", headers={"host": "studio.example"}).status_code == 421


def test_a_personal_address_without_a_session_is_refused_in_words(studio: Studio):
    answer = httpx.get(f"{studio.address}/api/outputs", timeout=60)
    assert answer.status_code == 401
    assert answer.json()["code"] == "no_session"


def test_a_very_large_upload_is_refused(client: httpx.Client):
    files = {"file": ("large.png", b"\0" * (UiSettings("").max_upload_bytes + MEGABYTE))}
    assert client.post("/api/verify", files=files).status_code == 413


def test_an_unmarked_picture_is_told_apart(client: httpx.Client):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "white").save(buffer, "PNG")
    answer = client.post("/api/verify", files={"file": ("plain.png", buffer.getvalue())}).json()
    states = {finding["technique"]: finding["state"] for finding in answer["findings"]}
    assert states["C2PA manifest"] == "not found"
    assert states["visible label"] == "not found"
