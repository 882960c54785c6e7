"""Parts of pictures: what lies outside of the mask stays as it was, to the byte."""

import numpy as np
import pytest
import torch

from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.kinds.inpainting import as_mask
from studio.styles.diffusion.types import Dtype
from tests.studio.styles.diffusion.stable import KINDS, apart, drawn, files_of
from tests.tiny.orders import SIZE, nobody_watches, tiny_order, tiny_plan

HALF = SIZE // 2


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(scope="module")
def loaded(kind, tiny_shelf):
    return kind.load(files_of(kind, tiny_shelf), tiny_plan(kind.KIND))


def upper_half():
    mask = np.zeros((SIZE, SIZE), np.float32)
    mask[:HALF] = 1
    return mask


@pytest.mark.parametrize("strength", [0.1, 0.6, 1.0])
def test_outside_of_the_mask_every_byte_stays(kind, loaded, strength):
    order = tiny_order(mask=upper_half(), strength=strength, seeds=(1, 2))
    for picture in kind.imagine(loaded, order, nobody_watches):
        assert np.array_equal(picture[HALF:], order.start[HALF:])
        assert apart(picture[:HALF], order.start[:HALF]) > 1


def test_a_soft_edge_mixes_what_was_and_what_is_drawn(kind, loaded):
    mask = np.broadcast_to(np.linspace(1, 0, SIZE, dtype=np.float32)[:, None], (SIZE, SIZE))
    order = tiny_order(mask=mask)
    picture = drawn(kind, loaded, order)
    rows = np.abs(picture.astype(float) - order.start).mean((1, 2))
    assert rows[-1] == 0
    assert rows[:8].mean() > rows[-9:-1].mean()


def test_nothing_to_draw_gives_the_start(kind, loaded):
    order = tiny_order(mask=np.zeros((SIZE, SIZE), np.float32))
    assert np.array_equal(drawn(kind, loaded, order), order.start)


def test_all_steps_are_run(kind, loaded):
    told = []
    order = tiny_order(mask=upper_half(), strength=0.2, num_inference_steps=4)
    kind.imagine(loaded, order, lambda done, of, _: told.append((done, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_parts_are_drawn_by_the_modules_that_are_in_memory(kind, loaded):
    drawn(kind, loaded, tiny_order(mask=upper_half()))
    first = loaded.parts["inpainting"]
    drawn(kind, loaded, tiny_order(mask=upper_half()))
    assert loaded.parts["inpainting"] is first
    for name in ("unet", "controlnet", "vae", "text_encoder", "image_encoder"):
        assert getattr(first, name) is getattr(loaded.pipeline, name)


def test_wholes_are_drawn_after_parts_as_before_them(kind, tiny_shelf):
    own = kind.load(files_of(kind, tiny_shelf), tiny_plan(kind.KIND, dtype=Dtype.FLOAT16))
    before = drawn(kind, own, tiny_order())
    part = drawn(kind, own, tiny_order(mask=upper_half()))
    assert own.pipeline.vae.dtype is torch.float16
    assert np.array_equal(drawn(kind, own, tiny_order()), before)
    assert np.array_equal(drawn(kind, own, tiny_order(mask=upper_half())), part)


def test_the_same_order_gives_the_same_bytes(kind, loaded):
    order = tiny_order(mask=upper_half(), seeds=(5,))
    assert np.array_equal(drawn(kind, loaded, order), drawn(kind, loaded, order))


def test_numbers_that_run_over_are_refused_even_outside_of_the_mask(kind, tiny_shelf):
    own = kind.load(files_of(kind, tiny_shelf), tiny_plan(kind.KIND))
    with torch.no_grad():
        own.pipeline.vae.decoder.conv_out.bias.fill_(torch.nan)
    with pytest.raises(PictureRefused):
        drawn(kind, own, tiny_order(mask=np.zeros((SIZE, SIZE), np.float32)))


def test_a_mask_becomes_grey():
    mask = np.array([[0, 0.5], [1, 7]], np.float32)
    assert np.asarray(as_mask(mask)).tolist() == [[0, 128], [255, 255]]
