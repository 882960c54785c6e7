"""Own pictures and videos: several at once, an answer for each, and what is still missing."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import expect

from tests.browser.conftest import ArriveAtScript
from tests.browser.scripted import Script
from tests.browser.visitor import Visitor

CAMERA_ONLY = Script(socket=False)
MARKS = """
[...document.querySelectorAll("[data-cover]")].map((mark) => [mark.innerText, mark.dataset.done])
"""


def file(name: str, kind: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": data}


PICTURE = file("me.jpg", "image/jpeg", b"\xff\xd8\xff a picture")
VIDEO = file("turning.mp4", "video/mp4", b"\0\0\0\x20ftypisom a video")
TEXT = file("notes.png", "image/png", b"no picture")


def seated(arrive_at_script: ArriveAtScript, **options: object) -> Visitor:
    """Return somebody who was seen by the camera and looks at their pictures."""
    visitor = arrive_at_script(CAMERA_ONLY, **options)
    visitor.look()
    visitor.click("#more-pictures")
    visitor.see("#selfies-drop")
    return visitor


def add(visitor: Visitor, files: Sequence[dict[str, object]]) -> None:
    """Choose files and wait for the answers."""
    visitor.page.locator("#selfies-input").set_input_files(files)  # type: ignore[arg-type]
    for one in files:
        expect(
            visitor.page.locator(f"[data-selfie='{one['name']}'][data-accepted]")
        ).to_be_visible()
    expect(visitor.page.locator("#selfies-work")).not_to_be_visible()


def test_what_is_missing_is_said_in_words(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    words = visitor.page.locator("#coverage-words")
    expect(words).to_have_text("4 of 5 views are missing. Turn your head a little to your left.")
    marks = visitor.page.locator("#coverage-marks")
    expect(marks).to_have_role("list")
    assert [done for _, done in visitor.page.evaluate(MARKS)] == ["true"] + ["false"] * 4
    assert marks.locator("li").first.text_content() == "Straight ahead: there"
    assert marks.locator("li").last.text_content() == "Very sharp: missing"


def test_the_last_missing_views_are_named(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    add(visitor, [PICTURE])
    expect(visitor.page.locator("#coverage-words")).to_have_text(
        "Missing: another light, a smile, very sharp. "
        "Take one in another light, beside a window for instance."
    )


def test_several_files_and_a_video_are_each_answered_and_the_coverage_grows(
    arrive_at_script: ArriveAtScript,
):
    visitor = seated(arrive_at_script)
    add(visitor, [PICTURE, TEXT, VIDEO])
    page = visitor.page
    video = page.locator("[data-selfie='turning.mp4']")
    expect(video).to_have_attribute("data-accepted", "true")
    expect(video.locator(".chip")).to_have_text("3 pictures kept")
    expect(page.locator("[data-selfie='me.jpg'] .chip")).to_have_text("It is you")
    refused = page.locator("[data-selfie='notes.png']")
    expect(refused).to_have_attribute("data-accepted", "false")
    expect(refused.locator(".what, .why, .next")).to_have_count(3)
    expect(page.locator("#passed-text")).to_have_text("9 pictures of you are ready.")
    expect(page.locator("#coverage-words")).to_have_text("Your pictures show every view.")


def test_files_can_be_dropped(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    visitor.page.evaluate(
        """() => {
          const held = new DataTransfer();
          for (const name of ["one.jpg", "two.jpg"]) {
            const bytes = new Uint8Array([255, 216, 255]);
            held.items.add(new File([bytes], name, { type: "image/jpeg" }));
          }
          document.getElementById("selfies-drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
        }"""
    )
    expect(visitor.page.locator("[data-accepted=true]")).to_have_count(2)


def test_the_rest_can_be_left_out_while_one_is_looked_at(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    page = visitor.page
    page.route("**/api/selfies", lambda _route: None)  # never answered
    names = ["one.jpg", "two.jpg", "three.jpg"]
    page.locator("#selfies-input").set_input_files(
        [{**PICTURE, "name": name} for name in names]  # type: ignore[misc]
    )
    expect(page.locator("#selfies-words")).to_contain_text("file 1 of 3")
    visitor.click("#selfies-stop")
    for name in names:
        expect(page.locator(f"[data-selfie='{name}'] .chip")).to_have_text("Left out")
    expect(page.locator("#selfies-work")).not_to_be_visible()


def test_a_file_beyond_the_limit_is_refused_before_it_is_sent(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    page = visitor.page
    page.evaluate("document.getElementById('selfies-drop').dataset.most = '8'")
    add(visitor, [PICTURE])
    row = page.locator("[data-selfie='me.jpg']")
    expect(row).to_have_attribute("data-accepted", "false")
    expect(row.locator(".what, .why, .next")).to_have_count(3)


def test_a_videos_formats_are_offered(arrive_at_script: ArriveAtScript):
    visitor = seated(arrive_at_script)
    accepted = visitor.page.locator("#selfies-input").get_attribute("accept") or ""
    assert {"video/mp4", "video/quicktime", "video/webm"} <= set(accepted.split(","))
