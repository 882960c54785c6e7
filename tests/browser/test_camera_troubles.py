"""A camera that is refused, missing, busy or not one's own: words, and a way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.camera import Plan, change
from tests.browser.conftest import Arrive
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.usefixtures("later")

TAB_STOPS = 40


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("NotAllowedError", "camera_denied"),
        ("NotFoundError", "camera_missing"),
        ("NotReadableError", "camera_busy"),
    ],
)
def test_a_camera_that_does_not_come_is_explained_and_asked_for_again(
    arrive: Arrive, somebody: str, error: str, code: str
):
    visitor = arrive(Plan(somebody, fails=error))
    visitor.consent()
    visitor.click("#capture-start")
    assert visitor.refusal("#you-refused") == code
    visitor.see("#no-camera")
    change(visitor.page, fails=None)
    visitor.click("#capture-retry")
    visitor.see("[data-instruction]:not([data-instruction=''])")
    visitor.click("#capture-stop")
    expect(visitor.page.locator("#capture-start")).to_be_focused()


def test_a_second_camera_can_be_picked(arrive: Arrive, somebody: str):
    visitor = arrive(Plan(somebody, cameras=("Built-in camera", "Camera on the screen")))
    visitor.consent()
    picker = visitor.see("#camera")
    expect(picker.locator("option")).to_have_text(["Built-in camera", "Camera on the screen"])
    picker.select_option("Camera on the screen")
    visitor.begin_to_look()
    visitor.click("#capture-stop")
    expect(picker).to_have_value("camera-1")


def test_a_line_that_breaks_is_explained(arrive: Arrive):
    visitor = arrive()
    visitor.context.add_init_script(
        "window.sockets = []; const Plain = WebSocket;"
        "window.WebSocket = class extends Plain {"
        "constructor(...from) { super(...from); window.sockets.push(this); } };"
    )
    visitor.consent()
    visitor.begin_to_look()
    visitor.page.evaluate("window.sockets.at(-1).close()")
    assert visitor.refusal("#you-refused") == "connection_lost"


def test_consent_and_camera_work_by_keyboard_alone(arrive: Arrive):
    visitor = arrive()
    visitor.open()
    visitor.see("#consent-families input")
    press_on(visitor, "[name=family]", "Space")
    press_on(visitor, "#consent-adult", "Space")
    press_on(visitor, "#agree", "Enter")
    visitor.see("#part-capture [data-ready]")
    press_on(visitor, "#capture-start", "Enter")
    visitor.passed(visitor.page.locator(".style-card").first)
    press_on(visitor, ".style-card", "Enter")
    press_on(visitor, "#make-it", "Enter")
    visitor.see("#result-image")
    assert visitor.clicks == 0


def press_on(visitor: Visitor, selector: str, key: str) -> None:
    """Walk with the tab key until something has the focus, see that it shows, press a key."""
    page = visitor.page
    for _ in range(TAB_STOPS):
        if is_focused(page, selector):
            page.keyboard.press(key)
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached within {TAB_STOPS} tab stops")


def is_focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(selector) => document.activeElement?.matches(selector)", selector))
