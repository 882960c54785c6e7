import numpy as np
import pytest

from studio.face.types import Box, Face, Pose
from studio.styles import mesh
from studio.styles.alignment import EYE_LINE, align_photo, anatomy

SIZE = 512


def eye_centres(portrait):
    return np.array(
        [portrait.landmarks[[e.upper[0], e.upper[-1]], :2].mean(axis=0) for e in mesh.EYES]
    )


def turned(face, degrees, centre):
    """The same face after the picture was turned about `centre`."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    marks = face.landmarks.copy()
    marks[:, :2] = (marks[:, :2] - centre) @ turn.T + centre
    return Face(face.box, marks, face.blendshapes, face.pose)


def plain_face(width=200.0, middle=(300.0, 300.0)):
    """Landmarks on an ellipse, with the eyes where a face has them."""
    marks = np.zeros((478, 3), np.float32)
    marks[:, :2] = middle
    for index, ring in enumerate(mesh.OVAL):
        angle = 2 * np.pi * index / len(mesh.OVAL)
        marks[ring, 0] += width / 2 * np.sin(angle)
        marks[ring, 1] += 0.15 * width - 0.62 * width * np.cos(angle)
    for eye in mesh.EYES:
        for row in (eye.upper, eye.lower):
            marks[list(row), 0] = middle[0] + eye.side * np.linspace(0.34, 0.12, 9) * width
    return Face(Box(200, 200, 400, 400), marks, {}, Pose(0, 0, 0))


def grey(height, width):
    return np.full((height, width, 3), 120, np.uint8), np.ones((height, width), np.float32)


def test_the_eyes_lie_level_at_their_line(portraits):
    for portrait in portraits.values():
        left, right = eye_centres(portrait)
        assert abs(left[1] - right[1]) < 1
        assert (left[1] + right[1]) / 2 == pytest.approx(EYE_LINE * SIZE, abs=1)


def test_the_face_with_its_ears_takes_about_half_the_width(portraits):
    for portrait in portraits.values():
        assert 0.37 <= portrait.face_width / SIZE <= 0.47


@pytest.mark.parametrize("degrees", [-25, 12])
def test_a_leaning_head_is_set_upright(degrees):
    image, alpha = grey(600, 600)
    face = turned(plain_face(), degrees, (300, 300))
    left, right = eye_centres(align_photo(image, face, alpha, size=SIZE))
    assert abs(left[1] - right[1]) < 1
    assert left[0] < right[0]


def test_where_the_photograph_ends_nothing_is_made_up():
    image, alpha = grey(400, 600)
    portrait = align_photo(image, plain_face(), alpha, size=SIZE)
    assert not portrait.covered.all()
    assert (portrait.image[~portrait.covered] == 0).all()
    assert (portrait.person[~portrait.covered] == 0).all()
    assert portrait.covered[SIZE // 3, SIZE // 2]


def test_an_alpha_of_another_size_is_refused():
    image, _ = grey(600, 600)
    with pytest.raises(ValueError, match="must match"):
        align_photo(image, plain_face(), np.ones((300, 300), np.float32))


def test_a_large_photograph_gives_the_same_portrait_as_a_small_one(first):
    image, face, alpha = first
    doubled = Face(face.box, face.landmarks * 2, face.blendshapes, face.pose)
    small = align_photo(image, face, alpha, size=256)
    large = align_photo(
        image.repeat(2, axis=0).repeat(2, axis=1),
        doubled,
        alpha.repeat(2, axis=0).repeat(2, axis=1),
        size=256,
    )
    both = small.covered & large.covered
    difference = np.abs(small.image.astype(int) - large.image.astype(int))[both]
    assert difference.mean() < 4


def test_the_free_lower_face_keeps_off_eyes_nose_and_mouth(portraits):
    for portrait in portraits.values():
        found = anatomy(portrait)
        left, top, right, bottom = found.lower_face
        face = found.face_box
        assert face[0] <= left < right <= face[2]
        assert top < bottom <= face[3]
        for box in found.keep_clear:
            assert box[3] <= top or box[2] <= left or box[0] >= right


def test_the_label_finds_room_below_the_lip(portraits):
    for portrait in portraits.values():
        _, top, _, bottom = anatomy(portrait).lower_face
        assert (bottom - top) / SIZE >= 0.05
