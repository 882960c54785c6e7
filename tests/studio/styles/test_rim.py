import cv2
import numpy as np
import pytest

from studio.styles.alignment import align_photo
from studio.styles.regions import parse_regions, within
from studio.styles.rim import refine_hair, without_wall

WALL = (40, 200, 60)
FIGURE = (200, 60, 40)


@pytest.fixture(scope="module")
def disc():
    """A red disc before a green wall, blurred where they meet, and its alpha."""
    rows, columns = np.mgrid[0:256, 0:256]
    alpha = np.clip((70 - np.hypot(rows - 128, columns - 128)) / 12 + 0.5, 0, 1)
    alpha = alpha.astype(np.float32)
    mixed = alpha[..., None] * FIGURE + (1 - alpha[..., None]) * WALL
    return mixed.astype(np.uint8), alpha


def test_the_rim_loses_the_walls_colour(disc):
    image, alpha = disc
    rim = (alpha > 0.2) & (alpha < 0.8)
    before = np.abs(image[rim].astype(float) - FIGURE).mean()
    after = np.abs(without_wall(image, alpha)[rim].astype(float) - FIGURE).mean()
    assert before > 50
    assert after < 5


def test_colours_are_carried_a_little_outside_and_the_rest_stays(disc):
    image, alpha = disc
    cleaned = without_wall(image, alpha)
    assert np.array_equal(cleaned[alpha == 1], image[alpha == 1])
    assert np.array_equal(cleaned[:20, :20], image[:20, :20])
    just_outside = cleaned[128, 128 + 77].astype(float)
    assert np.abs(just_outside - FIGURE).max() < 40


def test_nobody_there_means_nothing_is_changed(disc):
    image, _ = disc
    assert without_wall(image, np.zeros((256, 256), np.float32)) is image


def test_a_strip_of_wall_left_along_the_hair_is_cut_off(measured):
    image, face, person = measured["cedar"]
    aligned = align_photo(image, face, person, size=512)
    regions = parse_regions(aligned)
    above = regions.features.down.repeat(2, axis=0).repeat(2, axis=1) < -0.3
    grown = cv2.dilate(aligned.person, np.ones((9, 9), np.uint8))
    strip = above & (grown > 0.8) & (aligned.person < 0.3)
    assert strip.sum() > 100
    refined = refine_hair(aligned.image, grown, regions)
    assert refined[strip].mean() < 0.75 * grown[strip].mean()


def test_hair_that_looks_like_the_wall_keeps_its_outline(measured):
    image, face, person = measured["maple"]
    aligned = align_photo(image, face, person, size=512)
    regions = parse_regions(aligned)
    plain = np.full_like(aligned.image, 127)
    assert np.array_equal(refine_hair(plain, aligned.person, regions), aligned.person)


def test_regions_shrink_with_their_person(portraits):
    portrait = portraits["ash"]
    half = within(portrait.regions, portrait.person * np.float32(0.5))
    assert half.person.sum() == pytest.approx(0.5 * portrait.regions.person.sum(), rel=0.02)
    assert (half.hair <= portrait.regions.hair + 1e-6).all()
    assert (half.skin + half.hair + half.clothes <= half.person + 1e-3).all()


def test_faces_are_left_whole(portraits):
    for portrait in portraits.values():
        regions = portrait.regions
        assert regions.person[regions.features.inside > 0.05].min() > 0.95
