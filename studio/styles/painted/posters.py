"""Backdrops of a screen-printed poster, as plates for the press."""

from __future__ import annotations

import numpy as np

from studio.styles.fields import Mask, as_field
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.press import Press

POSTERS = {"sun": "Sun", "arch": "Arch", "waves": "Waves", "plain": "Plain"}
SUN = (0.5, 0.44, 0.40)  # middle and radius, shares of the middle square
ARCH = (0.36, 0.42)  # half its width, and the height where its round top begins
WAVES = 9.0  # from the top to the bottom


def poster_plates(width: int, height: int, name: str) -> tuple[Mask, Mask, Mask]:
    """Return coverages of (height, width) of the light, the middle and the dark ink."""
    side = min(width, height)
    columns = np.arange(width, dtype=np.float32)[None, :]
    rows = np.arange(height, dtype=np.float32)[:, None]
    x = as_field(np.broadcast_to((columns - (width - side) / 2) / side, (height, width)))
    y = as_field(np.broadcast_to((rows - (height - side) / 2) / side, (height, width)))
    dusk = np.clip(0.03 + 0.52 * y, 0.03, 0.5)
    if name == "plain":
        return as_field(0.16 + 0.3 * y), as_field(0.22 * y), as_field(0 * y)
    if name == "waves":
        swell = y + 0.028 * np.sin(2 * np.pi * (1.5 * x + 0.1))
        crest = np.clip(0.5 + (np.cos(2 * np.pi * WAVES * swell) - 0.1) * side / 60, 0, 1)
        fall = np.clip(1.1 * y, 0.05, 1)
        return as_field(0.75 - 0.4 * fall), as_field(crest * 0.8 * fall), as_field(0.45 * dusk)
    inside = _sun(x, y, side) if name == "sun" else _arch(x, y, side)
    light = inside * np.clip(1.05 - 0.5 * y, 0, 1) + (1 - inside) * 0.10
    glow = inside * np.clip(1.25 * (y - 0.12), 0, 0.85)
    return as_field(light), as_field(glow), as_field((1 - inside) * dusk)


def print_poster(width: int, height: int, name: str, press: Press) -> Canvas:
    """Print a backdrop on paper of `width` x `height` pixels."""
    plates = poster_plates(width, height, name)
    moved = [press.moved(plate, index) for index, plate in enumerate(plates)]
    return Canvas(press.printed(moved))


def _sun(x: Mask, y: Mask, side: int) -> Mask:
    away = np.hypot(x - np.float32(SUN[0]), y - np.float32(SUN[1]))
    return as_field(np.clip((np.float32(SUN[2]) - away) * side + 0.5, 0, 1))


def _arch(x: Mask, y: Mask, side: int) -> Mask:
    above = np.maximum(np.float32(ARCH[1]) - y, 0)
    away = np.hypot(x - np.float32(0.5), above)
    return as_field(np.clip((np.float32(ARCH[0]) - away) * side + 0.5, 0, 1))
