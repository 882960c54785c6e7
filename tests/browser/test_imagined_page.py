"""Slow styles and the Models page: nothing drawn unasked, words, waiting, what is needed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ArriveAtScript
from tests.browser.scripted import FakeSite
from tests.browser.test_accessibility import MOVING, grave_findings
from tests.browser.test_states import LOOKS
from tests.browser.visitor import Visitor
from tests.studio.ui.fake_sitting import FakeJob
from tests.studio.ui.fake_styles import MOST_WORDS
from tests.studio.ui.fakes import FakeStudio

CLAY = ".style-card[data-style=clay]"
DONE = ".styles[data-samples=done]"
ALL = frozenset({"illustrated", "painted", "imagined"})
READY = {"sd15": 38.0}
PHOTO_LIKE = {
    "code": "photo_like",
    "what": "The picture looked like a photograph, so it was thrown away.",
    "why": "What looks like a photograph could be taken for one.",
    "next": "Try again, or go further from the photo.",
}


@pytest.fixture
def imagining(fake_site: FakeSite) -> Iterator[FakeStudio]:
    """The fake studio with a model; its subjects who are nobody are drawn in every family."""
    service = fake_site.service
    before = service.baked_families, service.job_seconds
    service.baked_families = ALL
    service.models.known = READY
    yield service
    service.models.known, service.job_refusal = {}, None
    service.baked_families, service.job_seconds = before


def seated(arrive_at_script: ArriveAtScript, **options: object) -> Visitor:
    visitor = arrive_at_script(agreed=False, **options)
    visitor.stand_in("ada")
    visitor.see(DONE)
    return visitor


def jobs_of(visitor: Visitor, imagining: FakeStudio) -> list[FakeJob]:
    """Return what this visitor ordered, in order."""
    tokens = {str(cookie["value"]) for cookie in visitor.context.cookies()}
    (subject,) = [subject for token, subject in imagining.open.items() if token in tokens]
    return list(subject.jobs.values())


def words_of(page: Page) -> str:
    return page.locator("[name=words]").input_value()


def test_a_slow_style_is_not_drawn_until_it_is_asked_for(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    asked: list[str] = []
    visitor = arrive_at_script(agreed=False)
    visitor.page.on("request", lambda request: asked.append(request.url))
    visitor.stand_in("ada")
    visitor.see(DONE)
    expect(visitor.page.locator(CLAY)).to_contain_text("About 40 seconds")
    visitor.click(CLAY)
    visitor.see("#detail-preview")
    expect(visitor.page.locator("#detail-caption")).to_contain_text("Your selfie.")
    expect(visitor.page.locator("#detail-caption")).to_contain_text("up to three more")
    expect(visitor.page.locator("#vary")).not_to_be_visible()
    expect(visitor.page.locator("#detail-taking")).to_have_text("About 40 seconds on this machine.")
    visitor.page.locator("[name=best_of]").fill("3")
    expect(visitor.page.locator("#detail-taking")).to_have_text("About 2 minutes on this machine.")
    assert not [url for url in asked if "/api/preview/clay" in url]
    visitor.click("#all-styles")
    visitor.click(".style-card[data-style=oil]")
    visitor.see("#detail-likeness .likeness")
    expect(visitor.page.locator("#detail-taking")).not_to_be_visible()
    expect(visitor.page.locator("#vary")).to_be_visible()


def test_a_model_that_is_not_ready_cannot_be_chosen(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    engine = visitor.page.locator("[name=engine]")
    expect(engine.locator("option")).to_have_text(
        ["The best that is ready", "Small: about 40 seconds", "Large: not ready here"]
    )
    expect(engine.locator("option[value=klein]")).to_be_disabled()


def test_words_and_model_stay_in_other_styles_but_the_strength_does_not(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    visitor.click("[data-word-chip='round hat']")
    visitor.page.locator("[name=engine]").select_option("sd15")
    visitor.page.locator("[name=strength]").fill("0.9")
    visitor.click("#all-styles")
    visitor.click(".style-card[data-style=synthwave]")
    assert words_of(visitor.page) == "round hat"
    expect(visitor.page.get_by_label("Take off: round hat")).to_be_visible()
    expect(visitor.page.locator("[name=engine]")).to_have_value("sd15")
    expect(visitor.page.locator("[name=strength]")).to_have_value("0.5")


def test_words_are_found_chosen_by_key_and_taken_off(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    page = visitor.page
    visitor.click("[data-word-chip='round hat']")
    expect(page.locator("[data-word-chip='round hat']")).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Words to add: group").select_option("Colour")
    expect(page.locator("[data-word-chip]")).to_have_text(["crimson", "teal"])
    search = page.get_by_label("Words to add: search")
    search.fill("FORREST")
    expect(page.locator(".words-said")).to_contain_text("These come nearest.")
    expect(page.locator("[data-word-chip]")).to_have_text(["forest"])
    search.press("Enter")
    assert words_of(page) == "round hat", "what is not in the list is not taken"
    search.fill(" Star, teal ")
    search.press("Enter")
    assert words_of(page) == "round hat, starry sky, teal"
    expect(search).to_have_value("")
    visitor.click("[data-word-chip=crimson]")
    expect(page.locator(".words-said")).to_contain_text(f"{MOST_WORDS} words at most.")
    page.locator("[data-word-chip=teal]").press("ArrowLeft")
    expect(page.locator("[data-word-chip=crimson]")).to_be_focused()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-word-chip=teal]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name=part][value=whole]")).to_be_focused()
    page.get_by_label("Take off: round hat").press("Enter")
    assert words_of(page) == "starry sky, teal"
    expect(search).to_be_focused()
    visitor.make_it()
    (job,) = jobs_of(visitor, imagining)
    assert job.controls["words"] == "starry sky, teal"


@pytest.mark.parametrize(
    "text", ["nude", "лес", "森", "<img src=x>", "a" * 10_000, "forest, " * 9_999]
)
def test_whatever_is_pasted_only_listed_words_are_taken(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio, text: str
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    search = visitor.page.get_by_label("Words to add: search")
    search.fill(text)
    search.press("Enter")
    assert words_of(visitor.page) in {"", "forest"}
    excess = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert excess <= 0


def test_an_unfinished_picture_is_shown_labelled_with_the_time_left(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    imagining.job_seconds = 12.0
    visitor.click("#make-it")
    expect(visitor.page.locator("#job-message")).to_have_text("Loading the model")
    glimpse = visitor.see("#result-glimpse")
    first = glimpse.get_attribute("src")
    expect(visitor.page.locator("#job-left")).to_contain_text("seconds left.")
    expect(visitor.page.locator("#glimpse-words")).to_contain_text("not finished yet")
    expect(glimpse).not_to_have_attribute("src", first or "")
    imagining.job_seconds = 0.2
    visitor.see("#result-image")
    expect(glimpse).not_to_be_visible()
    visitor.click("#back-to-styles")
    expect(visitor.see(".style-made")).to_have_count(1)


def test_a_cancelled_picture_leaves_no_look_behind(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    imagining.job_seconds = 30.0
    visitor.click("#make-it")
    visitor.see("#result-glimpse")
    visitor.page.reload()
    visitor.see("#result-glimpse")
    visitor.click("#job-cancel")
    assert visitor.refusal("#result-refused") == "cancelled"
    expect(visitor.page.locator("#result-glimpse")).not_to_be_visible()
    assert visitor.page.locator("#result-glimpse").get_attribute("src") is None


def test_a_refused_picture_can_be_tried_again_with_the_same_words(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = seated(arrive_at_script)
    visitor.click(CLAY)
    visitor.click("[data-word-chip='round hat']")
    imagining.job_refusal = PHOTO_LIKE
    visitor.click("#make-it")
    assert visitor.refusal("#result-refused") == "photo_like"
    expect(visitor.page.locator("#result-glimpse")).not_to_be_visible()
    imagining.job_refusal = None
    visitor.click("#try-again")
    visitor.see("#result-image")
    first, second = jobs_of(visitor, imagining)
    assert first.controls == second.controls
    assert second.controls["words"] == "round hat"
    assert first.seed != second.seed
    imagining.job_refusal = PHOTO_LIKE
    visitor.click("#result-vary")
    assert visitor.refusal("#result-refused") == "photo_like"
    expect(visitor.page.locator("#try-again")).to_have_count(0)


def test_without_a_model_the_cards_say_so_and_lead_to_what_is_needed(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    imagining.models.known = {}
    visitor = seated(arrive_at_script)
    expect(visitor.page.locator(CLAY)).to_contain_text("Needs a model")
    expect(visitor.page.locator(".style-card img")).to_have_count(8)
    visitor.click("[name=family-tab][value=imagined]")
    expect(visitor.page.locator(".cards-family:visible a")).to_have_attribute("href", "/models")
    visitor.click(CLAY)
    expect(visitor.see("[data-needs-model] .what").last).to_contain_text("needs a model")
    expect(visitor.page.locator("#make-it")).not_to_be_visible()
    expect(visitor.page.locator("#controls")).not_to_be_visible()
    visitor.click(".note[data-needs-model] a")
    visitor.see("[data-kind=sd15]")


def test_imagined_pictures_can_be_agreed_to_once_something_imagines(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    visitor = arrive_at_script(agreed=False)
    visitor.open()
    imagined = visitor.see("[data-testid=switch-imagined]")
    expect(imagined).not_to_be_checked()
    imagining.models.known = {}
    visitor.page.reload()
    visitor.see("[data-testid=switch-painted]")
    expect(imagined).to_have_count(0)


def test_the_models_page_tells_what_is_needed_and_asks_for_nothing(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio
):
    sent: list[str] = []
    visitor = arrive_at_script(agreed=False)
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.page.on(
        "request",
        lambda request: sent.append(f"{request.method} {request.url}"),
    )
    visitor.open("/models")
    page = visitor.page
    ready = visitor.see("[data-kind=sd15]")
    expect(ready).to_contain_text("About 40 seconds for one picture, measured on this machine.")
    lacking = page.locator("[data-kind=klein]")
    expect(lacking).to_have_attribute("data-ready", "false")
    expect(lacking.locator("code")).to_have_text("python app.py models pull klein")
    lacking.get_by_role("button").click()
    expect(page.locator("#models-status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "python app.py models pull klein"
    expect(page.locator("[data-weight=tiny]")).to_contain_text("Not for commercial use")
    expect(page.locator("[data-weight=tiny] a")).to_have_count(0)
    expect(page.locator("[data-weight=lost]")).to_contain_text("Cannot be read")
    assert page.locator("#part-models form").count() == 0
    assert [line for line in sent if "/api/" in line and not line.startswith("GET")] == []


def test_a_phone_finds_the_models_page_in_the_footer(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(agreed=False, viewport={"width": 360, "height": 740})
    visitor.open()
    visitor.see("#consent-families input")
    expect(visitor.page.locator(".site-nav a[href='/models']")).not_to_be_visible()
    visitor.click(".site-footer a[href='/models']")
    visitor.see("#machine h2")


@pytest.mark.parametrize("look", list(LOOKS))
def test_each_state_of_slow_styles_and_models_is_accessible(
    arrive_at_script: ArriveAtScript, imagining: FakeStudio, look: str
):
    graves: dict[str, list[str]] = {}
    visitor = seated(arrive_at_script, **LOOKS[look])
    for state in states(visitor, imagining):
        graves[state] = grave_findings(visitor.page)
        excess = visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert excess <= 0, state
        if look != "wide":
            assert visitor.page.evaluate(MOVING) == [], state
    assert {state: found for state, found in graves.items() if found} == {}
    assert len(graves) == 7


def states(visitor: Visitor, imagining: FakeStudio) -> Iterator[str]:
    """Visit what slow styles show, with a model and without."""
    yield "styles with a model"
    visitor.click(CLAY)
    visitor.see("#detail-preview")
    visitor.click("[data-word-chip='round hat']")
    yield "controls"
    visitor.page.get_by_label("Words to add: search").fill("nothing like it")
    expect(visitor.page.locator(".words-said")).to_contain_text("not in the list")
    yield "an unknown word"
    imagining.job_seconds = 60.0
    visitor.click("#make-it")
    visitor.see("#result-glimpse", timeout=30_000)
    yield "an unfinished picture"
    visitor.open("/models")
    visitor.see("[data-kind]")
    yield "models"
    imagining.models.known, imagining.job_seconds = {}, 0.2
    visitor.open("/models")
    visitor.see("[data-ready=false] .command")
    yield "no models"
    visitor.open()
    visitor.see("#result-image, .style-card")
    if visitor.page.locator("#back-to-styles").is_visible():
        visitor.click("#back-to-styles")
    visitor.click(CLAY)
    visitor.see(".note[data-needs-model]")
    yield "a style without a model"
