"""A second person at the same machine sees nothing of the first one's."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.camera import change
from tests.browser.conftest import Arrive
from tests.browser.seat import agree_and_sit, sit
from tests.browser.studio import Studio
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.usefixtures("later")

FORBIDDEN = 403


def test_a_second_person_sees_nothing_of_the_first_whose_face_opens_it_again(
    arrive: Arrive, studio: Studio, somebody: str, somebody_else: str
):
    visitor = arrive()
    agree_and_sit(studio, visitor, somebody)
    visitor.open()
    visitor.make()
    picture = visitor.gallery().get_attribute("data-output")
    first = visitor.sitting()["record"]["id"]
    assert visitor.ask(f"/api/outputs/{picture}") == 200

    consent_anew(visitor)
    assert visitor.gallery().count() == 0
    visitor.see("[data-closed], [data-empty]")
    assert visitor.ask("/api/outputs") == FORBIDDEN
    assert visitor.ask(f"/api/outputs/{picture}") == FORBIDDEN
    assert visitor.ask(f"/api/records/{first}/receipt.json") == FORBIDDEN

    sit(studio, visitor, somebody_else)
    assert visitor.gallery().count() == 0
    visitor.see("[data-empty]")
    assert visitor.ask(f"/api/outputs/{picture}") != 200

    open_earlier(visitor)
    change(visitor.page, subject=somebody_else)
    visitor.click("#capture-start")
    assert visitor.refused_by_camera() in {"not_you", "retry"}
    assert visitor.ask(f"/api/outputs/{picture}") != 200

    change(visitor.page, subject=somebody)
    open_earlier(visitor)
    visitor.click("#capture-start")
    visitor.passed(visitor.page.locator(".work").first)
    assert visitor.gallery().get_attribute("data-output") == picture


def consent_anew(visitor: Visitor) -> None:
    """Go back to the first step, as another person would, and agree."""
    visitor.open()
    visitor.see(".style-card")
    visitor.click("#step-consent-button")
    expect(visitor.page.locator("#consent-standing")).to_contain_text("You have agreed already.")
    visitor.agree()
    visitor.see("#capture-start")


def open_earlier(visitor: Visitor) -> None:
    """Ask to open the earliest sitting in this browser."""
    earliest = visitor.sitting()["earlier"][-1][0]
    visitor.open(f"/?open={earliest}")
    visitor.see("#part-capture [data-ready]")
