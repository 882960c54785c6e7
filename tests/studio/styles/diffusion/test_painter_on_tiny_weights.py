"""Every look goes through a real pipeline: tiny weights, and all the rest as it is."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from studio.models.types import Kind
from studio.styles.diffusion.engine import Imagination
from studio.styles.diffusion.painter import Imaginer
from studio.styles.diffusion.timing import Timings
from studio.styles.diffusion.types import Part
from studio.styles.discovery import preset_modules, style_modules
from studio.styles.framing import composed
from studio.styles.types import finished
from tests.studio.styles.diffusion.fakes import PROCESSOR

MODULES = preset_modules()
PAINTED = {module.STYLE.name: module.draw for module in style_modules()}


class Everything:
    """Lets everything be seen: what is judged here is how it was drawn."""

    def require_ready(self):
        pass

    def require_showable(self, pixels, mask):
        assert pixels.dtype == np.uint8

    def glimpse(self, pixels, mask):
        return pixels


class Small:
    """An engine whose plans draw small pictures: tiny weights take long for large ones."""

    def __init__(self, engine):
        self.engine = engine
        self.require = engine.require

    def imagine(self, kind, order_for):
        side = 128 if kind is Kind.KLEIN else 64
        return self.engine.imagine(kind, lambda plan: order_for(replace(plan, size=side)))


@pytest.fixture(scope="module")
def imagination(tiny_shelf):
    import torch

    from studio.styles.diffusion.kinds import klein, sd15, sdxl

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    kinds = {module.KIND: module for module in (sd15, sdxl, klein)}
    engine = Imagination(
        tiny_shelf,
        kinds,
        lambda: PROCESSOR,
        monotonic=time.monotonic,
        timings=Timings(None),
        look_every=math.inf,
    )
    yield Small(engine)
    engine.close()
    torch.set_num_threads(before)


def drawn(imagination, module, portrait, controls, seeds=(1,)):
    imaginer = Imaginer(module.PRESET, module.STYLE, imagination, Everything(), PAINTED.__getitem__)
    return [attempt.picture for attempt in finished(imaginer.several(portrait, controls, seeds))]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.STYLE.name)
def test_every_look_is_drawn_with_every_control_at_its_end(imagination, module, first_portrait):
    controls = {"engine": "sd15", "strength": 1.0, "words": "forest, dusk, woollen jumper"}
    (picture,) = drawn(imagination, module, first_portrait, controls)
    assert picture.figure.shape == (first_portrait.size, first_portrait.size, 4)


@pytest.mark.parametrize("part", Part)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_draws_every_part_the_same_each_time(imagination, kind, part, first_portrait):
    controls = {"engine": kind.value, "part": part.value}
    one, again, other = (
        composed(picture)
        for seed in (1, 1, 2)
        for picture in drawn(imagination, MODULES[0], first_portrait, controls, (seed,))
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
