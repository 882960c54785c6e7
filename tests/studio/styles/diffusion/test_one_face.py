"""Nobody beside the person is in an imagined picture, however small."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from studio.face.types import Box, Face, Pose
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.one_face import ENLARGED, require_one_face
from studio.styles.discovery import style_modules
from studio.styles.framing import flattened

TOON = next(module for module in style_modules() if module.STYLE.name == "toon")
BLANK = np.zeros((512, 512, 3), np.uint8)


@pytest.fixture(scope="module")
def drawn(first_portrait):
    rng = np.random.default_rng(1)
    picture = flattened(TOON.draw(first_portrait, TOON.STYLE.accept({}), rng))
    return cv2.resize(picture, (1024, 1024), interpolation=cv2.INTER_CUBIC)


def face(left, top, right, bottom):
    return Face(Box(left, top, right, bottom), np.zeros((478, 3), np.float32), {}, Pose(0, 0, 0))


class Finder:
    """Finds one set of faces in whole pictures, another in every square of them."""

    def __init__(self, whole=(), parts=()):
        self.whole, self.parts = whole, parts

    def faces(self, image):
        return self.parts if image.shape[0] == ENLARGED else self.whole


def test_a_drawing_of_one_person_shows_one_face(drawn, meter):
    assert require_one_face(drawn, meter) is not None


@pytest.mark.parametrize("height", [300, 200, 110, 80])
def test_somebody_in_the_background_is_found_however_small(drawn, portraits, meter, height):
    other = list(portraits.values())[1].image[80:450, 100:410]
    small = cv2.resize(other, (height * 310 // 370, height), interpolation=cv2.INTER_AREA)
    crowd = drawn.copy()
    crowd[30 : 30 + height, 20 : 20 + small.shape[1]] = small
    with pytest.raises(PictureRefused) as refused:
        require_one_face(crowd, meter)
    assert refused.value.code == "faces"


def test_where_none_is_found_the_portraits_own_place_counts():
    assert require_one_face(BLANK, Finder()) is None


def test_one_face_in_a_corner_is_not_the_persons():
    with pytest.raises(PictureRefused):
        require_one_face(BLANK, Finder(whole=(face(10, 10, 90, 90),)))


def test_two_faces_are_one_too_many():
    with pytest.raises(PictureRefused):
        require_one_face(BLANK, Finder(whole=(face(150, 130, 360, 380), face(9, 9, 40, 40))))


def test_the_persons_own_face_seen_again_in_a_part_is_nobody_else(first_portrait, meter):
    assert require_one_face(first_portrait.image, meter) is not None
