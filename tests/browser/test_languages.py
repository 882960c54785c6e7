"""The consent step: in the language that is read, with switches that start off, by keyboard too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ArriveAtScript
from tests.browser.scripted import FakeSite
from tests.browser.test_accessibility import NARROW, grave_findings
from tests.browser.visitor import Visitor

TABS = ("language", "family", "family", "days", "audience", "audience")
FOCUSED = "document.activeElement.name || document.activeElement.id"
SMALL_TARGETS = """
[...document.querySelectorAll(".consent :is(button, a.button, label)")]
  .filter((element) => element.getClientRects().length > 0)
  .filter((element) => element.getBoundingClientRect().height < 43.5)
  .map((element) => element.textContent)
"""


@pytest.fixture
def new_text(fake_site: FakeSite) -> Iterator[None]:
    """The consent text has changed since anybody agreed."""
    fake_site.service.notice_changed = True
    yield
    fake_site.service.notice_changed = False


def at_the_door(arrive_at_script: ArriveAtScript, **options: object) -> Visitor:
    visitor = arrive_at_script(agreed=False, **options)
    visitor.open()
    visitor.see("#consent-families input")
    return visitor


def test_the_whole_step_changes_its_language_and_keeps_what_was_chosen(
    arrive_at_script: ArriveAtScript,
):
    visitor = at_the_door(arrive_at_script)
    page = visitor.page
    visitor.click("[data-testid=switch-painted]")
    visitor.click("#consent-languages input[value=de]")
    expect(page.locator(".consent")).to_have_attribute("lang", "de")
    expect(page.locator("#consent-title")).to_have_text(
        "Du bestimmst, was aus deinem Gesicht gemacht werden darf."
    )
    expect(page.locator("#consent-summary")).to_contain_text("90 Tage lang gemalte Bilder")
    expect(page.locator("[data-testid=switch-painted]")).to_be_checked()
    visitor.click("#read-notice")
    expect(page.locator("#notice h2")).to_have_text("Worin du einwilligst")
    visitor.click("#agree")
    note = visitor.see("#consent-refused [data-refusal=adult_not_attested]")
    expect(note).to_have_attribute("lang", "de")
    visitor.click("#consent-adult")
    visitor.click("#agree")
    expect(page.locator("#you-summary")).to_have_attribute("lang", "de")
    assert visitor.sitting()["record"]["language"] == "de"
    visitor.click("#step-consent-button")
    expect(page.locator("#consent-standing")).to_contain_text("Du hast schon zugestimmt.")
    page.reload()
    visitor.click("#step-consent-button")
    expect(page.locator(".consent")).to_have_attribute("lang", "en")


def test_nothing_is_ticked_and_earning_money_takes_showing_with_it(
    arrive_at_script: ArriveAtScript,
):
    visitor = at_the_door(arrive_at_script)
    page = visitor.page
    assert page.locator("#step-consent [type=checkbox]:checked").count() == 0
    shown, sold = (
        page.locator(f"[data-testid=switch-{name}]") for name in ("public", "commercial")
    )
    visitor.click("[data-testid=switch-illustrated]")
    expect(page.locator("#consent-summary")).to_contain_text("for me alone")
    sold.click()
    expect(shown).to_be_checked()
    expect(page.locator("#consent-summary")).to_contain_text("to earn money with")
    shown.click()
    expect(sold).not_to_be_checked()
    expect(page.locator("#consent-summary")).to_contain_text("for me alone")


def test_the_keyboard_goes_through_the_step_in_the_order_in_which_it_is_read(
    arrive_at_script: ArriveAtScript,
):
    visitor = at_the_door(arrive_at_script)
    page = visitor.page
    page.locator("#consent-languages input:checked").focus()
    order = list(tabs(page, len(TABS) + 1))
    assert order == [*TABS[1:], "consent-adult", "agree"]
    page.locator("[name=family] >> nth=0").focus()
    page.keyboard.press("Space")
    page.locator("#consent-adult").focus()
    page.keyboard.press("Space")
    page.locator("#agree").focus()
    page.keyboard.press("Enter")
    visitor.see("#capture-start")


def tabs(page: Page, count: int) -> Iterator[str]:
    """Press the tabulator, and tell what has the focus each time."""
    for _ in range(count):
        page.keyboard.press("Tab")
        yield page.evaluate(FOCUSED)


def test_a_new_text_is_told_calmly_and_asked_for_again(
    arrive_at_script: ArriveAtScript, new_text: None
):
    del new_text
    visitor = arrive_at_script()
    visitor.click("#step-consent-button")
    note = visitor.page.locator("#consent-standing")
    expect(note).to_contain_text("The text has changed since you agreed.")
    expect(note.locator("#notice-changes")).to_contain_text("it does not learn from them")
    visitor.open("/consent")
    expect(visitor.see("#notice-changed")).to_contain_text("nothing new is drawn")


@pytest.mark.parametrize("look", [{}, {"viewport": NARROW, "color_scheme": "dark"}])
def test_the_step_is_accessible_in_german_too(arrive_at_script: ArriveAtScript, look: dict):
    visitor = at_the_door(arrive_at_script, **look)
    page = visitor.page
    visitor.click("#consent-languages input[value=de]")
    visitor.click("#read-notice")
    visitor.click("#agree")
    expect(page.locator("#notice")).to_be_visible()
    assert grave_findings(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
