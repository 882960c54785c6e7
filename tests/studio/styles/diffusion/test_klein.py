"""FLUX.2 klein on tiny weights: everything is real but what is drawn."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from studio.models.types import Kind, Role
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.kinds import klein
from studio.styles.diffusion.kinds.klein_steps import Watch, sigmas
from studio.styles.diffusion.types import Dtype, Offload, Order, Plan, Storage

SIDE = 128
ROLES = (Role.BASE, Role.TINY_VAE)
PLAN = Plan(
    kind=Kind.KLEIN,
    device="cpu",
    dtype=Dtype.FLOAT32,
    storage=Storage.FULL,
    offload=Offload.NONE,
    size=SIDE,
    needs_gb=0.1,
)


def picture(seed, height=SIDE, width=SIDE):
    rough = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return np.kron(rough, np.ones((height // 4, width // 4, 1), np.uint8))


ORDER = Order(
    prompt="Turn the person in the picture into a figure of clay.",
    negative_prompt="",
    start=picture(1),
    lines=picture(2),
    faces=(picture(3, 80, 96), picture(4, 96, 80)),
    strength=0.8,
    guidance_scale=1.0,
    control_scale=0.5,
    adapter_scale=0.7,
    num_inference_steps=4,
    seeds=(7,),
)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def files(tiny_shelf):
    return tiny_shelf.files(Kind.KLEIN, ROLES)


@pytest.fixture(scope="module")
def loaded(files):
    return klein.load(files, PLAN)


def drawn(loaded, **changes):
    return klein.imagine(loaded, replace(ORDER, **changes), lambda *_: None)


def difference(first, second):
    return float(np.abs(first.astype(float) - second.astype(float)).mean())


def test_the_same_order_gives_the_same_bytes_and_another_seed_gives_others(loaded):
    first, again, other = drawn(loaded), drawn(loaded), drawn(loaded, seeds=(8,))

    assert first[0].shape == (SIDE, SIDE, 3)
    assert first[0].dtype == np.uint8
    assert np.array_equal(first[0], again[0])
    assert difference(first[0], other[0]) > 1


def test_a_batch_holds_the_picture_of_each_seed(loaded):
    both = drawn(loaded, seeds=(7, 8))

    # Sums over a batch are rounded in another order.
    assert np.abs(both[0].astype(int) - drawn(loaded)[0]).max() <= 1
    assert np.abs(both[1].astype(int) - drawn(loaded, seeds=(8,))[0]).max() <= 1


@pytest.mark.parametrize("strength", [0.0, 0.3, 0.8, 1.0])
def test_as_many_steps_are_run_as_ordered_whatever_the_strength(loaded, strength):
    told = []
    order = replace(ORDER, strength=strength, num_inference_steps=3)

    klein.imagine(loaded, order, lambda done, steps, _: told.append((done, steps)))

    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_start_counts_below_full_strength_only(loaded):
    other = picture(9)

    assert difference(drawn(loaded)[0], drawn(loaded, start=other)[0]) > 0
    same = drawn(loaded, strength=1.0)[0], drawn(loaded, strength=1.0, start=other)[0]
    assert np.array_equal(*same)


def test_less_strength_begins_with_less_noise():
    first = [sigmas(replace(ORDER, strength=strength))[0] for strength in (0, 0.3, 0.8, 1, 2)]

    assert first == sorted(first)
    assert first[0] > 0
    assert first[-2:] == [1.0, 1.0]


def test_four_selfies_are_shown_at_most_and_the_first_of_them_as_the_start(loaded):
    faces = tuple(picture(seed, 96, 96) for seed in range(6))
    one, four = drawn(loaded, faces=faces[:1])[0], drawn(loaded, faces=faces[:4])[0]

    assert np.array_equal(one, drawn(loaded, faces=())[0])
    assert difference(one, four) > 0.05
    assert difference(four, drawn(loaded, faces=faces[:3])[0]) > 0.01
    assert np.array_equal(four, drawn(loaded, faces=faces)[0])


def test_at_full_strength_the_faces_alone_are_shown(loaded):
    faces = tuple(picture(seed, 96, 96) for seed in range(6))
    four = drawn(loaded, faces=faces[:4], strength=1.0)[0]

    assert difference(four, drawn(loaded, faces=faces[1:4], strength=1.0)[0]) > 0.01
    assert difference(four, drawn(loaded, faces=faces[:3], strength=1.0)[0]) > 0.01
    assert np.array_equal(four, drawn(loaded, faces=faces, strength=1.0)[0])


def test_where_the_person_does_not_count_nothing_is_shown(loaded):
    nobody = drawn(loaded, adapter_scale=0.0)[0]

    assert np.array_equal(nobody, drawn(loaded, adapter_scale=0.0, faces=())[0])
    assert difference(nobody, drawn(loaded, faces=())[0]) > 0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_part_is_drawn_alike_alone_and_among_as_many_as_there_are_faces(loaded, count):
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[32:96, 32:96] = 1
    faces = tuple(picture(seed, 96, 96) for seed in range(count))
    changes = {"mask": mask, "faces": faces}

    together = drawn(loaded, seeds=tuple(range(7, 7 + count)), **changes)

    assert np.abs(together[0].astype(int) - drawn(loaded, **changes)[0]).max() <= 1


def test_nothing_at_all_needs_to_be_shown(loaded):
    assert drawn(loaded, faces=(), strength=1.0)[0].shape == (SIDE, SIDE, 3)


@pytest.mark.parametrize("seeds", [(7,), (7, 8)])
def test_outside_of_the_mask_the_start_stays_as_it_is(loaded, seeds):
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[32:96, 32:96] = 1

    for made in drawn(loaded, mask=mask, seeds=seeds):
        assert np.array_equal(made[mask == 0], ORDER.start[mask == 0])
        assert difference(made[mask == 1], ORDER.start[mask == 1]) > 1


def test_a_soft_mask_leads_from_one_to_the_other(loaded):
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[:, 64:] = 1
    whole = drawn(loaded, mask=mask)[0]
    mask[:, 64:96] = 0.5

    mixed = drawn(loaded, mask=mask)[0]

    halfway = (whole.astype(float) + ORDER.start) / 2
    assert np.abs(mixed - halfway)[:, 64:96].max() <= 1
    assert np.array_equal(mixed[:, 96:], whole[:, 96:])


def test_while_a_part_is_drawn_the_start_stays_around_it(loaded):
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[:, 64:] = 1
    seen = []
    order = replace(ORDER, mask=mask)

    klein.imagine(loaded, order, lambda *step: seen.append(step[2].reshape(8, 8, -1)))

    assert torch.equal(seen[0][:, :4], seen[-1][:, :4])
    assert not torch.equal(seen[0][:, 4:], seen[-1][:, 4:])


def test_previews_show_what_the_steps_point_to(loaded):
    shown = []
    made = klein.imagine(loaded, ORDER, lambda *step: shown.append(klein.glimpse(loaded, step[2])))

    assert [each.shape for each in shown] == [(SIDE, SIDE, 3)] * 4
    assert all(each.dtype == np.uint8 for each in shown)
    assert difference(shown[-1], shown[0]) > 0
    assert made[0].shape == shown[-1].shape


def test_a_preview_is_small(loaded):
    tokens = torch.zeros(2, 64 * 64, loaded.pipeline.transformer.config.in_channels)

    assert klein.glimpse(loaded, tokens).shape == (384, 384, 3)


def test_every_step_of_a_straight_way_points_to_its_end():
    noise, end = torch.randn(2, 4, 8, generator=torch.Generator().manual_seed(1))
    levels = [0.9, 0.7, 0.4, 0.0]
    pipeline = SimpleNamespace(scheduler=SimpleNamespace(sigmas=torch.tensor(levels)))
    ways = [level * noise + (1 - level) * end for level in levels]
    told = []
    watch = Watch(lambda *step: told.append(step[2]), ORDER, ways[0])

    for index, latents in enumerate(ways[1:]):
        watch(pipeline, index, None, {"latents": latents})

    assert len(told) == 3
    for clean in told:
        torch.testing.assert_close(clean, end, atol=1e-5, rtol=0)


def test_whoever_stops_a_drawing_leaves_the_pipeline_as_it_was(loaded):
    def stop(done, *_):
        if done == 2:
            raise KeyboardInterrupt

    before = drawn(loaded)[0]
    with pytest.raises(KeyboardInterrupt):
        klein.imagine(loaded, ORDER, stop)

    assert np.array_equal(before, drawn(loaded)[0])


def test_numbers_that_are_not_finite_are_refused(files):
    broken = klein.load(files, PLAN)
    with torch.no_grad():
        broken.pipeline.transformer.proj_out.weight[0] = float("nan")

    with pytest.raises(PictureRefused) as refusal:
        drawn(broken)
    assert refusal.value.code == "broken"
    with pytest.raises(PictureRefused):
        drawn(broken, mask=np.ones((SIDE, SIDE), np.float32))


@pytest.mark.parametrize(
    ("changes", "most"),
    [
        ({"offload": Offload.GROUP}, 0.0),
        ({"offload": Offload.MODEL}, 0.0),
        ({"slicing": True}, 40.0),  # tiles of 64 pixels, by an autoencoder that knows nothing
        ({"attention": "sliced"}, 0.0),
        ({"dtype": Dtype.BFLOAT16}, 12.0),
        ({"storage": Storage.EIGHT_BIT}, 12.0),
        ({"storage": Storage.EIGHT_BIT, "dtype": Dtype.BFLOAT16, "offload": Offload.GROUP}, 16.0),
    ],
)
def test_every_plan_draws_the_same_picture_nearly(files, loaded, changes, most):
    planned = klein.load(files, replace(PLAN, **changes))

    assert difference(drawn(planned)[0], drawn(loaded)[0]) <= most


def test_eight_bits_lie_in_memory_where_most_of_the_weights_are(files):
    pipeline = klein.load(files, replace(PLAN, storage=Storage.EIGHT_BIT)).pipeline

    assert pipeline.transformer.x_embedder.weight.dtype is torch.float8_e4m3fn
    layer = pipeline.text_encoder.model.layers[0]
    assert layer.mlp.up_proj.weight.dtype is torch.float8_e4m3fn
    assert layer.input_layernorm.weight.dtype is torch.float32
    assert pipeline.text_encoder.dtype is torch.float32  # what the prompt is told in


def test_the_tiny_autoencoder_decodes_the_picture_where_the_plan_says_so(files, loaded):
    tiny = klein.load(files, replace(PLAN, tiny_vae=True))

    made = drawn(tiny)[0]

    assert made.shape == (SIDE, SIDE, 3)
    assert difference(made, drawn(loaded)[0]) > 1
    mask = np.zeros((SIDE, SIDE), np.float32)
    assert np.array_equal(drawn(tiny, mask=mask)[0], ORDER.start)


def test_previews_need_no_tiny_autoencoder(tiny_shelf):
    alone = klein.load(tiny_shelf.files(Kind.KLEIN, (Role.BASE,)), PLAN)
    shown = []

    klein.imagine(alone, ORDER, lambda *step: shown.append(klein.glimpse(alone, step[2])))

    assert [each.shape for each in shown] == [(SIDE, SIDE, 3)] * 4
    assert alone.parts["decoder"] is not alone.pipeline.vae


def test_sizes_that_are_no_whole_tokens_are_no_orders(loaded):
    odd = picture(1)[:120, :120]

    with pytest.raises(ValueError, match="multiple of 16"):
        drawn(loaded, start=odd)


@pytest.mark.parametrize("shape", [(40, 30), (64, 900), (900, 64), (128, 128)])
def test_faces_of_any_shape_are_shown(loaded, shape):
    mask = np.ones((SIDE, SIDE), np.float32)
    face = picture(5, 4 * shape[0] // 4, 4 * shape[1] // 4)

    assert drawn(loaded, faces=(face,))[0].shape == (SIDE, SIDE, 3)
    assert drawn(loaded, faces=(face,), mask=mask)[0].shape == (SIDE, SIDE, 3)
