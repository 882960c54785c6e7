"""Regression tests of the policy on subjects who are nobody: accepted impostors must not rise.

What holds for people is measured, not tested: docs/calibration.md.
"""

import itertools
import math

import pytest

from benchmarks.conditions import framed, spoil
from consent.errors import IdentityRefused
from consent.identity import check_continuity, verify_probe
from studio.face.cohort import load_cohort

FRONTAL = ("still", "rest", "smile", "mouth_open", "blink")
NEAREST_STRANGERS = 0.50  # the nearest frames of two subjects measure .521
OWNERS_ASKED_AGAIN = 1  # of 60: closed eyes against an open mouth
CONDITIONS = ("webcam frame", "a third of the light, noisy", "light from the side", "JPEG 50")


@pytest.fixture(scope="module")
def cohort():
    return load_cohort()


@pytest.fixture(scope="module")
def templates(cast, meter):
    """One embedding of every frontal action of every subject."""
    found = {}
    for name, member in cast.items():
        for action in FRONTAL:
            image = member.frame(member.clips[action][-1]).image
            found[name, action] = meter.embed(image, meter.faces(image)[0])
    return found


def accepts(probe, template, cohort):
    try:
        return bool(verify_probe(probe, template, cohort))
    except IdentityRefused:
        return False


def test_no_subject_passes_as_another(templates, cohort):
    for (one, ours), (other, theirs) in itertools.combinations(templates.items(), 2):
        if one[0] != other[0]:
            assert not accepts(ours, theirs, cohort), (one, other)
            assert math.dist(ours, theirs) > NEAREST_STRANGERS, (one, other)


def test_every_subject_passes_as_itself(templates, cohort):
    pairs = itertools.combinations(templates.items(), 2)
    own = [(ours, theirs) for (one, ours), (other, theirs) in pairs if one[0] == other[0]]
    assert len(own) == 10 * len({name for name, _ in templates})
    assert sum(not accepts(*pair, cohort) for pair in own) <= OWNERS_ASKED_AGAIN


@pytest.mark.parametrize("condition", CONDITIONS)
def test_poor_pictures_let_owners_pass_and_nobody_else(cast, meter, templates, cohort, condition):
    for name, member in cast.items():
        image = member.frame(member.clips["smile"][-1]).image
        frame = spoil(framed(image, meter.faces(image)[0]), condition, 1)
        probe = meter.embed(frame, meter.faces(frame)[0])
        for (other, action), template in templates.items():
            if action == "rest":
                assert accepts(probe, template, cohort) is (name == other), (name, other)


@pytest.mark.parametrize("light", ["yellow at 0.3", "blue at 0.3", "magenta at 0.3"])
def test_a_face_under_the_screens_colours_is_still_the_same(cast, meter, templates, light):
    for name, member in cast.items():
        frame = spoil(member.frame(member.clips["rest"][0]).image, light, 1)
        lit = meter.embed(frame, meter.faces(frame)[0])
        assert check_continuity(lit, templates[name, "rest"]) < 0.25
