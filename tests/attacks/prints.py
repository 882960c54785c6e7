"""A photograph on paper, held before the camera: flat or bent, with a hand's tremor, turned."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.gestures import HEAD_ACTIONS
from consent.types import Action
from studio.service import CaptureUpdate
from tests.attacks.actors import SEEN_AFTER_SECONDS
from tests.attacks.footage import Footage, resized
from tests.attacks.light import Mask, Picture, Screen, blended, lit
from tests.attacks.lighting import BEYOND
from tests.attacks.performer import Motion

WIDTH, HEIGHT = 640, 480
FOCAL = 700.0  # pixels: a laptop's camera, 49 degrees wide
TILT = 45.0  # degrees that the paper is turned by when a turn is asked for
NOD = 40.0  # the same for looking up
PAPER = 0.21  # metres wide: A4
DISTANCE = FOCAL * PAPER / (0.95 * HEIGHT)  # so near that it fills most of the picture's height
_COARSE = 4  # pixels between the rays that are traced; the rest is interpolated
_TREMOR_DEGREES, _TREMOR_METRES = 1.2, 0.002
_TREMOR_HERTZ = (0.7, 1.9, 7.5)  # sway of an arm, and the fine tremor of a hand


@dataclass(frozen=True, slots=True)
class Hold:
    """How the paper is held."""

    yaw: float  # degrees
    pitch: float
    roll: float
    shift: tuple[float, float]  # metres, from the axis of the camera


class Print:
    """Shows one photograph on paper."""

    def __init__(
        self,
        photo: Footage,
        motion: Motion,
        rng: np.random.Generator,
        *,
        strength: float,
        bend: float | None = None,
    ) -> None:
        """Make the print.

        Args:
            photo: what is printed; its head never turns, but where eyes and mouth are cut out,
                the holder's own move behind it.
            motion: how quickly the holder reacts.
            rng: of the tremor and the wall.
            strength: of a white screen at the paper, as a share of the room's light.
            bend: metres; None keeps the paper flat.
        """
        self._photo = photo
        self._motion = motion
        self._strength = strength
        self._bend = bend
        self._phases = rng.uniform(0, 2 * np.pi, (5, len(_TREMOR_HERTZ)))
        self._wall = room(rng)

    def hear(self, update: CaptureUpdate, at: float) -> None:
        """Learn what is asked for."""
        if update.instruction != "done":
            self._motion.hear(Action(update.instruction), at)

    def picture(self, at: float, screen: Screen) -> Picture:
        """Return what the camera sees of paper and wall."""
        action, progress = self._motion.at(at)
        expression = action if action not in HEAD_ACTIONS else Action.CENTRE
        paper = self._photo.picture(expression, progress, 0)
        seen, mask = shown(paper, self._hold(action, progress, at), self._bend)
        image = blended(self._wall, seen, mask)
        light = screen.light(at - SEEN_AFTER_SECONDS) * self._strength
        return lit(image, light, mask, beyond=BEYOND)

    def still(self, at: float, screen: Screen) -> Picture:
        """Return the same at the camera's full resolution."""
        return resized(self.picture(at, screen), 2 * WIDTH, 2 * HEIGHT)

    def _hold(self, action: Action, progress: float, at: float) -> Hold:
        yaw = {Action.TURN_LEFT: TILT, Action.TURN_RIGHT: -TILT}.get(action, 0.0)
        pitch = -NOD if action is Action.LOOK_UP else 0.0
        waves = np.sin(2 * np.pi * np.array(_TREMOR_HERTZ) * at + self._phases)
        sway = waves @ np.array([0.6, 0.3, 0.1])
        return Hold(
            yaw=yaw * progress + _TREMOR_DEGREES * sway[0],
            pitch=pitch * progress + _TREMOR_DEGREES * sway[1],
            roll=_TREMOR_DEGREES * sway[2],
            shift=(_TREMOR_METRES * sway[3], _TREMOR_METRES * sway[4]),
        )


def shown(photo: Picture, hold: Hold, bend: float | None) -> tuple[Picture, Mask]:
    """Return paper before nothing as the camera sees it, and where in the picture it is."""
    paper = _square(photo)
    maps = _trace(hold, bend)
    places = ((maps + PAPER / 2) * (paper.shape[0] / PAPER)).astype(np.float32)
    near = np.abs(maps) < PAPER / 2
    inside = (near[..., 0] & near[..., 1]).astype(np.float32)
    seen = cv2.remap(paper, places[..., 0], places[..., 1], cv2.INTER_LINEAR)
    mask = cv2.GaussianBlur(inside, (0, 0), 0.8)
    return np.asarray(seen, np.uint8), np.asarray(mask, np.float32)


def _trace(hold: Hold, bend: float | None) -> NDArray[np.float32]:
    """Return where each pixel's ray meets the paper, (H, W, 2) metres from its middle."""
    across, down = np.meshgrid(
        np.arange(0, WIDTH + _COARSE, _COARSE), np.arange(0, HEIGHT + _COARSE, _COARSE)
    )
    rays = np.stack(
        [(across - WIDTH / 2) / FOCAL, (down - HEIGHT / 2) / FOCAL, np.ones_like(across)], -1
    )
    rotation = _rotation(hold)
    directions = rays @ rotation  # in the paper's axes: the inverse of a rotation is its transpose
    origin = -np.array([*hold.shift, DISTANCE]) @ rotation
    with np.errstate(divide="ignore", invalid="ignore"):
        met = _plane(origin, directions) if bend is None else _roll(origin, directions, bend)
    met = np.nan_to_num(met, nan=9.0, posinf=9.0, neginf=-9.0).clip(-9, 9).astype(np.float32)
    columns, rows = np.meshgrid(np.arange(WIDTH) / _COARSE, np.arange(HEIGHT) / _COARSE)
    places = columns.astype(np.float32), rows.astype(np.float32)
    return np.asarray(cv2.remap(met, *places, cv2.INTER_LINEAR), np.float32)


def _plane(origin: NDArray[np.float64], rays: NDArray[np.float64]) -> NDArray[np.float64]:
    reach = -origin[2] / rays[..., 2]
    return np.asarray((origin + reach[..., None] * rays)[..., :2])


def _roll(
    origin: NDArray[np.float64], rays: NDArray[np.float64], radius: float
) -> NDArray[np.float64]:
    """Meet a cylinder about a vertical axis behind the paper; unroll where."""
    x, z = origin[0], origin[2] - radius
    a = rays[..., 0] ** 2 + rays[..., 2] ** 2
    b = x * rays[..., 0] + z * rays[..., 2]
    root = np.sqrt(b**2 - a * (x**2 + z**2 - radius**2))
    reach = (-b - root) / a
    point = origin + reach[..., None] * rays
    along = radius * np.arctan2(point[..., 0], radius - point[..., 2])
    return np.stack([along, point[..., 1]], axis=-1)


def _rotation(hold: Hold) -> NDArray[np.float64]:
    a, b, c = np.radians([hold.yaw, hold.pitch, hold.roll])
    turn = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    lean = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ lean)


def _square(photo: Picture) -> Picture:
    """Return the largest square around the photograph's middle."""
    height, width = photo.shape[:2]
    side = min(height, width)
    left, top = (width - side) // 2, (height - side) // 2
    return photo[top : top + side, left : left + side]


def room(rng: np.random.Generator) -> Picture:
    """Return a room out of focus."""
    blots = rng.uniform(60, 150, (6, 8, 1)) + rng.uniform(-15, 15, (6, 8, 3))
    blots = blots.astype(np.float32)
    return np.asarray(cv2.resize(blots, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), np.uint8)
