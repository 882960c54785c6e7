"""Takes the README's pictures with a real browser: every step, wide, dark and on a phone.

Only baked subjects, who are nobody, sit before the camera. Run by `make shots`; look at every
picture before a release.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, ViewportSize

from tests.browser import tour
from tests.browser.camera import Cameras, Plan, change
from tests.browser.chromium import running_chromium
from tests.browser.studio import Studio, running_studio
from tests.browser.visitor import SITTING_PATIENCE, Visitor

PICTURES = Path("docs/pictures")
QUALITY = 78  # of lossy WebP
LIMIT = 3 * 1024 * 1024  # bytes of all pictures together
CAMERA_WIDTH = 1280  # pixels: a good webcam
PAIR_HEIGHT = 720  # pixels of portrait-to-avatar.webp
MOMENT = 600  # milliseconds until a page has come to rest
DRAWN = "!document.querySelector('.style-frame.skeleton')"  # every sample has arrived
TURN = 700  # milliseconds until a head has turned half way
RUNNING = frozenset({"you-camera", "you-colours"})  # views of which only the window counts
SHOWN = frozenset(
    {
        "consent-chosen",
        "consent-german",
        "you",
        "you-camera",
        "you-colours",
        "you-pictures",
        "styles",
        "style",
        "result",
        "gallery",
        "my-consent",
        "my-consent-end",
        "verify",
        "check",
        "models",
    }
)


LISTS = {"models": 1480}  # pages that go on alike: pixels that are kept


@dataclass(frozen=True)
class Look:
    """One kind of screen."""

    name: str
    subject: str
    viewport: ViewportSize
    colours: Literal["light", "dark"] = "light"
    scale: float = 1.0  # device pixels per CSS pixel
    whole: bool = True  # the whole page, however far it scrolls


LOOKS = (
    Look("wide", "birch", {"width": 1280, "height": 820}),
    Look("dark", "maple", {"width": 1280, "height": 820}, colours="dark"),
    Look("phone", "ash", {"width": 390, "height": 844}, scale=2.0, whole=False),
)


def main() -> int:
    """Take all pictures; the exit status tells whether they fit."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_studio(Path(folder) / "data") as studio,
        running_chromium() as browser,
    ):
        cameras = Cameras(studio.house.cast)
        for look in LOOKS:
            plan = Plan(look.subject, width=CAMERA_WIDTH, act="hesitant")
            with visit(studio, browser, cameras, plan, look) as guest:
                for view in views(guest, Path(folder)):
                    if view in SHOWN:
                        shoot(guest, view, look)
        look = LOOKS[0]
        with visit(studio, browser, cameras, Plan(look.subject), look) as guest:
            pair(guest, look.subject, cameras.still(look.subject), Path(folder))
    size = sum(picture.stat().st_size for picture in PICTURES.glob("*.webp"))
    print(f"{size / 1024:.0f} kB in {PICTURES}")
    return 0 if size <= LIMIT else 1


@contextmanager
def visit(
    studio: Studio, browser: Browser, cameras: Cameras, plan: Plan, look: Look
) -> Iterator[Visitor]:
    """Let somebody sit before one kind of screen."""
    context = browser.new_context(
        viewport=look.viewport,
        color_scheme=look.colours,
        device_scale_factor=look.scale,
        permissions=["camera"],
        accept_downloads=True,
    )
    cameras.attach(context, plan)
    yield Visitor(studio, context)
    context.close()


def views(visitor: Visitor, folder: Path) -> Iterator[str]:
    """Visit everything, with a few pictures in the gallery."""
    yield from chain(tour.consent_views(visitor), tour.camera_views(visitor))
    visitor.click("#no-camera")
    change(visitor.page, act="follow")
    yield from chain(tour.looking_views(visitor), tour.making_views(visitor))
    for number in (1, 2):
        make_another(visitor, number)
    yield from tour.keeping_views(visitor, folder)


def make_another(visitor: Visitor, number: int) -> None:
    """Make one more picture, with another choice."""
    visitor.click("#back-to-styles")
    visitor.click(".style-card[data-style=toon]")
    visitor.page.locator("#controls [name=palette]").nth(number).check()
    visitor.click("#make-it")
    visitor.see("#result-image", timeout=SITTING_PATIENCE)


def shoot(visitor: Visitor, view: str, look: Look) -> None:
    """Take one picture of the page as it is now; the camera's while the head turns."""
    if view == "you-camera":
        visitor.page.locator("[data-instruction^=turn_]").wait_for(timeout=SITTING_PATIENCE)
        visitor.page.wait_for_timeout(TURN)
    elif view != "you-colours":
        if view == "styles":
            visitor.page.wait_for_function(DRAWN, timeout=SITTING_PATIENCE)
        visitor.page.wait_for_timeout(MOMENT)
    data = visitor.page.screenshot(full_page=look.whole and view not in RUNNING)
    screen = Image.open(io.BytesIO(data)).convert("RGB")
    if view in LISTS:
        screen = screen.crop((0, 0, screen.width, min(screen.height, LISTS[view])))
    screen.save(PICTURES / f"{view}-{look.name}.webp", quality=QUALITY, method=6)
    print(f"{view}-{look.name}")


def pair(visitor: Visitor, subject: str, still: bytes, folder: Path) -> None:
    """Put a baked subject's still beside its labelled avatar."""
    visitor.stand_in(subject)
    visitor.make()
    avatar = Image.open(visitor.save("png", folder)).convert("RGB")
    portrait = Image.open(io.BytesIO(still)).convert("RGB")
    height = portrait.height
    left = (portrait.width - height) // 2
    portrait = portrait.crop((left, 0, left + height, height))
    both = Image.new("RGB", (2 * PAIR_HEIGHT, PAIR_HEIGHT))
    for column, picture in enumerate((portrait, avatar)):
        small = picture.resize((PAIR_HEIGHT, PAIR_HEIGHT), Image.Resampling.LANCZOS)
        both.paste(small, (column * PAIR_HEIGHT, 0))
    both.save(PICTURES / "portrait-to-avatar.webp", quality=90, method=6)


if __name__ == "__main__":
    sys.exit(main())
