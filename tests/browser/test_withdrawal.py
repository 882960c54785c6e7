"""Ending consent is as easy as giving it, and leaves nothing but the files that were saved."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from playwright.sync_api import StorageState, expect

from tests.browser.conftest import Arrive
from tests.browser.seat import sit
from tests.browser.studio import Studio
from tests.browser.visitor import Visitor

ENDED = {
    "visible label": "found",
    "C2PA manifest": "trusted",
    "XMP metadata": "found",
    "consent record": "withdrawn",
}


def test_withdrawing_takes_no_more_clicks_than_consenting_and_deletes_everything(
    arrive: Arrive, studio: Studio, somebody: str, tmp_path: Path
):
    before = studio.stored()
    visitor = arrive()
    visitor.consent()
    clicks_to_give = visitor.clicks
    sit(studio, visitor, somebody)
    visitor.open()
    visitor.make()
    file = visitor.save("png", tmp_path)
    assert visitor.verify(file)["consent record"] == "given"
    visitor.open()
    visitor.see(".style-card")

    given = visitor.clicks
    visitor.click("nav a[href='/consent']")
    visitor.click("#withdraw")
    visitor.click("#withdraw-yes")
    visitor.see("[data-deletion-receipt]")
    assert visitor.clicks - given <= clicks_to_give
    told = visitor.page.locator("[data-testid=exported-files]")
    expect(told).to_contain_text(hashlib.sha256(file.read_bytes()).hexdigest())
    expect(told).to_contain_text("visible label")
    receipt = visitor.download("[data-testid=download-deletion-receipt]", tmp_path)
    assert "Ed25519" in receipt.read_text()

    assert studio.stored() == before
    assert visitor.gallery().count() == 0
    assert visitor.ask("/api/outputs") != 200
    findings = visitor.verify(file)
    assert {name: findings[name] for name in ENDED} == ENDED
    the_proof_is_still_there(visitor)


def the_proof_is_still_there(visitor: Visitor) -> None:
    """Open My consent anew: what ended is listed, with what happened and its receipt."""
    visitor.open("/consent")
    visitor.see("[data-over]")
    visitor.see("[data-deletion-receipt]")
    ended = visitor.see("#earlier-list [data-state=withdrawn]")
    expect(visitor.page.locator("#history-list li").first).to_contain_text("You ended")
    address = ended.locator("a[href$='receipt.json']").get_attribute("href") or ""
    assert visitor.ask(address) == 200


def test_a_receipt_can_be_read_and_kept(arrive: Arrive, nobody: StorageState, tmp_path: Path):
    visitor = arrive(storage_state=nobody)
    visitor.open("/consent")
    visitor.see("[data-record]")
    receipt = visitor.download("a[href$='receipt.json']", tmp_path)
    assert "signature" in receipt.read_text()
    with visitor.context.expect_page() as opened:
        visitor.click("a[href$='receipt.html']")
    expect(opened.value.locator("h1")).to_be_visible()


def test_nobody_has_agreed_where_nobody_is_drawn(arrive: Arrive, nobody: StorageState):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.see(".style-card")
    step = visitor.page.locator("#step-consent-button")
    expect(step).to_have_class(re.compile("completed"))
    expect(step.locator("svg")).not_to_be_visible()
