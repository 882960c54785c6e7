import numpy as np

from studio.styles import mesh
from studio.styles.fields import filled
from studio.styles.regions import parse_regions


def test_cheeks_are_skin_on_everybody(parsed):
    for regions in parsed.values():
        assert regions.skin[regions.features.cheeks].mean() > 0.9


def test_the_parts_stay_within_the_person(parsed):
    for regions in parsed.values():
        total = regions.skin + regions.hair + regions.clothes
        assert (total <= regions.person + 1e-3).all()


def test_clothes_are_found_below_the_chin_only(parsed):
    for regions in parsed.values():
        above = regions.features.down < regions.features.chin - 0.1
        assert regions.clothes[above].max() < 0.5
        assert regions.clothes.sum() > 0


def test_lips_and_eyes_are_not_taken_for_a_beard(parsed):
    for regions in parsed.values():
        points = regions.features.points
        lips = filled(
            regions.skin.shape[0], points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]
        )
        assert regions.beard.mask[lips].mean() < 0.35
        assert regions.beard.mask[regions.features.down < 0].max() == 0


def test_some_subjects_wear_glasses_and_some_a_beard_but_not_all(parsed):
    for found in (
        [regions.glasses is not None for regions in parsed.values()],
        [bool((regions.beard.mask > 0.5).any()) for regions in parsed.values()],
    ):
        assert 1 <= sum(found) < len(parsed)


def test_parsing_is_the_same_every_time(first_portrait):
    once, again = parse_regions(first_portrait), parse_regions(first_portrait)
    assert np.array_equal(once.skin, again.skin)
    assert np.array_equal(once.hair, again.hair)
