"""Presets as styles: what every look of the Imagined family has in common."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from studio.models.types import Kind
from studio.styles.diffusion.types import Part, Preset, Recipe
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.types import Choice, Family, Range, Style, Words

AUTO = "auto"
MOST_WORDS = 6  # more would be cut off: CLIP reads 77 tokens
SELFIES = 4  # references that FLUX.2 klein was made for; the others take what they can
KINDS = {
    Kind.SD15: "Stable Diffusion 1.5",
    Kind.SDXL: "Stable Diffusion XL",
    Kind.KLEIN: "FLUX.2 klein",
}
PARTS = {
    Part.WHOLE: "The whole picture",
    Part.FACE: "The face only",
    Part.BACKGROUND: "The background only",
}
# Scales, guidance and steps that the accelerated checkpoints ask for: LCM takes a guidance of 1 to
# 2 (arXiv 2311.05556), Lightning and klein were distilled without any.
STEPS = {Kind.SD15: 6, Kind.SDXL: 4, Kind.KLEIN: 4}
GUIDANCE = {Kind.SD15: 1.5, Kind.SDXL: 1.0, Kind.KLEIN: 1.0}
# How much of the way a person may go: towards the photo, and towards forgetting it.
NEARER, FARTHER = 0.4, 0.6


def recipes(
    *,
    tags: str,
    sentence: str,
    scenery: str,
    avoid: str,
    strengths: Mapping[Kind, float],
    face: float = 0.6,
) -> dict[Kind, Recipe]:
    """Return one look as a recipe for every kind.

    Args:
        tags: for the kinds that read tags.
        sentence: for those that read sentences.
        scenery: the look without a person, for all kinds.
        avoid: tags of what such a look tends to slip into.
        strengths: of each kind, 0 to 1: how much of the photo is given up.
        face: 0 to 1, how much the face in the selfie counts against the look.
    """
    return {
        kind: Recipe(
            prompt=sentence if kind is Kind.KLEIN else tags,
            negative_prompt=avoid,
            strength=strengths[kind],
            guidance_scale=GUIDANCE[kind],
            control_scale=0.7,
            adapter_scale=face,
            num_inference_steps=STEPS[kind],
            scenery=scenery,
        )
        for kind in Kind
    }


def style_of(preset: Preset) -> Style:
    """Return a preset as a style with the controls that all of the family have."""
    return Style(
        name=preset.name,
        title=preset.title,
        family=Family.IMAGINED,
        summary=preset.summary,
        licence="Apache-2.0",
        digital_source_type="trainedAlgorithmicMedia",
        natural_colour=preset.natural_colour,
        controls=(
            Range("strength", "How far from the photo", 0.0, 1.0, 0.05, 0.5),
            Words("words", "Words to add", load_vocabulary().known, MOST_WORDS),
            Choice(
                "part", "What is imagined", {str(k): v for k, v in PARTS.items()}, str(Part.WHOLE)
            ),
            Choice(
                "engine",
                "Model",
                {AUTO: "The best that is ready", **{str(k): v for k, v in KINDS.items()}},
                AUTO,
            ),
        ),
        is_slow=True,
        selfies=SELFIES,
    )


def strength_for(recipe: Recipe, wanted: float) -> float:
    """Return a kind's strength for where a person set "How far from the photo".

    Args:
        recipe: whose own strength lies in the middle.
        wanted: 0 to 1, 0.5 is the look's own.
    """
    own = recipe.strength
    ends = (own * (1 - NEARER), own, own + (1 - own) * FARTHER)
    return round(float(np.interp(wanted, (0.0, 0.5, 1.0), ends)), 4)
