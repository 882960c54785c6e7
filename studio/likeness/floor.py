"""The least likeness with which an imagined picture is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.styles.diffusion.errors import PictureRefused

if TYPE_CHECKING:
    from studio.likeness.gauge import Judged
    from studio.styles.types import Style

STRANGER = 1.0  # `Judged.distance` of a drawing of somebody else, by each style's calibration


def require_alike(style: Style, judged: Judged) -> None:
    """Refuse a picture that looks no more like its selfie than a stranger's would.

    Args:
        style: in which it was drawn.
        judged: how much it looks like its selfie.

    Raises:
        PictureRefused: `not_alike`; also when the distance is no number.
    """
    if not judged.distance < STRANGER:
        raise PictureRefused(
            "not_alike",
            f"The {style.title} picture did not look like you.",
            why="A picture that could be anybody is no avatar of you.",
            next_step="Make it again, or stay closer to the photo.",
        )
