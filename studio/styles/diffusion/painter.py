"""The Imaginer: one preset as a drawing function, and as a batch of attempts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from studio.models.types import Kind
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.picture import seen
from studio.styles.diffusion.presets import AUTO, strength_for
from studio.styles.diffusion.prompts import Asked
from studio.styles.diffusion.scene import Scene
from studio.styles.diffusion.types import Attempt, Imagined, Order, Part, Plan, Preset
from studio.styles.diffusion.vocabulary import load_vocabulary
from studio.styles.types import Glimpse

if TYPE_CHECKING:
    from studio.styles.diffusion.guides import Pixels
    from studio.styles.fields import Mask
    from studio.styles.portrait import Portrait
    from studio.styles.types import Controls, Draw, Picture, SlowDrawing, Style

SEEDS = 2**31
JUDGED = 1024  # pixels: a finished picture is looked at this large, however large its frame
BRUSH = 0  # seed of the painted start: what is imagined varies, what stays does not
Made = TypeVar("Made")


class Imagines(Protocol):
    """What draws (studio.styles.diffusion.engine.Imagination)."""

    def require(self, kind: Kind | None) -> Kind:
        """Return the kind that draws, or raise NotAvailable; None: the best that is ready."""
        ...

    def imagine(
        self, kind: Kind, order_for: Callable[[Plan], Order]
    ) -> Generator[Glimpse, None, Imagined]:
        """Draw one batch; `order_for` is asked again when another plan has to do."""
        ...


class Guards(Protocol):
    """What looks at pictures before anybody else does (studio.styles.diffusion.guard.Guard)."""

    def require_ready(self) -> None:
        """Raise NotAvailable unless pictures can be looked at."""
        ...

    def require_showable(self, pixels: Pixels, mask: Mask | None) -> object:
        """Raise PictureRefused if a finished picture may not be shown; `mask`: what is imagined."""
        ...

    def glimpse(self, pixels: Pixels, mask: Mask | None) -> Pixels | None:
        """Return what may be shown of an unfinished picture."""
        ...


@dataclass(frozen=True, slots=True)
class Imaginer:
    """Draws one preset. What fails its checks is thrown away; nothing is tried again in here."""

    preset: Preset
    style: Style
    imagination: Imagines
    guard: Guards
    painted: Callable[[str], Draw]  # from the name of a painted style to its drawing function

    def require(self, controls: Controls) -> None:
        """Make sure that these controls can be drawn with, before anybody waits for it.

        Raises:
            NotAvailable: no model is ready, or nothing that looks at its pictures.
            ControlError: a control is unknown or outside its limits.
        """
        self._kind(self.style.accept(controls))

    def draw(self, portrait: Portrait, controls: Controls, rng: np.random.Generator) -> SlowDrawing:
        """Imagine one picture.

        Args:
            portrait: with its further selfies.
            controls: for the style's controls.
            rng: gives the seed.

        Yields:
            How far it is; pixels only where the guard lets them be seen.

        Returns:
            The picture.

        Raises:
            NotAvailable: no model is ready.
            PictureRefused: it failed a check.
            ControlError: a control is unknown or outside its limits.
        """
        (attempt,) = yield from self.several(portrait, controls, (int(rng.integers(SEEDS)),))
        if attempt.picture is None:
            raise _reason(attempt)
        return attempt.picture

    def several(
        self, portrait: Portrait, controls: Controls, seeds: Sequence[int]
    ) -> Generator[Glimpse, None, list[Attempt]]:
        """Imagine one picture for each seed, as one batch.

        Args:
            portrait: with its further selfies.
            controls: for the style's controls.
            seeds: of the noise that each begins with.

        Yields:
            How far it is; pixels only where the guard lets them be seen.

        Returns:
            An attempt for each seed, in their order, each judged by itself.

        Raises:
            NotAvailable: no model is ready.
            ControlError: a control is unknown or outside its limits.
        """
        chosen = self.style.accept(controls)
        kind = self._kind(chosen)
        part = Part(str(chosen["part"]))
        painted = None if part is Part.WHOLE else (yield from self._painted(portrait))
        scene = Scene(portrait, part, painted)
        order_for = self._orders(kind, scene, chosen, tuple(seeds))
        try:
            imagined = yield from self._screened(self.imagination.imagine(kind, order_for), scene)
        except PictureRefused as refusal:  # of the batch: its numbers were not finite
            return [Attempt(seed, None, refusal, kind) for seed in seeds]
        return [
            self._judged(Attempt(seed, None, kind=kind), pixels, scene)
            for seed, pixels in zip(seeds, imagined.pictures, strict=True)
        ]

    def _kind(self, chosen: Controls) -> Kind:
        """Return the kind that draws."""
        wanted = str(chosen["engine"])
        kind = self.imagination.require(None if wanted == AUTO else Kind(wanted))
        self.guard.require_ready()
        return kind

    def _painted(self, portrait: Portrait) -> Generator[Glimpse, None, Picture]:
        """Paint what stays where only a part is imagined."""
        draw = self.painted(self.preset.painted)
        with closing(draw(portrait, {}, np.random.default_rng(BRUSH))) as drawing:
            while True:
                try:
                    next(drawing)
                except StopIteration as end:
                    picture: Picture = end.value
                    return picture
                yield Glimpse("Painting what stays", 0, self._steps)

    @property
    def _steps(self) -> int:
        return max(recipe.num_inference_steps for recipe in self.preset.recipes.values())

    def _orders(
        self, kind: Kind, scene: Scene, chosen: Controls, seeds: tuple[int, ...]
    ) -> Callable[[Plan], Order]:
        """Return what turns a plan into the order of this batch."""
        recipe = self.preset.recipes[kind]
        is_scenery = scene.part is Part.BACKGROUND
        asked = Asked(kind, recipe, str(chosen["words"]), load_vocabulary())

        def order_for(plan: Plan) -> Order:
            return Order(
                prompt=asked.scenery() if is_scenery else asked.prompt(scene.portrait.attributes),
                negative_prompt=asked.negative(is_scenery=is_scenery),
                start=scene.start(plan.size),
                lines=scene.lines(plan.size),
                faces=scene.faces(plan.size),
                # A background that nobody has seen yet is begun anew, and has no face or lines.
                strength=1.0 if is_scenery else strength_for(recipe, float(chosen["strength"])),
                guidance_scale=recipe.guidance_scale,
                control_scale=0.0 if is_scenery else recipe.control_scale,
                adapter_scale=0.0 if is_scenery else recipe.adapter_scale,
                num_inference_steps=recipe.num_inference_steps,
                seeds=seeds,
                mask=scene.mask(plan.size),
            )

        return order_for

    def _screened(
        self, drawing: Generator[Glimpse, None, Made], scene: Scene
    ) -> Generator[Glimpse, None, Made]:
        """Pass on how far a drawing is, without pixels that may not be seen."""
        with closing(drawing):
            while True:
                try:
                    glimpse = next(drawing)
                except StopIteration as end:
                    made: Made = end.value
                    return made
                if glimpse.pixels is not None:
                    mask = scene.mask(glimpse.pixels.shape[0])
                    glimpse = replace(glimpse, pixels=self.guard.glimpse(glimpse.pixels, mask))
                yield glimpse

    def _judged(self, attempt: Attempt, pixels: Pixels, scene: Scene) -> Attempt:
        picture = scene.finished(pixels)
        try:
            side = min(JUDGED, picture.figure.shape[0])
            self.guard.require_showable(seen(picture, side), scene.mask(side))
        except PictureRefused as refusal:
            return replace(attempt, refusal=refusal)
        return replace(attempt, picture=picture)


def _reason(attempt: Attempt) -> PictureRefused:
    if attempt.refusal is None:
        raise RuntimeError("an attempt has a picture or a refusal")
    return attempt.refusal
