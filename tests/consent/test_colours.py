from __future__ import annotations

import itertools
from random import Random

import pytest

from consent.errors import IdentityRefused, LivenessRefused
from consent.liveness import CaptureReview
from consent.types import NO_CHROMA, Action, Colour, Pace
from tests.fakes import Screen, Sitter, a_challenge, face, sit

ACTIONS = (Action.COLOURS, Action.TURN_LEFT, Action.TURN_RIGHT)


def review(*, seed=1, pace=Pace.STANDARD, actions=ACTIONS, rng=None):
    return CaptureReview(a_challenge(*actions, seed=seed, pace=pace), rng=rng)


def until_colours(followed, sitter):
    return sit(followed, sitter, stop=lambda said: said.instruction is Action.COLOURS)


def colours_shown(followed, sitter):
    """Sit through the colours; return each with the moment when it was sent, page ms."""
    until_colours(followed, sitter)
    shown = []
    while True:
        said = sit(followed, sitter, limit=1)
        if said.instruction is not Action.COLOURS:
            return shown
        if said.colour is not None and (not shown or shown[-1][0] is not said.colour):
            shown.append((said.colour, 1000 * sitter.sequence / sitter.fps))


def code_of_colours(sitter, **options):
    followed = review(**options)
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert sitter.asked is Action.COLOURS
    return error.value.code


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("seed", range(4))
def test_the_colours_are_shown_in_the_challenges_order(pace, seed):
    shown = colours_shown(review(seed=seed, pace=pace), Sitter())
    assert tuple(colour for colour, _ in shown) == a_challenge(seed=seed).colours


@pytest.mark.parametrize(("pace", "least"), [(Pace.STANDARD, 400), (Pace.GENTLE, 1250)])
@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0])
def test_colours_never_change_faster_than_is_safe(pace, least, fps):
    sitter = Sitter(fps=fps, degrees_per_frame=100 / fps, score_per_frame=4 / fps)
    shown = colours_shown(review(pace=pace), sitter)
    steps = [later - earlier for (_, earlier), (_, later) in itertools.pairwise(shown)]
    assert min(steps) >= least - 1


def test_only_the_gentle_pace_is_cross_faded():
    for pace, fades in ((Pace.STANDARD, False), (Pace.GENTLE, True)):
        followed, sitter = review(pace=pace), Sitter()
        until_colours(followed, sitter)
        assert (sit(followed, sitter, limit=3).fade_seconds > 0) is fades


def test_no_colour_is_told_before_it_is_due():
    followed, sitter = review(), Sitter()
    said = until_colours(followed, sitter)
    assert said.colour is None
    assert said.text == "Hold still, colours ahead"
    assert sit(followed, sitter, limit=5).colour is None


def test_after_the_last_colour_the_screen_is_free_again():
    followed, sitter = review(), Sitter()
    until_colours(followed, sitter)
    seen = []
    while sitter.asked is Action.COLOURS:
        seen.append(sit(followed, sitter, limit=1).colour)
    last = len(seen) - 1 - next(i for i, colour in enumerate(reversed(seen)) if colour)
    assert 5 <= len(seen) - last <= 10  # the answer to the last colour is still on its way


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("strength", [0.03, 0.12, 0.4])
def test_a_face_that_answers_passes(pace, strength):
    sitter = Sitter(screen=Screen(strength=strength, behind=strength / 10))
    followed = review(pace=pace)
    assert sit(followed, sitter).finished
    kept = followed.verdict(sitter.now, "c").evidence
    assert kept["colours_amplitude"] > kept["colours_background"]


def test_a_picture_that_performs_everything_and_answers_nothing_is_refused():
    assert code_of_colours(Sitter(screen=Screen(strength=0.0, behind=0.0))) == "colours_weak"


@pytest.mark.parametrize("strength", [0.002, 0.008])
def test_an_answer_that_drowns_in_the_rooms_light_is_refused(strength):
    assert code_of_colours(Sitter(screen=Screen(strength=strength))) == "colours_weak"


def test_an_answer_to_other_colours_is_refused():
    other = dict(zip(Colour, (*tuple(Colour)[3:], *tuple(Colour)[:3]), strict=True))
    screen = Screen(seen=other.get)
    assert code_of_colours(Sitter(screen=screen)) in {"colours_wrong", "colours_weak"}


def test_a_tint_over_the_whole_picture_is_refused():
    assert code_of_colours(Sitter(screen=Screen(behind=0.12))) == "colours_everywhere"


@pytest.mark.parametrize("relief", [(1.0,) * 5, (1.0, 1.1, 0.95, 1.0, 1.05), (1.0, 2.0), ()])
def test_a_flat_picture_that_reflects_the_colours_is_refused(relief):
    assert code_of_colours(Sitter(screen=Screen(relief=relief))) == "colours_flat"


def test_a_film_behind_glass_that_mirrors_the_colours_is_refused():
    screen = Screen(strength=0.03, behind=0.01, relief=(1.0, 3.0, 2.0, 1.5, 2.5))
    sitter = Sitter(screen=screen)
    sitter.looks["region_lights"] = tuple(1 / part for part in screen.relief)
    assert code_of_colours(sitter) == "colours_flat"


def test_an_answer_that_comes_a_second_late_is_refused():
    code = code_of_colours(Sitter(screen=Screen(lag=15)))
    assert code in {"colours_wrong", "colours_weak"}


@pytest.mark.parametrize("hidden", [{"faces": 0}, {"yaw": 15.0}, {"skin_chroma": NO_CHROMA}])
def test_a_face_that_is_not_seen_under_the_colours_is_refused(hidden):
    followed, sitter = review(), Sitter()
    until_colours(followed, sitter)
    while sit(followed, sitter, limit=1).colour is None:
        pass
    sitter.looks |= hidden
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert error.value.code in {"colours_unseen", "no_face"}


@pytest.mark.parametrize("hidden", [{"yaw": 15.0}, {"luma": 30.0}, {"inter_eye": 50.0}])
def test_colours_wait_for_a_face_that_looks_straight_ahead(hidden):
    followed, sitter = review(), Sitter()
    until_colours(followed, sitter)
    sitter.looks |= hidden
    assert sit(followed, sitter, limit=25).colour is None
    for name in hidden:
        del sitter.looks[name]
    assert sit(followed, sitter).finished


@pytest.mark.parametrize("pace", Pace)
@pytest.mark.parametrize("luma", [25.0, 215.0])
def test_at_night_the_screen_is_the_lamp_however_long_it_shines(luma, pace):
    followed, sitter = review(pace=pace), Sitter(screen=Screen(strength=2.0, behind=0.1))
    until_colours(followed, sitter)
    while sit(followed, sitter, limit=1).colour is None:
        pass
    sitter.looks["luma"] = luma
    sit(followed, sitter, stop=lambda said: said.instruction is not Action.COLOURS)
    del sitter.looks["luma"]
    assert sit(followed, sitter).finished


@pytest.mark.parametrize("seed", range(8))
def test_somebody_who_lends_a_face_to_the_colours_is_refused(seed):
    followed, sitter = review(seed=seed, rng=Random(seed)), Sitter()
    until_colours(followed, sitter)
    own, sitter.template = sitter.template, face(2)
    with pytest.raises(IdentityRefused) as error:
        sit(followed, sitter, stop=lambda said: said.instruction is not Action.COLOURS)
    assert error.value.code == "face_changed"
    assert own != sitter.template


def test_four_frames_under_the_colours_are_compared():
    followed, sitter = review(rng=Random(2)), Sitter()
    until_colours(followed, sitter)
    asked = []
    while sitter.asked is Action.COLOURS:
        said = followed.observe(sitter.frame())
        sitter.asked = said.instruction
        sitter.screen.show(said.colour, said.fade_seconds * sitter.fps)
        if said.wants_embedding and sitter.asked is Action.COLOURS:
            asked.append(sitter.sequence)
            followed.add_embedding(sitter.sequence, sitter.embedding())
    assert len(asked) == 4


def test_colours_without_their_comparisons_do_not_count():
    followed, sitter = review(), Sitter()
    until_colours(followed, sitter)
    followed.add_embedding = lambda *_: None
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert error.value.code == "no_response"


def test_a_verdict_keeps_the_colours_that_were_shown():
    followed, sitter = review(seed=3), Sitter()
    sit(followed, sitter)
    assert followed.verdict(sitter.now, "c").colours == a_challenge(seed=3).colours
