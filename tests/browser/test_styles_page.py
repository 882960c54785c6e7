"""Many styles on one page: samples that come and stop, controls, comparing, repeating."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Request, StorageState, expect

from tests.browser.conftest import Arrive, ArriveAtScript
from tests.browser.scripted import FakeSite
from tests.browser.test_accessibility import grave_findings
from tests.browser.test_states import LOOKS
from tests.browser.visitor import Visitor
from tests.studio.ui.fakes import FakeStudio

STYLES = 8  # of the fake studio
DONE = ".styles[data-samples=done]"
SLOW = 30.0  # seconds of a job: a preview takes a twentieth of it


@pytest.fixture
def slow(fake_site: FakeSite) -> Iterator[FakeStudio]:
    """The fake studio, which draws at once again when the test is over."""
    service = fake_site.service
    before = service.job_seconds
    yield service
    service.slow, service.job_seconds = False, before


def seated(arrive_at_script: ArriveAtScript, **options: object) -> Visitor:
    """Somebody at the styles, with a studio that draws at once."""
    visitor = arrive_at_script(agreed=False, **options)
    visitor.stand_in("ada")
    return visitor


def slowly(visitor: Visitor, slow: FakeStudio) -> None:
    """Let the studio draw slowly from now on, and the samples begin anew."""
    visitor.see(DONE)
    slow.slow, slow.job_seconds = True, SLOW
    visitor.page.reload()
    visitor.see("#stop-drawing")


def test_samples_in_view_come_first_and_all_come(arrive_at_script: ArriveAtScript):
    asked: list[str] = []
    visitor = arrive_at_script(agreed=False, viewport={"width": 390, "height": 560})
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.stand_in("ada")
    visitor.see(DONE)
    expect(visitor.page.locator(".style-card img")).to_have_count(STYLES)
    samples = [url for url in asked if "/api/preview/" in url]
    assert len(samples) == STYLES, "each is drawn once"
    asked.clear()
    visitor.click("#families input[value=painted]")
    expect(visitor.page.locator(".style-item:visible")).to_have_count(STYLES // 2)
    assert not [url for url in asked if "/api/preview/" in url]


def test_drawing_stops_on_the_server_too_and_goes_on_when_asked(
    arrive_at_script: ArriveAtScript, slow: FakeStudio
):
    visitor = seated(arrive_at_script)
    slowly(visitor, slow)
    expect(visitor.page.locator("#drawn-words")).to_contain_text(f"of {STYLES}")
    expect(visitor.page.locator(".style-frame.skeleton")).to_have_count(2)
    ended = slow.ended_early
    visitor.click("#stop-drawing")
    expect(visitor.page.locator("#stop-drawing")).to_have_text("Draw the rest")
    visitor.page.wait_for_timeout(1500)
    assert slow.ended_early > ended
    begun = slow.previews
    visitor.page.wait_for_timeout(1500)
    assert slow.previews == begun, "nothing further is drawn"
    expect(visitor.page.locator(".style-frame.skeleton")).to_have_count(0)
    slow.job_seconds = 0.2
    visitor.click("#stop-drawing")
    visitor.see(DONE)
    expect(visitor.page.locator(".style-card img")).to_have_count(STYLES)
    expect(visitor.page.locator("#styles-progress")).not_to_be_visible()


def test_leaving_the_page_ends_the_drawing(arrive_at_script: ArriveAtScript, slow: FakeStudio):
    visitor = seated(arrive_at_script)
    slowly(visitor, slow)
    ended = slow.ended_early
    visitor.open("/privacy")
    visitor.page.wait_for_timeout(1500)
    assert slow.ended_early > ended
    begun = slow.previews
    visitor.page.wait_for_timeout(1500)
    assert slow.previews == begun


def test_the_chosen_style_does_not_wait_for_the_samples(
    arrive_at_script: ArriveAtScript, slow: FakeStudio
):
    visitor = seated(arrive_at_script)
    slowly(visitor, slow)
    visitor.click(".style-card[data-style=oil]")
    visitor.page.wait_for_timeout(2600)
    begun = slow.previews
    visitor.see("#detail-likeness .likeness")
    assert slow.previews == begun, "no sample is drawn meanwhile"
    slow.job_seconds = 0.2
    visitor.click("#all-styles")
    visitor.see(DONE)
    expect(visitor.page.locator(".style-card img")).to_have_count(STYLES)


def test_favourites_stay_and_have_a_tab_of_their_own(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    visitor.click("[aria-label='Favourite: Oil']")
    visitor.page.reload()
    visitor.see(".style-card")
    expect(visitor.page.locator("[aria-label='Favourite: Oil']")).to_have_attribute(
        "aria-pressed", "true"
    )
    visitor.click("#families input[value=favourites]")
    expect(visitor.page.locator(".style-item:visible b")).to_have_text(["Oil"])
    visitor.click("#families input[value=all]")
    expect(visitor.page.locator(".cards-family:visible h2")).to_have_text(
        ["Illustrated", "Painted"]
    )


def test_a_correction_stays_in_other_styles_and_changes_their_samples(
    arrive_at_script: ArriveAtScript,
):
    visitor = seated(arrive_at_script)
    visitor.see(DONE)
    visitor.click(".style-card[data-style=toon]")
    visitor.click("#corrections summary")
    visitor.page.locator("[name=hair_colour]").select_option("red")
    asked: list[Request] = []

    def note(request: Request) -> None:  # a method of a list takes none of playwright's own marks
        asked.append(request)

    visitor.page.on("request", note)
    visitor.click("#all-styles")
    visitor.see(DONE)
    previews = [request for request in asked if "/api/preview/" in request.url]
    told = [unquote(request.headers.get("x-controls", "")) for request in previews]
    redrawn = [controls for controls in told if '"hair_colour":"red"' in controls]
    assert len(redrawn) == STYLES // 2, "those that ask for the colour of hair"
    assert not [request.url for request in previews if "hair_colour" in request.url]
    visitor.click(".style-card[data-style=ink]")
    expect(visitor.page.locator("[name=hair_colour]")).to_have_value("red")
    expect(visitor.page.locator("#corrections")).to_have_attribute("open", "")
    visitor.click("#all-styles")
    visitor.click(".style-card[data-style=oil]")
    expect(visitor.page.locator("#corrections")).to_have_count(0)


def test_a_style_tells_its_likeness_its_sizes_and_whose_work_it_is(
    arrive_at_script: ArriveAtScript,
):
    visitor = seated(arrive_at_script)
    visitor.click(".style-card[data-style=toon]")
    expect(visitor.see("#detail-likeness summary")).to_have_text("Strong likeness")
    visitor.click("#detail-likeness summary")
    expect(visitor.page.locator("#detail-likeness li").first).to_be_visible()
    expect(visitor.page.locator("#detail-credit")).to_contain_text("Licence: CC-BY-4.0")
    visitor.click("[name=frame][value=sticker]")
    expect(visitor.page.locator("#frame-size")).to_contain_text("white rim")
    expect(visitor.page.locator("[data-control=cutout]")).not_to_be_visible()
    visitor.click("#vary")
    expect(visitor.page.locator("#detail-status")).to_contain_text("likeness")


@pytest.mark.parametrize("look", list(LOOKS))
def test_each_state_of_styles_result_and_gallery_is_accessible(
    arrive_at_script: ArriveAtScript, look: str
):
    graves: dict[str, list[str]] = {}
    visitor = seated(arrive_at_script, **LOOKS[look])
    for state in usable_states(visitor):
        graves[state] = grave_findings(visitor.page)
        excess = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, state
    assert {state: found for state, found in graves.items() if found} == {}
    assert len(graves) == 5


def usable_states(visitor: Visitor) -> Iterator[str]:
    """Visit what the tour of all pages does not open."""
    visitor.see(DONE)
    yield "styles"
    visitor.click(".style-card[data-style=toon]")
    visitor.see("#detail-likeness summary")
    visitor.click("#corrections summary")
    visitor.click("#detail-likeness summary")
    yield "corrections and likeness"
    visitor.click("#detail-compare")
    visitor.see("#detail-frame .compare")
    yield "comparison"
    visitor.make_it()
    visitor.see("#result-likeness summary")
    yield "result"
    visitor.gallery()
    visitor.click(".work >> nth=0 >> .likeness summary")
    visitor.click(".work >> nth=0 >> [data-testid=compare]")
    visitor.see(".work .compare")
    yield "gallery"


def test_the_selfie_and_the_drawing_are_compared_by_a_line_that_keys_move(
    arrive: Arrive, nobody: StorageState
):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.click(".style-card[data-style=toon]")
    visitor.see("#detail-preview")
    visitor.click("#detail-compare")
    slider = visitor.page.locator("#detail-frame .compare-slider")
    expect(slider).to_be_focused()
    before = visitor.page.locator("#detail-frame .compare-before")
    assert before.evaluate("(image) => image.naturalWidth") == 1024
    seen = before.evaluate("(image) => getComputedStyle(image).clipPath")
    visitor.page.keyboard.press("Home")
    expect(slider).to_have_value("0")
    assert before.evaluate("(image) => getComputedStyle(image).clipPath") != seen
    visitor.click("#detail-compare")
    expect(slider).to_have_count(0)
    visitor.make_it()
    visitor.click("#result-compare")
    visitor.see("#result-frame .compare-slider")


def test_a_picture_is_drawn_again_and_varied_from_the_gallery(
    arrive: Arrive, nobody: StorageState, tmp_path: Path
):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.click(".style-card[data-style=toon]")
    visitor.click("[name=frame][value=circle]")
    visitor.make_it()
    with Image.open(visitor.save("png", tmp_path)) as picture:
        assert picture.size == (1024, 1024)
        corners = np.asarray(picture.convert("RGBA"))[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert not corners[:, 3].any()
    made = visitor.gallery().count()
    work = visitor.page.locator(".work").first
    expect(work.locator(".small").first).to_contain_text("Profile circle")
    work.locator("[data-testid=compare]").click()
    expect(work.locator(".compare-slider")).to_be_visible()
    for number, button in enumerate(("again", "vary"), start=1):
        visitor.page.locator(".work").first.locator(f"[data-testid={button}]").click()
        visitor.see("#result-image")
        assert visitor.gallery().count() == made + number
    labels = visitor.page.locator(".work .small")
    for place in range(3):
        expect(labels.nth(place)).to_contain_text("Profile circle")


def test_consent_is_asked_for_each_family_by_itself(arrive: Arrive):
    visitor = arrive()
    visitor.open()
    expect(visitor.page.locator("#consent-families b")).to_have_text(
        ["Painted stills", "Illustrated stills"]
    )
    for switch in visitor.page.locator("#consent-families input").all():
        expect(switch).not_to_be_checked()
