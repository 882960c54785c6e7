from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from consent.errors import Refusal
from studio.ui import allowance as allowances
from studio.ui.allowance import Allowance
from studio.ui.server import build_app
from studio.ui.settings import UiSettings
from tests.studio.ui.conftest import CHOICE, ORIGIN


@pytest.fixture
def allowance(clock):
    return Allowance(3, per_hour=60, seconds=clock, key=b"k" * 32)


def spend(allowance, origin, times):
    for _ in range(times):
        allowance.spend(origin)


def test_a_team_may_come_at_once_and_not_more(allowance):
    spend(allowance, "192.0.2.7", 3)
    with pytest.raises(Refusal, match=r"Try again in 1 minute\.") as caught:
        allowance.spend("192.0.2.7")
    assert caught.value.code == "too_many"


def test_time_gives_more(allowance, clock):
    spend(allowance, "192.0.2.7", 3)
    clock.seconds += 60
    spend(allowance, "192.0.2.7", 1)
    with pytest.raises(Refusal):
        allowance.spend("192.0.2.7")


def test_asking_again_and_again_does_not_put_it_off(allowance, clock):
    spend(allowance, "192.0.2.7", 3)
    for _ in range(60):
        clock.seconds += 0.999
        with pytest.raises(Refusal):
            allowance.spend("192.0.2.7")
    clock.seconds += 0.1
    allowance.spend("192.0.2.7")


def test_one_address_takes_nothing_from_another(allowance):
    spend(allowance, "192.0.2.7", 3)
    spend(allowance, "192.0.2.8", 3)


def test_addresses_are_not_kept_in_the_clear_nor_without_end(allowance, monkeypatch):
    monkeypatch.setattr(allowances, "MOST_ORIGINS", 5)
    for number in range(20):
        allowance.spend(f"192.0.2.{number}")
    assert len(allowance._left) == 5
    assert "192.0.2" not in repr(allowance._left)


@pytest.fixture
def strict(studio):
    settings = UiSettings("0.1.0", sessions_at_once=2, consents_at_once=1)
    return TestClient(build_app(studio, settings), base_url="http://localhost", headers=ORIGIN)


def test_one_address_cannot_write_sessions_without_end(strict, studio):
    answers = [strict.post("/api/session").status_code for _ in range(4)]
    assert answers == [204, 204, 429, 429]
    strict.cookies.clear()
    page = strict.get("/")
    assert page.status_code == 200
    assert "set-cookie" not in page.headers
    assert len(studio.tokens) == 2


def test_one_address_cannot_write_consents_without_end(strict, studio):
    strict.get("/")
    assert strict.post("/api/consent", json=CHOICE).status_code == 200
    refused = strict.post("/api/consent", json=CHOICE)
    assert refused.status_code == 429
    assert refused.json()["next"]
    assert strict.post("/api/subjects/ada/play").status_code == 429
