"""Further pictures of oneself, before the real studio: a video is taken, an avatar is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Arrive
from tests.browser.seat import agree_and_sit
from tests.browser.studio import Studio
from tests.browser.visitor import SITTING_PATIENCE, Visitor
from tests.studio.sitting.videos import clip, film

DONE = "[data-cover][data-done=true]"


@pytest.fixture(scope="module")
def video(studio: Studio, somebody: str, tmp_path_factory: pytest.TempPathFactory) -> FilePayload:
    """A few seconds of somebody, who turns and looks up."""
    member = studio.house.cast[somebody]
    images = clip(member, "still", "turn_left", "turn_right", "look_up", "smile", each=4)
    data = film(tmp_path_factory.mktemp("films") / "me.mp4", images)
    return {"name": "me.mp4", "mimeType": "video/mp4", "buffer": data}


def test_a_video_of_oneself_fills_the_coverage_and_an_avatar_is_refused(
    arrive: Arrive, studio: Studio, somebody: str, video: FilePayload, tmp_path: Path
):
    visitor = arrive()
    agree_and_sit(studio, visitor, somebody)
    visitor.open()
    visitor.make()
    avatar = visitor.save("png", tmp_path)
    visitor.click("#step-capture-button")
    visitor.see("#selfies-drop")
    page = visitor.page
    marks = page.locator(DONE)
    expect(page.locator("#coverage-words")).to_contain_text("missing")
    before, kept_before = marks.count(), studio.stored()["probes"]

    judged(visitor, video, "true")
    expect(page.locator("[data-selfie='me.mp4'] .chip")).to_contain_text("kept")
    expect(marks.nth(before + 1)).to_be_attached()  # the marks follow the answer
    assert studio.stored()["probes"] >= kept_before + 2
    kept = studio.stored()["probes"]

    judged(visitor, avatar, "false")
    assert page.locator(f"[data-selfie='{avatar.name}'] .what").count() == 1
    assert studio.stored()["probes"] == kept


def judged(visitor: Visitor, file: Path | FilePayload, accepted: str) -> None:
    """Choose a file and wait for its answer."""
    name = file.name if isinstance(file, Path) else file["name"]
    visitor.page.locator("#selfies-input").set_input_files(file)
    row = visitor.page.locator(f"[data-selfie='{name}']")
    expect(row).to_have_attribute("data-accepted", accepted, timeout=SITTING_PATIENCE)
    expect(visitor.page.locator("#selfies-work")).not_to_be_visible()
