"""Anime: a frame of a hand-drawn film."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="anime",
    title="Anime film",
    summary="A frame of a hand-drawn film: fine lines, flat shadows, a painted background.",
    recipes=recipes(
        tags=(
            "anime film still, hand-drawn cel animation, clean thin lines, flat shading, "
            "painted background"
        ),
        sentence=(
            "A still of a hand-drawn anime film: thin clean lines, flat cel shading and a "
            "painted background."
        ),
        scenery="anime film background painting, hand-painted, clean shapes",
        avoid="3d render, sketch",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
    ),
    painted="anime_cel",
)
STYLE = style_of(PRESET)
