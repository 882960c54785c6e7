"""Baked subjects before the browser's camera."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import BrowserContext, Page

from consent.flash import screen_hex
from consent.types import Colour
from studio.subjects.cast import CastMember
from studio.subjects.player import LAYER
from studio.subjects.screen import Lit, light_of

SCRIPT = Path(__file__).with_name("camera.js").read_text(encoding="utf-8")
STRENGTH = 0.12  # of the screen's light on the subject, as a share of the room's
ACTIONS = ("still", "turn_left", "turn_right", "look_up", "smile", "blink", "mouth_open")
JPEG_QUALITY = 95

_seeds = count(1)  # another noise for every opening: no two pictures of a run are alike


@dataclass(frozen=True)
class Plan:
    """Who sits before the camera and how they behave; `camera.js` says what each means."""

    subject: str
    beside: str | None = None
    act: str = "follow"
    light: float = 1.0
    width: int = 640
    reflects: bool = True
    fails: str | None = None
    cameras: tuple[str, ...] = ("Built-in camera",)
    takeover: Mapping[str, str] | None = field(default=None)


class Cameras:
    """Gives browser contexts a camera with baked subjects before it."""

    def __init__(self, cast: Mapping[str, CastMember]) -> None:
        self.cast = cast
        self.clips = cache(self._clips)

    def attach(self, context: BrowserContext, plan: Plan) -> None:
        """Replace the camera of every page that the context opens."""
        context.expose_binding("bakedClips", lambda _source, subject: self.clips(subject))
        context.expose_binding("bakedSeed", lambda _source: next(_seeds))
        context.add_init_script(f"window.bakedCamera = {json.dumps(asdict(plan))};\n{SCRIPT}")

    def still(self, subject: str, index: int = 0) -> bytes:
        """Return one of a subject's stills as a JPEG, as a person would upload it."""
        names = self.cast[subject].clips["still"]
        return self._jpeg(self.cast[subject], names[index % len(names)])

    def _clips(self, subject: str) -> dict[str, list[str]]:
        member = self.cast[subject]
        return {
            action: [
                base64.b64encode(self._jpeg(member, name)).decode() for name in member.clips[action]
            ]
            for action in ACTIONS
        } | self._lit(member)

    @staticmethod
    def _lit(member: CastMember) -> dict[str, list[str]]:
        """Return the subject at rest in the light of each colour, by "#rrggbb"."""
        name = member.clips["rest"][0]
        parts = Lit.of(member.frame(name).image, member.frame(LAYER + name).image)
        lit = {}
        for colour in map(screen_hex, Colour):
            picture = parts.under(light_of(colour), STRENGTH).round().astype(np.uint8)
            lit[colour] = [base64.b64encode(_encoded(picture)).decode()]
        return lit

    @staticmethod
    def _jpeg(member: CastMember, name: str) -> bytes:
        return _encoded(member.frame(name).image)


def _encoded(picture: NDArray[np.uint8]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return buffer.getvalue()


def change(page: Page, **changes: object) -> None:
    """Change the plan, in this page and in those that follow it, even while the camera runs."""
    script = f"Object.assign(window.bakedCamera ?? {{}}, {json.dumps(changes)})"
    page.context.add_init_script(script)
    page.evaluate(script)
