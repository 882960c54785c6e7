"""What a kind is told."""

from __future__ import annotations

import re
from dataclasses import replace
from math import ceil

import pytest

from studio.models.types import Kind
from studio.styles.attributes.types import (
    NEUTRAL,
    FacialHair,
    GlassesShape,
    HairLength,
    HairTexture,
    Mouth,
)
from studio.styles.diffusion.presets import MOST_WORDS
from studio.styles.diffusion.prompts import Asked, features
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.discovery import preset_modules

VOCABULARY = load_vocabulary()
CLAY = next(module.PRESET for module in preset_modules() if module.STYLE.name == "clay")
CLIP_TOKENS = 75  # 77 with those that begin and end a text
BEARDED = replace(
    NEUTRAL,
    hair_length=HairLength.MEDIUM,
    hair_texture=HairTexture.CURLY,
    facial_hair=FacialHair.FULL,
    glasses=GlassesShape.ROUND,
    mouth=Mouth.OPEN_SMILE,
)


def asked(kind=Kind.SD15, words="", preset=CLAY):
    return Asked(kind, preset.recipes[kind], words, VOCABULARY)


def about(text):
    """Return more tokens than CLIP makes of plain English: long words count as several."""
    return sum(ceil(len(each) / 8) for each in re.findall(r"\w+|[^\w\s]", text))


def test_what_a_face_is_known_by_is_said():
    told = ("medium-length curly hair", "a full beard", "round glasses", "a broad smile")
    assert features(BEARDED) == told
    for kind in Kind:
        assert all(each in asked(kind).prompt(BEARDED) for each in told)


def test_nothing_is_said_of_what_is_not_there():
    assert features(NEUTRAL) == ("short hair",)
    assert features(replace(NEUTRAL, hair_length=HairLength.BALD)) == ("bald head",)


def test_skin_is_told_to_nobody():
    for kind in Kind:
        told = {asked(kind).prompt(replace(NEUTRAL, monk=monk)) for monk in range(1, 11)}
        assert len(told) == 1


def test_tags_are_told_to_stable_diffusion_and_sentences_to_flux():
    words = "forest, woollen scarf, dusk"
    tags = asked(Kind.SDXL, words).prompt(NEUTRAL)
    assert "with woollen scarf, forest in the background, dusk" in tags
    assert ". " not in tags
    sentences = asked(Kind.KLEIN, words).prompt(NEUTRAL)
    assert sentences.startswith("Turn the person in the pictures into this work of art:")
    assert "Behind the person one sees forest." in sentences
    assert "own skin tone" in sentences


@pytest.mark.parametrize("module", preset_modules(), ids=lambda module: module.STYLE.name)
def test_a_look_and_as_many_words_as_allowed_are_read_by_clip(module):
    longest = sorted(VOCABULARY.known, key=about)[-MOST_WORDS:]
    apart = [max(group.words, key=about) for group in VOCABULARY.groups][:MOST_WORDS]
    for kind in (Kind.SD15, Kind.SDXL):
        for words in (longest, apart):
            prompt = asked(kind, ", ".join(words), module.PRESET).prompt(BEARDED)
            told = prompt[: max(prompt.index(word) + len(word) for word in words)]
            assert about(told) <= CLIP_TOKENS, about(told)
        assert about(asked(kind, "", module.PRESET).prompt(BEARDED)) <= CLIP_TOKENS
        for is_scenery in (False, True):
            negative = asked(kind, "", module.PRESET).negative(is_scenery=is_scenery)
            assert about(negative) <= CLIP_TOKENS


@pytest.mark.parametrize("kind", Kind)
def test_scenery_is_told_without_the_person_and_what_they_wear(kind):
    told = asked(kind, "forest, woollen jumper, straw hat, dusk").scenery()
    assert "forest" in told
    assert "dusk" in told
    for worn in ("jumper", "hat", "portrait", "hair", "Turn the person"):
        assert worn not in told
    assert "bust" not in told


def test_photographs_nudity_and_second_people_are_kept_away_from():
    for is_scenery in (False, True):
        told = asked().negative(is_scenery=is_scenery)
        for word in ("photo", "nude", "child", "two people", "text"):
            assert word in told
    assert "face" in asked().negative(is_scenery=True)
    assert "face" not in asked().negative(is_scenery=False)
