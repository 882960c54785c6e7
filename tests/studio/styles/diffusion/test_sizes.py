"""How much memory weights take, told from their headers."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.sizes import EXPECTED, weigh


def weights(root, role, place, shape, dtype=np.float16):
    path = root / role.value / place
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weight": np.zeros(shape, dtype)}, path)
    return place


@pytest.fixture
def files(tmp_path):
    """A kind in which every part has a size of its own."""
    parts = {
        Role.BASE: {
            "unet/model.safetensors": (100, 10),
            "text_encoder/model.safetensors": (20, 10),
            "text_encoder_2/model.safetensors": (30, 10),
            "vae/model.safetensors": (7, 10),
        },
        Role.CONTROLNET: {"model.safetensors": (40, 10)},
        Role.ADAPTER: {
            "models/image_encoder/model.safetensors": (60, 10),
            "models/face.safetensors": (8, 10),
        },
        Role.TINY_VAE: {"model.safetensors": (1, 10)},
    }
    return ModelFiles(
        kind=Kind.SDXL,
        folders={role: tmp_path / role.value for role in parts},
        weights={
            role: tuple(weights(tmp_path, role, place, shape) for place, shape in places.items())
            for role, places in parts.items()
        },
    )


def test_every_part_counts_at_two_bytes_a_number(files):
    sizes = weigh(files)
    found = [sizes.denoiser, sizes.text, sizes.autoencoder, sizes.control, sizes.eyes]
    assert found == pytest.approx([2160e-9, 1000e-9, 140e-9, 800e-9, 1200e-9])
    assert sizes.total == pytest.approx(sum(found))
    assert sizes.has_tiny_vae
    assert not sizes.is_quantised


def test_numbers_of_other_sizes_count_as_they_will_be_computed_with(files):
    weights(files.folders[Role.BASE].parent, Role.BASE, "vae/model.safetensors", (7, 10), "float32")
    assert weigh(files).autoencoder == pytest.approx(140e-9)


def test_numbers_that_were_quantised_count_as_they_lie(files):
    weights(files.folders[Role.BASE].parent, Role.BASE, "unet/model.safetensors", (99, 10), "uint8")
    config = files.folders[Role.BASE] / "transformer" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"quantization_config": {"quant_method": "sdnq"}}))
    sizes = weigh(files)
    assert sizes.is_quantised
    assert sizes.denoiser == pytest.approx((990 + 160) * 1e-9)


def test_what_one_file_holds_counts_as_expected(files, tmp_path):
    sizes = weigh(
        ModelFiles(files.kind, files.folders, files.weights, single_file=tmp_path / "own")
    )
    expected = EXPECTED[Kind.SDXL]
    assert sizes.denoiser == pytest.approx(expected.denoiser)
    assert (sizes.text, sizes.autoencoder) == (expected.text, expected.autoencoder)
    assert sizes.control == pytest.approx(800e-9)


def test_what_is_not_used_takes_nothing(files):
    folders = {Role.BASE: files.folders[Role.BASE]}
    sizes = weigh(ModelFiles(files.kind, folders, {Role.BASE: files.weights[Role.BASE]}))
    assert (sizes.control, sizes.eyes, sizes.has_tiny_vae) == (0.0, 0.0, False)


def header(told):
    text = told.encode()
    return len(text).to_bytes(8, "little") + text


@pytest.mark.parametrize(
    "told",
    [
        '{"a":' * 100_000,
        '{"a": {"dtype": "F16", "shape": [1e400]}}',
        '{"a": {"dtype": "F16", "shape": [' + "9" * 400 + "]}}",
        '{"a": {"dtype": "F16", "shape": [-5]}}',
    ],
    ids=["nested", "infinite", "huge", "negative"],
)
def test_a_header_that_lies_beyond_bounds_counts_as_expected(files, told):
    (files.folders[Role.BASE] / "vae/model.safetensors").write_bytes(header(told))
    assert weigh(files).autoencoder == EXPECTED[Kind.SDXL].autoencoder
    config = files.folders[Role.BASE] / "transformer" / "config.json"
    config.parent.mkdir()
    config.write_text(told)
    assert not weigh(files).is_quantised


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff" * 8,
        b"\x02\0\0\0\0\0\0\0[]",
        b"\x02\0\0\0\0\0\0\0{",
        b'\x0d\0\0\0\0\0\0\0{"a":{"x":1}}',
    ],
    ids=["empty", "lying_length", "list", "cut_short", "no_shape"],
)
def test_a_header_that_cannot_be_read_counts_as_expected(files, data):
    (files.folders[Role.BASE] / "vae/model.safetensors").write_bytes(data)
    assert weigh(files).autoencoder == EXPECTED[Kind.SDXL].autoencoder
