"""My consent: what is allowed and made, less at once, more before the camera, a copy, the end."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive, ArriveAtScript
from tests.browser.seat import agree_and_sit, sit
from tests.browser.studio import Studio
from tests.browser.test_accessibility import NARROW, grave_findings
from tests.browser.test_intake import CAMERA_ONLY
from tests.browser.visitor import Visitor

SUMMARY = "[data-state=given] .record-summary"
LOOKS = {"wide": {}, "narrow and dark": {"viewport": NARROW, "color_scheme": "dark"}}
SMALL_TARGETS = """
[...document.querySelectorAll(".my-consent :is(button, a.button, label, summary)")]
  .filter((element) => element.getClientRects().length > 0)
  .filter((element) => element.getBoundingClientRect().height < 43.5)
  .map((element) => element.textContent)
"""


def at_home(visitor: Visitor) -> Visitor:
    """Open My consent and wait until all of it is there."""
    visitor.open("/consent")
    visitor.see("[data-record]")
    visitor.see("#history-list li")
    return visitor


def test_less_is_allowed_at_once_without_a_camera(arrive: Arrive, studio: Studio, somebody: str):
    visitor = arrive()
    page = visitor.page
    agree_and_sit(studio, visitor, somebody)
    at_home(visitor)
    summary = page.locator(SUMMARY)
    expect(summary).to_contain_text("for 90 days, for anyone to see and to earn money")

    save = page.locator("#narrow-save")
    expect(save).to_be_disabled()
    visitor.click("[data-testid=keep-painted]")
    expect(save).to_be_disabled()
    expect(page.locator("#narrow-words")).to_contain_text("withdraw")
    visitor.click("[data-testid=keep-painted]")
    visitor.click("[data-testid=keep-public]")
    expect(page.locator("[data-testid=keep-commercial]")).not_to_be_checked()
    visitor.click("[name=days-left][value='30']")
    save.click()
    expect(summary).to_have_text(
        "Selfsame may draw painted stills of me for 30 days, for me alone. "
        "I can end this at any time."
    )
    expect(page.locator("[data-testid^=keep-]")).to_have_count(1)
    expect(page.locator("#earlier-list [data-state=replaced]")).to_have_count(1)
    expect(page.locator("#history-list li").first).to_contain_text("You allowed less.")
    expect(page.locator("#history-list li").first).to_contain_text("of the public log")


def test_more_counts_once_the_camera_has_seen_it(arrive: Arrive, studio: Studio, somebody: str):
    visitor = arrive()
    page = visitor.page
    agree_and_sit(studio, visitor, somebody)
    summary, newest = page.locator(SUMMARY), page.locator("#history-list li").first
    at_home(visitor)
    ask_for_more(visitor)
    visitor.open("/consent")
    expect(visitor.see("#waiting-summary")).to_have_attribute("lang", "de")
    expect(summary).to_contain_text("for 90 days, for anyone to see")
    visitor.click("#waiting-drop")
    visitor.see("#extend-begin")
    expect(newest).to_contain_text("You took back")

    ask_for_more(visitor)
    sit(studio, visitor, somebody)
    at_home(visitor)
    expect(summary).to_contain_text("365 Tage lang gemalte Bilder")
    expect(page.locator("#waiting-summary")).to_have_count(0)
    expect(newest).to_contain_text("in front of the camera")


def ask_for_more(visitor: Visitor) -> None:
    """Ask, in German, for a year instead of a month; the camera comes next."""
    visitor.click("#extend-begin")
    visitor.see("#consent-families input")
    visitor.click("#consent-languages input[value=de]")
    expect(visitor.page.locator("#consent-title")).to_have_text("Du willst mehr erlauben.")
    assert visitor.page.locator("#step-consent [type=checkbox]:checked").count() == 0
    visitor.click("[data-testid=switch-painted]")
    visitor.click("[name=days][value='365']")
    visitor.click("#consent-adult")
    visitor.click("#agree")
    visitor.see("#capture-start")
    expect(visitor.page.locator("#you-summary")).to_contain_text("365 Tage lang")


def test_the_look_that_agrees_to_more_leads_back_to_my_consent(arrive_at_script: ArriveAtScript):
    visitor = arrive_at_script(CAMERA_ONLY)
    visitor.look()
    visitor.open("/?extend=" + visitor.sitting()["record"]["id"])
    visitor.see("#consent-families input")
    visitor.agree()
    visitor.page.reload()  # the camera is waited for after a reload too
    visitor.see("#capture-start")
    expect(visitor.page.locator("#you-title")).to_contain_text("to agree.")
    visitor.click("#capture-start")
    visitor.page.wait_for_url("**/consent")
    assert visitor.sitting()["waiting"] is None


def test_what_is_kept_is_shown_deleted_and_copied(
    arrive: Arrive, studio: Studio, somebody: str, tmp_path: Path
):
    visitor = arrive()
    page = visitor.page
    agree_and_sit(studio, visitor, somebody)
    visitor.open()
    visitor.make()
    at_home(visitor)
    made, kept = page.locator("#made .thumb"), page.locator("#kept .thumb")
    expect(made).to_have_count(1)
    for picture in (made.locator("img"), kept.locator("img").first):
        picture.scroll_into_view_if_needed()
        page.wait_for_function("(image) => image.naturalWidth > 0", arg=picture.element_handle())
    archive = visitor.download("#download-archive", tmp_path)
    assert len(zipfile.ZipFile(archive).namelist()) > 3

    visitor.click("#kept [data-testid=thumb-delete] >> nth=0")
    visitor.click("#kept [data-testid=thumb-delete-yes]")
    expect(kept).to_have_count(1)
    visitor.click("#made [data-testid=thumb-delete]")
    visitor.click("#made [data-testid=thumb-delete-yes]")
    expect(made).to_have_count(0)
    expect(page.locator("#made-title")).to_be_focused()
    assert visitor.gallery().count() == 0


@pytest.mark.parametrize("look", list(LOOKS))
def test_every_part_of_the_page_is_accessible(
    arrive: Arrive, studio: Studio, somebody: str, look: str
):
    visitor = arrive(**LOOKS[look])
    page = visitor.page
    agree_and_sit(studio, visitor, somebody)
    at_home(visitor)
    ask_for_more(visitor)
    at_home(visitor)
    visitor.click("#kept [data-testid=thumb-delete] >> nth=0")
    visitor.click("#withdraw")
    visitor.see("#withdraw-yes")
    assert grave_findings(page) == []
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    visitor.click("#withdraw-yes")
    visitor.see("[data-deletion-receipt]")
    assert grave_findings(page) == []
    page.reload()
    visitor.see("[data-over]")
    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
