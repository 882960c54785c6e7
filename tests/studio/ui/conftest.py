from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.fakes import FakeStudio

ORIGIN = {"origin": "http://localhost"}
CHOICE = {"families": ["illustrated"], "days": 90, "audience": "private", "adult_attested": True}


class Clock:
    """Seconds that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Relay:
    """Hands every call on to the studio of the running test: building the pages takes a second."""

    def __init__(self) -> None:
        self.studio = FakeStudio()

    def __getattr__(self, name: str) -> object:
        return getattr(self.studio, name)


@pytest.fixture(scope="session")
def settings() -> UiSettings:
    return UiSettings(
        version="0.1.0",
        max_upload_bytes=64 * 1024,
        max_selfies_bytes=72 * 1024,
        capture_idle_seconds=0.5,
        max_frames_per_second=1000,
        sessions_at_once=100_000,
        consents_at_once=100_000,
        reports_at_once=100_000,
    )


@pytest.fixture(scope="session")
def relay() -> Relay:
    return Relay()


@pytest.fixture(scope="session")
def app(relay: Relay, settings: UiSettings) -> FastAPI:
    return build_app(relay, settings)


@pytest.fixture
def studio(clock: Clock, relay: Relay) -> FakeStudio:
    relay.studio = FakeStudio(job_seconds=1.0, clock=clock, slow=False)
    return relay.studio


@pytest.fixture
def stranger(studio: FakeStudio, app: FastAPI) -> TestClient:
    """A browser that has not loaded a page yet."""
    return TestClient(app, base_url="http://localhost", headers=ORIGIN)


@pytest.fixture
def visitor(stranger: TestClient) -> TestClient:
    """A browser with a session."""
    assert stranger.get("/").status_code == 200
    return stranger


@pytest.fixture
def person(visitor: TestClient, studio: FakeStudio) -> TestClient:
    """A browser whose person consented and was captured."""
    assert visitor.post("/api/consent", json=CHOICE).status_code == 200
    studio.start_capture(token_of(visitor)).finish()
    return visitor


def token_of(client: TestClient) -> str:
    return client.cookies["selfsame"]


def second_browser(client: TestClient) -> TestClient:
    """Return another browser at the same studio, with a session of its own."""
    other = TestClient(client.app, base_url="http://localhost", headers=ORIGIN)
    assert other.get("/").status_code == 200
    return other
