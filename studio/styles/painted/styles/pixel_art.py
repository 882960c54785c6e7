"""Pixel art: set cell by cell on a true grid, in few colours, with a dark outline.

Ramps and ordered dithering (Bayer 1973) as pixel artists use them; cells take what covers most of
them (Gerstner et al. 2012, Pixelated image abstraction), features are placed from the landmarks.
"""

from __future__ import annotations

import numpy as np

from studio.styles.painted.pixels.body import (
    set_beard,
    set_clothes,
    set_hair,
    set_outline,
    set_skin,
    settle_skin,
)
from studio.styles.painted.pixels.features import set_features, set_glasses
from studio.styles.painted.pixels.scenes import SCENES, paint_scene
from studio.styles.painted.pixels.sprite import Sprite, coloured
from studio.styles.painted.skin import SkinPaint
from studio.styles.painted.study import make_study
from studio.styles.portrait import Portrait
from studio.styles.types import Choice, Controls, Drawing, Family, Picture, Range, Style

STYLE = Style(
    name="pixel_art",
    title="Pixel art",
    family=Family.PAINTED,
    summary="A game's portrait: a true grid, few colours, crisp eyes, a dark outline.",
    licence="Apache-2.0",
    digital_source_type="algorithmicallyEnhanced",
    natural_colour=True,
    controls=(
        Choice("grid", "Grid", {"32": "Coarse", "64": "Classic", "128": "Fine"}, "64"),
        Range("colours", "Colours", 8, 40, 1, 28),
        Range("dither", "Dithering", 0.0, 1.0, 0.1, 0.5),
        Choice("outline", "Outline", {"yes": "Dark", "no": "None"}, "yes"),
        Choice("scene", "Scene", SCENES, "dusk"),
    ),
)


def draw(portrait: Portrait, controls: Controls, rng: np.random.Generator) -> Drawing:
    """Set a portrait on a grid.

    Args:
        portrait: The aligned portrait; its size is the drawing's.
        controls: Values for the controls of `STYLE`; those left out keep their defaults.
        rng: Makes the scene.

    Yields:
        Nothing, after each pass.

    Returns:
        The picture; the same arguments give the same bytes.

    Raises:
        ControlError: an unknown control, or a value outside its limits.
    """
    chosen = STYLE.accept(controls)
    cells, dither = int(str(chosen["grid"])), float(chosen["dither"])
    scene = str(chosen["scene"])
    seed = int(rng.integers(2**32))
    study = make_study(portrait)
    yield
    sprite = Sprite(cells)
    tones = set_skin(sprite, study, dither)
    set_clothes(sprite, study)
    yield
    set_beard(sprite, study, dither)
    skin = SkinPaint(tones[0], tones[2], tones[3], -1.0)
    set_features(sprite, study, skin)
    set_hair(sprite, study, dither)
    settle_skin(sprite, study, tones)
    set_glasses(sprite, study)
    yield
    if chosen["outline"] == "yes":
        set_outline(sprite)
    figure = coloured(sprite, study.size, int(float(chosen["colours"])))
    yield
    return Picture(
        figure=figure,
        backdrop=lambda width, height: paint_scene((width, height), scene, cells, seed),
        landmarks=study.points,
    )
