from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from consent.errors import Refusal
from outputs.errors import OutputMissing
from outputs.studio_keys import StudioKeys
from outputs.types import StoredOutput
from studio.service.reports import ReportAnswer
from studio.ui.routes.reports import MAX_REPORT_BYTES
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.conftest import ORIGIN, Relay
from tests.studio.ui.fakes import FakeStudio

FORM = {"output_id": "output-1", "statement": "This is me.", "contact": "a@example.org"}


class Desk:
    """Stands in for the service's reports."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str]] = []
        self.refusal: Refusal | None = None

    def report(self, output_id: str, statement: str, contact: str) -> ReportAnswer:
        if self.refusal:
            raise self.refusal
        self.heard.append((output_id, statement, contact))
        return ReportAnswer("report-1", "It is held back now.")


@pytest.fixture
def desk(studio: FakeStudio) -> Desk:
    studio.reports = Desk()
    return studio.reports


def test_anybody_may_report_without_a_session(desk: Desk, stranger: TestClient):
    answer = stranger.post("/api/reports", json=FORM)
    assert answer.status_code == 200
    assert answer.json() == {"report_id": "report-1", "next": "It is held back now."}
    assert desk.heard == [("output-1", "This is me.", "a@example.org")]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("contact", [{}, {"contact": None}, {"contact": ""}])
def test_contact_may_be_left_out(desk: Desk, stranger: TestClient, contact):
    form = {key: FORM[key] for key in ("output_id", "statement")}
    assert stranger.post("/api/reports", json={**form, **contact}).status_code == 200
    assert desk.heard == [("output-1", "This is me.", "")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"7",
        b"{}",
        b'{"output_id": 5, "statement": "x"}',
        b'{"output_id": "o", "statement": ["x"]}',
        b'{"output_id": "o", "statement": "x", "contact": {"a": 1}}',
        b"\xff\xfe",
        b"[" * 60_000,
    ],
)
def test_body_of_any_shape_is_refused_in_three_parts(desk: Desk, stranger: TestClient, body):
    answer = stranger.post("/api/reports", content=body)
    assert answer.status_code == 422
    assert answer.json()["code"] == "unreadable"
    assert desk.heard == []


def test_body_beyond_the_limit_is_refused(desk: Desk, stranger: TestClient):
    answer = stranger.post("/api/reports", content=b" " * (MAX_REPORT_BYTES + 1))
    assert answer.status_code == 413
    assert desk.heard == []


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (OutputMissing("output_unknown", "a", why="b", next_step="c"), 404),
        (OutputMissing("output_removed", "a", why="b", next_step="c"), 404),
        (Refusal("report_invalid", "a", why="b", next_step="c"), 422),
    ],
)
def test_refusal_travels_in_three_parts(desk: Desk, stranger: TestClient, refusal, status):
    desk.refusal = refusal
    answer = stranger.post("/api/reports", json=FORM)
    assert answer.status_code == status
    assert answer.json() == refusal.parts()


def test_another_page_cannot_report(desk: Desk, stranger: TestClient):
    for headers in ({"origin": "http://evil.example"}, {"origin": ""}):
        assert stranger.post("/api/reports", json=FORM, headers=headers).status_code == 403
    assert desk.heard == []


def test_one_address_can_report_only_so_much_and_every_try_counts(relay: Relay, desk: Desk):
    """Ids that are tried at random cost as much as real ones."""
    app = build_app(relay, UiSettings(version="0", reports_at_once=3, reports_per_hour=1))
    client = TestClient(app, base_url="http://localhost", headers=ORIGIN)
    desk.refusal = OutputMissing("output_unknown", "a", why="b", next_step="c")
    codes = [client.post("/api/reports", json=FORM).status_code for _ in range(2)]
    codes += [client.post("/api/reports", content=b"no json").status_code]
    assert codes == [404, 404, 422]
    refused = client.post("/api/reports", json=FORM)
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many"


def test_nothing_can_be_read_there(desk: Desk, stranger: TestClient):
    assert stranger.get("/api/reports").status_code in {404, 405}
    assert stranger.get("/api/reports/report-1").status_code in {404, 405}


def test_gallery_tells_its_subject_why_an_avatar_is_held_back(
    studio: FakeStudio, visitor: TestClient
):
    shown = StoredOutput(
        id="output-1",
        subject_id="subject-1",
        record_id="record-1",
        job_id="job-1",
        style="toon",
        sha256="ab" * 32,
        media_type="image/png",
        width=8,
        height=8,
        created_at=studio.now(),
    )
    held = replace(shown, id="output-2", frozen_at=studio.now())
    studio.gallery = lambda _token: [shown, held]
    studio.formats = lambda _token: {}
    first, second = visitor.get("/api/outputs").json()["outputs"]
    assert first["held_back"] is None
    assert "against their will" in second["held_back"]
    assert "delete it" in second["held_back"]


def test_anybody_may_have_the_studio_s_public_keys(studio: FakeStudio, stranger: TestClient):
    studio.keys = lambda: StudioKeys(("log+0+key",), (b"-----BEGIN CERTIFICATE-----",))
    answer = stranger.get("/api/verify/keys")
    assert answer.status_code == 200
    assert answer.json() == {
        "schema_version": "urn:selfsame:studio-keys:1",
        "log": ["log+0+key"],
        "manifests": ["-----BEGIN CERTIFICATE-----"],
    }
    assert "selfsame-keys.json" in answer.headers["content-disposition"]
