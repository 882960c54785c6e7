"""What a picture is imagined from."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from studio.styles import mesh
from studio.styles.diffusion import guides
from studio.styles.diffusion.lines import lines_of
from studio.styles.diffusion.scene import Scene
from studio.styles.diffusion.types import Part

SIZE = 256


@pytest.fixture(scope="module")
def portrait(first_portrait):
    return first_portrait


def at(points, portrait, size=SIZE):
    """Landmarks as (x, y) pixels of a square of `size`."""
    return np.rint(points[:, :2] * size / portrait.size).astype(int)


def drawn(portrait, size=SIZE):
    return lines_of(portrait, size)[..., 0]


def test_the_room_of_the_selfie_is_nowhere_in_the_start(portrait):
    other = portrait.image.copy()
    wall = portrait.person == 0
    other[wall] = np.random.default_rng(1).integers(0, 256, (int(wall.sum()), 3))
    starts = [
        guides.before_plain_ground(replace(portrait, image=image), portrait.size)
        for image in (portrait.image, other)
    ]
    assert np.array_equal(*starts)
    solid = portrait.person == 1
    assert np.array_equal(starts[0][solid], portrait.image[solid])


def test_where_the_photograph_ends_there_is_ground_not_black(portrait):
    covered = portrait.covered.copy()
    covered[-40:] = False
    image, person = portrait.image.copy(), portrait.person.copy()
    image[-40:] = 0
    person[-40:] = 0
    cut = replace(portrait, image=image, person=person, covered=covered)
    assert guides.before_plain_ground(cut, portrait.size)[-40:].min() > 90
    assert drawn(cut, 512)[-42:-38].max() == 0, "its end is no line"


@pytest.mark.parametrize("size", [64, 96, 512, 768])
def test_everything_is_as_large_as_asked(portrait, size):
    scene = Scene(portrait, Part.WHOLE, None)
    for pixels in (scene.start(size), scene.lines(size), *scene.faces(size)):
        assert pixels.shape == (size, size, 3)
        assert pixels.dtype == np.uint8
    assert scene.mask(size) is None


def test_every_selfie_is_a_face_and_the_first_is_the_portrait(portrait, portraits):
    others = tuple(portraits.values())[1:3]
    faces = Scene(replace(portrait, others=others), Part.WHOLE, None).faces(SIZE)
    assert len(faces) == 3
    for face, selfie in zip(faces, (portrait, *others), strict=True):
        assert np.array_equal(face, guides.face_crop(selfie, SIZE))


def test_a_crop_shows_the_whole_face_in_the_middle_and_nothing_of_the_room(portrait):
    marked = np.zeros_like(portrait.image)
    for x, y in portrait.landmarks[list(mesh.OVAL), :2]:
        cv2.circle(marked, (round(float(x)), round(float(y))), 6, (255, 0, 255), -1)
    whole = replace(portrait, image=marked, person=np.ones_like(portrait.person))
    crop = guides.face_crop(whole, SIZE)
    rows, columns = np.nonzero(crop[..., 0] > 128)
    assert min(rows.min(), columns.min()) > 0.05 * SIZE
    assert max(rows.max(), columns.max()) < 0.95 * SIZE
    assert np.ptp(rows) > 0.5 * SIZE
    assert (rows.min() + rows.max()) / 2 == pytest.approx(SIZE / 2, abs=0.04 * SIZE)
    wall = np.where(portrait.person[..., None] == 0, np.uint8(255), portrait.image)
    other = replace(portrait, image=wall.astype(np.uint8))
    assert np.array_equal(guides.face_crop(other, SIZE), guides.face_crop(portrait, SIZE))


def test_masks_cover_the_face_and_leave_the_figure(portrait):
    face = guides.face_mask(portrait, SIZE)
    assert face.dtype == np.float32
    assert (face.min(), face.max()) == (0, 1)
    inner = at(portrait.landmarks[[mesh.NOSE_TIP, mesh.BRIDGE, *mesh.LIPS_LOWER_OUT]], portrait)
    assert (face[inner[:, 1], inner[:, 0]] > 0.99).all()
    behind = guides.background_mask(portrait.person, SIZE)
    assert behind[inner[:, 1], inner[:, 0]].max() == 0
    assert behind[2, 2] == pytest.approx(1, abs=0.01)
    assert behind.min() >= 0
    assert behind.max() <= 1


def test_lines_run_along_what_a_face_is_known_by(portraits):
    for portrait in portraits.values():
        lines = drawn(portrait, 512)
        near = cv2.dilate(lines, np.ones((5, 5), np.uint8))
        for row in (mesh.EYES[0].upper, mesh.EYES[1].upper, mesh.LIPS_LOWER_OUT, mesh.NOSE_BASE):
            x, y = at(portrait.landmarks[list(row)], portrait, 512).T
            assert (near[y, x] > 100).all()


def test_lines_are_white_on_black_and_few(portraits):
    for portrait in portraits.values():
        pixels = lines_of(portrait, SIZE)
        assert np.array_equal(pixels[..., 0], pixels[..., 1])
        assert np.array_equal(pixels[..., 0], pixels[..., 2])
        assert pixels.max() > 200
        assert 0.01 < (pixels[..., 0] > 100).mean() < 0.2
        corner = pixels[: SIZE // 16, : SIZE // 16]
        assert corner.max() == 0, "nothing behind the person is drawn"


def test_skin_has_no_lines_of_its_own(portrait):
    x, y = at(portrait.landmarks[[50, 280, 151]], portrait, 512).T  # cheeks and forehead
    lines = drawn(portrait, 512)
    for column, row in zip(x, y, strict=True):
        assert lines[row - 6 : row + 6, column - 6 : column + 6].max() == 0


def test_dark_hair_has_strands_as_fair_hair_has(portrait):
    """The same photograph, its hair ten times darker: strands are relative to their own tone."""
    hair = cv2.resize(portrait.regions.hair, (portrait.size,) * 2)[..., None]
    dark = portrait.image * (1 - 0.6 * hair)
    lines = [
        drawn(each, 512)
        for each in (portrait, replace(portrait, image=dark.round().astype(np.uint8)))
    ]
    inside = cv2.resize(portrait.regions.hair, (512, 512)) > 0.9
    fair, darkened = ((each[inside] > 60).mean() for each in lines)
    assert darkened > 0.5 * fair


def test_the_same_portrait_gives_the_same_bytes(portrait):
    for size in (SIZE, 320):
        assert np.array_equal(lines_of(portrait, size), lines_of(portrait, size))
        starts = [guides.before_plain_ground(portrait, size) for _ in range(2)]
        assert np.array_equal(*starts)
