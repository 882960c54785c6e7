"""Bronze: a cast bust with a patina."""

from __future__ import annotations

from studio.models.types import Kind
from studio.styles.diffusion.presets import recipes, style_of
from studio.styles.diffusion.types import Preset

PRESET = Preset(
    name="bronze",
    title="Bronze bust",
    summary="A cast bust of bronze, polished where the light falls, green in the folds.",
    recipes=recipes(
        tags=(
            "bronze bust sculpture, cast metal, verdigris patina, chiselled hair, "
            "polished highlights, museum pedestal"
        ),
        sentence=(
            "A cast bronze bust with a green patina, chiselled hair and polished "
            "highlights, lit as in a museum."
        ),
        scenery="plain museum wall, bronze relief ornament, soft gallery light",
        avoid="colourful, fabric, glass eyes",
        strengths={Kind.SD15: 0.7, Kind.SDXL: 0.7, Kind.KLEIN: 0.93},
        face=0.65,
    ),
    painted="charcoal",
)
STYLE = style_of(PRESET)
