"""Stylists: a style's drawing function behind a grant. Only jobs may hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused
from outputs.types import Render
from studio.styles.alignment import anatomy
from studio.styles.discovery import style_modules
from studio.styles.framing import frame_picture
from studio.styles.types import finished

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from consent.types import Grant
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Draw, Style


@dataclass(frozen=True, slots=True)
class Stylist:
    """Draws one style for whoever holds a grant for it, for as long as it is granted."""

    style: Style
    draw: Draw

    def render(
        self,
        grant: Grant,
        portrait: Portrait,
        controls: Controls,
        rng: np.random.Generator,
        *,
        still_granted: Callable[[], None],
    ) -> Render:
        """Return a render that nobody may see until it is released.

        Args:
            grant: the leave to begin.
            portrait: of a granted probe.
            controls: for the style's controls.
            rng: for the drawing.
            still_granted: called between the drawing's passes; raises when the leave has ended.

        Raises:
            ConsentRefused: the grant is for another style or family; or what `still_granted`
                raises.
            ControlError: a control is unknown or outside its limits.
        """
        if (grant.style, grant.family) != (self.style.name, self.style.family):
            raise ConsentRefused(
                "other_style",
                "This leave is for another style.",
                why="Consent names the styles that may be drawn.",
                next_step="Choose the style again.",
            )
        chosen = self.style.accept(controls)
        picture = finished(self.draw(portrait, chosen, rng), between=still_granted)
        framed = frame_picture(picture, picture.anatomy or anatomy(portrait), chosen)
        return Render(
            pixels=framed.pixels,
            face_box=framed.anatomy.face_box,
            keep_clear=framed.anatomy.keep_clear,
            lower_face=framed.anatomy.lower_face,
            style=self.style.name,
            family=self.style.family,
            digital_source_type=self.style.digital_source_type,
            is_round=framed.is_round,
        )


STYLISTS = {module.STYLE.name: Stylist(module.STYLE, module.draw) for module in style_modules()}
