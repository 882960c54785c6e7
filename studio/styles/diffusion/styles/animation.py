"""3D animation: a character of an animated film."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="animation",
    title="3D animation",
    summary="A character of an animated film: clear shapes, soft light, lively eyes.",
    recipes=recipes(
        tags=(
            "3d animated film character, stylised cgi render, smooth simplified shapes, "
            "expressive eyes, soft global illumination"
        ),
        sentence=(
            "A character of a 3D animated film: a stylised computer render with smooth, "
            "simplified shapes, expressive eyes and soft light."
        ),
        scenery="background of a 3d animated film, stylised cgi render, soft global illumination",
        avoid="flat drawing, uncanny",
        strengths={Kind.SD15: 0.6, Kind.SDXL: 0.6, Kind.KLEIN: 0.9},
        face=0.65,
    ),
    painted="anime_cel",
)
STYLE = style_of(PRESET)
