import cv2
import numpy as np
import pytest

from studio.face.landmarks import pose_of
from studio.face.meter import eyes_closed, mouth_open, smile
from studio.subjects.cast import load_cast

SUBJECTS = tuple(load_cast())
every_subject = pytest.mark.parametrize("subject", SUBJECTS)


def rotation(axis, degrees):
    """A transformation matrix in camera axes: x right, y up, z towards the camera."""
    turn = np.radians(degrees)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(4)
    matrix[first, first] = matrix[second, second] = np.cos(turn)
    matrix[first, second], matrix[second, first] = -np.sin(turn), np.sin(turn)
    return matrix


@every_subject
def test_turning_to_ones_own_left_is_positive_yaw(shown, subject):
    assert shown(subject, "turn_left").pose.yaw > 20
    assert shown(subject, "turn_right").pose.yaw < -20


@every_subject
def test_one_turns_by_yaw_and_not_by_pitch(shown, subject):
    rest = shown(subject, "rest").pose
    for action in ("turn_left", "turn_right"):
        assert abs(shown(subject, action).pose.pitch - rest.pitch) < 10


@every_subject
def test_looking_up_is_positive_pitch(shown, subject):
    rest = shown(subject, "rest").pose
    up = shown(subject, "look_up").pose
    assert up.pitch - rest.pitch > 20
    assert abs(up.yaw) < 10


@every_subject
def test_a_resting_face_looks_into_the_camera(shown, subject):
    pose = shown(subject, "rest").pose
    assert abs(pose.yaw) < 10
    assert abs(pose.pitch) < 15
    assert abs(pose.roll) < 10


@every_subject
@pytest.mark.parametrize(
    ("action", "score"),
    [("smile", smile), ("mouth_open", mouth_open), ("blink", eyes_closed)],
)
def test_an_expression_raises_its_own_score(shown, subject, action, score):
    rest = score(shown(subject, "rest").blendshapes)
    assert score(shown(subject, action).blendshapes) - rest > 0.25


@every_subject
def test_an_expression_leaves_the_others_alone(shown, subject):
    rest = shown(subject, "rest").blendshapes
    assert mouth_open(shown(subject, "smile").blendshapes) - mouth_open(rest) < 0.2
    assert eyes_closed(shown(subject, "mouth_open").blendshapes) - eyes_closed(rest) < 0.2
    assert mouth_open(shown(subject, "blink").blendshapes) - mouth_open(rest) < 0.2


def test_leaning_to_ones_own_left_is_positive_roll(meter, still):
    height, width = still.shape[:2]
    clockwise = cv2.getRotationMatrix2D((width / 2, height / 2), -15, 1.0)
    leaning = cv2.warpAffine(still, clockwise, (width, height))
    assert meter.faces(leaning)[0].pose.roll == pytest.approx(15, abs=4)


def test_a_face_has_all_landmarks_and_scores(meter, still):
    face = meter.faces(still)[0]
    assert face.landmarks.shape == (478, 3)
    assert len(face.blendshapes) == 52
    assert all(0 <= score <= 1 for score in face.blendshapes.values())
    assert face.box.left < face.landmarks[1, 0] < face.box.right
    assert face.box.top < face.landmarks[1, 1] < face.box.bottom


def test_the_largest_face_comes_first(meter, still):
    small = cv2.resize(still, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    beside = np.full((still.shape[0], small.shape[1], 3), 120, np.uint8)
    beside[: small.shape[0]] = small
    faces = meter.faces(np.concatenate([beside, still], axis=1))
    assert len(faces) == 2
    assert faces[0].box.height > faces[1].box.height
    assert faces[0].box.left > small.shape[1]


def test_a_wall_has_no_face(meter):
    assert meter.faces(np.full((480, 640, 3), 128, np.uint8)) == ()


def test_a_picture_may_be_a_view_into_another(meter, still):
    assert len(meter.faces(still[:, ::-1])) == 1


@pytest.mark.parametrize("degrees", [-40, -5, 0, 12, 35])
@pytest.mark.parametrize(("axis", "angle", "sign"), [("y", "yaw", 1), ("x", "pitch", -1)])
def test_a_matrix_is_read_back_as_its_angle(axis, angle, sign, degrees):
    pose = pose_of(5 * rotation(axis, degrees))
    assert getattr(pose, angle) == pytest.approx(sign * degrees)
    other = {"yaw": "pitch", "pitch": "yaw"}[angle]
    assert getattr(pose, other) == pytest.approx(0)
