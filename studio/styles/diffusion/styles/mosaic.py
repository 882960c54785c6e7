"""Mosaic: small stones and glass."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="mosaic",
    title="Mosaic",
    summary="Small stones and pieces of glass, laid along the lines of the face.",
    recipes=recipes(
        tags=(
            "mosaic portrait, small coloured stone and glass tiles, flowing rows of tesserae,"
            " grout lines"
        ),
        sentence=(
            "A mosaic of small coloured stone and glass tiles, laid in rows that follow the "
            "shapes of the face, with grout between them."
        ),
        scenery="mosaic ornament wall, small coloured stone and glass tiles, grout lines",
        avoid="smooth, gradient, painting",
        strengths={Kind.SD15: 0.66, Kind.SDXL: 0.66, Kind.KLEIN: 0.93},
        face=0.65,
    ),
    painted="stained_glass",
)
STYLE = style_of(PRESET)
