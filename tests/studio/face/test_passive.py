import hashlib
from dataclasses import replace

import numpy as np
import pytest

from studio import assembly
from studio.face.passive import SIZE, MiniFASNet, PassiveModelError, crop
from studio.settings import Settings, SettingsError

COLOURS = {"alive": (30, 200, 30), "paper": (30, 30, 200), "screen": (200, 30, 30)}


def field(number, data):
    """One protobuf field: a number as a varint, anything else with its length."""
    if isinstance(data, int):
        return bytes([number << 3, data])
    size = len(data)
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + data


def node(operator, before, after):
    return field(1, field(1, before) + field(2, after) + field(4, operator))


def tensor(name, *shape):
    dimensions = b"".join(field(1, field(1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


def network(*operators, channels=3):
    """An ONNX model of operators without weights, from a picture to one number a channel."""
    names = [b"picture", *(bytes([97 + number]) for number in range(len(operators)))]
    steps = zip(operators, names, names[1:], strict=False)
    graph = b"".join(node(operator, before, after) for operator, before, after in steps)
    graph += field(2, b"tiny") + field(11, tensor(b"picture", 1, channels, SIZE, SIZE))
    graph += field(12, tensor(names[-1], 1, channels))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


# The mean of blue, green and red as the three classes: green is alive.
GREEN_IS_ALIVE = network(b"GlobalAveragePool", b"Flatten")


@pytest.fixture
def load(tmp_path):
    def load(data, sha256=None):
        path = tmp_path / "model.onnx"
        path.write_bytes(data)
        return MiniFASNet(path, expected_sha256=sha256 or hashlib.sha256(data).hexdigest())

    return load


@pytest.fixture(scope="module")
def face(meter, still):
    return meter.faces(still)[0]


@pytest.mark.parametrize("colour", COLOURS)
def test_the_second_class_is_alive(load, still, face, colour):
    image = np.full_like(still, COLOURS[colour])
    assert load(GREEN_IS_ALIVE).score(image, face) == pytest.approx(float(colour == "alive"))


def test_a_model_that_ends_in_a_softmax_is_read_as_one_that_does_not(load, still, face):
    image = np.full_like(still, (100, 101, 100))
    plain = load(GREEN_IS_ALIVE).score(image, face)
    with_softmax = load(network(b"GlobalAveragePool", b"Flatten", b"Softmax")).score(image, face)
    assert plain == pytest.approx(with_softmax, abs=1e-3)
    assert 0.5 < plain < 0.6


def test_a_file_with_another_hash_is_not_loaded(load):
    with pytest.raises(PassiveModelError, match="not the one named"):
        load(GREEN_IS_ALIVE, sha256="0" * 64)


def test_a_hash_may_be_written_in_capitals(load):
    assert load(GREEN_IS_ALIVE, hashlib.sha256(GREEN_IS_ALIVE).hexdigest().upper())


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(PassiveModelError, match="cannot be read"):
        MiniFASNet(tmp_path / "none.onnx", expected_sha256="0" * 64)


def test_a_file_that_is_no_network_is_an_error(load):
    with pytest.raises(PassiveModelError, match="does not run"):
        load(b"not a network")


def test_a_network_of_another_kind_is_an_error(load):
    with pytest.raises(PassiveModelError, match="19200 classes"):
        load(network(b"Relu"))


def test_the_crop_is_the_face_with_its_surroundings(still, face):
    image = np.zeros_like(still)
    box = face.box
    image[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = 255
    share = (crop(image, box) > 127).mean()
    scale = min(2.7, (still.shape[1] - 1) / box.width, (still.shape[0] - 1) / box.height)
    assert share == pytest.approx(1 / scale**2, rel=0.1)


@pytest.mark.parametrize("shift", [-4000.0, -300.0, 300.0, 4000.0])
def test_a_face_at_or_beyond_the_edge_is_cropped_within_the_picture(still, face, shift):
    box = face.box
    moved = replace(
        box,
        left=box.left + shift,
        right=box.right + shift,
        top=box.top + shift,
        bottom=box.bottom + shift,
    )
    assert crop(still, moved).shape == (SIZE, SIZE, 3)


def settings(tmp_path, **chosen):
    return Settings(data=tmp_path, weights=tmp_path, **chosen)


def test_without_a_named_file_there_is_no_model(tmp_path):
    assert assembly._passive_model(settings(tmp_path)) is None


def test_the_file_that_an_operator_names_is_the_one_that_runs(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(GREEN_IS_ALIVE)
    digest = hashlib.sha256(GREEN_IS_ALIVE).hexdigest()
    found = assembly._passive_model(
        settings(tmp_path, passive_model=str(path), passive_sha256=digest)
    )
    assert isinstance(found, MiniFASNet)


def test_a_studio_does_not_start_without_the_model_that_was_named(tmp_path):
    chosen = settings(tmp_path, passive_model=str(tmp_path / "none.onnx"), passive_sha256="0" * 64)
    with pytest.raises(SettingsError, match="cannot be read"):
        assembly._passive_model(chosen)
