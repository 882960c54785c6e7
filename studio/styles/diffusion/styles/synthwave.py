"""Synthwave: neon light and night."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="synthwave",
    title="Synthwave",
    summary="Neon light at night: magenta and cyan edges, a glowing horizon.",
    recipes=recipes(
        tags=(
            "synthwave poster illustration, neon magenta and cyan rim light, retro-"
            "futuristic, glowing grid, airbrush shading"
        ),
        sentence=(
            "A retro-futuristic synthwave poster illustration with neon magenta and cyan rim "
            "light, airbrush shading and a glowing grid."
        ),
        scenery="synthwave scenery illustration, glowing neon grid horizon, magenta and cyan",
        avoid="daylight, sketch",
        strengths={Kind.SD15: 0.63, Kind.SDXL: 0.63, Kind.KLEIN: 0.9},
    ),
    painted="pop_art",
)
STYLE = style_of(PRESET)
