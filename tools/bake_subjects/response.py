"""Measures how a bake answers a screen's colours: strength, noise, and whether the layers fit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from consent.flash import LIGHT, push_of
from consent.types import Chroma
from studio.face.landmarks import LandmarkDetector
from studio.face.skin import background_chroma, skin_chroma
from studio.face.types import Face
from studio.subjects.player import LAYER, READ_NOISE
from studio.subjects.screen import Lit
from tools.bake_subjects.actions import REST

STRENGTHS = (0.02, 0.05, 0.12, 0.4)  # of a white screen's light, as shares of the room's
ORDINARY = 0.12
DRAWS = 8  # pictures under each colour: noise is what lets 8 bits tell less than a grey level
NOISE_DRAWS = 40  # pictures of one frame

HEAD = (
    "subject",
    *(f"skin at {strength}" for strength in STRENGTHS),
    f"background at {ORDINARY}",
    "noise of skin",
    "layer off its frame, px",
)


def row(detector: LandmarkDetector, folder: Path) -> tuple[str, ...] | None:
    """Return one subject's line of the table, or None where frames or faces are missing.

    Amplitudes are those of `consent.reflection`: root mean squares of log(red / green) and
    log(blue / green) over the palette's six colours, per cent. Noise is one standard deviation
    of the same in a single frame. The distance is the median of the landmarks' between a layer and
    its frame, the largest of the rests, pixels: light from elsewhere moves landmarks a little too.
    """
    frames = [_read(folder / f"rest_{index:02d}.webp") for index in range(len(REST))]
    layers = [_read(folder / f"{LAYER}rest_{index:02d}.webp") for index in range(len(REST))]
    pairs = [(a, b) for a, b in zip(frames, layers, strict=True) if a is not None and b is not None]
    found = [(detector.detect(frame), detector.detect(layer)) for frame, layer in pairs]
    if len(pairs) < len(REST) or any(len(a) != 1 or len(b) != 1 for a, b in found):
        return None
    face = found[0][0][0]
    lit = Lit.of(*pairs[0])
    skin, background = zip(*(_amplitudes(lit, face, s) for s in STRENGTHS), strict=True)
    return (
        folder.name,
        *(f"{100 * x:.1f}" for x in skin),
        f"{100 * background[STRENGTHS.index(ORDINARY)]:.1f}",
        f"{100 * _noise(pairs[0][0], face):.2f}",
        f"{max(_apart(a[0], b[0]) for a, b in found):.1f}",
    )


def _read(path: Path) -> np.ndarray | None:
    if not path.exists():
        return None
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def _amplitudes(lit: Lit, face: Face, strength: float) -> tuple[float, float]:
    """Return how far skin and background follow the colours."""
    rng = np.random.default_rng(1)
    pictures = [
        _noisy(lit.under(light, strength), rng) for light in LIGHT.values() for _ in range(DRAWS)
    ]
    pushes = _centred([push_of(light) for light in LIGHT.values() for _ in range(DRAWS)])
    size = np.sqrt((pushes**2).sum() / len(pushes))

    def follows(chromas: Sequence[Chroma]) -> float:
        answers = _centred([_log_ratios(chroma) for chroma in chromas])
        return float((answers * pushes).sum() / (pushes**2).sum() * size)

    return (
        follows([skin_chroma(picture, face) for picture in pictures]),
        follows([background_chroma(picture, face) for picture in pictures]),
    )


def _noise(frame: np.ndarray, face: Face) -> float:
    rng = np.random.default_rng(1)
    chromas = [skin_chroma(_noisy(frame, rng), face) for _ in range(NOISE_DRAWS)]
    values = _centred([_log_ratios(chroma) for chroma in chromas])
    return float(np.sqrt((values**2).sum() / len(values)))


def _noisy(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return np.clip(picture + rng.normal(0, READ_NOISE, picture.shape), 0, 255).astype(np.uint8)


def _apart(one: Face, other: Face) -> float:
    return float(np.linalg.norm(np.median((one.landmarks - other.landmarks)[:, :2], axis=0)))


def _log_ratios(chroma: Chroma) -> tuple[float, float]:
    red, green = chroma
    return float(np.log(red / green)), float(np.log((1 - red - green) / green))


def _centred(values: Sequence[tuple[float, float]]) -> np.ndarray:
    array = np.array(values)
    return array - array.mean(axis=0)
