"""What the whole screen has shown, and how fast it changed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TypedDict

from playwright.sync_api import Page

NOTES = Path(__file__).with_name("shown.js").read_text(encoding="utf-8")
LEAST_GAP = 0.33  # seconds: WCAG 2.3.1 allows three flashes a second


class Shown(TypedDict):
    """One change of the screen."""

    colour: str | None  # "#rrggbb", "" before the first, None once nothing is shown
    fade: float  # seconds
    at: float  # milliseconds on the page's clock


def shown(page: Page) -> list[Shown]:
    """Return every change so far."""
    return list(page.evaluate("window.shown"))


def colours_of(page: Page) -> list[str]:
    """Return the colours in the order in which they were shown."""
    return [change["colour"] for change in shown(page) if change["colour"]]


def gaps(page: Page) -> list[float]:
    """Return the seconds between changes, the end of the colours left out."""
    moments = [change["at"] for change in shown(page) if change["colour"] is not None]
    return [(later - earlier) / 1000 for earlier, later in pairwise(moments)]


def seconds_of_colours(page: Page) -> float:
    """Return how long colours were shown, from the first until none was."""
    changes = shown(page)
    first = next(change["at"] for change in changes if change["colour"])
    return (changes[-1]["at"] - first) / 1000


def shows(page: Page, colour: str) -> None:
    """Wait until the screen has shown a colour."""
    page.wait_for_function(
        "(colour) => window.shown.some((change) => change.colour === colour)", arg=colour
    )
