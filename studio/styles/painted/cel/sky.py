"""Skies behind a cel: a gradient, clouds in two tones, stars or petals; for any width."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import as_field
from studio.styles.painted.canvas import Canvas
from studio.styles.painted.colour import to_rgb

Spots = NDArray[np.float64]  # (N, 2) shares of the shorter side, from the middle square's corner
DEFOCUS = 0.0035  # of the shorter side
Tone = tuple[float, float, float]  # CIELAB


@dataclass(frozen=True, slots=True)
class Sky:
    """The tones of one sky; `extra` is what flies in it."""

    label: str
    stops: tuple[Tone, ...]  # from the top down
    cloud: Tone
    cloud_shade: Tone
    extra: str
    light: Tone  # of the rim that it throws on hair and shoulders


SKIES = {
    "day": Sky(
        "Summer sky",
        ((58, -4, -40), (72, -11, -31), (87, -10, -13), (95, -3, 0)),
        (98, -1, 1), (85, -5, -13), "gulls", (96, -3, 4),
    ),
    "dusk": Sky(
        "Sunset",
        ((34, 26, -44), (55, 36, -22), (74, 34, 22), (88, 10, 42)),
        (84, 26, 22), (58, 34, -8), "gulls", (88, 16, 40),
    ),
    "night": Sky(
        "Starry night",
        ((10, 10, -28), (20, 14, -38), (34, 12, -42), (52, 2, -36)),
        (42, 8, -36), (28, 12, -36), "stars", (74, -8, -24),
    ),
    "blossom": Sky(
        "Blossom",
        ((80, 2, -18), (88, 6, -8), (93, 9, 0), (96, 6, 3)),
        (98, 2, 1), (88, 10, -6), "petals", (97, 6, 4),
    ),
}  # fmt: skip


def paint_sky(width: int, height: int, sky: Sky, seed: int) -> NDArray[np.uint8]:
    """Return a sky of (height, width, 3) uint8 sRGB; the same arguments give the same bytes."""
    rng = np.random.default_rng(seed)
    side = min(width, height)
    corner = np.array([width - side, height - side]) / 2
    aside = float(corner[0] / side)
    canvas = Canvas.blank(width, height, np.zeros(3, np.float32))
    _lay_gradient(canvas, sky)

    def place(spots: Spots) -> Spots:
        return corner + side * spots

    _fly(canvas, sky, place, aside, rng, far=True)
    for slot in _slots(aside, rng):
        _lay_cloud(canvas, sky, place, slot, rng)
    _fly(canvas, sky, place, aside, rng, far=False)
    return _defocused(canvas.finished())


def _lay_gradient(canvas: Canvas, sky: Sky) -> None:
    height = canvas.planes.shape[1]
    rows = np.linspace(0, 1, height)
    stops = np.linspace(0, 1, len(sky.stops))
    lab = np.column_stack([np.interp(rows, stops, parts) for parts in zip(*sky.stops, strict=True)])
    canvas.planes[:] = to_rgb(lab).T[:, :, None]


def _slots(aside: float, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    """Where clouds stand (x, foot, width): towers beside the head, wisps higher up."""
    slots = [(0.02, 0.86, 0.74), (1.02, 0.74, 0.78), (0.10, 0.30, 0.34), (0.96, 0.20, 0.26)]
    beyond = 1.0
    while beyond < aside + 0.9:
        for side in (-1, 1):
            x = 0.5 + side * (0.5 + beyond)
            slots.append((x, 0.62 + 0.26 * rng.random(), 0.6 + 0.25 * rng.random()))
            slots.append((x - side * 0.45, 0.12 + 0.2 * rng.random(), 0.2 + 0.12 * rng.random()))
        beyond += 0.75
    return sorted(slots, key=lambda slot: slot[2])


def _lay_cloud(
    canvas: Canvas,
    sky: Sky,
    place: Callable[[Spots], Spots],
    slot: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    """A heap of puffs on a flat foot: the shade's tone, then the light's, moved to the lamp."""
    x, foot, width = slot
    count = 13
    along = np.linspace(-0.5, 0.5, count) + rng.normal(0, 0.015, count)
    hump = np.clip(1 - (2 * along) ** 2, 0, 1) ** 0.7 * (0.55 + 0.6 * rng.random(count))
    radii = width * (0.05 + 0.10 * hump)
    crown = np.column_stack([x + width * along, foot - width * 0.42 * hump])
    foot_line = crown[[-1, 0]] + np.array([0, 0.1 * width])
    body = np.vstack([crown, foot_line])
    side = min(canvas.planes.shape[1:])
    union = canvas.shape(*(place(puff) for puff in _puffs(crown, radii)))
    union = np.maximum(union, canvas.shape(place(body)))
    # The foot fades into the haze instead of being cut.
    base, reach = place(np.array([[x, foot]]))[0, 1], 0.30 * width * side
    rows = np.arange(union.shape[0], dtype=np.float32)[:, None]
    haze = np.clip((base + 0.25 * reach - rows) / reach, 0, 1)
    canvas.cover(as_field(union * haze), to_rgb(np.array(sky.cloud_shade)))
    # Light from above and one side: the same puffs, smaller, moved towards it, melting below.
    moved = crown + width * np.array([-0.022, -0.034])
    lit = canvas.shape(*(place(puff) for puff in _puffs(moved, 0.92 * radii)))
    lit = as_field(union * cv2.GaussianBlur(lit, (0, 0), 0.003 * side))
    melt = np.clip((base - 0.1 * reach - rows) / (0.9 * reach), 0, 1)
    canvas.cover(as_field(lit * melt), to_rgb(np.array(sky.cloud)))


def _puffs(centres: Spots, radii: NDArray[np.float64]) -> list[Spots]:
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    return [centre + radius * ring for centre, radius in zip(centres, radii, strict=True)]


def _fly(
    canvas: Canvas,
    sky: Sky,
    place: Callable[[Spots], Spots],
    aside: float,
    rng: np.random.Generator,
    *,
    far: bool,
) -> None:
    spread = 1 + 2 * aside
    if sky.extra == "stars" and far:
        spots = _scattered(rng, int(150 * spread), aside, (0.0, 0.85))
        sizes = 0.0006 + 0.0026 * rng.random(len(spots)) ** 3
        shapes = _puffs(spots, sizes) + [_spark(s, 0.016) for s in spots[: int(7 * spread)]]
        canvas.cover(canvas.shape(*map(place, shapes)), np.array([244, 246, 255], np.float32))
    if sky.extra == "petals" and not far:
        spots = _scattered(rng, int(44 * spread), aside, (0.0, 1.0))
        petals = [_petal(s, 0.010 + 0.014 * rng.random(), 6.3 * rng.random()) for s in spots]
        for tone, chosen in (((84, 22, 2), petals[::2]), ((91, 14, 2), petals[1::2])):
            canvas.cover(0.95 * canvas.shape(*map(place, chosen)), to_rgb(np.array(tone)))
    if sky.extra == "gulls" and not far:
        spots = _scattered(rng, int(5 * spread), aside, (0.06, 0.36))
        shapes = [_gull(s, 0.014 + 0.012 * rng.random()) for s in spots]
        canvas.cover(0.9 * canvas.shape(*map(place, shapes)), to_rgb(np.array(sky.cloud)))


def _scattered(
    rng: np.random.Generator, count: int, aside: float, rows: tuple[float, float]
) -> Spots:
    x = rng.uniform(-aside, 1 + aside, count)
    return np.column_stack([x, rng.uniform(*rows, count)])


def _spark(spot: Spots, reach: float) -> Spots:
    """A star of four thin rays."""
    angle = np.arange(8) * np.pi / 4
    radius = np.where(np.arange(8) % 2 == 0, reach, 0.12 * reach)
    return np.asarray(spot + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def _petal(spot: Spots, reach: float, turn: float) -> Spots:
    t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    notch = 1 - 0.25 * np.exp(-((t - np.pi) ** 2) / 0.06)
    shape = np.column_stack([-np.cos(t) * notch, 0.58 * np.sin(t)])
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(spot + reach * shape @ np.array([[cos, sin], [-sin, cos]]))


def _gull(spot: Spots, reach: float) -> Spots:
    """Two wings as one thin curved shape."""
    t = np.linspace(-1, 1, 21)
    rise = -0.45 * np.sin(np.pi * np.abs(t)) * (1 - 0.3 * np.abs(t))
    thick = 0.10 * (1 - np.abs(t))
    over, under = np.column_stack([t, rise - thick]), np.column_stack([t, rise + thick])
    return np.asarray(spot + reach * np.vstack([over, under[::-1]]))


def _defocused(sky: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A lens focused on the face shows the sky a little soft."""
    return np.asarray(cv2.GaussianBlur(sky, (0, 0), DEFOCUS * min(sky.shape[:2])), np.uint8)
