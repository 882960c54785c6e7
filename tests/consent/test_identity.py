from __future__ import annotations

import math
from dataclasses import replace

import pytest

from consent.errors import IdentityRefused
from consent.identity import Cohort, MatchEvidence, check_match, enrol, verify_probe
from consent.profiles import STANDARD_IDENTITY
from tests.fakes import face, near

ME = face(1)
STRANGERS = Cohort(tuple(face(number) for number in range(100, 140)))
WITHOUT_COHORT = replace(STANDARD_IDENTITY, z_required=False)
NAN = math.nan


def match(distance, z=-5.0):
    return MatchEvidence(distance=distance, z=z)


def test_a_template_is_the_mean_of_its_embeddings():
    assert enrol([(0.0, 0.2), (0.2, 0.0)]) == pytest.approx((0.1, 0.1))


@pytest.mark.parametrize(
    "embeddings",
    [
        [],
        [ME],
        [ME, ME[:-1]],
        [ME, ME, ME, ME, near(ME, 0.7)],
        [ME, ME, (NAN, *ME[1:])],
        [(), ()],
    ],
    ids=["none", "one", "unlike lengths", "a stranger among them", "not a number", "empty"],
)
def test_embeddings_of_more_than_one_face_are_refused(embeddings):
    with pytest.raises(IdentityRefused) as refused:
        enrol(embeddings)
    assert refused.value.code == "face_changed"


def test_a_close_probe_is_accepted_with_its_numbers():
    found = verify_probe(near(ME, 0.3), ME, STRANGERS)
    assert found.distance == pytest.approx(0.3)
    assert found.z < STANDARD_IDENTITY.max_z


def test_a_stranger_is_refused():
    with pytest.raises(IdentityRefused) as refused:
        verify_probe(face(2), ME, STRANGERS)
    assert refused.value.code == "not_you"


@pytest.mark.parametrize("distance", [0.0, 0.3, 0.45])
def test_up_to_the_accept_distance_it_is_you(distance):
    assert check_match(match(distance)).distance == distance


@pytest.mark.parametrize("distance", [math.nextafter(0.45, 1), 0.5, 0.55])
def test_between_the_distances_another_picture_may_be_tried(distance):
    with pytest.raises(IdentityRefused, match="Try a sharper") as refused:
        check_match(match(distance))
    assert refused.value.code == "retry"


@pytest.mark.parametrize("distance", [math.nextafter(0.55, 1), 0.9, math.inf, NAN])
def test_beyond_the_retry_distance_it_is_somebody_else(distance):
    with pytest.raises(IdentityRefused) as refused:
        check_match(match(distance))
    assert refused.value.code == "not_you"


@pytest.mark.parametrize("z", [-3.5, -3.4, 0.0, math.inf, NAN])
def test_a_close_face_that_strangers_resemble_too_is_not_accepted(z):
    with pytest.raises(IdentityRefused) as refused:
        check_match(match(0.3, z))
    assert refused.value.code == "retry"


def test_just_below_the_normalised_limit_it_is_you():
    assert check_match(match(0.3, math.nextafter(-3.5, -4)))


@pytest.mark.parametrize("size", [0, 1, STANDARD_IDENTITY.cohort_nearest - 1])
def test_the_distance_alone_is_not_enough(size):
    with pytest.raises(IdentityRefused) as refused:
        verify_probe(ME, ME, Cohort(STRANGERS.templates[:size]))
    assert refused.value.code == "no_cohort"


def test_a_profile_may_do_without_a_cohort():
    found = verify_probe(near(ME, 0.3), ME, Cohort(), WITHOUT_COHORT)
    assert math.isnan(found.z)


def test_without_a_cohort_the_distances_still_hold():
    with pytest.raises(IdentityRefused, match="cannot be certain"):
        verify_probe(near(ME, 0.5), ME, Cohort(), WITHOUT_COHORT)


def test_a_profile_without_need_of_a_cohort_uses_one_that_is_there():
    with pytest.raises(IdentityRefused):
        check_match(match(0.3, -1.0), WITHOUT_COHORT)


@pytest.mark.parametrize(
    "probe", [(), ME[:-1], (NAN, *ME[1:])], ids=["empty", "short", "not a number"]
)
def test_a_malformed_probe_is_refused(probe):
    with pytest.raises(IdentityRefused) as refused:
        verify_probe(probe, ME, STRANGERS)
    assert refused.value.code == "not_you"


def test_a_cohort_without_spread_says_nothing():
    same = Cohort((face(100),) * 20)
    with pytest.raises(IdentityRefused) as refused:
        verify_probe(near(ME, 0.3), ME, same)
    assert refused.value.code == "retry"


def test_only_the_nearest_strangers_count():
    farther = Cohort((*STRANGERS.templates, *(tuple(9 * v for v in face(n)) for n in range(50))))
    assert verify_probe(near(ME, 0.3), ME, farther) == verify_probe(near(ME, 0.3), ME, STRANGERS)


def test_a_cohort_of_just_enough_strangers_counts():
    enough = Cohort(STRANGERS.templates[: STANDARD_IDENTITY.cohort_nearest])
    assert verify_probe(near(ME, 0.3), ME, enough).z < STANDARD_IDENTITY.max_z
