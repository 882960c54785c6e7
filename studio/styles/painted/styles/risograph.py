"""Risograph: three transparent inks on paper, with grain and a little off register.

Sources: the inks multiply as transparent layers do (Yule 1967, Principles of Color Reproduction);
the grain is a stochastic screen of blue noise (Mitsa and Parker 1992). Tones are relative to skin,
hair and cloth, so that a dark face is printed dark and keeps all its features.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field, enlarged, linear
from studio.styles.painted.canvas import Canvas, crisp
from studio.styles.painted.colour import hexed
from studio.styles.painted.posters import POSTERS, print_poster
from studio.styles.painted.press import SCREENS, InkSet, Press
from studio.styles.painted.study import make_study
from studio.styles.painted.tone import Tones, measure_tones
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

INKS = {
    "classic": InkSet("Yellow, pink, blue", (hexed("#ffe100"), hexed("#ff48a8"), hexed("#0a62ae"))),
    "sunset": InkSet("Gold, coral, violet", (hexed("#ffc02e"), hexed("#ff5d55"), hexed("#4d3f97"))),
    "berry": InkSet("Peach, pink, teal", (hexed("#ffb48f"), hexed("#ff4fa0"), hexed("#006f7a"))),
    "forest": InkSet("Rose, orange, green", (hexed("#ffbfa8"), hexed("#ff8350"), hexed("#00684c"))),
    "cobalt": InkSet("Three blues", (hexed("#b9cdf5"), hexed("#6d8fe0"), hexed("#23357f"))),
}
# V, the light to be printed, is BLACK + WHITE * L / 100 where something is as light as its kind.
BLACK, WHITE = 0.20, 0.70
CONTRAST = 1.15
GLEAM = 1.7  # relative lightness of hair beyond which it is no lighter
# Each ink begins below its first value of V and is full at `start - span`.
LIGHT, MIDDLE, DARK = (1.0, 0.46), (0.93, 0.58), (0.55, 0.42)
LINE = (7.0, 2.5, 5.0)  # how strongly lines are printed on skin, hair, cloth
FAINT = 0.08  # what is taken off them
FIRM = 0.22  # what is left from which a line is printed through no screen

STYLE = Style(
    name="risograph",
    title="Risograph",
    family=Family.PAINTED,
    summary="Three bright inks on paper, with grain and a little off register.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    controls=(
        Choice("inks", "Inks", {name: inks.label for name, inks in INKS.items()}, "classic"),
        Choice("screen", "Screen", SCREENS, "grain"),
        Range("offset", "Misprint", 0, 10, 1, 4),
        Range("darkness", "Darkness", 0.7, 1.3, 0.1, 1.0),
        Choice("background", "Background", POSTERS, "sun"),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Print a portrait with three inks.

    Args:
        portrait: The aligned portrait; its size is the picture's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Turns the way in which the plates miss each other.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    inks, screen = INKS[str(chosen["inks"])].inks, str(chosen["screen"])
    offset, turn = float(chosen["offset"]), float(rng.uniform(0, 2 * np.pi))
    study = make_study(portrait)
    yield
    tones = measure_tones(portrait, study)
    yield
    size = study.size
    press = Press(inks, screen, size / 1024, offset, turn)
    person = crisp(study.person, 0.5, size)
    shapes = [press.moved(person, index) for index in range(len(inks))]
    *tints, lines = _plates(tones, float(chosen["darkness"]))
    last = len(inks) - 1
    plates = [
        press.moved(linear(tint, size), index) * shapes[index] for index, tint in enumerate(tints)
    ]
    line_work = press.moved(enlarged(lines, size), last) * shapes[last]
    yield
    sheet = Canvas(press.printed(plates, np.clip(line_work, 0, 1)))
    name = str(chosen["background"])

    def backdrop(width: int, height: int) -> NDArray[np.uint8]:
        unit = min(width, height) / 1024
        return print_poster(width, height, name, replace(press, unit=unit)).finished()

    # The figure's paper hides what lies behind it, as far as any of its inks goes.
    return Picture(sheet.cut_out(np.maximum.reduce(shapes)), backdrop, study.points)


def _plates(tones: Tones, darkness: float) -> list[Mask]:
    """Return the coverages of the light, the middle and the dark ink, and the line work."""
    _, hair, cloth = tones.shares
    relative = tones.relative - hair * np.maximum(tones.relative - GLEAM, 0)
    level = BLACK + WHITE / 100 * tones.level
    light = level * np.clip(relative, 0.1, 2.2) ** CONTRAST
    warm = np.clip(tones.lab[..., 2] / 14, 0, 1)
    red = np.clip(tones.lab[..., 1] / 16, 0, 1.6)
    blue = np.clip(-tones.lab[..., 2] / 45, 0, 0.5)
    weights = sum(weight * share for weight, share in zip(LINE, tones.shares, strict=True))
    lines = np.clip(tones.lines * weights * darkness - FAINT, 0, 0.9)
    first = _cover(light, LIGHT) * (0.25 + 0.70 * warm) + 0.04 * cloth
    second = _cover(light, MIDDLE) * (0.58 + 0.36 * red)
    third = _cover(light, (DARK[0] * darkness**0.5, DARK[1])) ** 0.85
    third += lines
    # White cloth on white paper keeps its folds, blue cloth its colour.
    third += cloth * (blue + np.clip((1.04 - relative) * 1.2, 0, 0.35))
    return [as_field(np.clip(plate, 0, 1)) for plate in (first, second, third, 3 * (lines - FIRM))]


def _cover(light: Mask, begins: tuple[float, float]) -> Mask:
    start, span = begins
    return as_field(np.clip((start - light) / span, 0, 1))
