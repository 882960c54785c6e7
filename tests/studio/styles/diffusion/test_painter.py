"""The Imaginer: orders, refusals, progress; with stand-ins for what draws and what looks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from studio.models.types import Kind
from studio.styles.diffusion.errors import NotAvailable, PictureRefused
from studio.styles.diffusion.painter import Imaginer
from studio.styles.diffusion.types import Dtype, Imagined, Offload, Plan, Storage
from studio.styles.discovery import preset_modules
from studio.styles.framing import composed
from studio.styles.painted.styles import toon
from studio.styles.types import Glimpse, finished
from studio.styles.words import ControlError

CLAY = next(module for module in preset_modules() if module.STYLE.name == "clay")
PLAN = Plan(Kind.SD15, "cpu", Dtype.FLOAT32, Storage.FULL, Offload.NONE, 192, 0.1)
LOOKED_AT = np.full((8, 8, 3), 7, np.uint8)
HIDDEN = np.zeros((8, 8, 3), np.uint8)


def refusal(code):
    return PictureRefused(code, "No.", why="It was not right.", next_step="Try again.")


class FakeImagination:
    """Returns a picture of noise per seed, before a start that can be told again."""

    def __init__(self, ready=tuple(Kind), plans=(PLAN,), error=None):
        self.ready, self.plans, self.error = ready, plans, error
        self.orders, self.kinds, self.is_stopped = [], [], False

    def require(self, kind):
        if kind not in (*self.ready, None) or not self.ready:
            raise NotAvailable("no_models", "No.", why="None.", next_step="models pull")
        return kind or self.ready[0]

    def imagine(self, kind, order_for):
        self.kinds.append(kind)
        try:
            for plan in self.plans:
                self.orders.append(order_for(plan))
                yield Glimpse("Loading the model", 0, 4)
            yield Glimpse("Imagining", 1, 4, 3.0, HIDDEN)
            yield Glimpse("Imagining", 2, 4, 2.0, LOOKED_AT)
        except GeneratorExit:
            self.is_stopped = True
            raise
        if self.error is not None:
            raise self.error
        order = self.orders[-1]
        shape = (order.size, order.size, 3)
        drawn = [np.random.default_rng(s).integers(0, 256, shape, np.uint8) for s in order.seeds]
        return Imagined(drawn, self.plans[-1], 1.0)


class FakeGuard:
    """Lets pass what it is not told to refuse."""

    def __init__(self, *refused, error=None):
        self.refused, self.error = refused, error  # numbers of the pictures, from 0
        self.seen = []

    def require_ready(self):
        if self.error is not None:
            raise self.error

    def require_showable(self, pixels, mask):
        self.seen.append(pixels)
        if len(self.seen) - 1 in self.refused:
            raise refusal("photo_like")

    def glimpse(self, pixels, mask):
        return pixels if np.array_equal(pixels, LOOKED_AT) else None


@pytest.fixture(scope="module")
def portrait(first_portrait):
    return first_portrait


def imaginer(imagination=None, guard=None):
    return Imaginer(
        CLAY.PRESET,
        CLAY.STYLE,
        imagination or FakeImagination(),
        guard or FakeGuard(),
        {CLAY.PRESET.painted: toon.draw}.__getitem__,
    )


def run(drawing):
    glimpses = []
    return glimpses, finished(drawing, glimpsed=glimpses.append)


def test_one_batch_is_ordered_for_all_seeds_and_each_is_judged(portrait):
    imagination, guard = FakeImagination(), FakeGuard(1)
    seeds = (3, 1, 4)
    _, attempts = run(imaginer(imagination, guard).several(portrait, {}, seeds))
    assert [order.seeds for order in imagination.orders] == [seeds]
    assert [attempt.seed for attempt in attempts] == [3, 1, 4]
    assert [attempt.picture is None for attempt in attempts] == [False, True, False]
    assert attempts[1].refusal.code == "photo_like"
    assert attempts[0].refusal is None
    assert len(guard.seen) == 3


def test_the_guard_sees_what_would_be_seen(portrait):
    guard = FakeGuard()
    _, (attempt,) = run(imaginer(guard=guard).several(portrait, {}, (5,)))
    assert np.array_equal(guard.seen[0], composed(attempt.picture))
    assert attempt.picture.figure.shape[:2] == (portrait.size, portrait.size)


def test_a_refused_picture_is_raised_where_there_is_one(portrait):
    with pytest.raises(PictureRefused, match=r"No\."):
        run(imaginer(guard=FakeGuard(0)).draw(portrait, {}, np.random.default_rng(1)))


def test_numbers_that_went_wrong_refuse_every_seed(portrait):
    imagination, guard = FakeImagination(error=refusal("broken")), FakeGuard()
    _, attempts = run(imaginer(imagination, guard).several(portrait, {}, (1, 2)))
    assert [attempt.refusal.code for attempt in attempts] == ["broken", "broken"]
    assert not guard.seen


@pytest.mark.parametrize(
    "error", [RuntimeError("defect"), NotAvailable("x", "a", why="b", next_step="c")]
)
def test_what_concerns_all_is_raised(portrait, error):
    with pytest.raises(type(error)):
        run(imaginer(FakeImagination(error=error)).several(portrait, {}, (1, 2)))


def test_a_missing_checker_refuses_before_anything_is_drawn(portrait):
    imagination = FakeImagination()
    guard = FakeGuard(error=NotAvailable("no_safety", "a", why="b", next_step="c"))
    drawn = imaginer(imagination, guard)
    with pytest.raises(NotAvailable):
        drawn.require({})
    with pytest.raises(NotAvailable):
        run(drawn.several(portrait, {}, (1,)))
    assert not imagination.orders


def test_only_what_the_guard_lets_through_is_seen_on_the_way(portrait):
    glimpses, _ = run(imaginer().several(portrait, {}, (1,)))
    assert [glimpse.pixels is not None for glimpse in glimpses] == [False, False, True]
    assert [(glimpse.done, glimpse.seconds_left) for glimpse in glimpses[1:]] == [
        (1, 3.0),
        (2, 2.0),
    ]


@pytest.mark.parametrize("part", ["whole", "face"])
def test_a_drawing_that_nobody_wants_any_more_stops_where_it_stands(portrait, part):
    imagination = FakeImagination()
    drawing = imaginer(imagination).several(portrait, {"part": part}, (1,))
    for glimpse in drawing:
        if glimpse.words == "Imagining":
            break
    drawing.close()
    assert imagination.is_stopped


def test_a_painted_start_can_be_stopped_before_anything_is_imagined(portrait):
    imagination = FakeImagination()
    drawing = imaginer(imagination).several(portrait, {"part": "background"}, (1,))
    assert next(drawing).words == "Painting what stays"
    drawing.close()
    assert not imagination.orders


def test_the_seed_comes_from_the_random_numbers(portrait):
    imagination = FakeImagination()
    pictures = [
        run(imaginer(imagination).draw(portrait, {}, np.random.default_rng(seed)))[1]
        for seed in (1, 1, 2)
    ]
    first, again, other = (order.seeds for order in imagination.orders)
    assert first == again != other
    assert np.array_equal(pictures[0].figure, pictures[1].figure)
    assert not np.array_equal(pictures[0].figure, pictures[2].figure)


def test_a_smaller_plan_gets_a_smaller_order_of_the_same(portrait):
    plans = (PLAN, replace(PLAN, size=128))
    imagination = FakeImagination(plans=plans)
    run(imaginer(imagination).several(portrait, {"part": "face"}, (1, 2)))
    large, small = imagination.orders
    assert (large.size, small.size) == (192, 128)
    assert small.lines.shape == small.start.shape == small.faces[0].shape == (128, 128, 3)
    assert small.mask.shape == (128, 128)
    assert (large.prompt, large.seeds) == (small.prompt, small.seeds)


@pytest.mark.parametrize("kind", Kind)
def test_what_is_asked_of_the_chosen_kind_is_its_own_recipe(portrait, kind):
    imagination = FakeImagination()
    run(imaginer(imagination).several(portrait, {"engine": kind.value, "words": "forest"}, (1,)))
    recipe, order = CLAY.PRESET.recipes[kind], imagination.orders[0]
    assert imagination.kinds == [kind]
    assert order.prompt.find(recipe.prompt) >= 0
    assert "forest" in order.prompt
    assert order.strength == recipe.strength
    assert order.num_inference_steps == recipe.num_inference_steps
    assert (order.control_scale, order.adapter_scale) == (
        recipe.control_scale,
        recipe.adapter_scale,
    )
    assert order.mask is None


def test_farther_from_the_photo_is_more_strength(portrait):
    imagination = FakeImagination()
    for wanted in (0.0, 0.5, 1.0):
        run(imaginer(imagination).several(portrait, {"strength": wanted}, (1,)))
    near, own, far = (order.strength for order in imagination.orders)
    assert near < own < far


def test_a_background_is_begun_anew_without_the_face(portrait):
    imagination = FakeImagination()
    controls = {"part": "background", "words": "woollen jumper, forest"}
    _, (attempt,) = run(imaginer(imagination).several(portrait, controls, (1,)))
    order = imagination.orders[0]
    assert order.strength == 1
    assert order.adapter_scale == order.control_scale == 0
    assert "jumper" not in order.prompt
    assert "forest" in order.prompt
    assert "person" in order.negative_prompt
    painted = finished(toon.draw(portrait, {}, np.random.default_rng(0)))
    assert np.array_equal(attempt.picture.figure, painted.figure)


def test_what_stays_is_painted_the_same_for_every_seed(portrait):
    imagination = FakeImagination()
    for seed in (1, 2):
        run(imaginer(imagination).several(portrait, {"part": "face"}, (seed,)))
    assert np.array_equal(imagination.orders[0].start, imagination.orders[1].start)


def test_further_selfies_are_looked_at_too(portrait, portraits):
    others = tuple(portraits.values())[1:3]
    imagination = FakeImagination()
    run(imaginer(imagination).several(replace(portrait, others=others), {}, (1,)))
    assert len(imagination.orders[0].faces) == 3


def test_what_cannot_be_drawn_is_refused_before_it_is_waited_for():
    with pytest.raises(NotAvailable):
        imaginer(FakeImagination(ready=())).require({})
    with pytest.raises(NotAvailable):
        imaginer(FakeImagination(ready=(Kind.SD15,))).require({"engine": "sdxl"})
    imaginer(FakeImagination(ready=(Kind.SD15,))).require({"engine": "sd15"})


@pytest.mark.parametrize("controls", [{"words": "naked"}, {"prompt": "x"}, {"part": "body"}])
def test_controls_are_checked_before_anything_is_drawn(portrait, controls):
    imagination = FakeImagination()
    with pytest.raises(ControlError):
        run(imaginer(imagination).several(portrait, controls, (1,)))
    with pytest.raises(ControlError):
        imaginer(imagination).require(controls)
    assert not imagination.orders
