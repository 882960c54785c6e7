""" "This is me and I did not agree": anybody may hold a picture back, and nobody gets it then."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.seat import agree_and_sit
from tests.browser.studio import Studio
from tests.browser.test_accessibility import grave_findings


def test_whoever_did_not_agree_holds_a_picture_back_without_a_name(
    arrive: Arrive, studio: Studio, somebody: str, tmp_path: Path
):
    maker = arrive()
    agree_and_sit(studio, maker, somebody)
    maker.open()
    maker.make()
    file = maker.save("webp", tmp_path)

    stranger = arrive()
    stranger.verify(file)
    expect(stranger.see("#report")).to_contain_text("nobody gets the picture from this studio")
    assert grave_findings(stranger.page) == []
    stranger.click("#report-send")
    assert stranger.refusal("#report") == "report_empty"
    stranger.page.locator("#report-statement").fill("This is me, and I did not agree.")
    stranger.click("#report-send")
    sent = stranger.see("#report-sent")
    expect(sent.locator("code")).not_to_be_empty()
    expect(sent.locator(".what")).to_be_focused()
    assert grave_findings(stranger.page) == []

    held = maker.gallery()
    expect(held).to_contain_text("Held back")
    assert held.locator("a").count() == 0
    assert maker.ask(f"/api/outputs/{held.get_attribute('data-output')}?save=1") != 200
    maker.open("/consent")
    expect(maker.see("#made .thumb")).to_contain_text("Held back")
    assert stranger.verify(file)["report"] == "disputed"


def test_whose_file_has_lost_its_note_is_told_where_else_to_go(arrive: Arrive, tmp_path: Path):
    picture = tmp_path / "found.png"
    Image.effect_noise((64, 64), 60).convert("RGB").save(picture)
    visitor = arrive()
    visitor.open("/verify")
    expect(visitor.see("#verify-foot")).to_contain_text("without a name")
    visitor.verify(picture)
    expect(visitor.see("#report-none")).to_contain_text("nothing here to hold back")
    assert grave_findings(visitor.page) == []
    visitor.open("/check")
    visitor.see("#check-title")
    assert grave_findings(visitor.page) == []
    assert visitor.page.locator(".check a[href='/verify']").count() > 0
    assert visitor.page.locator("footer a[href='/check']").count() == 1
