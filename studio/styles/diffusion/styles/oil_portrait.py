"""Oil portrait: painted on canvas, layer over layer."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="oil_portrait",
    title="Oil portrait",
    summary="Painted on canvas, layer over layer: warm shadows, thick light.",
    recipes=recipes(
        tags=(
            "oil painting portrait on canvas, visible thick brush strokes, impasto "
            "highlights, layered glazes, classical composition"
        ),
        sentence=(
            "A classical portrait in oil on canvas, with visible thick brush strokes, impasto"
            " in the lights and warm, layered shadows."
        ),
        scenery="oil painting on canvas, loose background brushwork, layered glazes",
        avoid="smooth, airbrushed, cgi",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
        face=0.65,
    ),
    painted="oil",
)
STYLE = style_of(PRESET)
