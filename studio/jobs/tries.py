"""Several drawings of one wish: the one that looks most like its selfie is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from studio.likeness.floor import require_alike
from studio.likeness.types import Dropped, Likeness
from studio.styles.diffusion.errors import PictureRefused

if TYPE_CHECKING:
    from consent.types import Grant
    from studio.jobs.stylists import Stylist
    from studio.likeness.gauge import Gauge, Judged
    from studio.likeness.seen import Seen
    from studio.styles.diffusion.types import Attempt
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, ControlValue, Glimpse, Picture

SEEDS = 2**31
ONE_TRY = {"best_of": 1.0}
ROUNDS = 3  # tries of a slow picture before it is given up: chance spoils one, not three


@dataclass(frozen=True, slots=True)
class Leave:
    """A grant, and what asks whether it still stands."""

    grant: Grant
    still_granted: Callable[[], None]  # raises when the leave has ended


class Tries:
    """Draws what was asked for as often as asked for, and judges what is released."""

    def __init__(self, gauge: Gauge, stylist: Stylist, controls: Controls, seed: int) -> None:
        """Begin with nothing drawn.

        Args:
            gauge: measures likeness.
            stylist: draws.
            controls: all of the style's, accepted; `best_of` says how often to draw.
            seed: of the first try.
        """
        self._gauge = gauge
        self._stylist = stylist
        self.controls: dict[str, ControlValue] = {**controls, **ONE_TRY}
        self.seed = seed  # of the try that is kept
        self._number = round(float(controls.get("best_of", 1)))
        self._judged: Judged | None = None
        self._dropped: list[Dropped] = []

    @property
    def is_choosing(self) -> bool:
        """Whether there is more than one try."""
        return self._number > 1

    @property
    def recipe(self) -> dict[str, object]:
        """What draws the kept try again, as JSON data."""
        style = self._stylist.style.name
        return {"style": style, "seed": self.seed, "controls": dict(self.controls)}

    def choose(self, leave: Leave, portrait: Portrait) -> None:
        """Draw all tries of a portrait and keep the best one's seed; of equals, the first.

        Raises:
            ConsentRefused: the leave has ended.
        """
        style = self._stylist.style
        selfie = self._gauge.selfie(portrait, self.controls)
        judged: list[tuple[int, Judged]] = []
        for seed in seeds(self.seed, self._number):
            picture = self._stylist.picture(leave, portrait, self.controls, seed)
            judged.append((seed, self._gauge.judge(style, selfie, portrait, picture)))
        self.seed, best = min(judged, key=lambda each: each[1].distance)
        self._dropped = [
            Dropped(seed, self._gauge.reason(style, best, other))
            for seed, other in judged
            if seed != self.seed
        ]

    def imagine(
        self, leave: Leave, portrait: Portrait, glimpsed: Callable[[Glimpse], None]
    ) -> Picture:
        """Draw a slow style in batches until a picture may be shown, and return the best one.

        What is thrown away leaves its reason behind: in the report where another is kept.

        Raises:
            ConsentRefused: the leave has ended.
            PictureRefused: in all rounds there was none; it says why of the last.
        """
        style = self._stylist.style
        selfie = self._gauge.selfie(portrait, self.controls)
        rounds = max(1, ROUNDS // self._number)
        coming = seeds(self.seed, self._number * rounds)
        # What is kept is drawn again as one try of a few: it must not fail then.
        tries = max(len(coming), ROUNDS)
        refused: list[tuple[int, PictureRefused]] = []
        for number in range(rounds):
            batch = coming[number * self._number : (number + 1) * self._number]
            told = partial(_numbered, glimpsed, number + 1) if number else glimpsed
            good: list[tuple[Attempt, Picture, Judged]] = []
            for made in self._stylist.attempts(leave, portrait, self.controls, batch, told):
                leave.still_granted()
                try:
                    picture, judged = self._judge(made, selfie, portrait, tries=tries)
                except PictureRefused as refusal:
                    refused.append((made.seed, refusal))
                else:
                    good.append((made, picture, judged))
            if good:
                kept, picture, self._judged = min(good, key=lambda each: each[2].distance)
                self._keep(kept)
                self._dropped = [Dropped(seed, refusal.what) for seed, refusal in refused]
                self._dropped += [
                    Dropped(other.seed, self._gauge.reason(style, self._judged, found))
                    for other, _, found in good
                    if other is not kept
                ]
                return picture
        raise refused[-1][1]

    def _keep(self, made: Attempt) -> None:
        """Note what draws this one again: its seed, and the engine that "auto" came to."""
        self.seed = made.seed
        if made.kind is not None and "engine" in self.controls:
            self.controls["engine"] = made.kind.value

    def _judge(
        self, made: Attempt, selfie: Seen, portrait: Portrait, *, tries: int
    ) -> tuple[Picture, Judged]:
        if made.picture is None:
            raise made.refusal or RuntimeError("an attempt without a picture gives no reason")
        style = self._stylist.style
        judged = self._gauge.judge(style, selfie, portrait, made.picture)
        require_alike(style, judged, tries=tries)
        return made.picture, judged

    def look(self, portrait: Portrait, picture: Picture) -> None:
        """Judge the drawing that is released, by its own portrait: as if it were drawn alone."""
        selfie = self._gauge.selfie(portrait, self.controls)
        self._judged = self._gauge.judge(self._stylist.style, selfie, portrait, picture)

    def report(self) -> Likeness:
        """Say how much the released drawing looks like its selfie.

        Raises:
            RuntimeError: it was never looked at.
        """
        if self._judged is None:
            raise RuntimeError("a drawing is looked at before it is reported on")
        return self._gauge.report(self._stylist.style, self._judged, self._dropped)


def _numbered(glimpsed: Callable[[Glimpse], None], number: int, glimpse: Glimpse) -> None:
    """Say which round it is: the pictures of those before were thrown away."""
    words = f"Try {number} of {ROUNDS}: {glimpse.words[:1].lower()}{glimpse.words[1:]}"
    glimpsed(replace(glimpse, words=words))


def seeds(first: int, number: int) -> list[int]:
    """Return `number` different seeds, `first` among them as the first."""
    found = [first]
    rng = np.random.default_rng(first)
    while len(found) < number:
        seed = int(rng.integers(SEEDS))
        if seed not in found:
            found.append(seed)
    return found
