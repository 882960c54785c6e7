"""The looks: each is a style of the family, for every kind, by the same controls."""

from __future__ import annotations

import subprocess
import sys

import pytest

from studio.models.types import Kind
from studio.styles.catalogue import STYLES, find_style
from studio.styles.diffusion.presets import strength_for, style_of
from studio.styles.diffusion.types import Part
from studio.styles.discovery import preset_modules, style_modules
from studio.styles.types import Family
from studio.styles.words import ControlError

MODULES = preset_modules()
each_look = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.STYLE.name)
ASKED_FOR = {
    *("clay", "animation", "anime", "ink_wash", "claymation", "felt", "oil_portrait"),
    *("comic_book", "fantasy", "synthwave", "storybook", "bronze"),
}


def test_there_are_the_looks_that_were_promised():
    assert {module.STYLE.name for module in MODULES} >= ASKED_FOR
    assert len(MODULES) >= 16


def test_every_style_has_a_name_and_a_title_of_its_own():
    assert len({style.name for style in STYLES}) == len(STYLES)
    assert len({style.title for style in STYLES}) == len(STYLES)


@each_look
def test_a_look_is_a_slow_style_of_the_family_in_the_catalogue(module):
    style = module.STYLE
    assert module.__name__.endswith(f".{style.name}")
    assert find_style(style.name) is style
    assert style == style_of(module.PRESET)
    assert style.family is Family.IMAGINED
    assert style.digital_source_type == "trainedAlgorithmicMedia"
    assert style.is_slow
    assert style.selfies > 1
    assert not style.natural_colour, "nobody has measured it: the weights are not here"
    assert 2 <= len(style.controls) <= 5
    assert style.summary.endswith(".")


@each_look
def test_a_look_has_a_recipe_that_each_kind_can_follow(module):
    assert set(module.PRESET.recipes) == set(Kind)
    for kind, recipe in module.PRESET.recipes.items():
        assert 0.5 <= recipe.strength < 1, "less stays a photograph"
        assert 0 < recipe.adapter_scale <= 1
        assert 0 < recipe.control_scale <= 1
        assert recipe.num_inference_steps in range(4, 9)
        assert recipe.prompt
        assert recipe.scenery
        # Lightning and klein are distilled: any other guidance would double the time for worse.
        assert recipe.guidance_scale == (1.5 if kind is Kind.SD15 else 1.0)


@each_look
def test_a_part_begins_from_a_painted_style_that_there_is(module):
    painted = {m.STYLE.name for m in style_modules() if m.STYLE.family is Family.PAINTED}
    assert module.PRESET.painted in painted


def test_controls_take_what_they_offer_and_nothing_else():
    style = MODULES[0].STYLE
    chosen = style.accept({})
    assert (chosen["strength"], chosen["words"]) == (0.5, "")
    assert (chosen["part"], chosen["engine"]) == ("whole", "auto")
    for part in Part:
        assert style.accept({"part": part.value})["part"] == part
    for kind in Kind:
        assert style.accept({"engine": kind.value})["engine"] == kind
    for wrong in (
        {"part": "clothes"},
        {"engine": "flux-dev"},
        {"strength": 1.1},
        {"strength": float("nan")},
        {"prompt": "anything"},
        {"words": 3},
    ):
        with pytest.raises(ControlError):
            style.accept(wrong)


@each_look
def test_the_looks_own_strength_lies_in_the_middle_of_the_way(module):
    for recipe in module.PRESET.recipes.values():
        nearest, own, farthest = (strength_for(recipe, at) for at in (0.0, 0.5, 1.0))
        assert own == recipe.strength
        assert 0.3 <= nearest < own < farthest < 1


def test_looks_are_listed_without_any_library_that_draws_them():
    heavy = ("torch", "diffusers", "transformers", "accelerate", "peft")
    code = (
        "import sys; from studio.styles.catalogue import STYLES; "
        f"print(len(STYLES), [name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split(maxsplit=1) == [str(len(STYLES)), "[]\n"]
