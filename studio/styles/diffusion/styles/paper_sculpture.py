"""Paper sculpture: cut, curled and layered."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="paper_sculpture",
    title="Paper sculpture",
    summary="Cut, curled and layered paper with real little shadows.",
    recipes=recipes(
        tags=(
            "layered paper sculpture, cut and curled coloured paper, quilling, crisp edges, "
            "soft cast shadows"
        ),
        sentence=(
            "A sculpture of cut, curled and layered coloured paper with crisp edges, quilled "
            "hair and soft cast shadows."
        ),
        scenery="layered cut paper scenery, coloured paper, crisp edges, soft cast shadows",
        avoid="glossy, painted, metal",
        strengths={Kind.SD15: 0.66, Kind.SDXL: 0.66, Kind.KLEIN: 0.92},
    ),
    painted="paper_cut",
)
STYLE = style_of(PRESET)
