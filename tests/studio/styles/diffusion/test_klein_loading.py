"""Files that are not what klein is made of, and what is made of those that are."""

import json
import shutil
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import load_file

from studio.models.errors import ModelDamaged, ModelMissing
from studio.models.types import Kind, ModelFiles, Role
from studio.styles.diffusion.kinds import klein, klein_loading
from studio.styles.diffusion.types import Dtype, Offload, Plan, Storage

PLAN = Plan(
    kind=Kind.KLEIN,
    device="cpu",
    dtype=Dtype.FLOAT32,
    storage=Storage.FULL,
    offload=Offload.NONE,
    size=64,
    needs_gb=0.1,
)
WEIGHTS = {
    Role.BASE: (
        "text_encoder/model-00001-of-00002.safetensors",
        "text_encoder/model-00002-of-00002.safetensors",
        "transformer/diffusion_pytorch_model.safetensors",
        "vae/diffusion_pytorch_model.safetensors",
    ),
    Role.TINY_VAE: ("taef2.safetensors",),
}
EVERY_FILE = [(role, name) for role, names in WEIGHTS.items() for name in names]


@pytest.fixture
def files(tiny_shelf, tmp_path):
    """A copy of the tiny weights, to be damaged."""
    whole = tiny_shelf.files(Kind.KLEIN, tuple(WEIGHTS))
    folders = {role: tmp_path / role.value for role in WEIGHTS}
    for role, folder in folders.items():
        shutil.copytree(whole.folders[role], folder)
    return ModelFiles(kind=Kind.KLEIN, folders=folders, weights=WEIGHTS)


@pytest.mark.parametrize(("role", "name"), EVERY_FILE)
def test_a_file_that_is_cut_short_is_refused(files, role, name):
    path = files.folders[role] / name
    path.write_bytes(path.read_bytes()[:-500])

    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)


@pytest.mark.parametrize(("role", "name"), EVERY_FILE)
def test_a_file_that_is_missing_is_refused(files, role, name):
    (files.folders[role] / name).unlink()

    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)


@pytest.mark.parametrize(("role", "name"), EVERY_FILE)
def test_weights_of_something_else_are_refused(files, role, name):
    save_file({"some.other.weight": np.zeros((4, 4), np.float32)}, files.folders[role] / name)

    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)


@pytest.mark.parametrize("part", ["transformer", "vae"])
def test_one_weight_too_few_or_of_another_shape_is_refused(files, part):
    path = files.folders[Role.BASE] / part / "diffusion_pytorch_model.safetensors"
    weights = {name: each.astype(np.float32) for name, each in _as_float(path).items()}
    name = sorted(weights)[0]

    save_file({**weights, name: np.zeros((3, 3), np.float32)}, path)
    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)
    save_file({other: each for other, each in weights.items() if other != name}, path)
    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)


def _as_float(path):
    return {name: each.float().numpy() for name, each in load_file(path).items()}


def test_configurations_of_another_pipeline_are_refused(files):
    config = files.folders[Role.BASE] / "transformer" / "config.json"
    told = json.loads(config.read_text())
    config.write_text(json.dumps({**told, "num_layers": 4}))
    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)
    config.write_text("[]")
    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)
    config.write_text("{")
    with pytest.raises(ModelDamaged):
        klein.load(files, PLAN)


def test_no_memory_is_no_damage(files, monkeypatch):
    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(klein, "load_pipeline", full)
    with pytest.raises(torch.OutOfMemoryError):
        klein.load(files, PLAN)


def test_the_prompt_is_heard_as_by_the_whole_language_model(files):
    from transformers import Qwen3ForCausalLM

    pipeline = klein.load(files, PLAN).pipeline
    with torch.no_grad():
        short, _ = pipeline.encode_prompt("A figure of clay.")
        whole = Qwen3ForCausalLM.from_pretrained(
            files.folders[Role.BASE] / "text_encoder", dtype=torch.float32
        )
        assert len(whole.model.layers) > len(pipeline.text_encoder.model.layers)
        pipeline.text_encoder = whole
        long, _ = pipeline.encode_prompt("A figure of clay.")

    assert torch.equal(short, long)


def test_the_prompt_is_asked_as_the_model_was_trained_without_thinking(files):
    tokenizer = klein.load(files, PLAN).pipeline.tokenizer

    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Clay."}],
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=False,
    )

    assert asked == (
        "<|im_start|>user\nClay.<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
    )


def test_a_template_that_lies_beside_the_tokenizer_is_not_run(files):
    lies = files.folders[Role.BASE] / "tokenizer" / "chat_template.jinja"
    lies.write_text("{{ 1 / 0 }}")

    tokenizer = klein.load(files, PLAN).pipeline.tokenizer

    asked = tokenizer.apply_chat_template([{"role": "user", "content": "x"}], tokenize=False)
    assert asked.startswith("<|im_start|>user\nx")


def test_a_lora_is_worked_in(files, tmp_path):
    plain = klein.load(files, PLAN).pipeline.transformer
    lora = tmp_path / "look.safetensors"
    name = "transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj"
    outs, ins = plain.single_transformer_blocks[0].attn.to_qkv_mlp_proj.weight.shape
    weights = {
        f"{name}.lora_A.weight": np.ones((2, ins), np.float32),
        f"{name}.lora_B.weight": np.ones((outs, 2), np.float32),
    }
    save_file(weights, lora)

    changed = klein.load(replace(files, loras=(lora,)), PLAN).pipeline.transformer

    before = plain.single_transformer_blocks[0].attn.to_qkv_mlp_proj.weight
    after = changed.single_transformer_blocks[0].attn.to_qkv_mlp_proj.weight
    assert float((after - before).mean().detach()) == pytest.approx(2.0, abs=1e-3)


def test_a_lora_for_another_base_is_refused(files, tmp_path):
    lora = tmp_path / "other.safetensors"
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    weights = {
        f"{name}.lora_down.weight": np.ones((2, 768), np.float32),
        f"{name}.lora_up.weight": np.ones((320, 2), np.float32),
    }
    save_file(weights, lora)

    with pytest.raises(ModelDamaged, match=r"other\.safetensors"):
        klein.load(replace(files, loras=(lora,)), PLAN)


def quantise(files):
    config = files.folders[Role.BASE] / "transformer" / "config.json"
    told = json.loads(config.read_text())
    told["quantization_config"] = {"quant_method": "sdnq"}
    config.write_text(json.dumps(told))


def test_weights_and_plan_have_to_agree_on_how_they_are_stored(files):
    with pytest.raises(ModelDamaged, match="not quantised"):
        klein.load(files, replace(PLAN, storage=Storage.SDNQ))
    quantise(files)
    with pytest.raises(ModelDamaged, match="are quantised"):
        klein.load(files, PLAN)


def test_quantised_weights_say_what_they_need(files, monkeypatch):
    quantise(files)
    monkeypatch.setitem(sys.modules, "sdnq", None)

    with pytest.raises(ModelMissing, match="pip install sdnq"):
        klein.load(files, replace(PLAN, storage=Storage.SDNQ))


def test_whoever_installed_the_package_gets_past_it(files, monkeypatch):
    quantise(files)
    monkeypatch.setitem(sys.modules, "sdnq", ModuleType("sdnq"))

    base = files.folders[Role.BASE]
    klein_loading._require_storage(base, replace(PLAN, storage=Storage.SDNQ))


def test_the_tiny_autoencoder_keeps_every_weight_of_its_decoder(files):
    folder = files.folders[Role.TINY_VAE]
    decoder = klein.load(files, PLAN).parts["decoder"]
    told = load_file(folder / "taef2.safetensors")

    mine = {name: each for name, each in told.items() if name.startswith("decoder.")}
    assert decoder.state_dict().keys() == mine.keys()
    assert torch.equal(
        decoder.state_dict()["decoder.layers.2.pool.0.weight"],
        mine["decoder.layers.2.pool.0.weight"],
    )
