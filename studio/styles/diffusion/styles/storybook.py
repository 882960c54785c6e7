"""Storybook: watercolour and pencil."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="storybook",
    title="Storybook",
    summary="Watercolour and coloured pencil, as on the pages of a storybook.",
    recipes=recipes(
        tags=(
            "storybook illustration, watercolour and coloured pencil, textured paper, gentle "
            "line, warm muted palette"
        ),
        sentence=(
            "A storybook illustration in watercolour and coloured pencil on textured paper, "
            "with gentle lines and a warm, muted palette."
        ),
        scenery="storybook illustration scenery, watercolour and coloured pencil, textured paper",
        avoid="3d render, harsh contrast",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
    ),
    painted="watercolour",
)
STYLE = style_of(PRESET)
