"""Illustrated figures tell what their parts show, and are held to what the person said."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from studio.styles.attributes.types import Attributes
from studio.styles.discovery import style_modules
from studio.styles.types import Family, finished

ILLUSTRATED = {
    module.STYLE.name: module
    for module in style_modules()
    if module.STYLE.family is Family.ILLUSTRATED
}
KNOWN = {field.name for field in fields(Attributes)}


def figure(name, portrait, **controls):
    module = ILLUSTRATED[name]
    chosen = module.STYLE.accept(controls)
    return finished(module.draw(portrait, chosen, np.random.default_rng(2)))


@pytest.mark.parametrize("name", ILLUSTRATED)
def test_a_figure_names_attributes_only_and_always_says_of_glasses_and_beard(name, portraits):
    shown = figure(name, portraits["hazel"]).shown
    assert set(shown) <= KNOWN
    assert {"glasses", "facial_hair"} <= set(shown)
    assert all(isinstance(value, str) and value for value in shown.values())


@pytest.mark.parametrize("name", ILLUSTRATED)
def test_nobody_bald_is_drawn_with_hair_unsaid(name, portraits):
    shown = figure(name, portraits["ash"], hair_length="bald").shown
    if shown.get("hair_length") == "bald":
        assert "hair_colour" not in shown


@pytest.mark.parametrize("name", ILLUSTRATED)
def test_glasses_that_a_person_says_they_wear_are_shown(name, portraits):
    if "glasses" not in {control.name for control in ILLUSTRATED[name].STYLE.controls}:
        pytest.skip("this style has no glasses")
    assert figure(name, portraits["ash"], glasses="round").shown["glasses"] != "none"
    assert figure(name, portraits["ash"], glasses="none").shown["glasses"] == "none"


@pytest.mark.parametrize("name", ILLUSTRATED)
def test_most_of_what_a_figure_shows_is_as_measured(name, portraits):
    for who in ("birch", "rowan"):
        wanted, shown = portraits[who].attributes, figure(name, portraits[who]).shown
        words = {each for each in shown if not shown[each].startswith("#")}
        agreed = [shown[each] == str(getattr(wanted, each)) for each in words]
        assert sum(agreed) >= 0.6 * len(agreed)


def test_glasses_that_a_figure_does_not_wear_are_told_lost(portraits, gauge):
    name, portrait = next(iter(ILLUSTRATED)), portraits["hazel"]
    picture = figure(name, portrait, glasses="none")
    judged = gauge.judge(
        ILLUSTRATED[name].STYLE, gauge.selfie(portrait, {}), portrait, picture
    ).measures
    assert "glasses" in judged.lost
    assert judged.agreement < 1
