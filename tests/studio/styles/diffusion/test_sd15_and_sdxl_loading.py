"""Weights that are not what their names say: nothing is drawn with them, and the reason is told."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from studio.models.errors import ModelDamaged
from studio.models.types import Role
from studio.styles.diffusion.kinds import loading, sd15, sdxl
from tests.studio.styles.diffusion.stable import KINDS, files_of, last_latents
from tests.tiny import parts
from tests.tiny import sd15 as tiny_sd15
from tests.tiny import sdxl as tiny_sdxl
from tests.tiny.orders import tiny_order, tiny_plan

DENOISERS = {"sd15": tiny_sd15.denoiser, "sdxl": tiny_sdxl.denoiser}
UNET = "unet/diffusion_pytorch_model.fp16.safetensors"


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def own(kind, tiny_shelf, tmp_path):
    """Files that a test may spoil, every role in a folder of its own."""
    files = files_of(kind, tiny_shelf)
    folders = {role: tmp_path / role.value for role in files.folders}
    for role, folder in files.folders.items():
        shutil.copytree(folder, folders[role])
    return replace(files, folders=folders)


def load(kind, files):
    return kind.load(files, tiny_plan(kind.KIND))


def weights_of(files, role):
    return files.folders[role] / files.weights[role][0]


def rewritten(path, change):
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path, metadata={"format": "pt"})


@pytest.mark.parametrize("role", [Role.BASE, Role.CONTROLNET, Role.ADAPTER, Role.FAST])
def test_a_file_that_is_cut_short_is_refused(kind, own, role):
    path = weights_of(own, role)
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(ModelDamaged):
        load(kind, own)


@pytest.mark.parametrize("role", [Role.BASE, Role.CONTROLNET, Role.ADAPTER, Role.FAST])
def test_a_file_that_is_not_there_is_refused(kind, own, role):
    weights_of(own, role).unlink()
    with pytest.raises(ModelDamaged):
        load(kind, own)


@pytest.mark.parametrize("role", [Role.BASE, Role.CONTROLNET])
def test_weights_that_lack_one_are_refused_and_never_made_up(kind, own, role):
    path = weights_of(own, role)
    missing = sorted(load_file(path))[0]
    rewritten(path, lambda tensors: tensors.pop(missing))
    with pytest.raises(ModelDamaged, match=missing.rpartition(".")[2]):
        load(kind, own)


def test_weights_of_another_shape_are_refused(kind, own):
    def widen(tensors):
        tensors["conv_in.weight"] = torch.zeros(16, 9, 3, 3)

    rewritten(own.folders[Role.BASE] / UNET, widen)
    with pytest.raises(ModelDamaged):
        load(kind, own)


def test_an_adapter_without_its_eye_is_refused(kind, own):
    without = tuple(name for name in own.weights[Role.ADAPTER] if "image_encoder" not in name)
    with pytest.raises(ModelDamaged, match="image encoder"):
        load(kind, replace(own, weights={**own.weights, Role.ADAPTER: without}))


@pytest.mark.parametrize(("kind", "other"), [(sd15, sdxl), (sdxl, sd15)], ids=["sd15", "sdxl"])
@pytest.mark.parametrize("role", [Role.BASE, Role.CONTROLNET, Role.ADAPTER])
def test_weights_of_the_other_kind_are_refused(kind, other, role, tiny_shelf):
    right, wrong = files_of(kind, tiny_shelf), files_of(other, tiny_shelf)
    mixed = replace(
        right,
        folders={**right.folders, role: wrong.folders[role]},
        weights={**right.weights, role: wrong.weights[role]},
    )
    with pytest.raises(ModelDamaged):
        load(kind, mixed)


def test_a_base_made_for_inpainting_is_refused(own, kind):
    config = own.folders[Role.BASE] / "unet" / "config.json"
    content = json.loads(config.read_text(encoding="utf-8"))
    config.write_text(json.dumps({**content, "in_channels": 9}), encoding="utf-8")

    def widen(tensors):
        tensors["conv_in.weight"] = torch.zeros(16, 9, 3, 3)

    rewritten(own.folders[Role.BASE] / UNET, widen)
    with pytest.raises(ModelDamaged, match="inpainting"):
        load(kind, own)


def test_what_a_repository_names_as_its_classes_is_not_asked(kind, own):
    index = own.folders[Role.BASE] / "model_index.json"
    odd = {"_class_name": ["pipeline", "Evil"], "unet": ["os", "system"], "vae": ["evil", "Evil"]}
    index.write_text(json.dumps(odd), encoding="utf-8")
    (own.folders[Role.BASE] / "pipeline.py").write_text("raise SystemExit", encoding="utf-8")
    assert load(kind, own).pipeline.unet.config.in_channels == 4


def lora_of(kind, path, make=parts.kohya_lora_weights, **changes):
    weights = make(DENOISERS[kind.KIND.value](), seed=5)
    save_file({**weights, **changes}, path, metadata={"format": "pt"})
    return path


@pytest.mark.parametrize("make", [parts.kohya_lora_weights, parts.diffusers_lora_weights])
def test_a_lora_of_ones_own_changes_what_is_drawn(kind, own, tmp_path, make, monkeypatch):
    if kind is sdxl:  # tiny layers look like those of SD 1.5
        monkeypatch.setattr("studio.styles.diffusion.kinds.looks._require_base", lambda *_: None)
    lora = lora_of(kind, tmp_path / "own.safetensors", make)
    with_it = load(kind, replace(own, loras=(lora,)))
    order = tiny_order()
    plain = last_latents(kind, load(kind, own), order)
    assert not torch.equal(last_latents(kind, with_it, order), plain)
    assert not with_it.pipeline.get_list_adapters()


def test_a_lora_for_another_base_is_refused(own, kind, tmp_path):
    width = 2048 if kind is sd15 else 768
    name = "lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k"
    wrong = tmp_path / "wrong.safetensors"
    save_file(
        {
            f"{name}.lora_down.weight": torch.zeros(2, width),
            f"{name}.lora_up.weight": torch.zeros(32, 2),
        },
        wrong,
    )
    with pytest.raises(ModelDamaged, match="made for"):
        load(kind, replace(own, loras=(wrong,)))


def test_a_lora_of_which_nothing_fits_is_refused(own, kind, tmp_path):
    odd = tmp_path / "odd.safetensors"
    save_file({"something.weight": torch.zeros(3, 3)}, odd)
    with pytest.raises(ModelDamaged):
        load(kind, replace(own, loras=(odd,)))


def test_a_lora_that_is_not_finite_is_refused(tiny_shelf, tmp_path):
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_up.weight"
    broken = lora_of(
        sd15, tmp_path / "broken.safetensors", **{name: torch.full((16, 2), torch.nan)}
    )
    with pytest.raises(ModelDamaged):
        load(sd15, replace(files_of(sd15, tiny_shelf), loras=(broken,)))


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        OSError(12, "Cannot allocate memory"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_memory_is_not_taken_for_damage(error):
    with pytest.raises(type(error)), loading.reading("something"):
        raise error


def test_what_a_library_says_is_passed_on_in_one_line_and_cut():
    with pytest.raises(ModelDamaged) as told, loading.reading("Stable Diffusion"):
        raise ValueError("many\n words" * 500)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500
    assert str(told.value).startswith("Stable Diffusion cannot be loaded: many words")


def test_attention_of_autoencoders_goes_by_its_old_names_too(kind, own):
    """As in the published files of Stable Diffusion 1.5."""
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}

    def rename(tensors):
        for name in [each for each in tensors if "attentions" in each]:
            for new, was in old.items():
                if f".{new}." in name:
                    tensors[name.replace(new, was)] = tensors.pop(name)

    order = tiny_order()
    plain = last_latents(kind, load(kind, own), order)
    path = own.folders[Role.BASE] / "vae" / "diffusion_pytorch_model.fp16.safetensors"
    rewritten(path, rename)
    assert any(name.endswith("query.weight") for name in load_file(path))
    assert torch.equal(last_latents(kind, load(kind, own), order), plain)
