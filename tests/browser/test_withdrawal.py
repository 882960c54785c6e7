"""Ending consent is as easy as giving it, and leaves nothing but the files that were saved."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import StorageState, expect

from tests.browser.conftest import Arrive
from tests.browser.studio import Studio


def test_withdrawing_takes_no_more_clicks_than_consenting_and_deletes_everything(
    arrive: Arrive, studio: Studio, tmp_path: Path
):
    before = studio.stored()
    visitor = arrive()
    visitor.consent()
    clicks_to_give = visitor.clicks
    visitor.look()
    visitor.make()
    file = visitor.download("#download-png", tmp_path)
    assert visitor.verify(file)["consent record"] == "given"
    visitor.open()
    visitor.see(".style-card")

    given = visitor.clicks
    visitor.click("nav a[href='/consent']")
    visitor.click("#withdraw")
    visitor.click("#withdraw-yes")
    visitor.see("#deletion-receipt")
    assert visitor.clicks - given <= clicks_to_give
    receipt = visitor.download("#download-deletion-receipt", tmp_path)
    assert "Ed25519" in receipt.read_text()

    assert studio.stored() == before
    assert visitor.gallery().count() == 0
    assert visitor.ask("/api/outputs") != 200
    assert visitor.verify(file) == {
        "visible label": "found",
        "C2PA manifest": "trusted",
        "XMP metadata": "found",
        "consent record": "withdrawn",
    }


def test_a_receipt_can_be_read_and_kept(arrive: Arrive, nobody: StorageState, tmp_path: Path):
    visitor = arrive(storage_state=nobody)
    visitor.open("/consent")
    visitor.see("[data-record]")
    receipt = visitor.download("a[href$='receipt.json']", tmp_path)
    assert "signature" in receipt.read_text()
    with visitor.context.expect_page() as opened:
        visitor.click("a[href$='receipt.html']")
    expect(opened.value.locator("h1")).to_be_visible()
