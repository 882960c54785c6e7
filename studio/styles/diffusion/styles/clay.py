"""Clay: a bust modelled by hand."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="clay",
    title="Clay bust",
    summary="A bust modelled by hand in coloured clay, with the marks of the thumbs left in.",
    recipes=recipes(
        tags=(
            "clay bust sculpture, hand-modelled coloured modelling clay, thumb marks, matte, "
            "rounded simplified shapes"
        ),
        sentence=(
            "A bust modelled by hand in coloured modelling clay, matte, with thumb marks and "
            "rounded, simplified shapes; the hair is rolled strands of clay."
        ),
        scenery="miniature scenery modelled in coloured modelling clay, matte surface",
        avoid="glossy plastic, flat drawing",
        strengths={Kind.SD15: 0.65, Kind.SDXL: 0.65, Kind.KLEIN: 0.9},
    ),
    painted="toon",
)
STYLE = style_of(PRESET)
