"""Every page and step: nothing that axe-core calls serious, no sideways scrolling, no motion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser import tour
from tests.browser.conftest import Arrive
from tests.browser.visitor import SITTING_PATIENCE, Visitor

GRAVE = frozenset({"serious", "critical"})
NARROW = {"width": 360, "height": 740}
MOVING = """
document.getAnimations().filter((animation) => animation.playState === "running"
  && animation.effect.getComputedTiming().activeDuration > 10)
  .map((animation) => `${animation.animationName ?? animation.transitionProperty}`)
"""


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_serious_on_any_page(arrive: Arrive, tmp_path: Path, colours: str):
    visitor = arrive(color_scheme=colours)
    found = {view: grave_findings(visitor.page) for view in views(visitor, tmp_path)}
    assert {view: findings for view, findings in found.items() if findings} == {}
    assert len(found) > 15


def test_at_360_pixels_nothing_scrolls_sideways_and_nothing_moves_unasked(
    arrive: Arrive, tmp_path: Path
):
    visitor = arrive(viewport=NARROW, reduced_motion="reduce", has_touch=True)
    wide: dict[str, int] = {}
    moving: dict[str, list[str]] = {}
    for view in views(visitor, tmp_path):
        wide[view] = visitor.page.evaluate("document.documentElement.scrollWidth")
        moving[view] = visitor.page.evaluate(MOVING)
    assert {view: width for view, width in wide.items() if width > NARROW["width"]} == {}
    assert {view: names for view, names in moving.items() if names} == {}


def views(visitor: Visitor, folder: Path) -> Iterator[str]:
    """Visit everything; a subject who is nobody takes the chair."""
    yield from chain(tour.consent_views(visitor), tour.camera_views(visitor))
    visitor.click("[data-subject] >> nth=0")
    visitor.see(".style-card", timeout=SITTING_PATIENCE)
    yield from chain(tour.making_views(visitor), tour.keeping_views(visitor, folder))


def grave_findings(page: Page) -> list[str]:
    """Return axe-core's serious and critical findings, each with the first element."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:120]}"
        for item in violations
        if item["impact"] in GRAVE
    ]
