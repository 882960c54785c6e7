"""The easel: previews, the selfie beside a drawing, and drawing again what was kept."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np

from consent.errors import ConsentRefused
from studio.jobs.workshop import FINAL_SIZE
from studio.sitting.exports import require_free
from studio.sitting.images import encode_still
from studio.styles.catalogue import find_style
from studio.styles.words import ControlError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from consent.ports import Ledger
    from consent.types import GrantRequest
    from outputs.library import Library
    from outputs.types import Released
    from studio.jobs.orders import Orders
    from studio.likeness.types import MeasuredPreview
    from studio.sitting.door import Door
    from studio.styles.types import Controls, ControlValue

SEEDS = 2**31
PAPER = 238  # grey level where the photograph has ended


@dataclass(frozen=True, slots=True)
class Easel:
    """Implements `studio.service.easel.EaselService`."""

    door: Door
    orders: Orders
    library: Library
    ledger: Ledger
    rng: Random

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
        subject_id = self.door.open_subject(token)
        return self.orders.measured_preview(
            subject_id, style, controls, seed, still_wanted=still_wanted
        )

    def again(self, token: str, output_id: str, *, vary: bool) -> str:
        """Enqueue a job with an output's own recipe, or with another seed.

        Raises:
            ConsentRefused: `recipe_unknown` of outputs that were made before recipes were kept;
                `frozen` of one that is held back.
            OutputMissing: none of that id belongs to the subject.
            ControlError: the style has changed its controls since.
        """
        subject_id = self.door.open_subject(token)
        output = self.library.find(subject_id, output_id)
        require_free(output)
        recipe = output.recipe
        if recipe is None:
            raise _no_recipe()
        seed = self.rng.randrange(SEEDS) if vary else int(cast("int", recipe["seed"]))
        controls = cast("Mapping[str, ControlValue]", recipe["controls"])
        drawn = self.orders.engine.rows.load(output.job_id)
        return self.orders.make(subject_id, str(recipe["style"]), controls, seed, like=drawn)

    def glimpse(self, token: str, job_id: str) -> Released:
        """Return the newest labelled look at a picture that is being made; the gate is asked."""
        return self.orders.glimpse(self.door.open_subject(token), job_id)

    def portrait(self, token: str, style: str) -> bytes:
        """Return the selfie that a style would be drawn from, as a JPEG; the gate is asked."""
        subject_id = self.door.open_subject(token)
        return self._portrait(self.orders.wish_of(subject_id, find_style(style)))

    def portrait_of(self, token: str, output_id: str) -> bytes:
        """Return the selfie that an output was drawn from, as a JPEG; the gate is asked.

        Raises:
            OutputMissing: none of that id belongs to the subject.
            ConsentRefused: the selfie is one of an earlier look into the camera, or is gone.
        """
        subject_id = self.door.open_subject(token)
        output = self.library.find(subject_id, output_id)
        require_free(output)
        try:
            request = self.orders.wish_of(subject_id, find_style(output.style))
        except ControlError as error:  # the style is gone, and with it what it would ask for
            raise _no_recipe() from error
        job = self.orders.engine.rows.load(output.job_id)
        if job is None:
            raise _no_recipe()
        request = replace(request, capture_id=job.capture_id, probe_ids=(job.probe_id,))
        return self._portrait(request)

    def _portrait(self, request: GrantRequest) -> bytes:
        workshop = self.orders.workshop
        with self.ledger.reading() as unit:
            grant = workshop.gate.grant(request, unit)
        photo = workshop.portraits.photo(grant, request.probe_ids[0], size=FINAL_SIZE)
        shown = np.where(photo.covered[..., None], photo.image, np.uint8(PAPER))
        return encode_still(shown.astype(np.uint8))


def _no_recipe() -> ConsentRefused:
    return ConsentRefused(
        "recipe_unknown",
        "How this picture was drawn was not kept.",
        why="It was made before the studio kept style, settings and seed with a picture.",
        next_step="Choose its style and make it anew.",
    )
