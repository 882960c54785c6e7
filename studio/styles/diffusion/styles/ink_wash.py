"""Ink wash: brush and diluted ink on paper."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="ink_wash",
    title="Ink wash",
    summary="Brush and diluted ink on rough paper, few strokes, much left open.",
    recipes=recipes(
        tags=(
            "ink wash painting, monochrome brush ink on rough paper, loose confident strokes,"
            " ink splashes"
        ),
        sentence=(
            "A monochrome ink wash painting on rough paper: loose, confident brush strokes, "
            "diluted tones and much paper left open."
        ),
        scenery="ink wash landscape, monochrome brush ink on rough paper, loose strokes",
        avoid="colour, 3d render, smooth gradient",
        strengths={Kind.SD15: 0.65, Kind.SDXL: 0.65, Kind.KLEIN: 0.92},
    ),
    painted="graphic_novel",
)
STYLE = style_of(PRESET)
