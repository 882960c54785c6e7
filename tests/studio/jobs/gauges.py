"""A gauge for tests in which nothing is drawn: it finds what it is told to find."""

from __future__ import annotations

from studio.likeness.gauge import Gauge, Judged
from studio.likeness.types import Measures


class ToldGauge(Gauge):
    """Returns the distances that it was given, one for each drawing, and 0.4 after them."""

    def __init__(self, *distances):
        super().__init__(None)
        object.__setattr__(self, "meter", list(distances))

    def selfie(self, portrait, controls):
        return None

    def judge(self, style, selfie, portrait, picture):
        distance = self.meter.pop(0) if self.meter else 0.4
        return Judged(Measures(shape_error=distance / 10), distance)
