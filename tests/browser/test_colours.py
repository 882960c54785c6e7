"""The colours of the screen: announced, never too fast, slow on request, and gone at once."""

from __future__ import annotations

import itertools
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ArriveAtScript
from tests.browser.scripted import PALETTE, Script, colours, noted, update
from tests.browser.shown import LEAST_GAP, colours_of, gaps, shown, shows
from tests.browser.visitor import Visitor

ASSENT = (0.0, {"assent": "You, in front of the camera, agree to this."})
CENTRE = (0.1, update())
REFUSED = {
    "code": "colours_weak",
    "what": "It is too bright here for the colours of your screen.",
    "why": "Your skin answers their light; a picture of you does not.",
    "next": "Turn away from the window or lamp, make the screen brighter, and start again.",
}


def flashing(every: float, start: float = 0.4, rounds: int = 2, fade: float = 0.0) -> Script:
    """Return a script whose colours come at a pace."""
    return Script([ASSENT, CENTRE, *colours(start, every, PALETTE * rounds, fade)])


def is_shown(page: Page) -> bool:
    return bool(page.evaluate("document.getElementById('flash').checkVisibility()"))


def test_the_whole_window_shows_the_colours_that_the_studio_names(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(flashing(every=0.4, rounds=1))
    page = visitor.page
    visitor.click("#capture-start")
    shows(page, PALETTE[0])
    box = page.locator("#flash").bounding_box()
    size = page.evaluate("[innerWidth, innerHeight]")
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *size)
    top = "document.elementFromPoint(5, 5).id"
    assert page.evaluate(top) == "flash"
    expect(page.locator(".flash-words")).to_have_text("Hold still, colours ahead")
    assert page.locator(".flash-hint").text_content() == ""  # it would say the same again
    shows(page, PALETTE[-1])
    assert colours_of(page) == list(PALETTE)
    assert min(gaps(page)) >= LEAST_GAP


@pytest.mark.parametrize("every", [0.02, 0.15, 0.3])
def test_colours_never_change_faster_than_sensitive_eyes_can_bear(
    arrive_at_script: ArriveAtScript, every: float
):
    rounds = round(1.8 / every / len(PALETTE))
    visitor = arrive_at_script(flashing(every=every, rounds=rounds))
    visitor.click("#capture-start")
    shows(visitor.page, PALETTE[0])
    visitor.page.wait_for_timeout(2400)
    between = gaps(visitor.page)
    assert len(between) >= 4
    assert min(between) >= LEAST_GAP
    shows(visitor.page, PALETTE[-1])


def test_a_screen_that_is_asked_to_flash_on_and_off_does_not(arrive_at_script: ArriveAtScript):
    words = ("colours", "Hold still, colours ahead")
    steps = [(0.4 + 0.08 * at, update(*words, colour=PALETTE[3])) for at in range(0, 24, 2)]
    steps += [(0.4 + 0.08 * at, update()) for at in range(1, 24, 2)]
    visitor = arrive_at_script(Script([ASSENT, CENTRE, *steps]))
    visitor.click("#capture-start")
    visitor.page.wait_for_timeout(3000)
    changes = shown(visitor.page)
    openings = [change["at"] / 1000 for change in changes if change["colour"] is not None]
    assert len(openings) >= 3
    pairs = itertools.pairwise(openings)
    assert min(later - earlier for earlier, later in pairs) >= LEAST_GAP
    assert not is_shown(visitor.page)


@pytest.mark.parametrize(
    "end", ["stop", "escape", "hidden", "refused", "passed", "next step", "line"]
)
def test_the_colours_are_gone_at_once_when_they_end(arrive_at_script: ArriveAtScript, end: str):
    visitor = arrive_at_script(flashing(every=0.4, rounds=4))
    page = visitor.page
    visitor.click("#capture-start")
    shows(page, PALETTE[1])
    expect(page.locator("#flash-stop")).to_be_focused()
    end_by(visitor, end)
    assert not is_shown(page)
    assert page.evaluate("document.querySelector('[data-colour]').dataset.colour") == ""
    page.wait_for_timeout(500)
    assert is_shown(page) == (end == "next step")  # the script goes on with its colours


def end_by(visitor: Visitor, end: str) -> None:
    """End the colours, one way or another."""
    page = visitor.page
    tell = "(message) => window.scripted.socket.tell(message)"
    match end:
        case "stop":
            page.keyboard.press("Enter")
        case "escape":
            page.keyboard.press("Escape")
        case "hidden":
            page.evaluate(
                "Object.defineProperty(document, 'hidden', { value: true });"
                "document.dispatchEvent(new Event('visibilitychange'))"
            )
        case "refused":
            page.evaluate(tell, {"refused": REFUSED})
        case "passed":
            page.evaluate(
                tell, {"passed": {"step": 2, "selfies": [], "coverage": [], "baked_subject": None}}
            )
        case "next step":
            page.evaluate(tell, update())
        case "line":
            page.evaluate("window.scripted.socket.close()")
            page.wait_for_timeout(50)


def test_slow_colours_are_asked_for_faded_and_remembered(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(flashing(every=1.25, rounds=1, fade=0.9))
    page = visitor.page
    expect(page.locator("#before-colours")).to_contain_text("for about four seconds")
    visitor.click("#slow-colours")
    expect(page.locator("#before-colours")).to_contain_text("about 13 seconds")
    expect(page.locator("#before-time")).to_have_text("About 40 seconds.")
    visitor.click("#capture-start")
    shows(page, PALETTE[2])
    assert pace_of(page) == "gentle"
    duration = "getComputedStyle(document.getElementById('flash')).transitionDuration"
    assert page.evaluate(duration) == "0.9s"
    between = gaps(page)
    assert min(between) >= 1.2
    halfway = "getComputedStyle(document.getElementById('flash')).backgroundColor"
    page.wait_for_timeout(200)
    assert page.evaluate(halfway) not in {as_rgb(colour) for colour in PALETTE}
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#slow-colours")).to_be_checked()


def as_rgb(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour[1:])
    return f"rgb({red}, {green}, {blue})"


def pace_of(page: Page) -> str:
    return parse_qs(urlsplit(noted(page, "addresses")[-1]).query)["pace"][0]


def test_reduced_motion_chooses_slow_colours_and_leaves_them_their_fade(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script(flashing(every=1.25, rounds=1, fade=0.9), reduced_motion="reduce")
    expect(visitor.page.locator("#slow-colours")).to_be_checked()
    visitor.click("#capture-start")
    shows(visitor.page, PALETTE[0])
    assert pace_of(visitor.page) == "gentle"
    duration = "getComputedStyle(document.getElementById('flash')).transitionDuration"
    assert visitor.page.evaluate(duration) == "0.9s"


def test_whoever_chose_quick_colours_keeps_them_under_reduced_motion(
    arrive_at_script: ArriveAtScript,
):
    visitor = arrive_at_script(reduced_motion="reduce")
    visitor.click("#slow-colours")
    visitor.page.reload()
    expect(visitor.page.locator("#capture-start")).to_be_visible()
    expect(visitor.page.locator("#slow-colours")).not_to_be_checked()


def test_sounds_are_off_until_they_are_switched_on(arrive_at_script: ArriveAtScript):
    steps = [ASSENT, CENTRE, (0.5, update("turn_left", "Turn left")), (0.9, update())]
    visitor = arrive_at_script(Script([*steps, (1.3, {"refused": REFUSED})]))
    page = visitor.page
    expect(page.locator("#sounds")).not_to_be_checked()
    visitor.click("#capture-start")
    assert visitor.refusal("#you-refused") == "colours_weak"
    assert noted(page, "tones") == 0
    visitor.click("#sounds")
    heard = noted(page, "tones")
    assert heard == 1
    visitor.click("#capture-retry")
    expect(page.locator("#hint")).to_have_text("Good.")  # what the tone of a step says, in a word
    assert visitor.refusal("#you-refused") == "colours_weak"
    assert noted(page, "tones") == heard + 2 + 2  # a tone for each step, two for the refusal
    page.reload()
    expect(page.locator("#sounds")).to_be_checked()
