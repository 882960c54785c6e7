"""Verify in a browser: a file in, cards and a picture out, for every hand, eye and screen."""

from __future__ import annotations

import base64
import io
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, Route, expect

from studio.ui.settings import UiSettings
from tests.browser.conftest import Arrive, ArriveAtScript
from tests.browser.seat import agree_and_sit
from tests.browser.studio import Studio
from tests.browser.test_accessibility import MOVING, grave_findings
from tests.browser.test_states import LOOKS
from tests.browser.visitor import Visitor
from tests.browser.watch import Watch

CARDS = 4  # of the fake studio
DROP = """
([name, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, { type: "image/png" }));
  const target = document.querySelector("#verify-title");
  const options = { dataTransfer: held, bubbles: true, cancelable: true };
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, options));
  }
}
"""


def png(colour: str = "teal", side: int = 64) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (side, side), colour).save(buffer, "PNG")
    return buffer.getvalue()


def drop(page: Page, name: str, data: bytes) -> None:
    """Drop a file beside the dashed frame, as hurried people do."""
    page.evaluate(DROP, [name, base64.b64encode(data).decode()])


def at_verify(arrive: ArriveAtScript, **options: object) -> Visitor:
    visitor = arrive(agreed=False, **options)
    visitor.open("/verify")
    visitor.see("#part-verify [data-ready]")
    return visitor


@pytest.mark.parametrize("look", list(LOOKS))
def test_dropped_file_becomes_cards_and_a_picture_that_everybody_can_use(
    arrive_at_script: ArriveAtScript, look: str
):
    visitor = at_verify(arrive_at_script, **LOOKS[look])
    page = visitor.page
    assert grave_findings(page) == []
    drop(page, "found.png", png())
    expect(page.locator("[data-finding]")).to_have_count(CARDS)
    heading = page.locator(".verify-head h2")
    expect(heading).to_have_text("found.png")
    expect(heading).to_be_focused()
    expect(page.locator("#verify-sum")).to_contain_text("of four mark")
    picture = page.locator("#verify-picture")
    expect(picture).to_have_attribute(
        "alt", "Small copy of found.png that shows where marks were found"
    )
    assert picture.evaluate("(image) => image.decode().then(() => image.naturalWidth)") > 0
    for card in page.locator("[data-finding]").all():
        expect(card.locator(".how")).not_to_be_empty()
        expect(card.locator(".chip")).not_to_be_empty()
    assert grave_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    if look != "wide":
        assert page.evaluate(MOVING) == []


def test_file_is_chosen_with_the_keyboard_alone(arrive_at_script: ArriveAtScript):
    visitor = at_verify(arrive_at_script)
    page = visitor.page
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "verify-input":
            break
    expect(page.locator("#verify-input")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files([{"name": "a.png", "mimeType": "image/png", "buffer": png()}])
    expect(page.locator(".verify-head h2")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    page.keyboard.press("Enter")
    expect(page.locator("[data-finding] pre").first).to_be_visible()


def test_waiting_is_shown_and_said_and_the_last_file_counts(arrive_at_script: ArriveAtScript):
    visitor = at_verify(arrive_at_script, reduced_motion="reduce")
    page = visitor.page

    def slowly(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/api/verify?*", slowly)
    drop(page, "first.png", png())
    expect(page.locator("#verify-waiting")).to_be_visible()
    expect(page.locator("#verify-status")).to_have_text("Reading first.png")
    assert page.locator(".verify").get_attribute("aria-busy") == "true"
    drop(page, "second.png", png("red"))
    expect(page.locator("[data-finding]")).to_have_count(CARDS)
    expect(page.locator(".verify-head h2")).to_have_text("second.png")
    expect(page.locator(".verify")).not_to_have_attribute("aria-busy", "true")


def test_file_that_is_too_large_is_not_even_sent(arrive_at_script: ArriveAtScript, tmp_path: Path):
    visitor = at_verify(arrive_at_script)
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url))
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(UiSettings("").max_upload_bytes + 1)
    visitor.page.locator("#verify-input").set_input_files(large)
    assert visitor.refusal("#verify-result") == "too_large"
    assert not [url for url in asked if "/api/verify" in url]


def test_what_is_no_picture_is_refused_on_the_page(arrive: Arrive, watch: Watch, tmp_path: Path):
    watch.expect_status(422, "^/api/verify$")
    visitor = arrive()
    visitor.open("/verify")
    visitor.see("#part-verify [data-ready]")
    files = {
        "empty.png": b"",
        "letter.png": b"hello",
        "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='document.title=1'/>",
    }
    codes = {}
    for name, data in files.items():
        file = tmp_path / name
        file.write_bytes(data)
        with visitor.page.expect_response("**/api/verify?*"):
            visitor.page.locator("#verify-input").set_input_files(file)
        codes[name] = visitor.refusal("#verify-result")
        assert grave_findings(visitor.page) == []
    assert codes == {
        "empty.png": "empty_file",
        "letter.png": "not_a_picture",
        "drawing.svg": "drawing_of_text",
    }
    assert "Verify" in visitor.page.title()


def test_avatar_without_its_note_is_still_known_and_can_be_held_back(
    arrive: Arrive, studio: Studio, watch: Watch, somebody: str, tmp_path: Path
):
    watch.expect_status(403, "^/api/(outputs|selfies)")  # what is on its way when all ends
    maker = arrive()
    agree_and_sit(studio, maker, somebody)
    maker.open()
    maker.make()
    stripped = tmp_path / "from-a-messenger.jpg"
    with Image.open(maker.save("png", tmp_path)) as picture:
        picture.convert("RGB").resize((640, 640)).save(stripped, "JPEG", quality=60)
    stranger = arrive()
    states = stranger.verify(stripped)
    assert states["C2PA manifest"] == "not found"
    assert states["invisible watermark"] == "detected"
    assert states["visible label"] == "found"
    assert states["consent record"] == "unknown here"
    stranger.see("#verify-picture")
    expect(stranger.see("#report")).to_contain_text("made here")
    maker.open("/consent")
    maker.click("#withdraw")
    maker.click("#withdraw-yes")
    maker.see("[data-deletion-receipt]")
    assert stranger.verify(stripped)["consent record"] == "withdrawn"
    consent = stranger.page.locator("[data-finding='consent record']")
    expect(consent).to_contain_text("shredded")
    expect(consent).to_contain_text("deleted")
