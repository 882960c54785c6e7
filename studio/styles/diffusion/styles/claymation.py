"""Claymation: a puppet on the set of a stop-motion film."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="claymation",
    title="Claymation",
    summary="A puppet on the set of a stop-motion film, lit like a small stage.",
    recipes=recipes(
        tags=(
            "stop-motion animation puppet, clay puppet character on a miniature set, tactile "
            "clay texture, large eyes, small-scale stage lighting"
        ),
        sentence=(
            "A clay puppet on the miniature set of a stop-motion film: tactile clay, slightly"
            " large head and eyes, lit like a small stage."
        ),
        scenery=(
            "miniature set of a stop-motion film, clay and cardboard scenery, small-scale "
            "stage lighting"
        ),
        avoid="smooth cgi, flat drawing",
        strengths={Kind.SD15: 0.65, Kind.SDXL: 0.65, Kind.KLEIN: 0.9},
    ),
    painted="toon",
)
STYLE = style_of(PRESET)
