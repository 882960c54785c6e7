"""Carved wood: a figure cut with the gouge."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="carved_wood",
    title="Carved wood",
    summary="A figure cut from one block of wood, with the marks of the gouge.",
    recipes=recipes(
        tags=(
            "carved wooden sculpture, visible gouge marks, wood grain, matte oil finish, "
            "faceted carving"
        ),
        sentence=(
            "A figure carved from one block of wood, with visible gouge marks, flowing grain "
            "and an oiled finish."
        ),
        scenery="carved wooden relief scenery, visible gouge marks, wood grain",
        avoid="metal, fabric, glossy plastic",
        strengths={Kind.SD15: 0.68, Kind.SDXL: 0.68, Kind.KLEIN: 0.93},
        face=0.65,
    ),
    painted="low_poly",
)
STYLE = style_of(PRESET)
