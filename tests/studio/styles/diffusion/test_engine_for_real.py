"""The engine with real pipelines of every kind: tiny weights, real adapters, real schedulers."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import torch

from studio.models.types import Kind
from studio.styles.diffusion.engine import Imagination
from studio.styles.diffusion.kinds import klein, sd15, sdxl
from studio.styles.diffusion.timing import Timings
from studio.styles.diffusion.types import Order, Storage
from tests.studio.styles.diffusion.fakes import PROCESSOR, run

KINDS = {module.KIND: module for module in (sd15, sdxl, klein)}
SIDE = 64


class Counting:
    """A kind's module that counts what it loads, and fails when it is told to."""

    def __init__(self, module):
        self.KIND, self.NEEDS, self.HELPS = module.KIND, module.NEEDS, module.HELPS
        self.glimpse = module.glimpse
        self._module = module
        self.loads, self.fails = [], []

    def load(self, files, plan):
        self.loads.append(plan)
        return self._module.load(files, plan)

    def imagine(self, loaded, order, on_step):
        def failing(done, steps, latents):
            if done == 2 and self.fails:
                raise self.fails.pop(0)
            on_step(done, steps, latents)

        return self._module.imagine(loaded, order, failing)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=list(Kind))
def kind(request):
    return Counting(KINDS[request.param])


@pytest.fixture
def engine(kind, tiny_shelf):
    found = Imagination(
        tiny_shelf,
        {kind.KIND: kind},
        lambda: PROCESSOR,
        monotonic=time.monotonic,
        timings=Timings(None, lambda *_: 0.1),
        look_every=0.0,
    )
    yield found
    found.close()


def order_for(*seeds, mask=None):
    def order(plan):
        noise = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), dtype=np.uint8)
        return Order(
            prompt="a clay figure",
            negative_prompt="photograph",
            start=noise,
            lines=noise,
            faces=(noise, noise[::-1]),
            strength=0.6,
            guidance_scale=1.0,
            control_scale=0.6,
            adapter_scale=0.6,
            num_inference_steps=4,
            seeds=seeds,
            mask=mask,
        )

    return order


def drawn(engine, kind, *seeds, mask=None):
    return run(engine.imagine(kind.KIND, order_for(*seeds, mask=mask)))


def test_a_picture_a_second_one_a_stopped_one_and_a_batch_of_one_warm_pipeline(engine, kind):
    assert engine.ready() == (kind.KIND,)
    glimpses, first = drawn(engine, kind, 7)
    assert [g.done for g in glimpses if g.words == "Imagining"] == [1, 2, 3, 4]
    looks = [g.pixels for g in glimpses if g.pixels is not None]
    assert looks
    assert all(look.dtype == np.uint8 and look.ndim == 3 for look in looks)

    stopped = engine.imagine(kind.KIND, order_for(8))
    while next(stopped).done < 2:
        pass
    stopped.close()

    _, again = drawn(engine, kind, 7)
    _, both = drawn(engine, kind, 7, 8)
    assert np.array_equal(first.pictures[0], again.pictures[0])  # same seed, same device
    assert np.array_equal(first.pictures[0], both.pictures[0])
    assert not np.array_equal(both.pictures[0], both.pictures[1])
    assert first.pictures[0].shape == (SIDE, SIDE, 3)
    assert len(kind.loads) == 1  # everything after the first picture loads nothing
    (state,) = engine.states()
    assert state.is_measured
    assert state.is_warm


def test_a_part_is_drawn_with_the_warm_pipeline_and_the_rest_is_kept(engine, kind):
    drawn(engine, kind, 7)
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[:, : SIDE // 2] = 1
    _, part = drawn(engine, kind, 7, mask=mask)
    start = order_for(7)(None).start
    assert np.array_equal(part.pictures[0][:, SIDE // 2 :], start[:, SIDE // 2 :])
    assert not np.array_equal(part.pictures[0], start)
    assert len(kind.loads) == 1


def test_memory_that_runs_out_midway_goes_on_with_a_plan_that_takes_less(engine, kind):
    kind.fails = [torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")]
    glimpses, imagined = drawn(engine, kind, 7)
    first, second = kind.loads
    assert imagined.plan == second
    assert second.needs_gb < first.needs_gb
    assert second.storage is Storage.EIGHT_BIT
    assert any("Memory ran out" in glimpse.words for glimpse in glimpses)
    assert imagined.pictures[0].shape == (SIDE, SIDE, 3)


def test_without_memory_for_two_kinds_the_first_gives_way(tiny_shelf):
    kinds = {each: Counting(KINDS[each]) for each in (Kind.SD15, Kind.KLEIN)}
    free = replace(PROCESSOR, free_gb=4.0, ram_free_gb=4.0)
    engine = Imagination(
        tiny_shelf,
        kinds,
        lambda: replace(free, free_gb=0.5) if len(engine._warm) else free,
        monotonic=time.monotonic,
        timings=Timings(None, lambda *_: 0.1),
    )
    for each in (Kind.SD15, Kind.KLEIN, Kind.SD15):
        run(engine.imagine(each, order_for(7)))
    assert [len(each.loads) for each in kinds.values()] == [2, 1]
    assert len(engine._warm) == 1
