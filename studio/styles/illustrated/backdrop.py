"""What lies behind an illustrated figure: flat shapes in two close tones, chosen to suit it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.attributes.colours import lab_of
from studio.styles.attributes.types import Attributes
from studio.styles.types import Backdrop, Choice

Colour = tuple[int, int, int]
Tones = tuple[Colour, Colour]
Paint = Callable[[NDArray[np.uint8], Colour], None]

# Ground and motif: light and clear enough for ink, calm enough for a face.
PAIRS = (
    ("#f6ddc9", "#f0c9ab"),
    ("#d3e5f5", "#b6d4ee"),
    ("#dcebd5", "#bfdcb6"),
    ("#e9e0f4", "#d3c3ea"),
    ("#fbe7b4", "#f6d480"),
    ("#f7d3ce", "#f0b3aa"),
    ("#c9e8e4", "#a3d8d1"),
    ("#e8e4da", "#d6cfbf"),
    ("#aebfe0", "#94abd6"),
    ("#f2b98f", "#eca471"),
)
CLOSE = 22.0  # CIE76: a ground nearer than this to skin, hair or clothes would swallow them
BEST = 4  # pairs among which the seed chooses
SUBPIXEL = 4  # bits: shapes are placed to a sixteenth of a pixel
BACKDROPS: Mapping[str, str] = {
    "disc": "Disc",
    "plain": "Plain",
    "rays": "Rays",
    "dots": "Dots",
    "hills": "Hills",
}
BACKDROP = Choice("background", "Background", BACKDROPS, "disc")


def tones_for(attributes: Attributes, rng: np.random.Generator) -> Tones:
    """Return ground and motif that keep off the person's own colours.

    Args:
        attributes: Of the figure.
        rng: Chooses among those that suit best.
    """
    own = [lab_of(c) for c in (attributes.skin, attributes.hair_colour, attributes.clothes_colour)]

    def apart(pair: tuple[str, str]) -> float:
        ground = [lab_of(tone) for tone in pair]
        return min(float(np.linalg.norm(tone - colour)) for tone in ground for colour in own)

    ranked = sorted(PAIRS, key=apart, reverse=True)
    suited = [pair for pair in ranked if apart(pair) >= CLOSE] or ranked[:BEST]
    ground, motif = suited[int(rng.integers(min(len(suited), BEST)))]
    return _rgb(ground), _rgb(motif)


def backdrop(name: str, tones: Tones) -> Backdrop:
    """Return the function that paints a backdrop at any width and height in pixels."""
    ground, motif = tones

    def paint(width: int, height: int) -> NDArray[np.uint8]:
        sheet = np.empty((height, width, 3), np.uint8)
        sheet[:] = ground
        if name in _PAINTERS:
            _PAINTERS[name](sheet, motif)
        return sheet

    return paint


def _disc(sheet: NDArray[np.uint8], colour: Colour) -> None:
    height, width = sheet.shape[:2]
    _circle(sheet, (width / 2, 0.47 * height), 0.41 * min(width, height), colour)


def _rays(sheet: NDArray[np.uint8], colour: Colour) -> None:
    height, width = sheet.shape[:2]
    middle, reach = np.array([width / 2, 0.55 * height]), float(np.hypot(width, height))
    for turn in np.arange(12) * (2 * np.pi / 12) + 0.131:
        edges = np.array([[np.cos(turn + t), np.sin(turn + t)] for t in (0.0, np.pi / 12)])
        _polygon(sheet, np.vstack([middle, middle + reach * edges]), colour)


def _dots(sheet: NDArray[np.uint8], colour: Colour) -> None:
    height, width = sheet.shape[:2]
    step = min(width, height) / 9
    for row, y in enumerate(np.arange(step / 2, height + step, step * 0.866)):
        for x in np.arange(step / 2 * (row % 2), width + step, step):
            _circle(sheet, (float(x), float(y)), 0.16 * step, colour)


def _hills(sheet: NDArray[np.uint8], colour: Colour) -> None:
    height, width = sheet.shape[:2]
    across = np.linspace(0, width, 200)
    wave = 0.06 * np.sin(across / height * 5.2 + 0.4) + 0.035 * np.sin(across / height * 11 + 2)
    line = np.column_stack([across, height * (0.62 - wave)])
    _polygon(sheet, np.vstack([line, [width, height + 1], [0, height + 1]]), colour)


def _circle(
    sheet: NDArray[np.uint8], centre: tuple[float, float], radius: float, colour: Colour
) -> None:
    x, y, r = (round(value * 2**SUBPIXEL) for value in (*centre, radius))
    cv2.circle(sheet, (x, y), r, colour, cv2.FILLED, cv2.LINE_AA, SUBPIXEL)


def _polygon(sheet: NDArray[np.uint8], points: NDArray[np.floating], colour: Colour) -> None:
    placed = np.round(points * 2**SUBPIXEL).astype(np.int32)
    cv2.fillPoly(sheet, [placed], colour, cv2.LINE_AA, SUBPIXEL)


def _rgb(colour: str) -> Colour:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


_PAINTERS: Mapping[str, Paint] = {
    "disc": _disc,
    "rays": _rays,
    "dots": _dots,
    "hills": _hills,
}
