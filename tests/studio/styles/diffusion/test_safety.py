"""The safety checker: the real class on real files of a few kilobytes."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from studio.models.errors import ModelDamaged, ModelMissing
from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.safety import SafetyChecker

WEIGHTS = "safety_checker/model.fp16.safetensors"
PICTURE = np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8)


def files_in(folder):
    return ModelFiles(Kind.SD15, {Role.SAFETY: folder}, {Role.SAFETY: (WEIGHTS,)})


@pytest.fixture
def folder(tmp_path):
    from tests.tiny.safety import build

    return build(tmp_path)


def changed(folder, change):
    """Write the weights anew after `change` took them as a dictionary."""
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def test_a_harmless_picture_passes_and_the_weights_are_read_once(folder):
    asked = []

    def files():
        asked.append(1)
        return files_in(folder)

    checker = SafetyChecker(files)
    checker.require_safe(PICTURE)
    checker.require_safe(PICTURE)
    assert len(asked) == 1


def test_what_the_network_flags_is_refused_in_three_parts(tmp_path, capfd):
    from tests.tiny.safety import build

    checker = SafetyChecker(lambda: files_in(build(tmp_path, unsafe=True)))
    with pytest.raises(PictureRefused) as refused:
        checker.require_safe(PICTURE)
    assert refused.value.code == "unsafe"
    assert refused.value.why
    assert refused.value.next_step
    assert capfd.readouterr() == ("", "")  # nobody is told that somebody was stopped


def test_files_that_are_not_here_are_told_before_anything_is_drawn():
    def missing():
        raise ModelMissing("the safety checker is not here")

    checker = SafetyChecker(missing)
    with pytest.raises(ModelMissing):
        checker.require_ready()
    with pytest.raises(ModelMissing):
        checker.require_safe(PICTURE)


def test_looking_whether_it_is_ready_loads_nothing(tmp_path):
    SafetyChecker(lambda: files_in(tmp_path)).require_ready()


def test_weights_as_the_hub_names_them_are_taken(folder):
    """Files of 2022 nest the image encoder once more than today's class does."""

    def nested(tensors):
        for name in [each for each in tensors if each.startswith("vision_model.")]:
            if not name.startswith("vision_model.vision_model."):
                tensors[name.replace("vision_model.", "vision_model.vision_model.", 1)] = (
                    tensors.pop(name)
                )
        tensors["vision_model.vision_model.embeddings.position_ids"] = np.arange(17)[None]

    changed(folder, nested)
    SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


@pytest.mark.parametrize("name", ["concept_embeds", "visual_projection.weight"])
def test_a_checker_with_a_gap_is_no_checker(folder, name):
    changed(folder, lambda tensors: tensors.pop(name))
    with pytest.raises(ModelDamaged):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


def test_a_checker_of_another_shape_is_no_checker(folder):
    def wider(tensors):
        tensors["concept_embeds"] = np.zeros((17, 9), np.float16)

    changed(folder, wider)
    with pytest.raises(ModelDamaged):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


def test_numbers_that_are_none_would_let_everything_pass(folder):
    def spoilt(tensors):
        tensors["concept_embeds"][3] = np.nan

    changed(folder, spoilt)
    with pytest.raises(ModelDamaged, match="NaN"):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


@pytest.mark.parametrize("content", [b"", b"\x80\x02pickle", b"\xff" * 64])
def test_files_that_are_something_else_are_refused(folder, content):
    (folder / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelDamaged):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


def test_a_truncated_file_is_refused(folder):
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelDamaged):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)


def test_without_the_picture_processors_configuration_nothing_is_looked_at(folder):
    (folder / "feature_extractor" / "preprocessor_config.json").unlink()
    with pytest.raises(ModelDamaged, match="preprocessor_config"):
        SafetyChecker(lambda: files_in(folder)).require_safe(PICTURE)
