"""The engine: turns, plans, warm pipelines, memory that runs out, drawings that are stopped."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.models.errors import ModelDamaged, ModelMissing, ModelRefused
from studio.models.types import Kind, Role
from studio.styles.diffusion import compiling
from studio.styles.diffusion.engine import Imagination
from studio.styles.diffusion.errors import NotAvailable, PictureRefused
from studio.styles.diffusion.timing import Timings
from tests.studio.styles.diffusion.fakes import (
    CARD,
    PROCESSOR,
    FakeKind,
    FakeShelf,
    Gauge,
    order_for,
    run,
)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def imagination(*kinds, shelf=None, gauge=None, **settings):
    kinds = kinds or (FakeKind(Kind.SD15),)
    gauge = gauge or Gauge(PROCESSOR)
    for kind in kinds:
        kind.gauge = gauge
    settings = {"monotonic": Clock(), "timings": Timings(None, lambda *_: 1.0)} | settings
    return Imagination(
        shelf or FakeShelf(*(kind.KIND for kind in kinds)),
        {kind.KIND: kind for kind in kinds},
        gauge,
        **settings,
    )


def test_an_order_is_drawn_in_steps_and_returned_with_the_plan_that_drew_it():
    kind = FakeKind(Kind.SD15)
    glimpses, imagined = run(imagination(kind).imagine(Kind.SD15, order_for()))
    assert [(g.words, g.done, g.steps) for g in glimpses] == [
        ("Checking the model", 0, 0),
        ("Loading the model", 0, 0),
        *[("Imagining", done, 4) for done in (1, 2, 3, 4)],
    ]
    assert len(imagined.pictures) == 1
    assert imagined.plan == kind.loads[0]


def test_the_order_is_asked_for_in_the_size_of_the_plan():
    _, imagined = run(imagination().imagine(Kind.SD15, order_for()))
    assert imagined.pictures[0].shape == (512, 512, 3)


def test_a_second_picture_loads_nothing():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    run(engine.imagine(Kind.SD15, order_for()))
    glimpses, _ = run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 1
    assert "Loading the model" not in {glimpse.words for glimpse in glimpses}


def test_other_files_are_another_pipeline():
    kind, shelf = FakeKind(Kind.SD15), FakeShelf(Kind.SD15)
    engine = imagination(kind, shelf=shelf)
    run(engine.imagine(Kind.SD15, order_for()))
    shelf.fingerprint = "other"
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 2


def test_what_helps_is_loaded_only_when_it_is_here():
    kind, shelf = FakeKind(Kind.SD15), FakeShelf(Kind.SD15)
    run(imagination(kind, shelf=shelf).imagine(Kind.SD15, order_for()))
    assert shelf.asked[-1] == (Role.BASE, Role.TINY_VAE)
    shelf.helps = ()
    run(imagination(kind, shelf=shelf).imagine(Kind.SD15, order_for()))
    assert shelf.asked[-1] == (Role.BASE,)


def test_one_drawing_runs_at_a_time_and_who_came_first_is_first():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    first = engine.imagine(Kind.SD15, order_for())
    while next(first).words != "Imagining":
        pass
    order = []

    def wait(name):
        run(engine.imagine(Kind.SD15, order_for()))
        order.append(name)

    others = []
    for name in ("second", "third"):
        thread = threading.Thread(target=wait, args=(name,))
        thread.start()
        others.append(thread)
        while len(engine._turns._queue) < len(others) + 1:
            pass
    assert kind.running == 1
    run(first)
    for thread in others:
        thread.join(20)
    assert order == ["second", "third"]
    assert kind.most_running == 1


def test_who_waits_is_told_and_can_leave_the_queue():
    engine = imagination()
    first = engine.imagine(Kind.SD15, order_for())
    next(first)
    second = engine.imagine(Kind.SD15, order_for())
    assert next(second).words == "Waiting for the picture before this one"
    second.close()
    assert len(engine._turns._queue) == 1
    run(first)
    assert len(engine._turns._queue) == 0


def test_a_drawing_that_is_stopped_leaves_its_pipeline_usable():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    drawing = engine.imagine(Kind.SD15, order_for())
    while next(drawing).done < 2:
        pass
    drawing.close()
    assert kind.running == 0
    assert kind.pipelines[0].put_back == 1
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 1


def test_stopping_while_a_model_loads_keeps_what_was_loaded():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    drawing = engine.imagine(Kind.SD15, order_for())
    while next(drawing).words != "Loading the model":
        pass
    drawing.close()
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 1


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 4294967296 bytes"),
        RuntimeError("CUDNN_STATUS_ALLOC_FAILED"),
        OSError(12, "Cannot allocate memory"),
    ],
    ids=["python", "cuda", "processor", "cudnn", "system"],
)
@pytest.mark.parametrize("where", ["load", "step"])
def test_out_of_memory_goes_on_with_the_next_plan_says_so_and_is_remembered(error, where):
    kind = FakeKind(Kind.SD15)
    kind.fails[where] = [error]
    engine = imagination(kind, gauge=Gauge(CARD))
    glimpses, imagined = run(engine.imagine(Kind.SD15, order_for()))
    first, second = kind.loads
    assert imagined.plan == second
    assert second.needs_gb < first.needs_gb
    assert "Memory ran out: trying again with less" in {g.words for g in glimpses}
    (state,) = engine.states()
    assert first not in state.plans
    assert "Memory ran out" in state.note
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 2


def test_an_error_that_came_of_a_lack_of_memory_counts_as_one():
    kind = FakeKind(Kind.SD15)
    error = ModelDamaged("unet cannot be read")
    error.__cause__ = RuntimeError("can't allocate memory")
    kind.fails["load"] = [error]
    run(imagination(kind).imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 2


def test_when_every_plan_ran_out_of_memory_the_refusal_says_so():
    kind = FakeKind(Kind.SD15)
    kind.fails["step"] = [MemoryError()] * 20
    engine = imagination(kind)
    with pytest.raises(NotAvailable, match="ran out of memory") as caught:
        run(engine.imagine(Kind.SD15, order_for()))
    assert caught.value.code == "no_memory"
    assert engine.ready() == ()
    with pytest.raises(NotAvailable, match="ran out of memory"):
        engine.require(None)


def test_other_pipelines_give_way_before_a_plan_is_given_up():
    small, large = FakeKind(Kind.SD15), FakeKind(Kind.SDXL)
    engine = imagination(small, large)
    run(engine.imagine(Kind.SD15, order_for()))
    large.fails["step"] = [MemoryError()]
    _, imagined = run(engine.imagine(Kind.SDXL, order_for()))
    assert large.loads == [imagined.plan, imagined.plan]
    assert small.pipelines[0].is_gone


def test_a_batch_that_does_not_fit_is_drawn_one_by_one_before_a_plan_is_given_up():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind, gauge=Gauge(CARD))
    kind.fails["step"] = [MemoryError()]
    glimpses, imagined = run(engine.imagine(Kind.SD15, order_for(seeds=(1, 2, 3))))
    assert [len(order.seeds) for order in kind.orders] == [3, 1, 1, 1]
    assert len(imagined.pictures) == 3
    assert {plan.needs_gb for plan in kind.loads} == {imagined.plan.needs_gb}
    assert (glimpses[-1].done, glimpses[-1].steps) == (12, 12)


def test_as_many_pictures_are_drawn_at_once_as_fit():
    kind = FakeKind(Kind.SD15)
    gauge = Gauge(replace(CARD, free_gb=4.5, total_gb=8.0))
    _, imagined = run(
        imagination(kind, gauge=gauge).imagine(Kind.SD15, order_for(seeds=tuple(range(5))))
    )
    assert [len(order.seeds) for order in kind.orders] == [2, 2, 1]
    assert [picture[0, 0, 0] for picture in imagined.pictures] == [0, 1, 2, 3, 4]


def test_the_least_recently_used_pipeline_is_evicted_when_memory_is_short():
    kinds = [FakeKind(kind) for kind in (Kind.SD15, Kind.SDXL, Kind.KLEIN)]
    gauge = Gauge(replace(CARD, free_gb=34.0, total_gb=40.0))
    engine = imagination(*kinds, gauge=gauge)
    sd15, sdxl, klein = kinds
    run(engine.imagine(Kind.SD15, order_for()))
    run(engine.imagine(Kind.SDXL, order_for()))
    run(engine.imagine(Kind.SD15, order_for()))
    run(engine.imagine(Kind.KLEIN, order_for()))
    assert sdxl.pipelines[0].is_gone
    assert not sd15.pipelines[0].is_gone
    assert klein.loads[0].storage.value == "full"


def test_numbers_that_are_not_finite_are_refused_and_the_pipeline_stays():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    refusal = PictureRefused("broken", "No picture came out.", why="-", next_step="Try again.")
    kind.fails["step"] = [refusal]
    with pytest.raises(PictureRefused):
        run(engine.imagine(Kind.SD15, order_for()))
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 1


@pytest.fixture
def compiler(monkeypatch):
    """A machine that can compile, and where it pays soon."""
    monkeypatch.setattr(compiling, "PAYS_AFTER", 3)
    monkeypatch.setattr(compiling.importlib.util, "find_spec", lambda _: True)


@pytest.mark.usefixtures("compiler")
def test_a_plan_is_compiled_once_enough_was_drawn_with_it_and_the_page_says_so():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind, gauge=Gauge(CARD))
    run(engine.imagine(Kind.SD15, order_for(seeds=(1, 2))))
    run(engine.imagine(Kind.SD15, order_for()))
    assert [plan.compiled for plan in kind.loads] == [False]
    for _ in range(3):
        _, imagined = run(engine.imagine(Kind.SD15, order_for()))
        assert imagined.plan.compiled
    assert [plan.compiled for plan in kind.loads] == [False, True]
    assert engine.states()[0].plan.in_words().endswith("compiled")


@pytest.mark.usefixtures("compiler")
@pytest.mark.parametrize(
    "hardware",
    [PROCESSOR, replace(CARD, has_bfloat16=False), replace(CARD, free_gb=3.9)],
    ids=["processor", "older_card", "no_room"],
)
def test_nothing_is_compiled_where_that_does_not_pay_or_fit(hardware):
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind, gauge=Gauge(hardware))
    for _ in range(5):
        run(engine.imagine(Kind.SD15, order_for()))
    assert [plan.compiled for plan in kind.loads] == [False]


@pytest.mark.usefixtures("compiler")
@pytest.mark.parametrize("error", [RuntimeError("no compiler was found"), MemoryError()])
def test_where_compiling_fails_it_goes_on_without(error):
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind, gauge=Gauge(CARD))
    for _ in range(3):
        run(engine.imagine(Kind.SD15, order_for()))
    kind.fails["step"] = [error]
    glimpses, imagined = run(engine.imagine(Kind.SD15, order_for()))
    assert not imagined.plan.compiled
    assert "Compiling did not go well" in engine.states()[0].note
    assert any("trying again" in glimpse.words for glimpse in glimpses)
    run(engine.imagine(Kind.SD15, order_for()))
    assert not kind.loads[-1].compiled


def test_after_a_failure_that_nobody_knows_the_pipeline_is_loaded_anew():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    kind.fails["step"] = [RuntimeError("CUDA error: device-side assert triggered")]
    with pytest.raises(RuntimeError, match="device-side"):
        run(engine.imagine(Kind.SD15, order_for()))
    assert kind.pipelines[0].is_gone
    run(engine.imagine(Kind.SD15, order_for()))
    assert len(kind.loads) == 2


@pytest.mark.parametrize("where", ["files", "load"])
def test_damaged_weights_are_a_refusal_with_what_to_do(where):
    kind, shelf = FakeKind(Kind.SD15), FakeShelf(Kind.SD15)
    error = ModelDamaged("/home/some one/models/unet.safetensors is cut short.")
    if where == "files":
        shelf.error = error
    else:
        kind.fails["load"] = [error]
    engine = imagination(kind, shelf=shelf)
    with pytest.raises(NotAvailable, match=r"\(unet\.safetensors\)") as caught:
        run(engine.imagine(Kind.SD15, order_for()))
    assert caught.value.code == "model_damaged"
    assert "models verify" in caught.value.next_step
    for told in (caught.value.what, engine.states()[0].note):
        assert "unet.safetensors" in told
        assert "some one" not in told  # where it lies is nobody's business but the operator's


def test_a_shelf_that_cannot_be_read_is_told_on_the_page_and_refused():
    def missing(_):
        raise ModelDamaged("/home/someone/models/models.lock.json holds no pins")

    shelf = FakeShelf(Kind.SD15)
    shelf.missing = missing
    engine = imagination(shelf=shelf)
    assert engine.ready() == ()
    (state,) = engine.states()
    assert not state.is_ready
    assert "models.lock.json" in state.note
    assert "/home" not in state.note
    with pytest.raises(NotAvailable) as caught:
        engine.require(Kind.SD15)
    assert caught.value.code == "model_damaged"


def test_weights_whose_licence_was_not_accepted_are_refused():
    shelf = FakeShelf(Kind.SD15)
    shelf.error = ModelRefused("/home/someone/a.safetensors: CC-BY-NC-4.0 was not accepted")
    with pytest.raises(NotAvailable, match="licence was not accepted") as caught:
        run(imagination(shelf=shelf).imagine(Kind.SD15, order_for()))
    assert "/home" not in caught.value.what


def test_weights_that_vanish_between_order_and_drawing_are_missing():
    shelf = FakeShelf(Kind.SD15)
    engine = imagination(shelf=shelf)
    shelf.error = ModelMissing("gone")
    with pytest.raises(NotAvailable) as caught:
        run(engine.imagine(Kind.SD15, order_for()))
    assert caught.value.code == "model_damaged"
    assert engine.ready() == (Kind.SD15,)  # tried again when nothing else can draw


def test_weights_that_are_gone_by_the_time_of_drawing_are_named_with_the_command():
    shelf = FakeShelf(Kind.SD15)
    engine = imagination(shelf=shelf)
    shelf.here, shelf.error = (), ModelMissing("gone")
    with pytest.raises(NotAvailable, match="models pull sd15") as caught:
        run(engine.imagine(Kind.SD15, order_for()))
    assert caught.value.code == "no_models"


def test_a_kind_whose_files_are_damaged_comes_last_until_they_pass_again():
    kinds, shelf = [FakeKind(each) for each in Kind], FakeShelf(*Kind)
    quick = Timings(None, lambda *_: 100.0)
    engine = imagination(*kinds, shelf=shelf, gauge=Gauge(CARD), timings=quick)
    shelf.error = ModelDamaged("transformer.safetensors is another file")
    with pytest.raises(NotAvailable):
        run(engine.imagine(Kind.KLEIN, order_for()))
    assert engine.ready() == (Kind.SDXL, Kind.SD15, Kind.KLEIN)
    assert [state.is_ready for state in engine.states()] == [True, True, False]
    shelf.error = None
    run(engine.imagine(Kind.KLEIN, order_for()))
    assert engine.ready()[0] is Kind.KLEIN
    assert all(state.is_ready and not state.note for state in engine.states())


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_an_own_file_that_is_not_as_it_was_is_refused_before_anybody_waits(tmp_path, change):
    path = tmp_path / "my_look.safetensors"
    path.write_bytes(b"12345")
    item = SimpleNamespace(name="my_look", path=path, size=5)
    shelf = FakeShelf(Kind.SD15)
    shelf.collection = SimpleNamespace(chosen=lambda _: (None, (item,)))
    engine = imagination(shelf=shelf)
    assert engine.ready() == (Kind.SD15,)
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(b"123456")
    assert engine.ready() == ()
    with pytest.raises(NotAvailable, match="models use my_look --not") as caught:
        engine.require(None)
    assert caught.value.code == "own_missing"
    (state,) = engine.states()
    assert not state.is_ready
    assert "my_look" in state.note
    shelf.error = ModelMissing("my_look is gone")
    with pytest.raises(NotAvailable, match="models use my_look --not"):
        run(engine.imagine(Kind.SD15, order_for()))


def test_after_it_was_closed_nothing_is_drawn_and_nothing_kept():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    run(engine.imagine(Kind.SD15, order_for()))
    engine.close()
    assert kind.pipelines[0].is_gone
    with pytest.raises(NotAvailable, match="closing"):
        run(engine.imagine(Kind.SD15, order_for()))


def test_a_drawing_that_ends_after_the_closing_lets_go_of_its_pipeline():
    kind = FakeKind(Kind.SD15)
    engine = imagination(kind)
    drawing = engine.imagine(Kind.SD15, order_for())
    while next(drawing).words != "Imagining":
        pass
    engine.close()
    assert not kind.pipelines[0].is_gone
    run(drawing)
    assert kind.pipelines[0].is_gone


def test_nothing_is_ready_without_weights_and_the_device_is_not_even_looked_at():
    def never():
        raise AssertionError

    shelf = FakeShelf()
    engine = Imagination(shelf, {Kind.SD15: FakeKind(Kind.SD15)}, never, monotonic=Clock())
    assert engine.ready() == ()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_without_weights_is_refused_with_the_very_command(kind):
    engine = imagination(*(FakeKind(each) for each in Kind), shelf=FakeShelf())
    with pytest.raises(NotAvailable) as caught:
        engine.require(kind)
    assert caught.value.code == "no_models"
    assert f"`python app.py models pull {kind.value}` (2.0 GB)" in caught.value.next_step


def test_without_any_weights_one_kind_that_fits_this_machine_is_named():
    kinds = [FakeKind(each) for each in Kind]
    for speed, named in ((0.05, "sd15"), (50.0, "klein")):
        timings = Timings(None, lambda *_, speed=speed: speed)
        engine = imagination(*kinds, shelf=FakeShelf(), timings=timings)
        with pytest.raises(NotAvailable, match=f"models pull {named}"):
            engine.require(None)


def test_the_best_kind_within_ones_patience_comes_first():
    kinds = [FakeKind(each) for each in Kind]
    quick = imagination(*kinds, gauge=Gauge(CARD), timings=Timings(None, lambda *_: 100.0))
    assert quick.ready() == (Kind.KLEIN, Kind.SDXL, Kind.SD15)
    slow = imagination(*kinds, timings=Timings(None, lambda *_: 0.1))
    assert slow.ready() == (Kind.SD15, Kind.SDXL, Kind.KLEIN)
    assert slow.require(None) is Kind.SD15
    assert slow.require(Kind.KLEIN) is Kind.KLEIN


def test_a_kind_that_was_not_wired_is_refused():
    with pytest.raises(NotAvailable, match="switched off"):
        imagination().require(Kind.KLEIN)
    with pytest.raises(NotAvailable, match="switched off"):
        run(imagination().imagine(Kind.KLEIN, order_for()))


def test_states_tell_what_is_ready_what_is_missing_and_how_long_it_takes():
    kinds = [FakeKind(each) for each in Kind]
    engine = imagination(*kinds, shelf=FakeShelf(Kind.SD15))
    sd15, sdxl, _ = engine.states()
    assert (sd15.is_ready, sd15.missing, sd15.command, sd15.note) == (True, (), "", "")
    assert sd15.seconds > 0
    assert not sd15.is_measured
    assert not sdxl.is_ready
    assert sdxl.plan is not None
    assert sdxl.command == "python app.py models pull sdxl"
    assert sdxl.download_gb == 2.0
    assert [entry.title for entry in sdxl.missing] == ["SDXL base"]


def test_a_size_that_only_the_hub_knows_is_not_guessed():
    shelf = FakeShelf()
    shelf.size = None
    assert imagination(shelf=shelf).states()[0].download_gb is None


def test_a_kind_for_which_memory_is_too_small_says_how_much_it_needs():
    gauge = Gauge(replace(PROCESSOR, free_gb=1.0, ram_free_gb=1.0))
    engine = imagination(gauge=gauge)
    (state,) = engine.states()
    assert not state.is_ready
    assert "1.0 GB of it are free" in state.note
    with pytest.raises(NotAvailable, match=r"1\.0 GB of it are free"):
        engine.require(None)


def test_after_a_drawing_the_time_it_takes_is_measured():
    clock = Clock()
    kind = FakeKind(Kind.SD15)
    kind.on_each_step = lambda: setattr(clock, "now", clock.now + 2.0)
    engine = imagination(kind, monotonic=clock)
    run(engine.imagine(Kind.SD15, order_for()))
    (state,) = engine.states()
    assert state.is_measured
    assert state.is_warm
    assert state.seconds == pytest.approx(8.0)


def test_an_estimate_that_was_wrong_about_the_steps_is_wrong_about_the_rest():
    clock = Clock()
    kind = FakeKind(Kind.SD15)
    kind.on_each_step = lambda: setattr(clock, "now", clock.now + 1e-6)
    glimpses, _ = run(imagination(kind, monotonic=clock).imagine(Kind.SD15, order_for()))
    left = [glimpse.seconds_left for glimpse in glimpses if glimpse.words == "Imagining"]
    assert left[0] > 1.0
    assert max(left[1:]) < 1e-4


def test_the_time_that_is_left_shrinks_with_the_steps():
    clock = Clock()
    kind = FakeKind(Kind.SD15)
    kind.on_each_step = lambda: setattr(clock, "now", clock.now + 2.0)
    engine = imagination(kind, monotonic=clock)
    run(engine.imagine(Kind.SD15, order_for()))
    glimpses, _ = run(engine.imagine(Kind.SD15, order_for()))
    left = [glimpse.seconds_left for glimpse in glimpses if glimpse.words == "Imagining"]
    assert left == pytest.approx([6.0, 4.0, 2.0, 0.0])


def test_looks_are_far_enough_apart_and_none_is_taken_of_the_last_step():
    clock = Clock()
    kind = FakeKind(Kind.SD15)
    kind.on_each_step = lambda: setattr(clock, "now", clock.now + 0.6)
    engine = imagination(kind, monotonic=clock, look_every=1.0)
    glimpses, _ = run(engine.imagine(Kind.SD15, order_for(steps=6)))
    assert [g.done for g in glimpses if g.pixels is not None] == [2, 4]


def test_looks_that_take_long_are_taken_seldom():
    clock = Clock()
    kind = FakeKind(Kind.SD15)
    kind.on_each_step = lambda: setattr(clock, "now", clock.now + 1.0)
    kind.on_each_look = lambda: setattr(clock, "now", clock.now + 1.0)
    engine = imagination(kind, monotonic=clock)
    run(engine.imagine(Kind.SD15, order_for(steps=30)))
    assert kind.looks == 3


def test_a_look_for_which_memory_is_short_is_left_out():
    kind = FakeKind(Kind.SD15)
    kind.fails["look"] = [MemoryError()]
    glimpses, imagined = run(imagination(kind, look_every=0.0).imagine(Kind.SD15, order_for()))
    assert all(glimpse.pixels is None for glimpse in glimpses)
    assert len(imagined.pictures) == 1
    assert len(kind.loads) == 1
