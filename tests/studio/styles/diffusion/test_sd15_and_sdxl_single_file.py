"""A base of the creator's own in one file draws as the same base in a repository's folders does."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.models.errors import ModelDamaged
from studio.models.types import Role
from studio.styles.diffusion.types import Dtype
from tests.studio.styles.diffusion.stable import KINDS, drawn, files_of
from tests.tiny.orders import tiny_order, tiny_plan
from tests.tiny.single_file import write_single_file


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(scope="module")
def files(kind, tiny_shelf):
    return files_of(kind, tiny_shelf)


@pytest.fixture(scope="module")
def single(kind, files, tmp_path_factory):
    path = tmp_path_factory.mktemp("own") / "own.safetensors"
    return write_single_file(kind.KIND, files.folders[Role.BASE], path)


def with_single(files, path):
    """As the shelf gives them: the base's folder for its configs, its weights left out."""
    return replace(files, single_file=path, weights={**files.weights, Role.BASE: ()})


def test_it_draws_what_the_folders_draw(kind, files, single):
    plan = tiny_plan(kind.KIND)
    of_folders = drawn(kind, kind.load(files, plan), tiny_order())
    of_file = drawn(kind, kind.load(with_single(files, single), plan), tiny_order())
    assert np.array_equal(of_file, of_folders)


def test_it_computes_in_the_numbers_of_the_plan(kind, files, single):
    plan = tiny_plan(kind.KIND, dtype=Dtype.BFLOAT16)
    loaded = kind.load(with_single(files, single), plan)
    for name in ("unet", "vae", "text_encoder"):
        assert getattr(loaded.pipeline, name).dtype is torch.bfloat16


@pytest.mark.parametrize(
    "part", ["model.diffusion_model.", "first_stage_model.", "cond_stage_model", "conditioner"]
)
def test_a_file_without_one_of_its_parts_is_refused(kind, files, single, part, tmp_path):
    tensors = load_file(single)
    rest = {name: each for name, each in tensors.items() if not name.startswith(part)}
    if len(rest) == len(tensors):
        pytest.skip("the other kind's name for its text encoders")
    save_file(rest, tmp_path / "less.safetensors")
    with pytest.raises(ModelDamaged):
        kind.load(with_single(files, tmp_path / "less.safetensors"), tiny_plan(kind.KIND))


def test_a_file_that_lacks_one_tensor_is_refused(kind, files, single, tmp_path):
    tensors = load_file(single)
    tensors.pop("model.diffusion_model.middle_block.0.in_layers.2.weight")
    save_file(tensors, tmp_path / "less.safetensors")
    with pytest.raises(ModelDamaged, match="meta"):
        kind.load(with_single(files, tmp_path / "less.safetensors"), tiny_plan(kind.KIND))


def test_a_file_that_is_cut_short_is_refused(kind, files, single, tmp_path):
    (tmp_path / "cut.safetensors").write_bytes(single.read_bytes()[:-100])
    with pytest.raises(ModelDamaged):
        kind.load(with_single(files, tmp_path / "cut.safetensors"), tiny_plan(kind.KIND))


def test_a_file_that_may_hold_a_program_is_refused(kind, files, tmp_path):
    (tmp_path / "own.ckpt").write_bytes(b"\x80\x04K\x01.")
    with pytest.raises(ModelDamaged, match="safetensors"):
        kind.load(with_single(files, tmp_path / "own.ckpt"), tiny_plan(kind.KIND))
