"""What the engine of the Imagined family adds to diffusers' own pipelines.

Tiny random weights of the real classes draw, once through the engine and once by the bare call of
the pipeline, in turns; looks at the drawing and the release are left out. They are compared by
processor time on one thread, since other programs' load does not show in it. What the engine merely
waits for would not either, so it also draws orders of which there is nothing to draw, by the clock.
(Below full strength klein encodes the start beside its references. That is drawing, not engine: it
draws at full strength here.)

Run: python -m benchmarks --only imagined
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np
from PIL import Image

from benchmarks.table import Pair, Row, Times, Work, alone
from studio.models.types import Kind, ModelFiles
from studio.styles.diffusion.engine import Imagination
from studio.styles.diffusion.kinds import klein, sd15, sdxl
from studio.styles.diffusion.timing import NAME, Timings
from studio.styles.diffusion.types import KindModule, Loaded, OnStep, Order, Plan

if TYPE_CHECKING:
    import torch

    from studio.models.shelf import Shelf

Pipeline: TypeAlias = Any  # diffusers' have no types
KINDS = {module.KIND: cast("KindModule", module) for module in (sd15, sdxl, klein)}
SIDES = (128, 384)  # pixels: little to compute, and more
REPETITIONS = 21
IDLE_REPETITIONS = 101
MOST_SHARE = 0.02
MOST_MS = 5.0
LINES = 3  # of ControlNet Union's control types, as the kind takes
SEED = 7


def rows(_stage: object) -> Iterator[Row]:
    """Yield what the engine adds to each kind, and how often it loaded for all of that."""
    from tests.tiny.catalogue import tiny_shelf

    with tempfile.TemporaryDirectory() as folder, one_thread():
        shelf = tiny_shelf(Path(folder))
        for module in KINDS.values():
            timings = Timings(Path(folder) / NAME)
            yield _idle(shelf, Watched(module, draws=False), timings)
            yield from _drawing(shelf, Watched(module), timings)


@dataclass
class Watched:
    """A kind's module that remembers what it loads, and may leave out the drawing."""

    module: KindModule
    draws: bool = True
    loads: list[Plan] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - it stands for any module
        """Be the module in everything else."""
        return getattr(self.module, name)

    def load(self, files: ModelFiles, plan: Plan) -> Loaded:
        """Load, and remember the plan."""
        self.loads.append(plan)
        return self.module.load(files, plan)

    def imagine(self, loaded: Loaded, order: Order, on_step: OnStep) -> list[Any]:
        """Draw, or do no more than say that each step is done."""
        if self.draws:
            return self.module.imagine(loaded, order, on_step)
        import torch

        for step in range(order.num_inference_steps):
            on_step(step + 1, order.num_inference_steps, torch.zeros(1, 4, 8, 8))
        return [order.start for _ in order.seeds]


def _idle(shelf: Shelf, module: Watched, timings: Timings) -> Row:
    engine = _engine(shelf, module, timings)
    wanted = order(SIDES[0])
    took = alone(lambda: draw_through(engine, module.KIND, wanted), IDLE_REPETITIONS)
    engine.close()
    return Row(
        f"{module.KIND.value}: a picture of which nothing is drawn, through the engine",
        "ms",
        took.median,
        IDLE_REPETITIONS,
        target=f"fastest <= {MOST_MS:.0f} ms",
        met=took.fastest <= MOST_MS,  # a wait would be in every call
        fastest=took.fastest,
    )


def _drawing(shelf: Shelf, module: Watched, timings: Timings) -> Iterator[Row]:
    kind: Kind = module.KIND
    engine = _engine(shelf, module, timings)
    draw_through(engine, kind, order(SIDES[0]))
    bare = module.module.load(shelf.files(kind, (*module.NEEDS, *module.HELPS)), module.loads[0])
    for side in SIDES:
        yield judged(f"{kind.value}: {side} px of tiny random weights", _pair(engine, bare, side))
    yield Row(
        f"{kind.value}: loaded for all of these pictures",
        "times",
        float(len(module.loads)),
        len(SIDES) * (REPETITIONS + 1) + 1,
        target="once",
        met=len(module.loads) == 1,
    )
    engine.close()


def _pair(engine: Imagination, bare: Loaded, side: int) -> Pair:
    wanted = order(side)

    def ours() -> None:
        draw_through(engine, bare.kind, wanted)

    def theirs() -> None:
        BARE[bare.kind](bare.pipeline, wanted)

    return in_turns(ours, theirs, REPETITIONS)


def in_turns(ours: Work, theirs: Work, repetitions: int) -> Pair:
    """Take the processor time of both, all threads together; calls take turns."""
    took: dict[Work, list[float]] = {ours: [], theirs: []}
    for number in range(-1, repetitions):
        for work in (ours, theirs) if number % 2 else (theirs, ours):
            began = time.process_time()
            work()
            if number >= 0:  # the first round warms up
                took[work].append((time.process_time() - began) * 1000)
    times = [Times(median(each), min(each)) for each in took.values()]
    ratios = [one / two for one, two in zip(took[ours], took[theirs], strict=True)]
    return Pair(times[0], times[1], median(ratios))


def judged(what: str, pair: Pair) -> Row:
    """Return a row that tells what the engine adds.

    Judged by the fastest calls: the same is computed each time, so what is above them is the
    machine's other work, which reaches processor time through its caches.
    """
    added = pair.ours.fastest - pair.theirs.fastest
    between = (pair.ratio - 1) * pair.theirs.median
    return Row(
        what,
        "ms",
        pair.ours.median,
        REPETITIONS,
        "diffusers' pipeline alone",
        pair.theirs.median,
        pair.ratio,
        f"+ {MOST_SHARE:.0%} + {MOST_MS:.0f} ms",
        added <= MOST_SHARE * pair.theirs.fastest + MOST_MS,
        fastest=pair.ours.fastest,
        note=f"the engine adds {added:.1f} ms of processor time, the fastest calls compared "
        f"({between:.1f} ms: median of neighbouring calls)",
    )


def order(side: int) -> Order:
    """Return an order for one picture of so many pixels."""
    rng = np.random.default_rng(SEED)
    start, lines, face = rng.integers(0, 256, (3, side, side, 3), dtype=np.uint8)
    return Order(
        prompt="a figure of clay",
        negative_prompt="a photograph",
        start=start,
        lines=lines,
        faces=(face,),
        strength=1.0,
        guidance_scale=1.0,
        control_scale=0.6,
        adapter_scale=0.6,
        num_inference_steps=4,
        seeds=(SEED,),
    )


def draw_through(engine: Imagination, kind: Kind, wanted: Order) -> None:
    """Draw an order as the studio does."""
    for _ in engine.imagine(kind, lambda _plan: wanted):
        pass


def _engine(shelf: Shelf, module: Watched, timings: Timings) -> Imagination:
    return Imagination(
        shelf,
        {module.KIND: cast("KindModule", module)},
        monotonic=time.monotonic,
        timings=timings,
        look_every=float("inf"),
    )


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _bare_sd15(pipeline: Pipeline, wanted: Order, **more: object) -> None:
    pipeline.set_ip_adapter_scale(wanted.adapter_scale)
    pipeline(
        prompt=wanted.prompt,
        negative_prompt=wanted.negative_prompt,
        image=Image.fromarray(wanted.start),
        height=wanted.size,
        width=wanted.size,
        strength=wanted.strength,
        num_inference_steps=wanted.num_inference_steps,
        guidance_scale=wanted.guidance_scale,
        generator=_dice(),
        ip_adapter_image=[[Image.fromarray(wanted.faces[0])]],
        controlnet_conditioning_scale=wanted.control_scale,
        **({"control_image": Image.fromarray(wanted.lines)} | more),
    )


def _bare_sdxl(pipeline: Pipeline, wanted: Order) -> None:
    lines = [Image.fromarray(wanted.lines)]
    _bare_sd15(pipeline, wanted, control_image=lines, control_mode=[LINES])


def _bare_klein(pipeline: Pipeline, wanted: Order) -> None:
    face = Image.fromarray(wanted.faces[0])
    pipeline(
        image=[face.resize((wanted.size // 2,) * 2, Image.Resampling.LANCZOS)],
        prompt=wanted.prompt,
        height=wanted.size,
        width=wanted.size,
        num_inference_steps=wanted.num_inference_steps,
        guidance_scale=wanted.guidance_scale,
        generator=_dice(),
    )


def _dice() -> torch.Generator:
    import torch

    return torch.Generator("cpu").manual_seed(SEED)


BARE: Mapping[Kind, Callable[[Pipeline, Order], None]] = {
    Kind.SD15: _bare_sd15,
    Kind.SDXL: _bare_sdxl,
    Kind.KLEIN: _bare_klein,
}
