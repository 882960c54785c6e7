"""Somebody at the studio's pages: what they press, in words, and how often they press."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import BrowserContext, Locator, Page, expect

PATIENCE = 60_000  # milliseconds for one answer on a machine that has other things to do
SITTING_PATIENCE = 90_000  # a challenge lives for a minute
SENTENCE = re.compile(r"^[A-Z].{8,}[.]$")
REFUSED = "#you-refused [data-refusal]"
ATTEMPTS = 3  # the fifth failure would lock the camera
# A machine that has other things to do, not a person who is refused.
BUSY = ", ".join(f"#you-refused [data-refusal={code}]" for code in ("too_slow", "late"))


class Site(Protocol):
    """Whatever serves the pages."""

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        ...


class Visitor:
    """A page, and the clicks made on it."""

    def __init__(self, studio: Site, context: BrowserContext) -> None:
        self.studio = studio
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.clicks = 0

    def click(self, selector: str) -> None:
        """Press one thing."""
        self.page.locator(selector).click()
        self.clicks += 1

    def open(self, path: str = "/") -> None:
        """Type an address."""
        self.page.goto(self.studio.address + path)

    def see(self, selector: str, timeout: float = PATIENCE) -> Locator:
        """Wait until something is to be seen, and return it."""
        found = self.page.locator(selector)
        expect(found.first).to_be_visible(timeout=timeout)
        return found

    def consent(self) -> None:
        """Open the first page and agree."""
        self.open()
        self.agree()

    def agree(self) -> None:
        """Switch the first purpose on, say that one is an adult, and agree."""
        self.click("#consent-families input >> nth=0")
        self.click("#consent-adult")
        self.click("#agree")
        expect(self.page.locator("#you-summary")).to_have_text(SENTENCE)

    def look(self) -> None:
        """Look into the camera until the styles come."""
        self.click("#capture-start")
        self.passed(self.page.locator(".style-card").first)

    def passed(self, sign: Locator) -> None:
        """Wait for the sign that the camera has seen enough."""
        refused = self.page.locator(REFUSED)
        self._watch_camera(sign.or_(refused).first)
        assert not refused.is_visible(), refused.inner_text()

    def look_and_be_refused(self) -> str:
        """Look into the camera until the studio refuses; return the refusal's code."""
        self.click("#capture-start")
        return self.refused_by_camera()

    def begin_and_see(self, selector: str) -> None:
        """Start the camera and wait for something to be seen while it runs."""
        self.click("#capture-start")
        self._watch_camera(self.page.locator(selector).or_(self.page.locator(REFUSED)).first)
        self.see(selector)

    def _watch_camera(self, end: Locator) -> None:
        """Wait for a capture's end; where the machine was too busy to film, begin again."""
        busy = self.page.locator(BUSY)
        for _ in range(ATTEMPTS):
            expect(end).to_be_visible(timeout=SITTING_PATIENCE)
            if not busy.is_visible():
                return
            self.page.locator("#capture-retry").click()
            expect(busy).not_to_be_visible()
        expect(end).to_be_visible(timeout=SITTING_PATIENCE)

    def refusal(self, within: str) -> str:
        """Wait for a refusal, check that it has its three parts, and return its code."""
        note = self.page.locator(f"{within} [data-refusal]")
        expect(note).to_be_visible(timeout=SITTING_PATIENCE)
        for part in (".what", ".why", ".next"):
            expect(note.locator(part)).to_have_text(SENTENCE)
        return note.get_attribute("data-refusal") or ""

    def begin_to_look(self) -> None:
        """Start the camera and wait for its first instruction."""
        self.click("#capture-start")
        self.see("[data-instruction]:not([data-instruction=''])")

    def stand_in(self, subject: str = "") -> None:
        """Agree, then let a subject who is nobody, the first or a certain one, take the chair."""
        self.consent()
        self.click("#no-camera")
        self.click(f"[data-subject={subject}]" if subject else "[data-subject] >> nth=0")
        self.see(".style-card", timeout=SITTING_PATIENCE)

    def make(self, style: str = "toon") -> None:
        """Choose a style and make it."""
        self.click(f".style-card[data-style={style}]")
        self.make_it()

    def make_it(self) -> None:
        """Make the style that is open, and wait for the picture."""
        self.click("#make-it")
        self.see("#result-image", timeout=SITTING_PATIENCE)

    def gallery(self) -> Locator:
        """Open the gallery and return its pictures."""
        self.open("/gallery")
        self.see("#part-gallery [data-ready]")
        self.see(".work, [data-empty], [data-closed]")
        return self.page.locator(".work")

    def ask(self, path: str) -> int:
        """Ask for an address as a script in this browser would; return the answer's status."""
        return self.context.request.get(self.studio.address + path).status

    def download(self, selector: str, folder: Path) -> Path:
        """Save a file as the browser would."""
        with self.page.expect_download() as waiting:
            self.click(selector)
        target = folder / waiting.value.suggested_filename
        waiting.value.save_as(target)
        return target

    def save(self, kind: str, folder: Path) -> Path:
        """Choose a format of the finished picture and save it as the browser would."""
        self.see("#result-download [data-formats]")
        self.page.locator("#result-download [data-formats]").select_option(kind)
        return self.download("#result-download [data-testid=download]", folder)

    def verify(self, file: Path) -> dict[str, str]:
        """Read a file's marks on the Verify page; return the state of each finding."""
        self.open("/verify")
        self.see("#part-verify [data-ready]")
        self.page.locator("#verify-input").set_input_files(file)
        found = self.see("[data-finding]")
        return {
            str(item.get_attribute("data-finding")): str(item.get_attribute("data-state"))
            for item in found.all()
        }

    def refused_by_camera(self) -> str:
        """Wait until the camera's studio refuses; return the refusal's code."""
        self._watch_camera(self.page.locator(REFUSED))
        return self.refusal("#you-refused")

    def sitting(self) -> dict[str, Any]:
        """Return how far the studio says this browser has come."""
        answer = self.context.request.get(f"{self.studio.address}/api/sitting")
        return dict(answer.json())
