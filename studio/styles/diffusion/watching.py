"""How far a drawing is: steps, the time that is left, and now and then what it looks like.

Only the drawing's own time is measured, not what is done while it pauses between two steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from studio.styles.diffusion.memory import is_out_of_memory
from studio.styles.diffusion.timing import Pace
from studio.styles.types import Glimpse

if TYPE_CHECKING:
    import torch

SHARE = 0.1  # of the time, at most, that looking takes


@dataclass(frozen=True, slots=True)
class Whole:
    """What one call of a kind's module is of all that was ordered."""

    calls: int  # that draw one after another what does not fit at once
    call: int  # from 0


class Watch:
    """Follows one call of a kind's module, in the thread that draws."""

    def __init__(
        self,
        look: Callable[[torch.Tensor], NDArray[np.uint8]],
        expected: Pace,
        *,
        every: float,
        monotonic: Callable[[], float],
    ) -> None:
        """Begin to measure.

        Args:
            look: makes a small picture of latents.
            expected: how long a step of this call and the rest of it should take.
            every: seconds between two looks, at least.
            monotonic: seconds.
        """
        self._look = look
        self._expected = expected
        self._every = every
        self._monotonic = monotonic
        self._next_look = monotonic() + every
        self._intervals: list[float] = []  # seconds of each step; the first: of all before it, too
        self._resumed = monotonic()

    def glimpse(self, done: int, steps: int, latents: torch.Tensor, whole: Whole) -> Glimpse:
        """Return how far the drawing is; called after each step."""
        self._intervals.append(self._monotonic() - self._resumed)
        return Glimpse(
            words="Imagining",
            done=whole.call * steps + done,
            steps=whole.calls * steps,
            seconds_left=self._left(done, steps, whole),
            pixels=self._seen(latents) if done < steps else None,
        )

    def resume(self) -> None:
        """Go on measuring after a pause."""
        self._resumed = self._monotonic()

    def pace(self) -> Pace | None:
        """Return how long the call took, once it has ended; None: too few steps to tell."""
        if len(self._intervals) < 2:
            return None
        rest = self._monotonic() - self._resumed
        step = sum(self._intervals[1:]) / (len(self._intervals) - 1)
        return Pace(step, max(self._intervals[0] - step, 0.0) + rest, drawings=1)

    def _left(self, done: int, steps: int, whole: Whole) -> float:
        measured = self._intervals[1:]
        step, once = self._expected.step, self._expected.once
        if measured:
            mean = sum(measured) / len(measured)
            if step > 0 and not self._expected.is_measured:  # as wrong about the rest as about it
                once *= mean / step
            step = mean
        later = whole.calls - whole.call - 1
        # About half of what is done once is done after the last step.
        return (steps - done + later * steps) * step + once / 2 + later * once

    def _seen(self, latents: torch.Tensor) -> NDArray[np.uint8] | None:
        began = self._monotonic()
        if began < self._next_look:
            return None
        try:
            pixels = self._look(latents)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            self._every = float("inf")  # the picture matters more than a look at it
            self._next_look = float("inf")
            return None
        ended = self._monotonic()
        self._next_look = ended + max(self._every, (ended - began) / SHARE)
        return pixels
