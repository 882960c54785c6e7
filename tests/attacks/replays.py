"""Films of earlier sittings, played again to another challenge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from consent.flash import screen_hex
from consent.types import Colour
from studio.service import CaptureUpdate
from tests.attacks.actors import Player
from tests.attacks.light import DARK, Linear, Picture, Screen


@dataclass(slots=True)
class Recording:
    """What a page said to somebody during one sitting, so that it can be played again."""

    heard: list[tuple[CaptureUpdate, float]] = field(default_factory=list)


@dataclass(slots=True)
class Recorder:
    """Takes part in a sitting for somebody, and remembers."""

    player: Player
    recording: Recording

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Pass it on."""
        self.recording.heard.append((update, at))
        self.player.hear(update, at)

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return the person's picture."""
        return self.player.picture(at, screen)

    def still(self, at: float, screen: Screen) -> Picture:
        """Return the person's still."""
        return self.player.still(at, screen)


@dataclass(slots=True)
class Replay:
    """Shows the sitting that was recorded, whatever is asked now.

    The person does again what was heard then, under the colours of then: the same pictures as a
    film of it, without the losses of a second compression.
    """

    player: Player
    recording: Recording
    _then: Screen = field(default_factory=Screen)
    _next: int = 0

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Nothing that is asked reaches a film."""

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return the film's picture of this moment."""
        heard = self.recording.heard
        while self._next < len(heard) and heard[self._next][1] <= at:
            update, then = heard[self._next]
            self._then.show(update.colour, then, update.fade_seconds)
            self.player.hear(update, then)
            self._next += 1
        return self.player.picture(at, self._then)

    def still(self, at: float, screen: Screen) -> Picture:
        """Return the film's still."""
        return self.player.still(at, self._then)


def cut_by_colour(screen: Screen, at: float) -> Linear:
    """Return the light of that film, of one for each colour, which fits what the page shows.

    Somebody was filmed under each colour before; software cuts from film to film as the page
    changes. The pictures are those of a person who is there, only that nobody is.
    """
    return screen.light(at)


@dataclass(slots=True)
class OtherColours:
    """The light of a known sequence, begun in the moment in which the page's colours begin."""

    colours: Sequence[Colour]
    slot_seconds: float
    fade_seconds: float
    _film: Screen = field(default_factory=Screen)

    def __post_init__(self) -> None:
        """Lay the sequence out in time."""
        for number, colour in enumerate(self.colours):
            self._film.show(screen_hex(colour), number * self.slot_seconds, self.fade_seconds)
        self._film.show(None, len(self.colours) * self.slot_seconds, 0.0)

    def __call__(self, screen: Screen, at: float) -> Linear:
        """Return what the film shows at a moment."""
        began = screen.began
        return DARK if began is None or at < began else self._film.light(at - began)
