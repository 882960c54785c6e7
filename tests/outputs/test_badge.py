from __future__ import annotations

import io
import itertools
from importlib import resources

import numpy as np
import pytest
from PIL import ImageFont

from outputs.badge import AI_CAP, CHIN_HEIGHTS, LOW_CAP, Design, Kind, art
from outputs.label_words import LOCALES, WORD_CAP, WORDS
from outputs.lettering import Line
from outputs.looks import LOOKS, Family, Tone, family_of, inks
from outputs.luma import LUMA, contrast

SIDES = [384, 512, 777, 1024, 2048]


ALL_LOOKS = [(family, locale) for family in Family for locale in LOCALES]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", [Kind.CORNER, Kind.CHIN])
@pytest.mark.parametrize(("family", "locale"), ALL_LOOKS)
def test_letters_reach_the_standard_heights(side, kind, family, locale):
    height = int(CHIN_HEIGHTS[0] * side)
    drawing = art(Design(kind, side, locale=locale, height=height, family=family))
    assert drawing.ai_cap >= AI_CAP * side
    assert drawing.word_cap >= WORD_CAP * side
    if locale in ("zh", "ja"):
        assert drawing.word_cap >= AI_CAP * side, "GB 45438 asks it of every character"


@pytest.mark.parametrize("side", SIDES)
def test_copy_on_the_chin_is_at_most_eight_hundredths_high(side):
    for fraction in CHIN_HEIGHTS:
        drawing = art(Design(Kind.CHIN, side, height=int(fraction * side)))
        assert drawing.pill.shape[0] <= 0.08 * side
        assert drawing.pill.shape[0] >= drawing.ai_cap + 4


@pytest.mark.parametrize("side", [96, 128, 256, 383])
def test_small_label_keeps_fourteen_pixels(side):
    drawing = art(Design(Kind.SMALL, side))
    assert drawing.ai_cap >= max(LOW_CAP, AI_CAP * side)


@pytest.mark.parametrize(("family", "locale"), ALL_LOOKS)
@pytest.mark.parametrize("side", SIDES)
def test_letters_never_touch_the_edge_of_the_pill(family, locale, side):
    look = {"locale": locale, "family": family}
    for design in (
        Design(Kind.CORNER, side, synthetic=True, **look),
        Design(Kind.CORNER, side, **look),
        Design(Kind.CHIN, side, height=int(CHIN_HEIGHTS[-1] * side), **look),
        Design(Kind.SMALL, 96, **look),
        Design(Kind.SMALL, 383, **look),
    ):
        drawing = art(design)
        assert drawing.pill[drawing.text > 0].min() == 1
        assert drawing.rim[drawing.text > 0.1].max(initial=0) < 0.2


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("tone", list(Tone))
def test_inks_of_every_look_stand_out_from_each_other(family, tone):
    pill, letters = (float(np.asarray(ink) @ LUMA) for ink in inks(family, tone))
    assert contrast(pill, letters) > 16
    assert (pill < letters) == (tone is Tone.DARK)


def test_families_look_different():
    drawings = [art(Design(Kind.CORNER, 1024, family=family)) for family in Family]
    for one, other in itertools.combinations(drawings, 2):
        assert one.pill.shape != other.pill.shape or not np.array_equal(one.pill, other.pill)
    assert len({(look.corner, look.radius, look.weight) for look in LOOKS.values()}) == len(Family)


def test_a_family_that_nobody_knows_is_labelled_like_a_drawing():
    assert family_of("painted") is Family.PAINTED
    assert family_of("geometry") is Family.ILLUSTRATED


@pytest.mark.parametrize("locale", LOCALES)
def test_every_letter_of_the_label_is_in_its_font(locale):
    words = WORDS[locale]
    for text in (words.ai, words.generated, words.synthetic):
        line = Line(text, 20, 0.0)
        file = resources.files("outputs").joinpath("assets", line.face.file)
        font = ImageFont.truetype(io.BytesIO(file.read_bytes()), 40)
        missing = bytes(font.getmask("\uffff"))
        assert all(bytes(font.getmask(letter)) != missing for letter in text if letter != " ")


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "AI GENERATED"),
        ("zh", "AI生成"),
        ("de", "KI GENERIERT"),
        ("fr", "GÉNÉRÉ PAR IA"),
        ("es", "GENERADO POR IA"),
        ("ja", "AI生成"),
    ],
)
def test_label_reads_in_the_order_of_its_language(locale, said):
    assert WORDS[locale].said == said
    assert WORDS[locale].alt


@pytest.mark.parametrize("locale", ["zh", "ja"])
def test_small_label_says_it_whole_where_the_standard_asks_it(locale):
    alone, whole = (art(Design(Kind.SMALL, 128, locale=name)) for name in ("en", locale))
    assert whole.pill.shape[1] > 1.5 * alone.pill.shape[1]


def test_synthetic_subject_has_a_third_line():
    plain, synthetic = (art(Design(Kind.CORNER, 1024, synthetic=s)) for s in (False, True))
    assert synthetic.pill.shape[1] == plain.pill.shape[1]
    assert synthetic.pill.shape[0] > plain.pill.shape[0] + 20


def test_unknown_locale_has_no_words():
    with pytest.raises(KeyError):
        art(Design(Kind.CORNER, 1024, locale="xx"))
