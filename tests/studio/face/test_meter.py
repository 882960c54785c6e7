import numpy as np
import pytest

from studio.face.meter import FaceMeter
from studio.weights import WeightsError


def test_a_selfie_is_measured_by_its_largest_face(meter, still):
    selfie = meter.selfie(still)
    assert selfie is not None
    assert selfie.image is still
    assert len(selfie.faces) == 1
    assert selfie.embedding == meter.embed(still, selfie.faces[0])
    assert selfie.quality.face_height == selfie.faces[0].box.height


def test_a_picture_without_a_face_is_no_selfie(meter):
    assert meter.selfie(np.zeros((200, 200, 3), np.uint8)) is None


def test_luma_follows_the_light(meter, still):
    face = meter.faces(still)[0]
    dimmed = (still * 0.5).astype(np.uint8)
    assert meter.luma(dimmed, face) == pytest.approx(meter.luma(still, face) / 2, rel=0.03)


def test_without_weights_there_is_no_meter(tmp_path):
    with pytest.raises(WeightsError, match=r"python app\.py weights"):
        FaceMeter(tmp_path)
