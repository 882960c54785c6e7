"""Art nouveau: a poster with flowing ornament."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="poster_nouveau",
    title="Art nouveau poster",
    summary="A lithographed poster: flowing contour, flat muted colour, ornament all around.",
    recipes=recipes(
        tags=(
            "art nouveau poster, lithograph, flowing contour lines, flat muted colours, "
            "ornamental floral border"
        ),
        sentence=(
            "An art nouveau poster printed as a lithograph: flowing contours, flat, muted "
            "colours and floral ornament."
        ),
        scenery="art nouveau ornament, lithograph, flowing floral lines, flat muted colours",
        avoid="3d render, glossy, neon",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
    ),
    painted="toon",
)
STYLE = style_of(PRESET)
