"""Fantasy: a painted book cover."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="fantasy",
    title="Fantasy cover",
    summary="The cover of a fantasy novel, painted with rich light and ornament.",
    recipes=recipes(
        tags=(
            "fantasy novel cover illustration, digital painting, painterly brush strokes, "
            "ornate costume, magical glowing light"
        ),
        sentence=(
            "A painted cover of a fantasy novel: painterly brush strokes, ornate costume and "
            "glowing, magical light."
        ),
        scenery="fantasy landscape illustration, painterly brush strokes, magical glowing light",
        avoid="cgi, modern clothes",
        strengths={Kind.SD15: 0.64, Kind.SDXL: 0.64, Kind.KLEIN: 0.92},
        face=0.65,
    ),
    painted="oil",
)
STYLE = style_of(PRESET)
