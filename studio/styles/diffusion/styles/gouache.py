"""Gouache: opaque colour in broad shapes."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="gouache",
    title="Gouache",
    summary="Opaque colour in broad, sure shapes, as in sketchbooks of film painters.",
    recipes=recipes(
        tags=(
            "gouache painting, opaque matte paint, broad simplified brush shapes, limited "
            "palette, concept art sketchbook"
        ),
        sentence=(
            "A gouache painting in opaque, matte colour: broad, simplified brush shapes and a"
            " limited palette."
        ),
        scenery="gouache landscape painting, opaque matte paint, broad simplified shapes",
        avoid="3d render, thin outlines, glossy",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
    ),
    painted="risograph",
)
STYLE = style_of(PRESET)
