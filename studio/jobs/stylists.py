"""Stylists: a style's drawing function behind a grant. Only jobs may hold them."""

from __future__ import annotations

from collections import ChainMap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import cv2
import numpy as np

from consent.errors import ConsentRefused
from outputs.types import Credit, Render
from studio.styles.alignment import anatomy
from studio.styles.diffusion.painter import Imaginer
from studio.styles.discovery import preset_modules, style_modules
from studio.styles.framing import frame_picture, moved
from studio.styles.types import finished

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from numpy.typing import NDArray

    from studio.jobs.tries import Leave
    from studio.styles.alignment import Anatomy
    from studio.styles.diffusion.painter import Guards, Imagines
    from studio.styles.diffusion.types import Attempt
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Draw, Glimpse, Picture, Style

    Look = Callable[[Portrait, Picture], None]

GLIMPSE_SIZE = 512  # pixels, as previews are


class Batch(Protocol):
    """Draws several seeds at once, of a slow style."""

    def require(self, controls: Controls) -> None:
        """Raise a refusal when nothing here can draw with these controls."""
        ...

    def several(
        self, portrait: Portrait, controls: Controls, seeds: Sequence[int]
    ) -> Generator[Glimpse, None, list[Attempt]]:
        """Draw one picture for each seed and judge each by itself."""
        ...


@dataclass(frozen=True, slots=True)
class Stylist:
    """Draws one style for whoever holds a grant for it, for as long as it is granted."""

    style: Style
    draw: Draw
    batch: Batch | None = None  # of a slow style

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
        self._require_granted(leave)
        drawing = self.draw(portrait, self.style.accept(controls), np.random.default_rng(seed))
        return finished(drawing, between=leave.still_granted)

    def attempts(
        self,
        leave: Leave,
        portrait: Portrait,
        controls: Controls,
        seeds: Sequence[int],
        glimpsed: Callable[[Glimpse], None],
    ) -> list[Attempt]:
        """Return drawings of a slow style, one for each seed; nobody may see them.

        Args:
            leave: to draw.
            portrait: of the granted probes.
            controls: for the style's controls.
            seeds: of what each drawing leaves to chance.
            glimpsed: told how far the drawing is, between the steps.

        Raises:
            ConsentRefused: the grant is for another style or family, or the leave has ended.
            RuntimeError: the style is not a slow one.
        """
        self._require_granted(leave)
        if self.batch is None:
            raise RuntimeError(f"{self.style.name} draws one picture at a time")
        drawing = self.batch.several(portrait, self.style.accept(controls), seeds)
        return finished(drawing, between=leave.still_granted, glimpsed=glimpsed)

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
        return self.framed(picture, portrait, controls)

    def framed(self, picture: Picture, portrait: Portrait, controls: Controls) -> Render:
        """Return a picture in the frame that its controls ask for."""
        chosen = self.style.accept(controls)
        framed = frame_picture(picture, picture.anatomy or anatomy(portrait), chosen)
        return self._render(framed.pixels, framed.anatomy, is_round=framed.is_round)

    def glimpse(self, pixels: NDArray[np.uint8], portrait: Portrait) -> Render:
        """Return an unfinished picture as it looks by now, to be released as a preview.

        Args:
            pixels: (h, w, 3) uint8 sRGB, of any size.
            portrait: that is drawn.
        """
        side = (GLIMPSE_SIZE, GLIMPSE_SIZE)
        enlarged = np.asarray(cv2.resize(pixels, side, interpolation=cv2.INTER_CUBIC), np.uint8)
        where = moved(anatomy(portrait), GLIMPSE_SIZE / portrait.size, 0, side)
        return self._render(enlarged, where)

    def _render(
        self, pixels: NDArray[np.uint8], where: Anatomy, *, is_round: bool = False
    ) -> Render:
        return Render(
            pixels=pixels,
            face_box=where.face_box,
            keep_clear=where.keep_clear,
            lower_face=where.lower_face,
            style=self.style.name,
            family=self.style.family,
            digital_source_type=self.style.digital_source_type,
            is_round=is_round,
            credit=Credit(self.style.artist, self.style.attribution, self.style.source),
        )

    def _require_granted(self, leave: Leave) -> None:
        grant = leave.grant
        if (grant.style, grant.family) != (self.style.name, self.style.family):
            raise ConsentRefused(
                "other_style",
                "This leave is for another style.",
                why="Consent names the styles that may be drawn.",
                next_step="Choose the style again.",
            )


STYLISTS: Mapping[str, Stylist] = {
    module.STYLE.name: Stylist(module.STYLE, module.draw) for module in style_modules()
}


def all_stylists(imagination: Imagines, guard: Guards) -> Mapping[str, Stylist]:
    """Return a stylist for every style, those of the Imagined family with what draws for them.

    Args:
        imagination: draws what they order.
        guard: sees every picture before anybody does.
    """
    slow: dict[str, Stylist] = {}
    for module in preset_modules():
        imaginer = Imaginer(module.PRESET, module.STYLE, imagination, guard, _painted)
        slow[module.STYLE.name] = Stylist(module.STYLE, imaginer.draw, imaginer)
    return ChainMap(slow, cast("dict[str, Stylist]", STYLISTS))


def _painted(name: str) -> Draw:
    return STYLISTS[name].draw
