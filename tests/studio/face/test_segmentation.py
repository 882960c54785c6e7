import numpy as np
import pytest


def test_the_face_is_the_person_and_the_wall_is_not(cast, meter):
    for name, member in cast.items():
        image = member.frame(member.clips["still"][0]).image
        alpha = meter.person(image)
        nose = meter.faces(image)[0].landmarks[1, :2].round().astype(int)
        assert alpha[nose[1], nose[0]] > 0.9, name
        assert alpha[:20, :20].mean() < 0.1, name
        assert 0.15 < (alpha > 0.5).mean() < 0.85, name


@pytest.mark.parametrize("shape", [(480, 640), (31, 17), (1, 1), (300, 3000)])
def test_alpha_has_the_shape_of_the_picture_and_stays_in_range(meter, shape):
    rng = np.random.default_rng(1)
    alpha = meter.person(rng.integers(0, 256, (*shape, 3), dtype=np.uint8))
    assert alpha.shape == shape
    assert alpha.dtype == np.float32
    assert 0 <= alpha.min() <= alpha.max() <= 1
