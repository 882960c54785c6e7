from dataclasses import replace

import cv2
import numpy as np
import pytest

from studio.face.quality import eye_light, measure_quality, side_light, skin_samples


@pytest.fixture(scope="module")
def face(meter, still):
    return meter.faces(still)[0]


@pytest.fixture(scope="module")
def plain(still, face):
    return measure_quality(still, face)


def test_blur_lowers_sharpness(still, face, plain):
    blurred = measure_quality(cv2.GaussianBlur(still, (0, 0), 6), face)
    assert blurred.sharpness < plain.sharpness / 4


def test_less_light_lowers_luma_in_proportion(still, face, plain):
    half = measure_quality((still * 0.5).astype(np.uint8), face)
    assert half.luma == pytest.approx(plain.luma / 2, rel=0.03)
    assert half.contrast == pytest.approx(plain.contrast / 2, rel=0.1)


def test_a_bare_face_counts_as_seen(cast, meter):
    for name, member in cast.items():
        image = member.frame(member.clips["still"][0]).image
        assert measure_quality(image, meter.faces(image)[0]).occlusion <= 0.25, name


def test_a_cloth_over_mouth_and_chin_counts_as_covered(still, face, plain):
    covered = still.copy()
    top = int(face.landmarks[4, 1])
    covered[top : int(face.box.bottom) + 20, int(face.box.left) : int(face.box.right)] = (
        40,
        90,
        200,
    )
    assert measure_quality(covered, face).occlusion > plain.occlusion + 0.3


def test_what_lies_outside_the_picture_counts_as_covered(still, face):
    shift = np.array([still.shape[1], 0, 0], np.float32)
    gone = replace(face, landmarks=face.landmarks + shift)
    assert measure_quality(still, gone).occlusion == 1.0


def test_skin_is_sampled_at_the_median_of_sixteen_patches(still, face):
    samples = skin_samples(np.full_like(still, 77), face)
    assert samples.shape == (16, 3)
    assert (samples == 77).all()


@pytest.mark.parametrize("far", [-5000.0, 5000.0])
def test_a_face_box_outside_the_picture_is_measured_without_an_error(still, face, far):
    shift = np.array([far, far, 0], np.float32)
    box = replace(
        face.box,
        left=face.box.left + far,
        right=face.box.right + far,
        top=face.box.top + far,
        bottom=face.box.bottom + far,
    )
    quality = measure_quality(still, replace(face, box=box, landmarks=face.landmarks + shift))
    assert quality.occlusion == 1.0


def test_dark_glasses_leave_little_light_around_the_eyes(meter, still):
    face = meter.faces(still)[0]
    bare = eye_light(still, face)
    shaded = still.copy()
    for outer, inner in ((33, 133), (263, 362)):
        middle = (face.landmarks[outer, :2] + face.landmarks[inner, :2]) / 2
        size = (int(face.box.width * 0.19), int(face.box.height * 0.12))
        cv2.ellipse(shaded, [int(v) for v in middle], size, 0, 0, 360, (22, 20, 18), -1)
    assert bare > 0.66
    assert eye_light(shaded, face) < 0.33


def test_light_from_the_subject_s_left_is_positive(meter, still):
    face = meter.faces(still)[0]
    slope = np.linspace(0.5, 1.0, still.shape[1])[None, :, None]  # brighter to the right
    lit = (still * slope).astype(np.uint8)
    mirrored = (still * slope[:, ::-1]).astype(np.uint8)
    assert side_light(lit, face) > side_light(still, face) > side_light(mirrored, face)
