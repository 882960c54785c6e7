"""What plans make of a pipeline, on the processor, where every one of them runs."""

import numpy as np
import pytest
import torch

from studio.styles.diffusion.kinds import stable
from studio.styles.diffusion.types import Dtype, Offload, Storage
from tests.studio.styles.diffusion.stable import KINDS, apart, drawn, files_of, last_latents
from tests.tiny.orders import SIZE, blots, tiny_order, tiny_plan

MASK = np.zeros((SIZE, SIZE), np.float32)
MASK[: SIZE // 2] = 1
PLANS = {
    "bfloat16": {"dtype": Dtype.BFLOAT16},
    "float16": {"dtype": Dtype.FLOAT16},
    "8-bit": {"dtype": Dtype.BFLOAT16, "storage": Storage.EIGHT_BIT},
    "model offload": {"offload": Offload.MODEL},
    "group offload": {"offload": Offload.GROUP},
    "8-bit group offload": {"storage": Storage.EIGHT_BIT, "offload": Offload.GROUP},
    "slicing": {"slicing": True},
    "sliced attention": {"attention": "sliced"},
    "tiny autoencoder": {"tiny_vae": True},
    "smallest": {
        "dtype": Dtype.BFLOAT16,
        "storage": Storage.EIGHT_BIT,
        "offload": Offload.MODEL,
        "slicing": True,
        "tiny_vae": True,
        "attention": "sliced",
    },
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(scope="module")
def files(kind, tiny_shelf):
    return files_of(kind, tiny_shelf)


@pytest.fixture(scope="module")
def picture(kind, files):
    return drawn(kind, kind.load(files, tiny_plan(kind.KIND)), tiny_order())


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_draws_wholes_and_parts_again_and_again(kind, files, name):
    loaded = kind.load(files, tiny_plan(kind.KIND, **PLANS[name]))
    whole, part = tiny_order(), tiny_order(mask=MASK)
    first = [drawn(kind, loaded, whole), drawn(kind, loaded, part)]
    again = [drawn(kind, loaded, part), drawn(kind, loaded, whole)]
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])
    other = tiny_order(faces=(blots(33, 48),))
    assert not torch.equal(last_latents(kind, loaded, other), last_latents(kind, loaded, whole))


@pytest.mark.parametrize("name", ["model offload", "group offload", "sliced attention"])
def test_where_weights_lie_and_how_attention_is_cut_changes_next_to_nothing(
    kind, files, picture, name
):
    loaded = kind.load(files, tiny_plan(kind.KIND, **PLANS[name]))
    assert np.abs(drawn(kind, loaded, tiny_order()).astype(int) - picture).max() <= 2


@pytest.mark.parametrize("name", ["bfloat16", "float16", "slicing"])
def test_smaller_numbers_and_tiles_change_little(kind, files, picture, name):
    loaded = kind.load(files, tiny_plan(kind.KIND, **PLANS[name]))
    assert apart(drawn(kind, loaded, tiny_order()), picture) < 12


def test_in_eight_bits_the_big_modules_take_half_and_the_autoencoder_none(kind, files):
    full = kind.load(files, tiny_plan(kind.KIND, dtype=Dtype.BFLOAT16))
    small = kind.load(files, tiny_plan(kind.KIND, **PLANS["8-bit"]))

    def taken(loaded, name):
        module = getattr(loaded.pipeline, name)
        return sum(each.numel() * each.element_size() for each in module.parameters())

    for name in ("unet", "controlnet"):
        assert taken(small, name) < 0.62 * taken(full, name)
        stored = {each.dtype for each in getattr(small.pipeline, name).parameters()}
        assert torch.float8_e4m3fn in stored
    assert taken(small, "vae") == taken(full, "vae")


def test_no_two_big_modules_lie_in_memory_in_full(kind, files, monkeypatch):
    seen = []

    def halves(folder):
        for name in ("unet", "controlnet"):
            module = here.get(name)
            stored = module is not None and any(
                each.dtype is torch.float8_e4m3fn for each in module.parameters()
            )
            seen.append((folder, name, stored))

    here = {}
    store, load = stable.store, stable.load_module

    def stores(module, plan):
        store(module, plan)
        here["controlnet" if hasattr(module, "controlnet_mid_block") else "unet"] = module

    def loads(made, folder, weights, *, inside, dtype):
        halves(inside)
        return load(made, folder, weights, inside=inside, dtype=dtype)

    monkeypatch.setattr(stable, "store", stores)
    monkeypatch.setattr(stable, "load_module", loads)
    kind.load(files, tiny_plan(kind.KIND, storage=Storage.EIGHT_BIT))
    assert ("unet", "controlnet", True) in seen
    assert ("models/image_encoder", "unet", True) in seen


def test_with_slicing_the_autoencoder_takes_quarters_of_the_picture(kind, files):
    loaded = kind.load(files, tiny_plan(kind.KIND, slicing=True))
    vae = loaded.pipeline.vae
    assert vae.use_slicing
    assert vae.use_tiling
    assert (vae.tile_sample_min_size, vae.tile_latent_min_size) == (SIZE // 2, SIZE // 16)


def test_a_glimpse_during_model_offload_uses_a_decoder_of_its_own(kind, files):
    loaded = kind.load(files, tiny_plan(kind.KIND, offload=Offload.MODEL, tiny_vae=True))
    assert loaded.parts["tiny_vae"] is not loaded.pipeline.vae
    assert not hasattr(loaded.parts["tiny_vae"], "_hf_hook")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # torch warns of its own compiler
def test_what_is_compiled_is_the_denoiser_alone(kind, files):
    loaded = kind.load(files, tiny_plan(kind.KIND, compiled=True))
    assert loaded.pipeline.unet._compiled_call_impl is not None
    assert loaded.pipeline.controlnet._compiled_call_impl is None
