"""Embroidery: thread on linen."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="embroidery",
    title="Embroidery",
    summary="Coloured thread on linen, stitch by stitch.",
    recipes=recipes(
        tags=(
            "hand embroidery portrait, satin stitch and thread painting, coloured cotton "
            "thread on linen, visible stitches"
        ),
        sentence=(
            "A portrait in hand embroidery: satin stitch and thread painting in coloured "
            "cotton on linen, every stitch visible."
        ),
        scenery="hand embroidered scenery, coloured cotton thread on linen, visible stitches",
        avoid="smooth, 3d render, metal",
        strengths={Kind.SD15: 0.66, Kind.SDXL: 0.66, Kind.KLEIN: 0.92},
    ),
    painted="coloured_pencil",
)
STYLE = style_of(PRESET)
