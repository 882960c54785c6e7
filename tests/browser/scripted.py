"""The pages against a studio that follows a script: timings that no real studio would keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page

from studio.ui.settings import UiSettings
from tests.browser.studio import listening, serving
from tests.studio.ui.fakes import FakeStudio

SCRIPT = Path(__file__).with_name("scripted.js").read_text(encoding="utf-8")
PALETTE = ("#ff8c78", "#ffe63c", "#46ff6e", "#32f0ff", "#5078ff", "#ff5aeb")

Message = dict[str, Any]


@dataclass(frozen=True)
class FakeSite:
    """A served fake studio."""

    address: str
    service: FakeStudio


@contextmanager
def running_fake() -> Iterator[FakeSite]:
    """Yield the pages around a fake studio; stop them afterwards."""
    service = FakeStudio(job_seconds=0.2, slow=False)
    with closing(listening()) as listener, serving(service, UiSettings("0.0.0"), listener):
        yield FakeSite(f"http://localhost:{listener.getsockname()[1]}", service)


@dataclass(frozen=True)
class Script:
    """What a scripted studio says, and when, in seconds since the page opened its socket."""

    steps: list[tuple[float, Message]] = field(default_factory=list)
    answers: bool = True
    socket: bool = True  # without it, only the camera is the script's

    def attach(self, context: BrowserContext) -> None:
        """Put this script behind every page that the context opens."""
        steps = [{"after": after, "say": message} for after, message in self.steps]
        plan = {"steps": steps, "answers": self.answers, "socket": self.socket}
        context.add_init_script(f"window.scripted = {json.dumps(plan)};\n{SCRIPT}")


def update(
    instruction: str = "centre", text: str = "Back to the middle", **more: object
) -> Message:
    """Return one update of the capture."""
    message = {
        "sequence": -1,
        "instruction": instruction,
        "text": text,
        "hint": None,
        "progress": 0.5,
        "wants_still": False,
        "finished": False,
        "colour": None,
        "fade_seconds": 0.0,
    }
    return {**message, **more}


def colours(
    start: float, every: float, shown: Sequence[str], fade: float = 0.0
) -> list[tuple[float, Message]]:
    """Return the steps that show colours one after the other."""
    words = ("colours", "Hold still, colours ahead")
    more = {"hint": "Hold still for a moment.", "fade_seconds": fade}
    return [
        (start + number * every, update(*words, colour=colour, **more))
        for number, colour in enumerate(shown)
    ]


def noted(page: Page, name: str) -> Any:
    """Return what the script has noted."""
    return page.evaluate(f"window.scripted.{name}")
