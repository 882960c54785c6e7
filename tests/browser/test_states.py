"""The states of the second step that a whole tour does not meet: usable by everybody as well."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ArriveAtScript
from tests.browser.scripted import PALETTE, Script, colours, update
from tests.browser.shown import shows
from tests.browser.test_accessibility import MOVING, NARROW, grave_findings
from tests.browser.test_colours import ASSENT, CENTRE, REFUSED
from tests.browser.test_intake import CAMERA_ONLY, PICTURE, TEXT, add, seated
from tests.browser.test_waiting import wait
from tests.browser.visitor import Visitor

LOOKS = {
    "wide": {"viewport": {"width": 1280, "height": 820}},
    "narrow and dark": {
        "viewport": NARROW,
        "color_scheme": "dark",
        "reduced_motion": "reduce",
        "has_touch": True,
    },
}
COLOURS = Script([ASSENT, CENTRE, *colours(0.4, 0.4, PALETTE[:4])])


@pytest.mark.parametrize("look", list(LOOKS))
def test_each_state_of_the_second_step_is_accessible(arrive_at_script: ArriveAtScript, look: str):
    graves: dict[str, list[str]] = {}
    wide: dict[str, int] = {}
    for state, page in states(arrive_at_script, LOOKS[look]):
        graves[state] = grave_findings(page)
        wide[state] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if look != "wide":
            assert page.evaluate(MOVING) == [], state
    assert {state: found for state, found in graves.items() if found} == {}
    assert {state: excess for state, excess in wide.items() if excess > 0} == {}
    assert len(graves) == 7


def states(arrive_at_script: ArriveAtScript, options: dict) -> Iterator[tuple[str, Page]]:
    """Visit each state, with the page that shows it."""
    visitor = arrive_at_script(Script([(0.1, wait(3, 23))]), **options)
    yield "before", visitor.page
    visitor.click("#capture-start")
    visitor.see("#wait")
    yield "waiting", visitor.page
    visitor = arrive_at_script(COLOURS, **options)
    visitor.click("#capture-start")
    shows(visitor.page, PALETTE[3])
    yield "colours", visitor.page
    visitor.page.evaluate("(message) => window.scripted.socket.tell(message)", {"refused": REFUSED})
    visitor.see("#capture-retry")
    yield "refused", visitor.page
    visitor = seated(arrive_at_script, **options)
    add(visitor, [PICTURE, TEXT])
    yield "that is you", visitor.page
    visitor.open("/gallery")
    visitor.click("#gallery-lock")
    visitor.see("[data-closed], [data-empty]")
    yield "closed", visitor.page
    visitor.open()
    visitor.click("#step-consent-button")
    visitor.click("#no-camera-yet")
    visitor.see("[data-subject]")
    yield "nobody", visitor.page


def test_somebody_who_is_nobody_can_be_drawn_without_agreeing_to_anything(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script(CAMERA_ONLY, agreed=False)
    visitor.open()
    visitor.click("#no-camera-yet")
    page = visitor.page
    expect(page.locator("#you-title")).to_have_text("No camera here?")
    expect(page.locator("#capture-start")).not_to_be_visible()
    visitor.click("[data-subject] >> nth=0")
    visitor.see(".style-card img")
    assert visitor.sitting()["baked_subject"] is not None
    assert page.evaluate("location.search") == ""
    page.reload()
    visitor.see(".style-card img")


def test_between_consent_and_camera_the_gallery_leads_to_the_camera(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script()
    visitor.open("/gallery")
    empty = visitor.see("[data-empty]")
    expect(empty).to_contain_text("You have agreed.")
    visitor.click("[data-empty] a")
    visitor.see("#capture-start")


def test_my_consent_names_the_year(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script()
    visitor.open("/consent")
    given = visitor.see("[data-record] dd").first
    expect(given).to_contain_text("2026")


def test_a_refused_colour_is_told_with_another_try(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([ASSENT, (0.3, update()), (0.6, {"refused": REFUSED})]))
    visitor.click("#capture-start")
    assert visitor.refusal("#you-refused") == "colours_weak"
    expect(visitor.page.locator("#capture-retry")).to_be_focused()
    expect(visitor.page.locator("#slow-colours")).to_be_visible()


def test_the_whole_screen_is_left_when_the_capture_ends(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(Script([ASSENT, CENTRE]))
    page = visitor.page
    visitor.click("#capture-start")
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    visitor.click("#capture-stop")
    page.wait_for_function("document.fullscreenElement === null")
    visitor.click("#capture-start")
    page.wait_for_function("document.fullscreenElement === document.documentElement")
    page.evaluate("document.exitFullscreen()")
    expect(page.locator("#capture-start")).to_be_focused()


def test_without_a_whole_screen_the_colours_fill_the_window(arrive_at_script: ArriveAtScript):
    visitor: Visitor = arrive_at_script(COLOURS)
    visitor.page.evaluate(
        "void (Element.prototype.requestFullscreen = async () => { throw new TypeError('no'); })"
    )
    visitor.click("#capture-start")
    shows(visitor.page, PALETTE[3])
    assert visitor.page.evaluate("document.fullscreenElement") is None
