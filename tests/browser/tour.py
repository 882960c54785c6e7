"""Every page and every step, one after the other, for tests and pictures of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

LIVE = ".you[data-state=live]:not([data-instruction=''])"
ALL_DRAWN = """
(selector) => [...document.querySelectorAll(selector)].every((image) => image.naturalWidth > 0)
"""


def consent_views(visitor: Visitor) -> Iterator[str]:
    """Visit the first step; the last view leads on to the second."""
    visitor.open()
    visitor.see("#consent-families input")
    yield "consent"
    visitor.click("#read-notice")
    visitor.see("#notice")
    yield "consent-text"
    visitor.click("#consent-languages input[value=de]")
    expect(visitor.page.locator(".consent")).to_have_attribute("lang", "de")
    yield "consent-german"
    visitor.click("#consent-languages input[value=en]")
    expect(visitor.page.locator(".consent")).to_have_attribute("lang", "en")
    visitor.click("#read-notice")
    visitor.click("#consent-families input >> nth=0")
    visitor.click("#agree")
    visitor.see("#consent-refused .note")
    yield "consent-refused"
    visitor.click("#consent-adult")
    expect(visitor.page.locator("#consent-summary")).to_contain_text("Selfsame may")
    yield "consent-chosen"
    visitor.click("#agree")
    visitor.see("#part-capture [data-ready]")


def camera_views(visitor: Visitor) -> Iterator[str]:
    """Visit the second step: the camera for a moment, then the subjects who are nobody."""
    yield "you"
    visitor.begin_and_see(f"{LIVE}:not([data-instruction=centre])")
    yield "you-camera"
    visitor.click("#capture-stop")
    visitor.click("#no-camera")
    visitor.see("[data-subject]")
    yield "you-subjects"


def looking_views(visitor: Visitor) -> Iterator[str]:
    """Look into the camera while the colours are shown, then see which views are missing."""
    visitor.begin_and_see("#flash[data-colour^='#']")
    yield "you-colours"
    visitor.passed(visitor.page.locator(".style-card").first)
    visitor.click("#more-pictures")
    visitor.see("#coverage-words")
    yield "you-pictures"
    visitor.click("#to-styles")


def making_views(visitor: Visitor) -> Iterator[str]:
    """Visit the third and fourth steps of somebody who was seen."""
    visitor.see(".style-card img")
    yield "styles"
    visitor.click(".style-card[data-style=toon]")
    settle(visitor)
    yield "style"
    visitor.click("#make-it")
    visitor.see("#result-image")
    visitor.click(".result-marks summary")
    yield "result"


def keeping_views(visitor: Visitor, folder: Path) -> Iterator[str]:
    """Visit the other pages of somebody who made a picture."""
    file = visitor.save("png", folder)
    visitor.gallery()
    all_drawn(visitor, ".work img")
    yield "gallery"
    visitor.click("[data-testid=delete] >> nth=0")
    yield "gallery-delete"
    visitor.open("/consent")
    visitor.see("[data-record]")
    visitor.see("#history-list li")
    all_drawn(visitor, "#made .thumb img")
    yield "my-consent"
    visitor.click("#withdraw")
    visitor.see("#withdraw-yes")
    yield "my-consent-end"
    receipt = visitor.page.locator("[data-record] a[href$='receipt.html']").first
    visitor.open(receipt.get_attribute("href") or "")
    visitor.see("h1")
    yield "receipt"
    yield from public_views(visitor, file)
    visitor.open("/gallery")
    visitor.see("#gallery-lock")
    all_drawn(visitor, ".work img")
    visitor.click("#gallery-lock")
    visitor.see("[data-closed], [data-empty]")
    yield "gallery-closed"


def public_views(visitor: Visitor, file: Path) -> Iterator[str]:
    """Visit the pages that show nothing of anybody."""
    visitor.verify(file)
    visitor.see("#report")
    yield "verify"
    visitor.open("/check")
    visitor.see("#check-title")
    yield "check"
    visitor.open("/models")
    visitor.see("[data-kind]")
    yield "models"
    visitor.open("/privacy")
    visitor.see("#privacy h1")
    yield "privacy"


def settle(visitor: Visitor) -> None:
    """Wait until a style's preview is drawn."""
    visitor.see("#detail-preview")
    expect(visitor.page.locator("#detail-frame.redrawing")).to_have_count(0)


def all_drawn(visitor: Visitor, selector: str) -> None:
    """Wait until every picture has come."""
    visitor.see(selector)
    visitor.page.wait_for_function(ALL_DRAWN, arg=selector)
