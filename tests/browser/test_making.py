"""Pictures of a subject who is nobody; jobs that a page finds again or cancels."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import StorageState, expect

from studio.jobs.made import Made
from studio.jobs.types import Job
from studio.jobs.workshop import Workshop
from tests.browser.conftest import Arrive

FORBIDDEN = 403
HOLD_SECONDS = 120.0


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let every job wait, once it draws, until the event is set."""
    go = threading.Event()
    draw = Workshop.render_and_release

    def draw_later(workshop: Workshop, job: Job, **keywords: Callable[[], None]) -> Made:
        go.wait(HOLD_SECONDS)
        return draw(workshop, job, **keywords)

    monkeypatch.setattr(Workshop, "render_and_release", draw_later)
    yield go
    go.set()


def test_the_avatar_of_a_subject_who_is_nobody_says_so(arrive: Arrive, tmp_path: Path):
    visitor = arrive()
    visitor.stand_in()
    expect(visitor.page.locator("#styles-synthetic")).to_have_text("Synthetic subject")
    visitor.click("#step-capture-button")
    visitor.see("#you-passed")
    expect(visitor.page.locator("#selfies")).not_to_be_visible()
    visitor.click("#to-styles")
    visitor.make()
    expect(visitor.page.locator("#result-synthetic")).to_have_text("Synthetic subject")
    file = visitor.save("png", tmp_path)
    visitor.verify(file)
    manifest = visitor.page.locator("[data-finding='C2PA manifest'] pre")
    details = json.loads(manifest.text_content() or "{}")
    assert details["synthetic_subject"] is True

    assert visitor.gallery().count() == 1
    visitor.click("#gallery-lock")
    expect(visitor.page.locator(".work")).to_have_count(0)
    assert visitor.ask("/api/outputs") == FORBIDDEN


def test_a_reloaded_page_finds_its_job_again(
    arrive: Arrive, held: threading.Event, nobody: StorageState
):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.click(".style-card[data-style=toon]")
    visitor.click("#make-it")
    visitor.see("[data-job-state=running]")
    visitor.page.reload()
    visitor.see("[data-job-state=running]")
    visitor.open()  # the address alone leads there too
    visitor.see("[data-job-state=running]")
    held.set()
    visitor.see("#result-image")
    visitor.page.reload()
    visitor.see("#result-image")


def test_the_chosen_format_is_remembered_for_every_picture(
    arrive: Arrive, nobody: StorageState, tmp_path: Path
):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.make()
    assert visitor.save("avif", tmp_path).suffix == ".avif"
    works = visitor.gallery()
    shown = works.first.locator("[data-formats]")
    expect(shown).to_have_value("avif")
    expect(shown.locator("option")).to_have_text(["PNG", "WebP", "JPEG", "AVIF"])
    shown.select_option("jpeg")
    for other in works.all():
        expect(other.locator("[data-formats]")).to_have_value("jpeg")
        link = other.locator("[data-testid=download]")
        expect(link).to_have_attribute("href", re.compile("format=jpeg&save=1$"))
        expect(link).to_have_attribute("aria-label", re.compile("as JPEG$"))
    file = visitor.download(".work >> nth=0 >> [data-testid=download]", tmp_path)
    assert file.suffix == ".jpg"
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("JPEG", (1024, 1024))
    visitor.page.reload()
    expect(visitor.gallery().first.locator("[data-formats]")).to_have_value("jpeg")


def test_a_cancelled_job_leaves_no_picture(
    arrive: Arrive, held: threading.Event, nobody: StorageState
):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    made = visitor.gallery().count()
    visitor.open()
    visitor.click(".style-card[data-style=toon]")
    visitor.click("#make-it")
    visitor.see("[data-job-state=running]")
    visitor.click("#job-cancel")
    assert visitor.refusal("#result-refused") == "cancelled"
    held.set()
    visitor.page.wait_for_timeout(3000)  # what was being drawn may end now
    assert visitor.gallery().count() == made


def test_a_control_changes_the_labelled_preview(arrive: Arrive, nobody: StorageState):
    visitor = arrive(storage_state=nobody)
    visitor.open()
    visitor.click(".style-card[data-style=toon]")
    frame = visitor.page.locator("#detail-frame")
    expect(frame).not_to_have_class("redrawing")
    preview = visitor.see("#detail-preview")
    before = preview.get_attribute("src")
    visitor.click("#controls input[type=radio]:not(:checked) >> nth=0")
    expect(preview).not_to_have_attribute("src", before or "")
    visitor.see("#detail-preview")
