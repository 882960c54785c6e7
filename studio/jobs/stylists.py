"""Stylists: a style's drawing function behind a grant. Only jobs may hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from consent.errors import ConsentRefused
from outputs.types import Credit, Render
from studio.styles.alignment import anatomy
from studio.styles.discovery import style_modules
from studio.styles.framing import frame_picture
from studio.styles.types import finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.jobs.tries import Leave
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Draw, Picture, Style

    Look = Callable[[Portrait, Picture], None]


@dataclass(frozen=True, slots=True)
class Stylist:
    """Draws one style for whoever holds a grant for it, for as long as it is granted."""

    style: Style
    draw: Draw

    def picture(self, leave: Leave, portrait: Portrait, controls: Controls, seed: int) -> Picture:
        """Return a drawing that nobody may see: to be measured.

        Args:
            leave: to draw.
            portrait: of a granted probe.
            controls: for the style's controls.
            seed: of everything that the drawing leaves to chance.

        Raises:
            ConsentRefused: the grant is for another style or family, or the leave has ended.
            ControlError: a control is unknown or outside its limits.
        """
        grant = leave.grant
        if (grant.style, grant.family) != (self.style.name, self.style.family):
            raise ConsentRefused(
                "other_style",
                "This leave is for another style.",
                why="Consent names the styles that may be drawn.",
                next_step="Choose the style again.",
            )
        drawing = self.draw(portrait, self.style.accept(controls), np.random.default_rng(seed))
        return finished(drawing, between=leave.still_granted)

    def render(
        self,
        leave: Leave,
        portrait: Portrait,
        controls: Controls,
        seed: int,
        *,
        look: Look | None = None,
    ) -> Render:
        """Return a render that nobody may see until it is released.

        Args:
            leave: to draw.
            portrait: of a granted probe.
            controls: for the style's controls.
            seed: of everything that the drawing leaves to chance.
            look: shown the drawing before it gets its frame and its marks; keeps no pixel of it.

        Raises:
            ConsentRefused: the grant is for another style or family, or the leave has ended.
            ControlError: a control is unknown or outside its limits.
        """
        picture = self.picture(leave, portrait, controls, seed)
        if look is not None:
            look(portrait, picture)
        chosen = self.style.accept(controls)
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
            credit=Credit(self.style.artist, self.style.attribution, self.style.source),
        )


STYLISTS = {module.STYLE.name: Stylist(module.STYLE, module.draw) for module in style_modules()}
