"""Pixels of the eyes: their whites, and their irises without pupil, gleam and the lid's shadow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.alignment import Aligned
from studio.styles.fields import eroded, filled

SHUT = 0.45  # score of a blink from which an eye shows too little
WHITE = 1.25  # iris radii from the iris' middle where the white begins
IRIS = (0.4, 0.9)  # iris radii: beyond the pupil, within the dark rim
UNDER_LID = 0.45  # iris radii above the iris' middle: the lid's shadow lies higher
FEWEST_WHITE, FEWEST_IRIS = 24, 12  # pixels in a portrait of 512


@dataclass(frozen=True, slots=True)
class _Opening:
    pixels: NDArray[np.uint8]  # (N, 3) sRGB of what the lids leave open
    away: NDArray[np.float64]  # (N,) iris radii from the iris' middle
    above: NDArray[np.float64]  # (N,) iris radii above it


def eye_whites(portrait: Aligned) -> NDArray[np.uint8] | None:
    """Return the pixels of both eyes' whites, (N, 3) sRGB, or None when hardly any show."""
    found = [eye.pixels[eye.away > WHITE] for eye in _openings(portrait)]
    return _enough(found, FEWEST_WHITE, portrait.size)


def irises(portrait: Aligned) -> NDArray[np.uint8] | None:
    """Return the pixels of both irises, (N, 3) sRGB, or None when hardly any show."""
    found = [
        eye.pixels[(eye.away > IRIS[0]) & (eye.away < IRIS[1]) & (eye.above < UNDER_LID)]
        for eye in _openings(portrait)
    ]
    return _enough(found, FEWEST_IRIS, portrait.size)


def _enough(found: list[NDArray[np.uint8]], least: int, side: int) -> NDArray[np.uint8] | None:
    pixels = np.vstack(found) if found else np.empty((0, 3), np.uint8)
    return pixels if len(pixels) >= least * (side / 512) ** 2 else None


def _openings(portrait: Aligned) -> Iterator[_Opening]:
    points = portrait.landmarks[:, :2]
    for eye, name in zip(mesh.EYES, ("eyeBlinkRight", "eyeBlinkLeft"), strict=True):
        if portrait.blendshapes.get(name, 0.0) > SHUT:
            continue
        outline = points[[*eye.upper, *eye.lower[::-1]]]
        corner = np.floor(outline.min(axis=0)).astype(int).clip(0, portrait.size - 1)
        box = int(np.ceil((outline.max(axis=0) - corner).max())) + 2
        patch = portrait.image[corner[1] : corner[1] + box, corner[0] : corner[0] + box]
        shape = filled(box, outline - corner)[: patch.shape[0], : patch.shape[1]]
        rows, columns = np.nonzero(eroded(shape, max(1, round(portrait.size / 512))))
        middle = points[eye.iris] - corner
        radius = float(
            np.linalg.norm(points[list(eye.iris_ring)] - points[eye.iris], axis=1).mean()
        )
        radius = max(radius, 1e-3)
        yield _Opening(
            pixels=patch[rows, columns],
            away=np.hypot(columns - middle[0], rows - middle[1]) / radius,
            above=(middle[1] - rows) / radius,
        )
