from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from studio.models.errors import ModelDamaged, ModelError, ModelMissing, ModelRefused
from studio.models.headers import MOST_HEADER, read_header
from studio.models.inspection import inspect
from studio.models.types import Kind
from tests.studio.models import headers as made

UNET = made.UNET
ATTENTION = "unet.down_blocks.0.attentions.0.transformer_blocks.0."
KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_"


def test_a_whole_checkpoint_of_stable_diffusion_1_is_known(tmp_path: Path) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", made.SD15))
    assert (inspected.base, inspected.is_lora, inspected.is_whole) == (Kind.SD15, False, True)
    assert (inspected.tensors, inspected.dtypes) == (4, ("F16",))


def test_a_whole_checkpoint_of_sdxl_is_known(tmp_path: Path) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", made.SDXL))
    assert (inspected.base, inspected.is_whole, inspected.family) == (Kind.SDXL, True, "SDXL")


@pytest.mark.parametrize(
    ("shapes", "base"),
    [
        (
            {
                "conv_in.weight": (8, 4, 3, 3),
                "down_blocks.0.attentions.0.attn2.to_k.weight": (8, 768),
            },
            Kind.SD15,
        ),
        ({"conv_in.weight": (8, 4, 3, 3), "add_embedding.linear_1.weight": (8, 8)}, Kind.SDXL),
        (made.FLUX2, Kind.KLEIN),
        (
            {
                "double_stream_modulation_img.linear.weight": (9, 3),
                "context_embedder.weight": (3, 7680),
            },
            Kind.KLEIN,
        ),
    ],
    ids=["unet-sd15", "unet-sdxl", "flux2", "flux2-diffusers"],
)
def test_a_denoiser_alone_is_known_and_not_whole(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], base: Kind
) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", shapes))
    assert inspected.base is base
    assert not inspected.is_whole


@pytest.mark.parametrize(
    ("shapes", "family"),
    [
        ({**made.SD15, f"{UNET}input_blocks.0.0.weight": (320, 9, 3, 3)}, "inpainting"),
        ({**made.SD15, f"{UNET}input_blocks.0.0.weight": (320, 8, 3, 3)}, "instruction"),
        ({**made.SD15, f"{UNET}{made.KEYS}": (320, 1024)}, "SD 2"),
        (
            {
                **made.SDXL,
                f"{UNET}input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight": (8, 1280),
            },
            "refiner",
        ),
        (
            {"model.diffusion_model.joint_blocks.0.context_block.attn.qkv.weight": (9, 3)},
            "Stable Diffusion 3",
        ),
        ({"double_blocks.0.img_mod.lin.weight": (9, 3)}, "FLUX.1"),
        (
            {
                "transformer_blocks.0.attn.to_q.weight": (9, 3),
                "single_transformer_blocks.0.attn.to_q.weight": (9, 3),
            },
            "FLUX.1",
        ),
        ({**made.FLUX2, "txt_in.weight": (3, 12288)}, "klein 9B"),
        ({**made.FLUX2, "txt_in.weight": (3, 15360)}, "FLUX.2 dev"),
        ({"control_model.input_blocks.0.0.weight": (8, 4, 3, 3)}, "ControlNet"),
        (
            {
                "controlnet_cond_embedding.conv_in.weight": (8, 3, 3, 3),
                "conv_in.weight": (8, 4, 3, 3),
            },
            "ControlNet",
        ),
        ({"image_proj.proj.weight": (8, 8), "ip_adapter.1.to_k_ip.weight": (8, 8)}, "IP-Adapter"),
        ({"emb_params": (1, 768)}, "textual inversion"),
        ({"decoder.conv_in.weight": (8, 4, 3, 3)}, "autoencoder"),
        ({"text_model.embeddings.token_embedding.weight": (8, 8)}, "text encoder"),
        ({"encoder.layers.0.self_attn.q_proj.weight": (8, 8)}, "text encoder"),
        ({"vision_model.encoder.layers.0.self_attn.q_proj.weight": (8, 8)}, "image encoder"),
        ({"encoder.layers.0.weight": (8, 3, 3, 3)}, "autoencoder"),
        ({f"{UNET}input_blocks.0.0.weight.absmax": (8,)}, "quantised"),
        ({"some.other.weight": (8, 8)}, ""),
        ({**made.SD15, f"{UNET}{made.KEYS}": (320, 4096)}, ""),
        ({**made.FLUX2, "txt_in.weight": (3, 4096)}, ""),
    ],
)
def test_weights_for_something_else_have_no_base_and_are_named(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], family: str
) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", shapes))
    assert inspected.base is None
    assert family in inspected.family


@pytest.mark.parametrize(
    ("shapes", "base"),
    [
        (made.LORA_SD15, Kind.SD15),
        ({f"{ATTENTION}attn2.to_k.lora_A.weight": (4, 768)}, Kind.SD15),
        ({f"{ATTENTION}attn2.processor.to_k_lora.down.weight": (4, 768)}, Kind.SD15),
        ({"lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 768)}, Kind.SD15),
        (made.LORA_SDXL, Kind.SDXL),
        (
            {
                "lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_q.lora_down.weight": (
                    4,
                    640,
                )
            },
            Kind.SDXL,
        ),
        ({"lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (4, 1280)}, Kind.SDXL),
        (
            {
                "unet.mid_block.attentions.0.transformer_blocks.3.attn1.to_q.lora_A.weight": (
                    4,
                    1280,
                )
            },
            Kind.SDXL,
        ),
        (made.LORA_KLEIN, Kind.KLEIN),
        (
            {"transformer.transformer_blocks.4.attn.to_q.lora_A.default.weight": (4, 3072)},
            Kind.KLEIN,
        ),
        ({"diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight": (4, 3072)}, Kind.KLEIN),
        ({"lora_unet_single_blocks_3_linear1.lora_down.weight": (4, 3072)}, Kind.KLEIN),
    ],
)
def test_the_base_of_a_lora_is_told_in_every_naming(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], base: Kind
) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", shapes))
    assert (inspected.base, inspected.is_lora) == (base, True)


@pytest.mark.parametrize(
    ("shapes", "family"),
    [
        ({f"{KOHYA}attn2_to_k.lora_down.weight": (4, 1024)}, "SD 2"),
        ({"lora_unet_double_blocks_18_img_attn_qkv.lora_down.weight": (4, 3072)}, "FLUX.1"),
        ({"lora_unet_double_blocks_0_img_mod_lin.lora_down.weight": (4, 3072)}, "FLUX.1"),
        ({"transformer.single_transformer_blocks.37.attn.to_q.lora_A.weight": (4, 3072)}, "FLUX.1"),
        ({"diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight": (4, 4096)}, "klein 9B"),
        ({"diffusion_model.double_blocks.0.img_attn.qkv.lora_A.weight": (4, 6144)}, "FLUX.2 dev"),
        (
            {"transformer.transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight": (4, 6144)},
            "FLUX.2 dev",
        ),
        (
            {"lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight": (4, 1536)},
            "Stable Diffusion 3",
        ),
        ({"lora_unet_down_blocks_0_resnets_0_conv1.hada_w1_a": (4, 4)}, "LyCORIS"),
        ({"lora_unet_down_blocks_0_resnets_0_conv1.lokr_w1": (4, 4)}, "LyCORIS"),
        ({f"lora_unet_double_blocks_{'9' * 5000}_img_mod_lin.lora_down.weight": (4, 8)}, "FLUX.1"),
        ({"blocks.0.self_attn.q.lora_A.weight": (4, 1536)}, ""),
        ({"transformer.transformer_blocks.0.attn.to_q.lora_A.weight": (4, 1536)}, ""),
        ({"transformer.transformer_blocks.59.attn.to_q.lora_A.weight": (4, 3072)}, "FLUX.1"),
        ({f"{ATTENTION}attn2.to_k.lora_A.weight": (4, 4096)}, ""),
    ],
)
def test_a_lora_for_another_base_is_known_for_what_it_is(
    tmp_path: Path, shapes: dict[str, tuple[int, ...]], family: str
) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", shapes))
    assert (inspected.base, inspected.is_lora) == (None, True)
    assert family in inspected.family


def test_what_a_file_says_of_itself_changes_nothing_about_its_base(tmp_path: Path) -> None:
    said = {"modelspec.architecture": "stable-diffusion-v1/lora", "ss_base_model_version": "sd_v1"}
    inspected = inspect(made.weights(tmp_path / "a.safetensors", made.LORA_SDXL, said=said))
    assert inspected.base is Kind.SDXL
    assert inspected.said == ("stable-diffusion-v1/lora", "sd_v1")


def test_real_files_of_the_library_are_read(tmp_path: Path) -> None:
    name = "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight"
    save_file({name: np.zeros((4, 8), np.float16)}, tmp_path / "a.safetensors")
    inspected = inspect(tmp_path / "a.safetensors")
    assert (inspected.base, inspected.dtypes) == (Kind.SD15, ("F16",))


@pytest.mark.parametrize("name", ["a.ckpt", "a.pt", "a.pth", "a.bin", "A.CKPT", "a.pkl"])
def test_a_pickle_is_refused_unread(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelRefused, match="can run a program"):
        inspect(tmp_path / name)  # not even there: its name is enough


@pytest.mark.parametrize("name", ["a.onnx", "a.gguf", "a", "a.safetensors.exe", "a.zip"])
def test_what_is_no_safetensors_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x" * 100)
    with pytest.raises(ModelRefused, match=r"\.safetensors"):
        inspect(tmp_path / name)


def test_a_missing_file_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        inspect(tmp_path / "a.safetensors")


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").mkdir()
    os.mkfifo(tmp_path / "b.safetensors")
    for name in ("a.safetensors", "b.safetensors"):
        with pytest.raises(ModelRefused, match="no file"):
            inspect(tmp_path / name)


@pytest.mark.parametrize("kept", [0, 1, 7, 8, 9, 40, -1])
def test_a_file_cut_short_anywhere_is_damaged(tmp_path: Path, kept: int) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(ModelDamaged):
        inspect(path)


def test_a_file_with_something_behind_its_tensors_is_damaged(tmp_path: Path) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    path.write_bytes(path.read_bytes() + b"MZ")
    with pytest.raises(ModelDamaged):
        inspect(path)


@pytest.mark.parametrize("length", [10**6, 2**63, 2**64 - 1])
def test_a_header_that_claims_more_than_the_file_holds_is_damaged(
    tmp_path: Path, length: int
) -> None:
    with pytest.raises(ModelDamaged, match="cut short"):
        inspect(made.write_text(tmp_path / "a.safetensors", b"{}", 100, length))


def test_a_huge_header_is_not_even_read(tmp_path: Path) -> None:
    path = made.write_text(tmp_path / "a.safetensors", b"", 2 * MOST_HEADER, MOST_HEADER + 1)
    with pytest.raises(ModelDamaged, match="nothing has that"):
        inspect(path)


GOOD = {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}


@pytest.mark.parametrize(
    "table",
    [
        [],
        "words",
        {},
        {"a": None},
        {"a": {**GOOD, "dtype": "object"}},
        {"a": {**GOOD, "shape": [-1, -2]}},
        {"a": {**GOOD, "shape": [1.0, 2]}},
        {"a": {**GOOD, "shape": [True, 2]}},
        {"a": {**GOOD, "shape": [2**70]}},
        {"a": {**GOOD, "shape": [1] * 9 + [2]}},
        {"a": {**GOOD, "shape": "2"}},
        {"a": {**GOOD, "data_offsets": [4, 0]}},
        {"a": {**GOOD, "data_offsets": [0]}},
        {"a": {**GOOD, "data_offsets": [0, 8]}},
        {"a": {**GOOD, "more": 1}},
        {"a": GOOD, "b": GOOD},
        {"a": GOOD, "b": {**GOOD, "data_offsets": [6, 10]}},
        {"a": GOOD, "__metadata__": {"x": 1}},
        {"a": GOOD, "__metadata__": ["x"]},
    ],
)
def test_a_header_that_contradicts_itself_is_damaged(tmp_path: Path, table: object) -> None:
    with pytest.raises(ModelDamaged):
        read_header(made.write(tmp_path / "a.safetensors", table, 4))


@pytest.mark.parametrize(
    "text",
    [
        b"\xff\xfe{}",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 10_000 + b"}",
        json.dumps({"a": GOOD}).encode()[:-1] + b', "a": null}',
    ],
    ids=["not-utf8", "open", "deep-list", "deep-table", "nan", "long-number", "name-twice"],
)
def test_a_header_that_is_no_json_of_tensors_is_damaged(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(ModelDamaged):
        read_header(made.write_text(tmp_path / "a.safetensors", text, 4))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelError):
        inspect(path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(where=st.integers(0, 400), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused_in_words(tmp_path: Path, where: int, byte: int) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    changed = bytearray(path.read_bytes())
    changed[where] = byte
    path.write_bytes(changed)
    with contextlib.suppress(ModelError):  # any other error would come out
        inspect(path)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.sets(
        st.text(max_size=40).filter(lambda name: name != "__metadata__"), min_size=1, max_size=8
    )
)
def test_tensors_of_any_name_are_told_apart_without_an_error(
    tmp_path: Path, names: set[str]
) -> None:
    inspected = inspect(made.weights(tmp_path / "a.safetensors", dict.fromkeys(names, (2, 2))))
    assert inspected.tensors == len(names)
