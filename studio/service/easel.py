"""The easel: what a subject tries out before a picture is made, and what was made before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from outputs.types import Released
    from studio.likeness.types import MeasuredPreview
    from studio.styles.types import Controls


class NoLongerWanted(Exception):
    """Whoever asked for a drawing has gone; raised between two of its passes."""


class EaselService(Protocol):
    """Previews, what a drawing is compared with, and drawing again what was kept.

    `still_wanted` is called between a drawing's passes; what it raises ends the drawing.
    """

    def measured(
        self,
        token: str,
        style: str,
        controls: Controls,
        seed: int,
        *,
        still_wanted: Callable[[], None],
    ) -> MeasuredPreview:
        """Draw a labelled preview and measure how much it looks like the selfie."""
        ...

    def again(self, token: str, output_id: str, *, vary: bool) -> str:
        """Enqueue a job with an output's own recipe, or with another seed; return its id."""
        ...

    def portrait(self, token: str, style: str) -> bytes:
        """Return the selfie that a style would be drawn from, upright and cropped, as a JPEG."""
        ...

    def portrait_of(self, token: str, output_id: str) -> bytes:
        """Return the selfie that an output was drawn from, upright and cropped, as a JPEG."""
        ...

    def glimpse(self, token: str, job_id: str) -> Released:
        """Return the newest labelled look at a picture that is being made; refuses without one."""
        ...
