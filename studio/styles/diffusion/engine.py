"""The engine of the Imagined family: takes an order, and sees that this machine draws it.

It chooses the plan that fits, keeps pipelines warm, lets one drawing run at a time, tells how far
it is, and goes on with a smaller plan when memory runs out. What is drawn, and how, is the kinds'
matter; whether anybody may see it is the guard's.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.models.errors import ModelError
from studio.models.types import Kind, ModelFiles
from studio.styles.diffusion.background import meanwhile
from studio.styles.diffusion.drawing import draw
from studio.styles.diffusion.errors import ImaginationRefused
from studio.styles.diffusion.hardware import Hardware, measure
from studio.styles.diffusion.memory import give_back, is_out_of_memory
from studio.styles.diffusion.outlook import Outlook
from studio.styles.diffusion.plans import at_once
from studio.styles.diffusion.refusals import closing_down, unknown_kind
from studio.styles.diffusion.sizes import Sizes, weigh
from studio.styles.diffusion.states import KindState
from studio.styles.diffusion.timing import Timings
from studio.styles.diffusion.turns import Turns
from studio.styles.diffusion.types import Imagined, KindModule, Loaded, Order, Plan
from studio.styles.diffusion.warm import Warm, WarmPipelines
from studio.styles.diffusion.watching import Watch, Whole
from studio.styles.types import Glimpse

if TYPE_CHECKING:
    from studio.models.shelf import Shelf

LISTEN = 0.5  # seconds between two signs of life while there are no steps to tell of
LOOK = 1.0  # seconds between two looks at a drawing, at least


class Imagination:
    """Draws orders, one at a time, with what lies on the shelf."""

    def __init__(
        self,
        shelf: Shelf,
        kinds: Mapping[Kind, KindModule],
        hardware: Callable[[], Hardware] = measure,
        *,
        monotonic: Callable[[], float],
        timings: Timings | None = None,
        look_every: float = LOOK,
    ) -> None:
        """Load nothing yet.

        Args:
            shelf: where the weights lie.
            kinds: the modules that draw; others are switched off.
            hardware: measures the device.
            monotonic: seconds.
            timings: what is known about speed; None: nothing, and nothing is kept.
            look_every: seconds between two looks at a drawing, at least; infinity for none.
        """
        self._shelf = shelf
        self._kinds = kinds
        self._monotonic = monotonic
        self._timings = timings or Timings(None)
        self._look_every = look_every
        self._warm = WarmPipelines()
        self._outlook = Outlook(shelf, kinds, hardware, self._timings, self._warm)
        self._turns = Turns()
        self._one_by_one: set[Plan] = set()  # that ran out of memory with several pictures at once
        self._found: dict[str, tuple[Hardware, Sizes]] = {}  # by fingerprint of the last files
        self._is_closed = False

    def ready(self) -> tuple[Kind, ...]:
        """Return the kinds that can draw now, best first."""
        return self._outlook.ready()

    def require(self, kind: Kind | None) -> Kind:
        """Return the kind that draws, the best one when None is asked for.

        Raises:
            NotAvailable: it cannot; it says what would be needed, with the very command.
        """
        return self._outlook.require(kind)

    def states(self) -> tuple[KindState, ...]:
        """Return how each kind stands, for the Models page."""
        return self._outlook.states()

    def machine(self) -> Hardware:
        """Return the device that draws; what warm pipelines hold counts as free."""
        return self._outlook.hardware()

    def close(self) -> None:
        """Draw nothing any more, and let go of every pipeline; a drawing lets go at its end."""
        self._is_closed = True
        with self._turns.take() as turn:
            if turn.ahead(0) == 0:
                self._warm.evict()

    def imagine(
        self, kind: Kind, order_for: Callable[[Plan], Order]
    ) -> Generator[Glimpse, None, Imagined]:
        """Draw one order when its turn has come.

        Args:
            kind: that draws; it has to be ready.
            order_for: is asked for the order once the plan is known, and again for each further
                plan when memory runs out.

        Yields:
            How far it is, often enough that whoever waits can stop it.

        Returns:
            The pictures, before any check.

        Raises:
            NotAvailable: weights are missing or damaged, or memory ran out with every plan.
            PictureRefused: the numbers are not finite.
        """
        with self._turns.take() as turn:
            while turn.ahead(LISTEN):
                yield Glimpse("Waiting for the picture before this one", 0, 0)
            try:
                return (yield from self._in_turn(kind, order_for))
            except ModelError as error:
                raise self._outlook.refused(kind, error) from error
            finally:
                if self._is_closed:
                    self._warm.evict()

    def _in_turn(
        self, kind: Kind, order_for: Callable[[Plan], Order]
    ) -> Generator[Glimpse, None, Imagined]:
        if kind not in self._kinds:
            raise unknown_kind(kind)
        began = self._monotonic()
        files = yield from self._checked(kind)
        while True:
            if self._is_closed:
                raise closing_down()
            plan = self._outlook.choose(files)
            order = order_for(plan)
            try:
                pictures = yield from self._with_plan(files, plan, order)
            except Exception as error:
                if not self._can_go_on(error, plan):
                    raise
            else:
                return Imagined(pictures, plan, self._monotonic() - began)
            # Past the handler: the error's frames hold what filled the memory until then.
            yield self._with_less(plan, len(order.seeds))

    def _checked(self, kind: Kind) -> Generator[Glimpse, None, ModelFiles]:
        """Return the files of a kind, hashed: for the first time that takes as long as reading."""

        def check() -> ModelFiles:
            return self._shelf.files(kind, self._outlook.roles(kind))

        if self._warm.plan_of(kind) is not None:
            return check()
        glimpse = Glimpse("Checking the model", 0, 0)
        return (yield from meanwhile(check, glimpse, every=LISTEN))

    def _with_plan(
        self, files: ModelFiles, plan: Plan, order: Order
    ) -> Generator[Glimpse, None, list[NDArray[np.uint8]]]:
        """Draw as many at once as fit, the others after them."""
        loaded = yield from self._loaded(files, plan)
        wanted = len(order.seeds)
        most = 1
        if wanted > 1 and plan not in self._one_by_one:
            most = at_once(plan, self.machine(), wanted)
        batches = [order.seeds[i : i + most] for i in range(0, wanted, most)]
        hardware, sizes = self._known(files)
        expected = self._timings.expected(plan, hardware, sizes)
        pictures: list[NDArray[np.uint8]] = []
        for call, seeds in enumerate(batches):
            watch = Watch(
                partial(self._kinds[files.kind].glimpse, loaded),
                expected.times(len(seeds)),
                every=self._look_every,
                monotonic=self._monotonic,
            )
            part = replace(order, seeds=seeds)
            whole = Whole(len(batches), call)
            pictures += yield from draw(self._kinds[files.kind], loaded, part, watch, whole)
            self._outlook.drawn[plan] += len(seeds)
            is_typical = not plan.compiled or self._outlook.drawn[plan] > len(seeds)
            if is_typical and (pace := watch.pace()) is not None:
                self._timings.note(plan, hardware, pace.times(1 / len(seeds)))
        return pictures

    def _known(self, files: ModelFiles) -> tuple[Hardware, Sizes]:
        """Return the device and what the weights take, found out once for these files."""
        if files.fingerprint not in self._found:
            self._found = {files.fingerprint: (self._outlook.measure(), weigh(files))}
        return self._found[files.fingerprint]

    def _loaded(self, files: ModelFiles, plan: Plan) -> Generator[Glimpse, None, Loaded]:
        """Return the pipeline, from memory when it is warm."""
        warm = self._warm.take(files.fingerprint, plan)
        if warm is not None:
            return warm
        return (
            yield from meanwhile(
                lambda: self._load(files, plan), Glimpse("Loading the model", 0, 0), every=LISTEN
            )
        )

    def _load(self, files: ModelFiles, plan: Plan) -> Loaded:
        """Make room and load; a pipeline that nobody waits for any more is kept, too."""
        self._warm.evict(lambda: self._free_gb(plan) >= plan.needs_gb)
        before = self._free_gb(plan)
        loaded = self._kinds[files.kind].load(files, plan)
        held = min(max(before - self._free_gb(plan), 0.0), plan.needs_gb)
        self._warm.keep(Warm(files.fingerprint, loaded, held))
        self._outlook.passed(files.kind)
        return loaded

    def _can_go_on(self, error: Exception, plan: Plan) -> bool:
        """Tell whether less helps: after a lack of memory, and where compiling failed."""
        if is_out_of_memory(error):
            return True
        if isinstance(error, ImaginationRefused | ModelError):
            return False
        self._warm.evict()  # nobody knows in which state it left them
        return plan.compiled

    def _free_gb(self, plan: Plan) -> float:
        hardware = self._outlook.measure()
        return hardware.free_gb if plan.device == hardware.device else hardware.ram_free_gb

    def _with_less(self, plan: Plan, pictures: int) -> Glimpse:
        """Make memory free after it ran out, and tell how it goes on.

        First other pipelines give way, then pictures are drawn one by one, then the plan is given
        up until the studio is started again.
        """
        had_others = self._warm.holds_others(plan)
        self._warm.evict()
        give_back(plan.device)
        if had_others and not plan.compiled:
            return Glimpse("Memory ran out: letting other models go", 0, 0)
        if pictures > 1 and not plan.compiled and plan not in self._one_by_one:
            self._one_by_one.add(plan)
            return Glimpse("Memory ran out: one picture after another", 0, 0)
        self._outlook.failed[plan] = None
        cause = "Compiling did not go well" if plan.compiled else "Memory ran out"
        self._outlook.happened[plan.kind] = (
            f"{cause} with {plan.in_words()}: it is not tried again until the studio is started "
            "anew."
        )
        return Glimpse(f"{cause}: trying again with less", 0, 0)
