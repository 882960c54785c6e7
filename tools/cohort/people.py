"""Who is drawn: adults sampled from a seed, none of them scanned, photographed or copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

Colour = tuple[float, float, float]  # linear RGB, 0 to 1

# Parts of a face that tell people apart; `anny` names its local changes after them.
PARTS = ("cheek", "chin", "ear", "eye", "eyebrows", "forehead", "head", "mouth", "nose")
SPREAD = 0.32  # standard deviation of a local change; its range is -1 to 1
LOPSIDED = ("head-trans-out", "mouth-trans-out", "nose-trans-out", "neck-trans-out")
ADULT = (0.6, 1.0)  # anny's age: two thirds is a young adult, one is old, below a half a child


class Skin(NamedTuple):
    """The two ends between which a skin colour is mixed, linear RGB."""

    light: Colour
    dark: Colour


SKINS = {
    "african": Skin((0.30, 0.155, 0.095), (0.075, 0.036, 0.022)),
    "asian": Skin((0.72, 0.47, 0.33), (0.42, 0.24, 0.15)),
    "caucasian": Skin((0.82, 0.56, 0.45), (0.52, 0.30, 0.20)),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One adult who is nobody."""

    seed: int
    phenotype: dict[str, float]
    changes: dict[str, float]  # anny's local changes, -1 to 1
    actions: dict[str, float]  # facial actions, 0 to 1
    skin: Colour
    lips: Colour
    iris: Colour
    hair: str  # short, curly, long, bald
    hair_length: float  # metres
    melanin: float  # of hair, 0 to 1
    redness: float  # of hair, 0 to 1
    beard: bool
    yaw: float  # degrees, of the camera around the head
    distance: float  # metres, camera to eyes
    light: float  # -1 = from the left, 1 = from the right


def sample(seed: int, labels: Sequence[str]) -> Person:
    """Return the adult who belongs to a seed.

    Args:
        seed: any number.
        labels: the names of anny's local changes.
    """
    rng = np.random.default_rng(seed)
    main = ("african", "asian", "caucasian")[seed % 3]
    woman = seed // 3 % 2 == 1
    age = float(rng.uniform(*ADULT))
    races = _races(rng, main)
    skin = _skin(rng, races)
    grey = max(0.0, (age - 0.8) / 0.2)
    melanin = float(np.clip(_melanin(rng, main) * (1 - 0.9 * grey * rng.uniform(0, 1)), 0.05, 1))
    return Person(
        seed=seed,
        phenotype={
            "gender": float(rng.uniform(0.85, 1.0)) if woman else float(rng.uniform(0.0, 0.15)),
            "age": age,
            "muscle": float(rng.uniform(0.3, 0.8)),
            "weight": float(rng.uniform(0.25, 0.85)),
            "height": 0.5,
            "proportions": float(rng.uniform(0.3, 0.8)),
            **races,
        },
        changes=_changes(rng, labels),
        actions=_actions(rng),
        skin=skin,
        lips=_tint(skin, (0.85, 0.48, 0.52) if woman else (0.86, 0.62, 0.62)),
        iris=_iris(rng, main),
        hair=str(rng.choice(_hair_styles(main, woman=woman))),
        hair_length=float(rng.uniform(0.02, 0.05)),
        melanin=melanin,
        redness=float(rng.uniform(0.2, 0.7)),
        beard=not woman and bool(rng.random() < 0.35),
        yaw=float(rng.normal(0, 4)),
        distance=float(rng.uniform(0.7, 1.4)),
        light=float(rng.uniform(-1, 1)),
    )


def _races(rng: np.random.Generator, main: str) -> dict[str, float]:
    """Mostly one of anny's three axes: mixing all of them would make everybody alike."""
    second = str(rng.choice([name for name in SKINS if name != main]))
    share = float(rng.beta(1.0, 4.0)) * 0.6
    return {name: {main: 1 - share, second: share}.get(name, 0.0) for name in SKINS}


def _skin(rng: np.random.Generator, races: dict[str, float]) -> Colour:
    dark = rng.uniform(0, 1)
    mixed = sum(
        share * (np.array(SKINS[name].light) * (1 - dark) + np.array(SKINS[name].dark) * dark)
        for name, share in races.items()
    )
    return _colour(mixed * rng.uniform(0.94, 1.06, 3))


def _changes(rng: np.random.Generator, labels: Sequence[str]) -> dict[str, float]:
    found = {}
    for label in labels:
        bare = label.removeprefix("l-").removeprefix("r-")
        if bare.startswith(PARTS) and bare not in LOPSIDED and bare not in found:
            found[bare] = float(np.clip(rng.normal(0, SPREAD), -1, 1))
    every = {}
    for label in labels:
        bare = label.removeprefix("l-").removeprefix("r-")
        if bare in found:
            every[label] = float(np.clip(found[bare] + rng.normal(0, 0.05), -1, 1))
    return every


def _actions(rng: np.random.Generator) -> dict[str, float]:
    smile, wide = float(max(0.0, rng.normal(0.15, 0.25))), float(rng.uniform(0.05, 0.25))
    return {
        "mouthSmileLeft": min(smile, 0.8),
        "mouthSmileRight": min(smile, 0.8),
        "eyeWideLeft": wide,
        "eyeWideRight": wide,
    }


def _melanin(rng: np.random.Generator, main: str) -> float:
    return float(rng.uniform(0.25, 0.95) if main == "caucasian" else rng.uniform(0.85, 1.0))


def _iris(rng: np.random.Generator, main: str) -> Colour:
    brown, blue, green = (0.06, 0.03, 0.015), (0.12, 0.19, 0.26), (0.13, 0.14, 0.06)
    choices = (brown, blue, green) if main == "caucasian" else (brown,)
    return _colour(np.array(choices[rng.integers(len(choices))]) * rng.uniform(0.7, 1.3))


def _hair_styles(main: str, *, woman: bool) -> tuple[str, ...]:
    if main == "african":
        return ("curly", "curly", "long", "short") if woman else ("curly", "curly", "bald", "short")
    return ("long", "long", "long", "short") if woman else ("short", "short", "short", "bald")


def _tint(colour: Colour, by: Colour) -> Colour:
    return _colour(np.array(colour) * np.array(by))


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = np.clip(values, 0.01, 0.9)
    return float(red), float(green), float(blue)
