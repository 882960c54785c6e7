"""Where the steps lie that a strength leaves."""

from itertools import pairwise

import pytest
from diffusers import EulerDiscreteScheduler, LCMScheduler
from hypothesis import given
from hypothesis import strategies as st

from studio.styles.diffusion.kinds.steps import keep_all_steps, spread


class Pipeline:
    def __init__(self, scheduler):
        self.scheduler = scheduler


def timesteps(scheduler, steps, strength):
    pipeline = Pipeline(scheduler)
    keep_all_steps(pipeline)
    found, count = pipeline.get_timesteps(steps, strength, "cpu")
    assert len(found) == count == steps
    return [int(each) for each in found]


def euler():
    scheduler = EulerDiscreteScheduler(timestep_spacing="trailing")
    scheduler.alphas_cumprod = scheduler.alphas_cumprod.numpy()
    return scheduler


def test_at_full_strength_the_steps_are_those_that_lightning_was_distilled_with():
    plain = euler()
    plain.set_timesteps(4)
    assert timesteps(euler(), 4, 1.0) == [int(each) for each in plain.timesteps]
    assert timesteps(euler(), 4, 1.0) == [999, 749, 499, 249]


def test_at_full_strength_the_steps_are_those_that_lcm_takes():
    plain = LCMScheduler()
    plain.set_timesteps(4)
    assert timesteps(LCMScheduler(), 4, 1.0) == [int(each) for each in plain.timesteps]


def test_a_strength_begins_on_its_share_of_the_way():
    assert timesteps(euler(), 4, 0.6) == [599, 449, 299, 149]
    assert timesteps(LCMScheduler(), 4, 0.6)[0] == 599


@pytest.mark.parametrize("make", [euler, LCMScheduler])
@given(strength=st.floats(0, 1), steps=st.integers(1, 50))
def test_steps_go_down_and_stay_on_the_way(make, strength, steps):
    found = timesteps(make(), steps, strength)
    assert all(one > other for one, other in pairwise(found))
    assert found[-1] >= 0
    assert found[0] <= max(1000 * strength, 20 * (steps + 1))


@given(strength=st.floats(0, 1), steps=st.integers(1, 1000))
def test_spread_never_asks_for_a_step_twice(strength, steps):
    found = spread(strength, steps, 1000)
    assert len(set(found.tolist())) == steps
    assert found.max() < 1000
    assert found.min() >= 0
