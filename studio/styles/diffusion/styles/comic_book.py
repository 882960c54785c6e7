"""Comic book: inked, coloured and printed in dots."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="comic_book",
    title="Comic book",
    summary="Inked with a brush, coloured flat and printed in dots.",
    recipes=recipes(
        tags=(
            "comic book panel, bold brush inking, spotted shadows, flat colours, halftone "
            "dots, dynamic line weight"
        ),
        sentence=(
            "A comic book panel: bold brush inking, spotted shadows, flat colours and "
            "halftone dots."
        ),
        scenery="comic book background panel, bold inking, flat colours, halftone dots",
        avoid="3d render, soft shading",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
    ),
    painted="graphic_novel",
)
STYLE = style_of(PRESET)
