from __future__ import annotations

import pytest

from outputs.badge import AI_CAP, CHIN_HEIGHTS, LOW_CAP, Design, Kind, art
from outputs.label_words import WORD_CAP

SIDES = [384, 512, 777, 1024, 2048]


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("kind", [Kind.CORNER, Kind.CHIN])
def test_letters_reach_the_standard_heights(side, kind):
    drawing = art(Design(kind, side, height=int(CHIN_HEIGHTS[0] * side)))
    assert drawing.ai_cap >= AI_CAP * side
    assert drawing.word_cap >= WORD_CAP * side


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


def test_letters_never_touch_the_edge_of_the_pill():
    for design in (
        Design(Kind.CORNER, 1024, synthetic=True),
        Design(Kind.CHIN, 1024, height=int(CHIN_HEIGHTS[-1] * 1024)),
        Design(Kind.SMALL, 128),
    ):
        drawing = art(design)
        assert drawing.pill[drawing.text > 0].min() == 1
        assert drawing.rim[drawing.text > 0].max() == 0


def test_synthetic_subject_has_a_third_line():
    plain, synthetic = (art(Design(Kind.CORNER, 1024, synthetic=s)) for s in (False, True))
    assert synthetic.pill.shape[1] == plain.pill.shape[1]
    assert synthetic.pill.shape[0] > plain.pill.shape[0] + 20


def test_unknown_locale_has_no_words():
    with pytest.raises(KeyError):
        art(Design(Kind.CORNER, 1024, locale="xx"))
