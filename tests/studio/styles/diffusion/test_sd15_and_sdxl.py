"""Both Stable Diffusions on tiny weights: everything about them is real but what they draw."""

import numpy as np
import pytest
import torch

from studio.models.types import Role
from studio.styles.diffusion.errors import PictureRefused
from tests.studio.styles.diffusion.stable import KINDS, apart, drawn, files_of, last_latents
from tests.tiny.orders import SIZE, blots, nobody_watches, tiny_order, tiny_plan


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(scope="module")
def files(kind, tiny_shelf):
    return files_of(kind, tiny_shelf)


@pytest.fixture(scope="module")
def loaded(kind, files):
    return kind.load(files, tiny_plan(kind.KIND))


@pytest.fixture(scope="module")
def picture(kind, loaded):
    return drawn(kind, loaded, tiny_order())


class Stop(BaseException):
    """What a cancelled drawing raises."""


def test_needs_the_safety_checker_beside_what_it_draws_with(kind):
    assert Role.SAFETY in kind.NEEDS
    assert Role.BASE in kind.NEEDS


def test_one_picture_per_seed(kind, loaded):
    pictures = kind.imagine(loaded, tiny_order(seeds=(1, 2, 3)), nobody_watches)
    assert [each.shape for each in pictures] == [(SIZE, SIZE, 3)] * 3
    assert {each.dtype for each in pictures} == {np.dtype(np.uint8)}
    assert apart(pictures[0], pictures[1]) > 1
    assert apart(pictures[1], pictures[2]) > 1


def test_what_is_drawn_begins_with_the_selfie(kind, loaded, picture):
    start = tiny_order().start
    assert apart(picture, start) < 25  # tiny weights know nothing to add to it
    assert apart(picture, blots(99)) > 50


def test_the_same_order_gives_the_same_bytes(kind, loaded, picture):
    assert np.array_equal(drawn(kind, loaded, tiny_order()), picture)


def test_a_seed_draws_alike_alone_and_in_a_batch(kind, loaded, picture):
    batch = kind.imagine(loaded, tiny_order(seeds=(7, 1)), nobody_watches)
    assert np.abs(batch[1].astype(int) - picture).max() <= 1


def test_loading_anew_gives_the_same_bytes(kind, files, picture):
    again = kind.load(files, tiny_plan(kind.KIND))
    assert np.array_equal(drawn(kind, again, tiny_order()), picture)


CHANGES = {
    "prompt": {"prompt": "a figure of bronze"},
    "negative prompt": {"negative_prompt": "blurry"},
    "start": {"start": blots(11)},
    "lines": {"lines": blots(12)},
    "face": {"faces": (blots(13, 48),)},
    "another face": {"faces": (blots(3, 48), blots(14, 48))},
    "strength": {"strength": 0.3},
    "guidance": {"guidance_scale": 4.0},
    "weight of the lines": {"control_scale": 0.1},
    "weight of the face": {"adapter_scale": 0.1},
}


@pytest.mark.parametrize("change", CHANGES)
def test_everything_in_an_order_has_a_say(kind, loaded, change):
    assert not torch.equal(
        last_latents(kind, loaded, tiny_order(**CHANGES[change])),
        last_latents(kind, loaded, tiny_order()),
    )


def test_a_face_and_lines_of_no_weight_have_no_say(kind, loaded):
    mute = {"adapter_scale": 0.0, "control_scale": 0.0}
    one = drawn(kind, loaded, tiny_order(**mute))
    other = drawn(kind, loaded, tiny_order(**mute, faces=(blots(21, 48),), lines=blots(22)))
    assert np.array_equal(one, other)


def test_a_face_that_is_no_square_is_taken(kind, loaded):
    oblong = np.ascontiguousarray(blots(3, 48)[:, 8:40])
    assert drawn(kind, loaded, tiny_order(faces=(oblong,))).shape == (SIZE, SIZE, 3)


@pytest.mark.parametrize("strength", [0.0, 0.05, 0.3, 0.6, 0.99, 1.0])
@pytest.mark.parametrize("steps", [1, 4])
def test_all_steps_are_run_whatever_the_strength(kind, loaded, strength, steps):
    told = []
    order = tiny_order(strength=strength, num_inference_steps=steps)
    kind.imagine(loaded, order, lambda done, of, latents: told.append((done, of, latents.shape)))
    latents = (1, 4, SIZE // 8, SIZE // 8)
    assert told == [(done, steps, latents) for done in range(1, steps + 1)]


def test_a_drawing_that_is_stopped_leaves_the_pipeline_usable(kind, loaded, picture):
    def stop(done, _steps, _latents):
        if done == 2:
            raise Stop

    with pytest.raises(Stop):
        kind.imagine(loaded, tiny_order(seeds=(4,)), stop)
    assert np.array_equal(drawn(kind, loaded, tiny_order()), picture)


def test_a_glimpse_shows_something_and_changes_nothing(kind, loaded, picture):
    glimpses = []
    seen = drawn(
        kind,
        loaded,
        tiny_order(),
        lambda _done, _steps, latents: glimpses.append(kind.glimpse(loaded, latents)),
    )
    assert np.array_equal(seen, picture)
    assert [each.shape for each in glimpses] == [(SIZE, SIZE, 3)] * 3
    assert glimpses[0].dtype == np.uint8
    assert not np.array_equal(glimpses[0], glimpses[-1])


def test_a_glimpse_is_small_and_of_the_first_picture(kind, loaded):
    latents = torch.randn(2, 4, 128, 128, generator=torch.Generator().manual_seed(1))
    glimpse = kind.glimpse(loaded, latents)
    assert glimpse.shape == (256, 256, 3)
    assert np.array_equal(glimpse, kind.glimpse(loaded, latents[:1]))


def test_without_a_tiny_autoencoder_a_glimpse_is_made_of_the_latents(kind, tiny_shelf):
    bare = kind.load(tiny_shelf.files(kind.KIND, kind.NEEDS), tiny_plan(kind.KIND))
    glimpse = kind.glimpse(
        bare, torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    )
    assert glimpse.shape == (8, 8, 3)
    assert glimpse.std() > 20


def test_latents_that_are_not_finite_are_no_trouble_to_a_glimpse(kind, loaded):
    assert kind.glimpse(loaded, torch.full((1, 4, 8, 8), torch.nan)).shape == (SIZE, SIZE, 3)


@pytest.mark.parametrize("broken", ["unet", "controlnet", "vae"])
def test_numbers_that_run_over_are_refused(kind, files, broken):
    own = kind.load(files, tiny_plan(kind.KIND))
    with torch.no_grad():
        next(getattr(own.pipeline, broken).parameters()).fill_(torch.nan)
    with pytest.raises(PictureRefused) as refused:
        drawn(kind, own, tiny_order())
    assert refused.value.code == "broken"


def test_numbers_that_run_over_end_at_the_step_where_they_do(kind, files):
    own = kind.load(files, tiny_plan(kind.KIND))
    told = []

    def spoil(done, _steps, latents):
        told.append(done)
        latents.fill_(torch.inf)

    with pytest.raises(PictureRefused):
        kind.imagine(own, tiny_order(num_inference_steps=5), spoil)
    assert told == [1]


def test_a_size_that_latents_do_not_have_is_an_error(kind, loaded):
    odd = np.zeros((60, 60, 3), np.uint8)
    with pytest.raises(ValueError, match="60"):
        kind.imagine(loaded, tiny_order(start=odd, lines=odd), nobody_watches)


def test_words_that_are_too_many_are_not_written_anywhere(kind, loaded, capfd, caplog):
    drawn(kind, loaded, tiny_order(prompt="a secretive figure " * 60))
    said = capfd.readouterr()
    assert "secretive" not in said.out + said.err + caplog.text
