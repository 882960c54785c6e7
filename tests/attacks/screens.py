"""A film on a tablet before the camera: bezel, moire, gamma, flicker, and light on its glass."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.service import CaptureUpdate
from tests.attacks.actors import SEEN_AFTER_SECONDS
from tests.attacks.footage import resized
from tests.attacks.light import DARK, Picture, Screen, gained
from tests.attacks.lighting import BEYOND
from tests.attacks.performer import Actor
from tests.attacks.prints import HEIGHT, WIDTH, room

GAMMA = 1.15  # a screen filmed is more contrasty than what it shows
MOIRE = 0.035  # share of the brightness
FLICKER = 0.03  # share of the brightness, rolling down the picture
FLICKER_HERTZ = 3.0  # what is left of the screen's rate at the camera's
BEZEL, FRAME_GREY = 14, 18  # pixels wide, and how bright
CLOSER = 1.08
REFLECTED = 0.03  # of a white page, against the tablet's own white: a bare glass


@dataclass(slots=True)
class Tablet:
    """Plays another actor's pictures on glass; the page's light is mirrored in it a little."""

    player: Actor
    rng: np.random.Generator
    size: float = 0.95  # of the tablet's picture in the camera's
    reflection: float = REFLECTED
    _wall: Picture = field(init=False)
    _corners: NDArray[np.float32] = field(init=False)
    _bands: NDArray[np.float32] = field(init=False)

    def __post_init__(self) -> None:
        """Prop the tablet up, a little askew."""
        self._wall = room(self.rng)
        half = np.array([WIDTH, HEIGHT]) * self.size / 2
        square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        skew = self.rng.uniform(-6, 6, (4, 2))
        self._corners = (square + skew + np.array([WIDTH, HEIGHT]) / 2).astype(np.float32)
        across, down = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
        angles = self.rng.uniform(0, np.pi, 2)
        waves = [
            np.sin(2 * np.pi * (across * np.cos(a) + down * np.sin(a)) / period)
            for a, period in zip(angles, (5.3, 7.9), strict=True)
        ]
        self._bands = (1 + MOIRE * np.mean(waves, axis=0)).astype(np.float32)

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Let the film follow."""
        self.player.hear(update, at)

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return what the camera sees of the tablet."""
        return self._filmed(self.player.picture(at, Screen()), at, screen)

    def still(self, at: float, screen: Screen) -> Picture:
        """Return the same at full resolution."""
        film = resized(self.player.still(at, Screen()), WIDTH, HEIGHT)
        return resized(self._filmed(film, at, screen), 2 * WIDTH, 2 * HEIGHT)

    def _filmed(self, film: Picture, at: float, screen: Screen) -> Picture:
        light = screen.light(at - SEEN_AFTER_SECONDS)
        film = _middle(film, self.size / CLOSER)  # so that the face is as large as a face would be
        shown = np.power(film / 255.0, GAMMA) * 255
        glass = gained(shown.astype(np.uint8), DARK + 1, added=light * self.reflection)
        rows = np.arange(HEIGHT) / HEIGHT
        roll = 1 + FLICKER * np.sin(2 * np.pi * (rows * 1.5 + FLICKER_HERTZ * at))
        striped = glass * self._bands[..., None] * roll[:, None, None]
        framed = np.full((HEIGHT + 2 * BEZEL, WIDTH + 2 * BEZEL, 3), FRAME_GREY, np.uint8)
        framed[BEZEL:-BEZEL, BEZEL:-BEZEL] = np.clip(striped, 0, 255)
        height, width = framed.shape[:2]
        edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        view = cv2.getPerspectiveTransform(edges, self._corners)
        wall = gained(self._wall, 1 + light * BEYOND * 0.1)
        return np.asarray(
            cv2.warpPerspective(
                framed, view, (WIDTH, HEIGHT), dst=wall.copy(), borderMode=cv2.BORDER_TRANSPARENT
            ),
            np.uint8,
        )


def _middle(film: Picture, share: float) -> Picture:
    """Return the middle of a picture, enlarged to its size."""
    rows, columns = round(HEIGHT * (1 - share) / 2), round(WIDTH * (1 - share) / 2)
    return resized(film[rows : HEIGHT - rows, columns : WIDTH - columns], WIDTH, HEIGHT)
