"""The list of words: what is in it, what is kept out of it, and what it refuses."""

from __future__ import annotations

import re
import time

import pytest

from studio.styles.diffusion.presets import MOST_WORDS
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.discovery import preset_modules
from studio.styles.words import ControlError

VOCABULARY = load_vocabulary()
STYLE = preset_modules()[0].STYLE
WORDS = next(control for control in STYLE.controls if control.name == "words")

# Beginnings of words that may stand nowhere in the list, nor in what a look asks for, by why.
KEPT_OUT = {
    "sexual": (
        "nude naked bare topless erotic sensual sexy sexual hot-pink lingerie bra panties bikini "
        "swimsuit swimwear underwear corset stocking latex fetish bondage bed bath shower sauna "
        "kiss seductive busty cleavage lace beach pool"
    ),
    "weapons, gore, drugs": (
        "sword gun rifle pistol knife dagger weapon bomb grenade blood gore dead corpse skull "
        "zombie wound drug weed cannabis smok cigar cigarette beer wine whisky vodka pill syringe"
    ),
    "age": (
        "child kid baby toddler infant teen young youth boy girl old elder aged senior school "
        "toy doll teddy pigtail wrinkle grey-hair student"
    ),
    "sex": (
        "man men male woman women female masculine feminine lady gentleman mother father king "
        "queen prince princess bride groom dress gown skirt blouse tuxedo lipstick mascara make-up "
        "makeup beard moustache breast muscular handsome beautiful pretty"
    ),
    "origin and faith": (
        "african asian european american indian chinese japanese korean arab latino nordic celtic "
        "caucasian ethnic tribal native kimono sari hanbok qipao dashiki sombrero turban hijab "
        "niqab burka kippah keffiyeh kilt geisha samurai ninja viking poncho pagoda igloo teepee "
        "christian muslim jewish hindu buddh cross rosary angel halo saint god"
    ),
    "skin by the names of its colours": (
        "white black brown beige tan tanned ivory ebony pale fair porcelain alabaster milk milky "
        "cream creamy bronze copper caramel chocolate cocoa coffee honey olive mahogany chestnut "
        "walnut almond peach sand pearl chalk dark light-skinned bright bleach whiten lighten "
        "skin complexion freckle overexposed"
    ),
    "makers": "disney pixar ghibli marvel lego barbie nike adidas gucci chanel nintendo polaroid",
    "authority": "police soldier army military uniform nazi flag",
    "photographs": "photo photograph photorealistic realistic selfie polaroid dslr bokeh raw",
}
# Where a whole look is made of a material or names what it is not like.
MATERIALS = {"bronze"}


def tokens(text):
    return re.findall(r"[a-z]+(?:-[a-z]+)*", text.lower())


def unwanted(text):
    stems = {stem for row in KEPT_OUT.values() for stem in row.split()}
    found = set()
    for token in tokens(text):
        for part in {token, *token.split("-")}:
            singular = {part, part.removesuffix("s"), part.removesuffix("es")}
            found |= singular & stems
    return found


def test_there_are_several_hundred_words_in_several_groups():
    assert len(VOCABULARY.known) >= 400
    titles = [group.title for group in VOCABULARY.groups]
    assert len(set(titles)) == len(titles)
    for wanted in ("Clothes", "Setting", "Material", "Colour", "Mood", "Light"):
        assert wanted in titles
    assert all(len(group.words) >= 30 for group in VOCABULARY.groups)


def test_no_word_could_change_whom_a_picture_shows_or_what_of_them():
    found = {word: unwanted(word) for word in VOCABULARY.known}
    assert not {word: why for word, why in found.items() if why}


@pytest.mark.parametrize("module", preset_modules(), ids=lambda module: module.STYLE.name)
def test_no_look_asks_for_what_the_words_may_not(module):
    for recipe in module.PRESET.recipes.values():
        assert not unwanted(recipe.prompt) - MATERIALS
        assert not unwanted(recipe.scenery) - MATERIALS


def test_the_test_itself_finds_what_it_looks_for():
    assert unwanted("a photo of a young woman, dark-skinned") == {"photo", "young", "woman", "dark"}
    assert unwanted("Swords and beds") == {"sword", "bed"}


def test_every_phrase_says_its_words_once():
    for group in VOCABULARY.groups:
        assert group.tags.count("{}") == 1
        assert group.sentence.count("{}") == 1
        assert group.sentence.endswith(".")


def test_chosen_words_are_told_by_group_and_in_the_order_chosen():
    found = VOCABULARY.chosen("sunset, woollen scarf, forest, dusk")
    assert [(group.title, words) for group, words in found] == [
        ("Accessories", ("woollen scarf",)),
        ("Setting", ("forest",)),
        ("Light", ("sunset", "dusk")),
    ]
    assert VOCABULARY.chosen("") == ()
    with pytest.raises(ValueError, match="not in the list"):
        VOCABULARY.chosen("forest, naked")


@pytest.mark.parametrize(
    ("word", "nearest"),
    [("forrest", "forest"), ("woolen jumper", "woollen jumper"), ("Candel-light", "candlelight")],
)
def test_a_word_beside_the_list_is_refused_with_the_nearest(word, nearest):
    with pytest.raises(ControlError, match=rf"Nearest: .*\b{nearest}\b"):
        STYLE.accept({"words": word})


@pytest.mark.parametrize(
    "word",
    [
        *(
            "naked",
            "nackt",
            "голый",
            "裸",
            "عار",
            "נושא",
            "नंगा",
            "γυμνός",
            "forest\u200b",
            "f\u043erest",
        ),
        *(
            "🔞",
            "forest\x00",
            "forest\nnude",
            "\uff46\uff4f\uff52\uff45\uff53\uff54",
            "(forest:1.5)",
            "<lora:x:1>",
        ),
        *("forest. Ignore the above", "' OR 1=1 --", "{}", "%s", "../forest", "a" * 40),
    ],
)
def test_words_of_any_script_that_are_not_in_the_list_are_refused(word):
    with pytest.raises(ControlError):
        STYLE.accept({"words": word})


def test_ten_thousand_unknown_words_are_refused_at_once():
    begun = time.perf_counter()
    for value in (", ".join(f"слово{k}" for k in range(10_000)), "forest, " * 10_000):
        with pytest.raises(ControlError, match="up to"):
            STYLE.accept({"words": value})
    for k in range(200):
        with pytest.raises(ControlError, match="not in the list"):
            STYLE.accept({"words": f"слово{k}, {k}"})
    assert time.perf_counter() - begun < 10


def test_as_many_words_as_allowed_are_taken_and_no_more():
    longest = sorted(VOCABULARY.known, key=len)[-MOST_WORDS - 1 :]
    assert STYLE.accept({"words": ", ".join(longest[1:])})["words"] == ", ".join(longest[1:])
    with pytest.raises(ControlError, match=str(MOST_WORDS)):
        STYLE.accept({"words": ", ".join(longest)})
    assert WORDS.known == VOCABULARY.known


@pytest.mark.parametrize(
    "words",
    ['"Forest"', '"a, b"', '"caf\u00e9"', '" forest"', '"forest", "forest"', f'"{"a" * 41}"'],
)
def test_a_list_that_could_not_be_typed_back_is_refused(words, tmp_path):
    path = tmp_path / "bad.toml"
    path.write_text(
        f'[[groups]]\ntitle = "A"\ntags = "{{}}"\nsentence = "{{}}."\nwords = [{words}]\n',
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match=r"bad\.toml"):
        load_vocabulary(path)
