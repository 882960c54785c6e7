"""Felt: a figure of needle-felted wool."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="felt",
    title="Needle felt",
    summary="A soft figure of needle-felted wool, every fibre to be seen.",
    recipes=recipes(
        tags=(
            "needle felted wool figure, soft fuzzy wool fibres, handmade felt figure, stitched "
            "details"
        ),
        sentence=(
            "A handmade figure of needle-felted wool with soft, fuzzy fibres and stitched "
            "details; the hair is combed wool."
        ),
        scenery="scenery made of coloured felt and wool, soft fuzzy fibres, stitched details",
        avoid="plastic, glossy, flat drawing",
        strengths={Kind.SD15: 0.66, Kind.SDXL: 0.66, Kind.KLEIN: 0.9},
    ),
    painted="paper_cut",
)
STYLE = style_of(PRESET)
